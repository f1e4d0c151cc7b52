"""Run configurations: every setting with its default, unknown keys forbidden, JSON or TOML.

A run is a pure function of its configuration, its seed and the replies in its store.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from llm_bridge.errors import ConfigError
from llm_bridge.settings.config_text import FOLDER_NAME, explain, put, read_data, to_toml
from llm_bridge.settings.presets import PRESETS

__all__ = [
    "PRESETS",
    "CoordinatorConfig",
    "LlamaCppConfig",
    "OpenAIConfig",
    "ReasoningGymConfig",
    "RunConfig",
    "SimulatedTaskConfig",
    "TrainingConfig",
    "load_config",
    "preset",
    "save_config",
]

MOST_CONTROLS = 1024

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Few = Annotated[int, Field(ge=1, le=1024)]  # each one takes memory, a thread or a connection
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Rate = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )


class _Sized(_Section):
    """How many questions of each split a run uses; the splits never share one."""

    n_train: Count = 60
    n_test: Count = 60
    n_probe: Count = 4
    seed: Seed = 0


class ReasoningGymConfig(_Sized):
    """Questions made by procedure: data set name -> its parameters."""

    kind: Literal["reasoning_gym"] = "reasoning_gym"
    mix: dict[str, dict[str, Any]] = {"chain_sum": {"min_terms": 2, "max_terms": 2}}


class SimulatedTaskConfig(_Sized):
    """Questions of a world whose answer distributions are known."""

    kind: Literal["simulated"] = "simulated"
    class_weights: tuple[Share, ...] = (0.5, 0.5)
    n_wrong: Few = 3
    world_seed: Seed = 0


class LlamaCppConfig(_Section):
    """A model in this process: `weights` names one that can be fetched, or give a `path`."""

    kind: Literal["llama_cpp"] = "llama_cpp"
    name: str = ""
    weights: str = "smollm2-135m-instruct"
    path: str | None = None
    n_threads: Few = 1
    n_slots: Few | None = None
    n_ctx: Count = 2048
    accept_terms: bool = False


class OpenAIConfig(_Section):
    """Any endpoint that speaks the OpenAI protocol; `key_variable` names where the key stands."""

    kind: Literal["openai"] = "openai"
    name: str = ""
    model: str
    base_url: str | None = None
    key_variable: str = "OPENAI_API_KEY"
    n_parallel: Few = 4
    timeout: Rate = 60.0
    max_retries: Annotated[int, Field(ge=0, le=3)] = 3
    requests_per_minute: Count | None = None
    tokens_per_minute: Annotated[int, Field(ge=1, le=10**12)] | None = None
    repeat_penalty: bool = False


class SimulatedConfig(_Section):
    """A simulated model: see `llm_bridge.models.simulated.Skill` for what the fields mean."""

    kind: Literal["simulated"] = "simulated"
    name: str = "simulated"
    top: tuple[Share, ...] = (0.9, 0.7)
    floor: tuple[Share, ...] = (0.3, 0.1)
    best: tuple[float, ...] = (0.2, 1.0)
    width: Rate = 0.5
    signals: tuple[tuple[Share, ...], ...] = ((0.2, 0.8), (0.8, 0.2))
    levels: tuple[float, ...] = (-2.0, -0.5)
    invalid: Share = 0.0
    styles: tuple[tuple[str, float], ...] = ()


ModelConfig = Annotated[
    LlamaCppConfig | OpenAIConfig | SimulatedConfig, Field(discriminator="kind")
]


class ExecutorConfig(_Section):
    """One executor: a distinct name and its model; executors of equal models share one."""

    name: str
    model: ModelConfig


class CoordinatorConfig(_Section):
    """Strategy and commitment; without a model of its own it uses the first executor's.

    `strategy`: "short" (at most 50 tokens, cut at `max_tokens`), "detailed", or "none".
    `strategy_for`: one a "question", or one a "family" from an example of it (fewer calls).
    """

    model: ModelConfig | None = None
    strategy: Literal["short", "detailed", "none"] = "short"
    strategy_for: Literal["question", "family"] = "question"
    max_tokens: Count = 70
    attempts: Count = 3
    aggregator: Literal["llm", "vote", "weighted_vote", "verifier_best"] = "vote"


class ControlsConfig(_Section):
    """What executors choose: the product of the lists, or in "box" mode a point between bounds."""

    kind: Literal["menu", "box"] = "menu"
    temperatures: tuple[Annotated[float, Field(ge=0)], ...] = (0.1, 0.7, 1.3)
    top_ps: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (1.0,)
    styles: tuple[str, ...] = ("direct",)
    repeat_penalties: tuple[Rate, ...] = (1.0,)
    n_candidates: Few = 16
    spread: Rate = 0.15

    @field_validator("temperatures", "top_ps", "styles", "repeat_penalties")
    @classmethod
    def _some(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not values or len(set(values)) != len(values):
            raise ValueError("want at least one entry and no entry twice")
        return values

    @model_validator(mode="after")
    def _few_enough(self) -> ControlsConfig:
        lists = (self.temperatures, self.top_ps, self.styles, self.repeat_penalties)
        if (size := prod(map(len, lists))) > MOST_CONTROLS:
            raise ValueError(f"the lists make {size:,} controls, want at most {MOST_CONTROLS:,}")
        return self


class SignalsConfig(_Section):
    """Private signals: quantile bins of a probe's mean log-probability are the types.

    With one bin nothing is probed: every executor has one type.
    """

    bins: Few = 2


class RewardsConfig(_Section):
    """Weights of (alignment, task, contribution), and how they may move.

    Terms named in `off` get weight zero, the others share the rest. `dynamic_rate` > 0 lets the
    weights learn: then the game moves under its players. `random` replaces every component by
    noise, a control.
    """

    weights: tuple[Share, Share, Share] = (0.4, 0.4, 0.2)
    off: tuple[Literal["alignment", "task", "contribution"], ...] = ()
    cc: Literal["counterfactual", "judge"] = "counterfactual"
    dynamic_rate: Annotated[float, Field(ge=0)] = 0.0
    random: bool = False
    embedder: Literal["wordllama", "exact"] = "wordllama"

    @model_validator(mode="after")
    def _on_the_simplex(self) -> RewardsConfig:
        if abs(sum(self.weights) - 1.0) > 1e-9:
            raise ValueError(f"weights sum to {sum(self.weights):g}, want 1")
        if not any(self.active_weights):
            raise ValueError("every term with a weight is off, want at least one on")
        return self

    @property
    def active_weights(self) -> tuple[float, float, float]:
        """The weights with the terms in `off` at zero, summing to one."""
        names = ("alignment", "task", "contribution")
        kept = [0.0 if n in self.off else w for n, w in zip(names, self.weights, strict=True)]
        total = sum(kept)
        a, b, c = (w / total if total else 0.0 for w in kept)
        return a, b, c


class NetworkConfig(_Section):
    """Sizes ("paper": about 1.7 M parameters, "small": at most 200 k), mixer, loss weights.

    `gradients="local"` is the paper's assignment of losses to parameter groups; "joint" descends
    their sum everywhere.
    """

    size: Literal["paper", "small"] = "small"
    mixer: Literal["econ", "qmix", "vdn", "none", "attention"] = "econ"
    encoder: bool = True
    concatenate: bool = True
    gradients: Literal["local", "joint"] = "local"
    lambda_e: Annotated[float, Field(ge=0)] = 1.0
    lambda_b: Annotated[float, Field(ge=0)] = 0.1
    lambda_m: Annotated[float, Field(ge=0)] = 0.1


class StoppingConfig(_Section):
    """Early stopping: all three conditions, `patience` checks in a row."""

    enabled: bool = True
    commitment_change: Rate = 0.01
    reward: Share = 0.7
    loss_change: Rate = 1e-4
    patience: Count = 5


class TrainingConfig(_Section):
    """Episodes and optimization; an episode is one history of `questions` of `rounds` each.

    Exploration plays softmax(Q_i / alpha); alpha falls geometrically from `alpha_start` to
    `alpha_end`. `epsilon` is the share of uniformly drawn controls.
    """

    episodes: Count = 200
    rounds: Count = 1
    questions: Count = 1
    update_interval: Count = 8
    buffer: Count = 32
    batch: Count = 16
    gradient_steps: Count = 1
    learning_rate: Rate = 1e-3
    coordinator_learning_rate: Rate = 5e-4
    discount: Share = 0.99
    tau: Annotated[float, Field(gt=0, le=1)] = 0.01
    alpha_start: Rate = 0.5
    alpha_end: Rate = 0.05
    epsilon: Share = 0.0
    stopping: StoppingConfig = StoppingConfig()


class BankConfig(_Section):
    """Completions a cell (question, pool, control): `m` while training, `m_verify` afterwards;
    `prefill` asks for all before training, in one batch that shares prompt caches."""

    prefill: bool = False
    m: Few = 4
    m_verify: Few = 8


class VerifyConfig(_Section):
    """How a trained system is certified, and on how many test questions."""

    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    method: Literal["bootstrap", "bernstein"] = "bootstrap"
    play: Literal["greedy", "soft"] = "greedy"
    n_questions: Count = 60


class CompareConfig(_Section):
    """Baselines to run on the test questions, and the level of the paired intervals."""

    baselines: tuple[Literal["single", "self_consistency"], ...] = ("single", "self_consistency")
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95


class RunConfig(_Section):
    """Everything a run depends on.

    >>> preset("simulated").rewards.weights
    (0.4, 0.4, 0.2)
    >>> RunConfig.parse({"name": "x", "tranining": {}})
    Traceback (most recent call last):
    llm_bridge.errors.ConfigError: tranining is an unknown key, want one of name, seed, task, ...
    """

    name: str = Field(pattern=FOLDER_NAME)
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    task: Annotated[ReasoningGymConfig | SimulatedTaskConfig, Field(discriminator="kind")]
    executors: tuple[ExecutorConfig, ...] = Field(min_length=1)
    coordinator: CoordinatorConfig = CoordinatorConfig()
    controls: ControlsConfig = ControlsConfig()
    signals: SignalsConfig = SignalsConfig()
    rewards: RewardsConfig = RewardsConfig()
    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()
    bank: BankConfig = BankConfig()
    verify: VerifyConfig = VerifyConfig()
    compare: CompareConfig = CompareConfig()

    @model_validator(mode="after")
    def _fits_together(self) -> RunConfig:
        names = [executor.name for executor in self.executors]
        if len(set(names)) != len(names):
            raise ValueError(f"executors are named {names}, want distinct names")
        models = [executor.model.model_dump_json() for executor in self.executors]
        sharing = max(models.count(model) for model in models)
        if self.bank.m < sharing:
            raise ValueError(f"bank.m is {self.bank.m}, want at least {sharing}, the number of "
                             "executors that share a model")  # fmt: skip
        unweighted = self.network.mixer in ("none", "attention")
        if self.coordinator.aggregator == "weighted_vote" and unweighted:
            raise ValueError(
                "coordinator.aggregator is 'weighted_vote', whose weights are the slopes of a "
                "monotone mixer; set network.mixer to econ, qmix or vdn"
            )
        return self

    @classmethod
    def parse(cls, data: Any) -> RunConfig:
        """Return the configuration that `data` describes, or raise `ConfigError` by field."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise ConfigError(explain(error, cls)) from None

    def replace(self, **changes: Any) -> RunConfig:
        """Return a checked copy with fields changed; nested ones as "training__episodes".

        >>> preset("simulated").replace(training__episodes=8).training.episodes
        8
        >>> preset("simulated").replace(trainning__episodes=8)
        Traceback (most recent call last):
        llm_bridge.errors.ConfigError: trainning is an unknown key, ...; write training.
        """
        data = self.model_dump(mode="json")
        for path, value in changes.items():
            put(data, path.split("__"), value)
        return RunConfig.parse(data)


