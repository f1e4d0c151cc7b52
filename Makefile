# Two commands do everything on a machine that has Python 3.11 or newer, make and git:
#   make demo   set up, then train ECON on real local language models, verify it, write the report
#   make test   set up, then lint, types, import contracts, and every test
.DELETE_ON_ERROR:
.PHONY: demo test unit lint install bench peers auctions clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= python3
# One thread a process: the arrays here are small and the cores are few.
export OMP_NUM_THREADS ?= 1
export TOKENIZERS_PARALLELISM := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

demo: $(STAMP)
	@$(BIN)/econ demo

test: lint
	@$(BIN)/pytest -q -n 2 --dist worksteal --nbmake --nbmake-timeout=600 tests econ_theory llm_bridge notebooks

unit: $(STAMP)
	@$(BIN)/pytest -q -n 2 -m "not slow" tests econ_theory llm_bridge

lint: $(STAMP)
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/lint-imports --no-logo >.import-contracts.log || { cat .import-contracts.log; exit 1; }
	@$(BIN)/pyright >.pyright.log || { cat .pyright.log; exit 1; }

bench: $(STAMP)
	@$(BIN)/pytest -q -p no:xdist -o addopts=--import-mode=importlib -o python_files='bench_*.py' \
	  --benchmark-only --benchmark-columns=min,median,rounds benchmarks

peers: $(STAMP)
	@$(BIN)/python benchmarks/peers.py

auctions: $(STAMP)
	@$(BIN)/python benchmarks/auctions.py

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), want Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Installing into $(VENV) (a few minutes the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --constraint constraints.txt --editable '.[llm,dev]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks .*.log
