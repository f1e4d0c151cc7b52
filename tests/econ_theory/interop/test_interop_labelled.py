"""xarray and pandas: labels on every axis, nothing expanded or rounded, and the way back."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, certify
from econ_theory.errors import GameError, MissingExtra
from econ_theory.interop import from_pandas, from_xarray, to_pandas, to_xarray

SEEDS = st.integers(0, 2**32 - 1)


def labels(game: BayesianGame):
    return game.players, game.types, game.actions, game.title


def assert_same(game: BayesianGame, other: BayesianGame, *, shapes: bool = True) -> None:
    assert labels(game) == labels(other)
    (prior, payoffs), (again, tables) = game.given, other.given
    assert (prior == again).all()
    assert prior.dtype == again.dtype
    for u, v in zip(payoffs, tables, strict=True):
        assert (u == v).all()
        assert u.dtype == v.dtype, "Fractions stay Fractions"
        assert not shapes or u.shape == v.shape, "what did not depend on something still does not"


@given(SEEDS, st.booleans())
@settings(max_examples=60)
def test_there_and_back_by_xarray(draw_game, seed: int, exact: bool) -> None:
    game, _ = draw_game(seed)
    if not exact:
        game = BayesianGame(game.prior, game.payoffs, actions=game.actions, title="floats")
    data = to_xarray(game)
    assert_same(game, from_xarray(data))
    turned = data.transpose(*reversed(list(data.sizes)))
    assert_same(game, from_xarray(turned), shapes=False)


@given(SEEDS, st.booleans())
@settings(max_examples=40)
def test_there_and_back_by_pandas(draw_game, seed: int, exact: bool) -> None:
    game, profile = draw_game(seed)
    if not exact:
        game = BayesianGame(game.prior, game.payoffs, actions=game.actions)
    frame = to_pandas(game)
    again = from_pandas(frame.sample(frac=1.0, random_state=seed % 2**32))
    assert_same(game, again, shapes=False)
    assert certify(again, profile).epsilon == pytest.approx(certify(game, profile).epsilon)


def test_the_cells_of_a_dataset_are_found_by_name(labelled_game) -> None:
    data = to_xarray(labelled_game)
    assert data.attrs == {"title": "", "players": ["Row", "Column"]}
    assert data["prior"].sel({"type[Row]": "high", "type[Column]": "green"}) == 0.4
    cell = {"type[Row]": "low", "type[Column]": "never", "action[Row]": "flat"}
    found = data["payoff[Column]"].sel({**cell, "action[Column]": "right"})
    assert found.item() == labelled_game.payoffs[1][0, 1, 1, 1]
    # Interim welfare in one line, which is what the labels are for.
    mean = (data["prior"] * data["payoff[Row]"]).sum(["type[Row]", "type[Column]"])
    assert mean.dims == ("action[Row]", "action[Column]")


def test_an_axis_that_nothing_depends_on_is_no_dimension() -> None:
    private = np.arange(6.0).reshape(1, 3, 1, 2)
    game = BayesianGame(
        np.full((2, 3), 1 / 6), [np.zeros((1,) * 4), private], actions=[["a", "b"], ["c", "d"]]
    )
    data = to_xarray(game)
    assert data["payoff[player 1]"].dims == ()
    assert data["payoff[player 2]"].dims == ("type[player 2]", "action[player 2]")
    assert data.sizes["action[player 1]"] == 2, "labels are kept all the same"
    assert_same(game, from_xarray(data))


def test_datasets_by_hand_need_neither_labels_nor_order() -> None:
    data = xarray.Dataset(
        {
            "prior": (("type[b]", "type[a]"), [[0.5, 0.25], [0.0, 0.25]]),
            "payoff[a]": (("action[a]", "type[a]"), [[1.0, 2.0], [3.0, 4.0]]),
            "payoff[b]": ((), 5.0),
        }
    )
    game = from_xarray(data)
    assert game.players == ("b", "a")
    assert game.n_types == (2, 2)
    assert game.n_actions == (1, 2)
    assert game.payoffs[1][0, 1, 0, 0] == 2.0, "type 2 and action 1 of player a"
    assert game.types[0] == ("t1", "t2")
    assert from_xarray(data.assign_attrs(players=["a", "b"])).players == ("a", "b")


def test_a_frame_is_tidy(labelled_game) -> None:
    frame = to_pandas(labelled_game)
    assert len(frame) == 2 * 6 * 6
    assert list(frame.columns) == [
        "player",
        "type[Row]",
        "type[Column]",
        "action[Row]",
        "action[Column]",
        "prior",
        "payoff",
    ]
    best = frame.groupby("player", observed=True)["payoff"].max()
    assert best["Column"] == labelled_game.payoffs[1].max()
    plain = frame.astype(dict.fromkeys(frame.columns[:5], str))
    assert_same(labelled_game, from_pandas(plain))


def test_rationals_stay_rational_in_both() -> None:
    third = Fraction(1, 3)
    game = BayesianGame([third, 1 - third], [[[third, third + Fraction(1, 10**30)]] * 2])
    for again in (from_xarray(to_xarray(game)), from_pandas(to_pandas(game))):
        assert again.exact.payoffs[0][0, 1] == game.exact.payoffs[0][0, 1]
        assert again.given[0][0] == third


def test_what_is_no_dataset_of_a_game_is_refused_by_name(labelled_game) -> None:
    data = to_xarray(labelled_game)
    with pytest.raises(GameError, match="is a dict without a variable 'prior'"):
        from_xarray({})
    with pytest.raises(GameError, match=r"variable 'payoff\[Column\]' is missing"):
        from_xarray(data.drop_vars("payoff[Column]"))
    with pytest.raises(
        GameError, match=r"prior has the dimensions \['kind', 'type\[Row\]'\], want"
    ):
        from_xarray(data.rename({"type[Column]": "kind"}))
    with pytest.raises(GameError, match=r"payoff\[Row\] has the dimensions \['month'\], want some"):
        from_xarray(data.assign({"payoff[Row]": data["payoff[Row]"].expand_dims("month")}))


def test_what_is_no_frame_of_a_game_is_refused_by_name(labelled_game) -> None:
    frame = to_pandas(labelled_game)
    with pytest.raises(GameError, match="is a list without a column 'player'"):
        from_pandas([])
    with pytest.raises(GameError, match=r"lacks the columns \['action\[Row\]'\]"):
        from_pandas(frame.drop(columns="action[Row]"))
    with pytest.raises(GameError, match="has 71 rows, 71 of them distinct, want 72"):
        from_pandas(frame.iloc[1:])
    with pytest.raises(GameError, match="has 72 rows, 71 of them distinct, want 72"):
        from_pandas(pandas.concat([frame.iloc[1:], frame.iloc[-1:]]))
    with pytest.raises(GameError, match="'player' has rows without a label"):
        from_pandas(frame.assign(player=frame["player"].where(frame["player"] == "Row")))
    changed = frame.assign(prior=np.where(np.arange(len(frame)) == 0, 0.5, frame["prior"]))
    with pytest.raises(GameError, match="prior differs between rows of one joint type"):
        from_pandas(changed)
    wide = BayesianGame([[1.0]], [np.zeros((1,) * 4)] * 2, actions=[[*map(str, range(2000))]] * 2)
    with pytest.raises(GameError, match="8,000,000 rows, want at most 4,000,000; use to_xarray"):
        to_pandas(wide)


@pytest.mark.parametrize(("module", "convert"), [("xarray", to_xarray), ("pandas", to_pandas)])
def test_a_missing_library_names_the_install_line(monkeypatch, module, convert) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{module} is not installed.*econ-theory\[interop\]"):
        convert(BayesianGame([1.0], [[[1.0]]]))


def test_a_frame_without_prior_and_types_is_a_game_without_types():
    game = BayesianGame.bimatrix(
        [[1.0, 2.0, 0.0], [3.0, 4.0, 5.0]],
        [[Fraction(1, 3), 2, 5], [0, 1, Fraction(1, 7)]],
        players=["Ann", "Bob"],
        actions=[["u", "d"], ["l", "m", "r"]],
    )
    whole = to_pandas(game)
    tidy = whole.drop(columns=["prior", "type[Ann]", "type[Bob]"])
    back = from_pandas(tidy.sample(frac=1.0, random_state=1))
    assert (back.players, back.actions, back.n_types) == (game.players, game.actions, (1, 1))
    assert back.payoff("Bob", actions=("d", "r")) == Fraction(1, 7)
    assert (back.payoffs[0] == game.payoffs[0]).all()
    for column in ("prior", "type[Ann]"):
        with pytest.raises(GameError, match=rf"lacks the columns \['{column[:4]}"):
            from_pandas(whole.drop(columns=column))
    with pytest.raises(GameError, match=r"lacks the columns \['action\[Ann\]'\]"):
        from_pandas(tidy.drop(columns="action[Ann]"))