def load_config(path: str | Path) -> RunConfig:
    """Return the configuration in a `.json` or `.toml` file.

    Raises `ConfigError` naming the file, the line where it cannot be read, or the wrong field.
    """
    path = Path(path)
    try:
        return RunConfig.parse(read_data(path))
    except ConfigError as error:
        raise ConfigError(f"in {path}: {error}") from None


def save_config(config: RunConfig, path: str | Path) -> None:
    """Write the configuration to a `.json` or `.toml` file that `load_config` reads back equal."""
    path = Path(path)
    data = config.model_dump(mode="json", exclude_none=True)
    if path.suffix == ".toml":
        text = to_toml(data)
    elif path.suffix == ".json":
        text = json.dumps(data, indent=2) + "\n"
    else:
        raise ConfigError(
            f"the configuration {path} ends in {path.suffix!r}, want .json or .toml; rename it."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def preset(name: str, /, **changes: Any) -> RunConfig:
    """Return a shipped configuration: "demo" (a real small model) or "simulated".

    `changes` are those of `RunConfig.replace`.

    >>> [executor.name for executor in preset("simulated").executors]
    ['sharp', 'broad', 'steady']
    """
    if name not in PRESETS:
        raise ConfigError(
            f"preset is {name!r}, want one of {', '.join(PRESETS)}; pick one of these."
        )
    return RunConfig.parse({"name": name, **PRESETS[name]}).replace(**changes)
