"""What an executor chooses: sampling controls and prompt style, and the finite menu of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from llm_bridge.errors import ConfigError

__all__ = ["Control", "ControlMenu"]

TEMPERATURES = (0.1, 2.0)
TOP_PS = (0.1, 1.0)
PENALTIES = (1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Control:
    """One way to ask a model: temperature, top-p, repetition penalty, prompt style.

    >>> Control(0.3, top_p=0.9).label
    'T=0.3 top-p 0.9 direct'

    Raises `ConfigError` for a number outside its domain or an empty style.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    repeat_penalty: float = 1.0
    style: str = "direct"

    def __post_init__(self) -> None:
        domains = {
            "temperature": (math.isfinite(self.temperature) and self.temperature >= 0, ">= 0"),
            "top_p": (0 < self.top_p <= 1, "in (0, 1]"),
            "repeat_penalty": (0 < self.repeat_penalty < math.inf, "> 0"),
        }
        for name, (fits, domain) in domains.items():
            if not fits:
                raise ConfigError(
                    f"{name} of a control is {getattr(self, name)!r}, want a number {domain}; "
                    f"typical values are T=0.7, top_p=0.9, repeat_penalty=1.1."
                )
        if not self.style:
            raise ConfigError("style of a control is empty, want a name; pass e.g. 'direct'.")

    @property
    def label(self) -> str:
        """The control in words; top-p and penalty are left out where they do nothing."""
        parts = [f"T={self.temperature:g}"]
        if self.top_p != 1.0:
            parts.append(f"top-p {self.top_p:g}")
        if self.repeat_penalty != 1.0:
            parts.append(f"penalty {self.repeat_penalty:g}")
        return " ".join([*parts, self.style])


@dataclass(frozen=True, slots=True)
class ControlMenu:
    """The K controls that every executor chooses from: the actions of the game.

    >>> menu = ControlMenu.grid([0.2, 1.0], styles=("direct", "steps"))
    >>> menu.labels
    ('T=0.2 direct', 'T=0.2 steps', 'T=1 direct', 'T=1 steps')
    >>> menu[1] == Control(0.2, style="steps"), len(menu)
    (True, 4)

    Raises `ConfigError` for an empty menu or a control that stands in it twice.
    """

    controls: tuple[Control, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "controls", tuple(self.controls))
        if not self.controls:
            raise ConfigError("the menu has 0 controls, want at least 1; pass e.g. [Control(0.7)].")
        labels = self.labels
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise ConfigError(f"the menu has {twice!r} twice, want distinct controls; remove one.")

    @classmethod
    def grid(
        cls,
        temperatures: Sequence[float],
        top_ps: Sequence[float] = (1.0,),
        styles: Sequence[str] = ("direct",),
        repeat_penalties: Sequence[float] = (1.0,),
    ) -> ControlMenu:
        """Return the product of the given values, the temperature varying slowest."""
        axes = product(temperatures, top_ps, styles, repeat_penalties)
        return cls(tuple(Control(t, p, penalty, style) for t, p, style, penalty in axes))

    def __len__(self) -> int:
        return len(self.controls)

    def __getitem__(self, k: int) -> Control:
        return self.controls[k]

    def __iter__(self) -> Iterator[Control]:
        return iter(self.controls)

    @property
    def labels(self) -> tuple[str, ...]:
        """The K labels."""
        return tuple(control.label for control in self.controls)

    @property
    def styles(self) -> tuple[str, ...]:
        """The distinct styles, in order of first use."""
        return tuple(dict.fromkeys(control.style for control in self.controls))

    def features(self) -> np.ndarray:
        """Return the controls as numbers in [0, 1], shape (K, 3 + number of styles).

        Temperature over [0.1, 2], top-p over [0.1, 1] and penalty over [1, 2], clipped; then one
        column a style, in the order of `styles`.

        >>> ControlMenu((Control(0.1), Control(2.0, top_p=0.55))).features()
        array([[0. , 1. , 0. , 1. ],
               [1. , 0.5, 0. , 1. ]])
        """
        columns = [
            _scaled([c.temperature for c in self], TEMPERATURES),
            _scaled([c.top_p for c in self], TOP_PS),
            _scaled([c.repeat_penalty for c in self], PENALTIES),
        ]
        columns += [np.array([float(c.style == style) for c in self]) for style in self.styles]
        return np.stack(columns, axis=1)


def _scaled(values: Sequence[float], bounds: tuple[float, float]) -> np.ndarray:
    low, high = bounds
    return np.clip((np.array(values, dtype=float) - low) / (high - low), 0.0, 1.0)
