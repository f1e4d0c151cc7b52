# Two commands do everything on a machine that has Python 3.11 or newer, make and git:
#   make demo   set up, then train ECON on real local language models, verify it, write the report
#   make test   set up, then lint, types, import contracts, and every test
.DELETE_ON_ERROR:
.PHONY: demo test unit lint install bench peers auctions clean

VENV := .venv
BIN := $(VENV)/bin
# pip compiles every module on one core; Python compiles what it imports, which is far less.
PIP = $(BIN)/pip install -qq --no-compile --constraint constraints.txt
# Two installations in one environment: what the demo needs, and the rest that the tests need.
LLM := $(VENV)/.llm
DEV := $(VENV)/.dev
PYTHON ?= python3
# One thread a process: the arrays here are small and the cores are few.
export OMP_NUM_THREADS ?= 1
export TOKENIZERS_PARALLELISM := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

demo: $(LLM)
	@$(BIN)/econ demo

test: lint
	@$(BIN)/pytest -q -n 2 --dist worksteal --nbmake --nbmake-timeout=600 tests econ_theory llm_bridge notebooks

unit: $(DEV)
	@$(BIN)/pytest -q -n 2 -m "not slow" tests econ_theory llm_bridge

lint: $(DEV)
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/lint-imports --no-logo >.import-contracts.log || { cat .import-contracts.log; exit 1; }
	@$(BIN)/pyright >.pyright.log || { cat .pyright.log; exit 1; }

bench: $(DEV)
	@$(BIN)/pytest -q -p no:xdist -o addopts=--import-mode=importlib -o python_files='bench_*.py' \
	  --benchmark-only --benchmark-columns=min,median,rounds benchmarks

peers: $(DEV)
	@$(BIN)/python benchmarks/peers.py

auctions: $(DEV)
	@$(BIN)/python benchmarks/auctions.py

install: $(DEV)

$(LLM): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), want Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Installing into $(VENV) (minutes the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --editable '.[llm]'
	@touch $@

# Compiled on all cores, so that no test is the first to import a module and meets its warnings.
$(DEV): $(LLM)
	@echo "Installing what the tests need ..."
	@$(PIP) --editable '.[llm,dev]'
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks .*.log
