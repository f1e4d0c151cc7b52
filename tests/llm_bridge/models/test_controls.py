from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import Control, ControlMenu


def test_labels_leave_out_what_does_nothing() -> None:
    assert Control(0.3, top_p=0.9).label == "T=0.3 top-p 0.9 direct"
    assert Control(1.0, repeat_penalty=1.1, style="steps").label == "T=1 penalty 1.1 steps"


def test_grid_is_the_product_in_order() -> None:
    menu = ControlMenu.grid([0.2, 1.0], (0.5, 1.0), ("direct", "steps"), (1.0, 1.2))
    assert len(menu) == 16
    assert menu[0] == Control(0.2, 0.5, 1.0, "direct")
    assert menu[-1] == Control(1.0, 1.0, 1.2, "steps")
    assert len(set(menu.labels)) == 16


def test_features_are_scaled_and_clipped() -> None:
    menu = ControlMenu.grid([0.0, 1.05, 2.5], (0.1, 1.0), ("steps", "direct"), (1.0, 1.5))
    features = menu.features()
    assert features.shape == (24, 5)
    assert features.min() == 0.0
    assert features.max() == 1.0
    np.testing.assert_allclose(features[:, 3:].sum(axis=1), 1.0)
    assert features[menu.labels.index("T=1.05 steps"), 0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"temperature": -0.1}, "temperature of a control is -0.1"),
        ({"temperature": float("nan")}, "temperature of a control is nan"),
        ({"top_p": 0.0}, "top_p of a control is 0.0"),
        ({"top_p": 1.5}, r"want a number in \(0, 1\]"),
        ({"repeat_penalty": 0.0}, "repeat_penalty of a control is 0.0"),
        ({"style": ""}, "style of a control is empty"),
    ],
)
def test_bad_controls_are_named(fields: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Control(**fields)


def test_bad_menus_are_named() -> None:
    with pytest.raises(ConfigError, match="0 controls"):
        ControlMenu(())
    with pytest.raises(ConfigError, match=r"'T=0\.5 direct' twice"):
        ControlMenu((Control(0.5), Control(0.5)))
