"""Priors from observations: counts, smoothing, quantile bins, and games made of them."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.errors import GameError, SettingError
from econ_theory.games import BayesianGame, prior_from_samples

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=20)


@given(ROWS, st.sampled_from([0, 1, Fraction(1, 2), 0.25]))
def test_the_prior_is_the_smoothed_frequency(rows, pseudocount):
    found = prior_from_samples(rows, pseudocount=pseudocount, exact=True)
    seen = Counter(rows)
    total = len(rows) + Fraction(pseudocount) * found.prior.size
    assert found.prior.sum() == 1
    assert found.n_samples == len(rows)
    for k, a in enumerate(found.types[0]):
        for m, b in enumerate(found.types[1]):
            assert found.prior[k, m] == (seen[a, b] + Fraction(pseudocount)) / total
            assert found.counts[k, m] == seen[a, b]
    floats = prior_from_samples(rows, pseudocount=pseudocount)
    np.testing.assert_allclose(floats.prior, found.prior.astype(float), rtol=1e-15)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(1, 5))
def test_bins_hold_equal_shares_and_their_cuts_bin_the_samples_alike(numbers, n_bins):
    found = prior_from_samples(np.array(numbers)[:, None], bins=n_bins, exact=True)
    (bins,), (cuts,) = found.types, found.cuts
    assert 1 <= len(bins) <= n_bins
    codes = np.searchsorted(cuts, numbers)
    assert found.counts.tolist() == np.bincount(codes, minlength=len(bins)).tolist()
    for k, one in enumerate(bins):
        held = np.array(numbers)[codes == k]
        assert (one.low, one.high) == (held.min(), held.max())
        assert float(one) == pytest.approx(held.mean(), rel=1e-12)
    if len(set(numbers)) == len(numbers) >= n_bins:
        assert max(found.counts) <= len(numbers) / n_bins + 1
    assert len({str(one) for one in bins}) == len(bins)


def test_types_given_keep_their_order_and_those_never_seen():
    found = prior_from_samples(
        [("low",), ("high",), ("low",)], types=[["low", "middle", "high"]], pseudocount=1
    )
    assert found.types == (("low", "middle", "high"),)
    np.testing.assert_allclose(found.prior, [3 / 6, 1 / 6, 2 / 6])


def test_frames_name_the_players_and_a_game_follows():
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, size=(500, 2)) + rng.normal(size=(500, 1))
    frame = pd.DataFrame({"Ann": values[:, 0], "Bob": ["odd", "even"] * 250})
    found = prior_from_samples(frame, bins=[3, None])
    assert found.players == ("Ann", "Bob")
    assert found.types[1] == ("even", "odd")
    game = BayesianGame.from_function(
        found.types,
        [[0, 1], ["yes", "no"]],
        found.prior,
        lambda t, a: (t[0] * a[0], (t[1] == "odd") * (a[1] == "yes") - 0.5 * a[0]),
        players=found.players,
    )
    assert game.types[0] == tuple(map(str, found.types[0]))
    assert certify(game, solve(game).profile).epsilon < 1e-9
    direct = BayesianGame(found.prior, [np.zeros((1,) * 4)] * 2, types=found.types)
    assert direct.types == game.types
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert list(map(str, again.types[0])) == list(map(str, found.types[0]))


@pytest.mark.parametrize(
    ("samples", "options", "error", "complaint"),
    [
        ([], {}, GameError, "the samples have 0 columns and 0 rows"),
        ([1, 2], {}, GameError, r"row 1 of the samples is 1, want 1 entries.*shape \(N, 1\)"),
        ([(1, 2), (3,)], {}, GameError, r"row 2 of the samples is \(3,\), want 2 entries"),
        (["ab", "cd"], {}, GameError, "row 1 of the samples is 'ab'"),
        ([(1.0, np.nan)], {}, GameError, "row 1 of the samples has nan"),
        ([(1,), (None,)], {}, GameError, "row 2 of the samples has None"),
        ([("a",)], {"bins": 2}, GameError, "the samples of player 1 are no numbers"),
        ([(np.inf,)], {"bins": 2}, GameError, "not all finite"),
        ([(1,), (4,)], {"types": [[1, 2]]}, GameError, "row 2 of the samples has 4 for player 1"),
        (np.zeros((2, 27)), {}, GameError, "the samples have 27 columns"),
        (np.arange(6000).reshape(-1, 2), {}, GameError, "9,000,000 joint types, want at most"),
        ([(1, 2)], {"types": [[1]]}, SettingError, "types has 1 entries, want 2"),
        ([(1, 2)], {"bins": [2]}, SettingError, "bins has 1 entries, want 2"),
        ([(1,)], {"bins": 0}, SettingError, "bins is 0 for player 1"),
        ([(1,)], {"bins": [True]}, SettingError, "bins is True"),
        ([(1,)], {"bins": 2, "types": [[1]]}, SettingError, "both types and bins"),
        ([(1,)], {"pseudocount": -1}, SettingError, "pseudocount is -1, want a finite number >= 0"),
        ([(1,)], {"pseudocount": np.nan}, SettingError, "pseudocount is nan"),
        ([(1,)], {"pseudocount": "x"}, SettingError, "pseudocount is 'x'"),
    ],
)
def test_what_is_wrong_is_named(samples, options, error, complaint):
    with pytest.raises(error, match=complaint):
        prior_from_samples(samples, **options)
