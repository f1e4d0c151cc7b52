"""The parts of a run that a configuration names: task, models, embedder, control menu."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from llm_bridge.errors import ConfigError
from llm_bridge.models.base import ChatModel
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import Embedder, ExactEmbedder, WordLlamaEmbedder
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.store import Recorded, Store
from llm_bridge.settings.config import (
    LlamaCppConfig,
    OpenAIConfig,
    ReasoningGymConfig,
    RunConfig,
    SimulatedTaskConfig,
)
from llm_bridge.tasks.base import Task

__all__ = ["Team", "build_task", "build_team", "note_unreadable", "request_seed"]


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """A task, (model, name) of every executor, the Coordinator's model, embedder and menu."""

    task: Task
    executors: tuple[tuple[ChatModel, str], ...]
    coordinator: ChatModel
    embedder: Embedder
    menu: ControlMenu

    @property
    def names(self) -> tuple[str, ...]:
        """The executors' names."""
        return tuple(name for _, name in self.executors)

    def recorded(self, store: Store, ledger: Ledger) -> Team:
        """Return the team whose models answer from `store` first and write what they are asked."""
        models = {id(m): m for m in (self.coordinator, *(m for m, _ in self.executors))}
        wrapped = {key: Recorded(model, store, ledger) for key, model in models.items()}
        return replace(
            self,
            executors=tuple((wrapped[id(model)], name) for model, name in self.executors),
            coordinator=wrapped[id(self.coordinator)],
        )


def build_team(config: RunConfig) -> Team:
    """Return the team that `config` describes; executors with equal models share one.

    Raises `ConfigError` where two different models have one name: the store and the banks know a
    model by it.

    >>> from llm_bridge.settings.config import preset
    >>> build_team(preset("simulated")).names
    ('sharp', 'broad', 'steady')
    """
    task = build_task(config)
    built: dict[str, ChatModel] = {}

    def model(wanted: Any) -> ChatModel:
        key = wanted.model_dump_json()
        if key not in built:
            made = _model(wanted, task)
            if made.name in {other.name for other in built.values()}:
                raise ConfigError(
                    f"two different models are named {made.name!r}, want one name a model; "
                    f"rename one."
                )
            built[key] = made
        return built[key]

    executors = tuple((model(executor.model), executor.name) for executor in config.executors)
    own = config.coordinator.model
    chosen = config.controls
    return Team(
        task=task,
        executors=executors,
        coordinator=executors[0][0] if own is None else model(own),
        embedder=(ExactEmbedder() if config.rewards.embedder == "exact" else WordLlamaEmbedder()),
        menu=ControlMenu.grid(
            chosen.temperatures, chosen.top_ps, chosen.styles, chosen.repeat_penalties
        ),
    )


def build_task(config: RunConfig) -> Task:
    """Return the task that `config` describes; no model is made."""
    chosen = config.task
    if isinstance(chosen, SimulatedTaskConfig):
        from llm_bridge.models.simulated import SimulatedWorld
        from llm_bridge.tasks.simulated import SimulatedTask

        world = SimulatedWorld(chosen.class_weights, chosen.n_wrong, chosen.world_seed)
        made: Any = SimulatedTask(world, seed=chosen.seed)
        return made
    assert isinstance(chosen, ReasoningGymConfig)
    from llm_bridge.tasks.reasoning_gym import ReasoningGym

    return ReasoningGym(chosen.mix, seed=chosen.seed)


def _model(wanted: Any, task: Task) -> ChatModel:
    if isinstance(wanted, LlamaCppConfig):
        from llm_bridge.models.llama_cpp import LlamaCpp

        settings = wanted.model_dump(exclude={"kind", "weights", "path"})
        return LlamaCpp(wanted.path or wanted.weights, **settings)
    if isinstance(wanted, OpenAIConfig):
        from llm_bridge.models.openai_compatible import OpenAICompatible

        return OpenAICompatible(wanted.model, **wanted.model_dump(exclude={"kind", "model"}))
    from llm_bridge.models.simulated import SimulatedModel, Skill

    world = getattr(task, "world", None)
    if world is None:
        raise ConfigError(
            f"model {wanted.name!r} is simulated on the task {task.name!r}, want a simulated task; "
            f"set task.kind to 'simulated'."
        )
    fields = wanted.model_dump(exclude={"kind", "name"})
    return SimulatedModel(world, Skill(**fields), name=wanted.name)


def request_seed(*parts: Any) -> int:
    """Return a 31-bit seed that is a pure function of `parts`.

    >>> request_seed(0, "q1") == request_seed(0, "q1") != request_seed(1, "q1")
    True
    """
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def note_unreadable(model: ChatModel, purpose: str, unread: int) -> None:
    """Count replies that came but could not be read in the ledger of a recorded model."""
    ledger = getattr(model, "ledger", None)
    if isinstance(ledger, Ledger) and unread:
        ledger.record_invalid(purpose, model.name, unread)
