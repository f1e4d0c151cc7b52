"""What a record's file holds: exact values, odd labels, and a sentence for everything malformed."""

from __future__ import annotations

import json
import os
import pickle
import stat
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from econ_theory import BayesianGame, StrategyProfile, load_json, solve, solve_all
from econ_theory.audit import Finding, Ledger, Row, StatedClaim
from econ_theory.certificates import Certificate
from econ_theory.errors import (
    AuditError,
    EconError,
    FormatError,
    NotConverged,
    RefusedError,
)
from econ_theory.games.finite.labels import Labels
from econ_theory.records import Record, files
from econ_theory.records.writing import encoded
from econ_theory.regret import Bound, RegretTrace
from econ_theory.strategies import BidFunction, BidProfile

ANY = st.text(st.characters(exclude_categories=[]))
LABELS = st.lists(ANY, min_size=2, max_size=2, unique=True)


def finding(**fields) -> Finding:
    return Finding("holds", 1.0, "units", (0.5, 2.0), "counted", **fields)


def certificate(gains: object) -> Certificate:
    """A record around any array at all."""
    array = np.asarray(gains)
    return Certificate((array,), (array,), (array,), (1.0,))


@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.int32]),
        hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
    )
)
def test_arrays_come_back_bit_for_bit(array):
    back = load_json(certificate(array).to_json()).gains[0]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    if array.dtype.kind == "f":
        assert (np.isnan(back) == np.isnan(array)).all()
        back, array = np.nan_to_num(back), np.nan_to_num(array)
    assert back.tobytes() == array.tobytes()


def test_number_of_every_size_comes_back():
    big = Fraction(7**9000, 3**9000)
    values = np.empty(3, dtype=object)
    values[:] = [big, -big, Fraction(-1, 3)]
    assert load_json(certificate(values).to_json()).gains[0].tolist() == values.tolist()
    whole = replace(solution(), entropy=16**20_000 + 1)
    assert load_json(whole.to_json()).entropy == 16**20_000 + 1
    for number in (5e-324, 0.1, -0.0, 1.7976931348623157e308, float("inf"), float("-inf")):
        back = load_json(replace(solution(), seconds=number).to_json()).seconds
        assert repr(back) == repr(number)


def solution():
    u = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 2, 2)
    return solve(BayesianGame([[1]], [u, u.swapaxes(2, 3)]), rng=0)


@given(players=LABELS, types=LABELS, title=ANY)
def test_labels_of_any_characters_come_back(players, types, title):
    # Half a character before the other half is one character in any file; that pair is refused.
    paired = any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff"
                 for text in (*players, *types, title) for a, b in pairwise(text))  # fmt: skip
    game = BayesianGame(
        [[0.5], [0.5]],
        [np.zeros((1, 1, 1, 1))] * 2,
        players=players,
        types=[types, None],
        title=title,
    )
    for record in (game, game.labels, StrategyProfile.uniform(game)):
        if paired:
            with pytest.raises(RefusedError, match="surrogate pair"):
                game.to_json()
            continue
        text = record.to_json()
        text.encode("utf-8")
        assert load_json(text) == record


def test_functions_that_are_one_stay_one_and_are_written_once():
    bid = BidFunction([0.0, 1.0], [0.0, 0.5])
    profile = BidProfile([bid, bid, BidFunction([0.0, 1.0], [0.0, 0.5])])
    text = profile.to_json()
    back = load_json(text)
    assert text.count("bid-function") == 2
    assert back == profile
    assert back.functions[0] is back.functions[1]
    assert back.functions[0] is not back.functions[2]
    assert pickle.loads(pickle.dumps(profile)).functions[0] == bid


def test_a_file_and_a_pickle_hold_the_whole_search():
    u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    search = solve_all(BayesianGame([[1]], [u, u]))
    assert search[0]
    pickled = pickle.loads(pickle.dumps(search))
    assert list(pickled) == list(search)
    assert pickled.complete is True
    back = load_json(search.to_json())
    assert (len(back), back.complete, back.reason) == (3, True, search.reason)
    assert back == search


@dataclass(frozen=True)
class Own:
    """A claim of one's own."""

    id = "OWN"
    statement, source, hypotheses = "one is one", "folklore", ("numbers",)

    def n_trials(self, quick):
        return 1

    def trial(self, rng, quick):
        return 1.0

    def judge(self, results):
        return finding()


def test_a_claim_of_ones_own_comes_back_as_what_it_says():
    ledger = Ledger((Row(Own(), finding(), 1, 0.5),), True, 7)
    back = load_json(ledger.to_json())
    assert back["OWN"].claim == StatedClaim("OWN", "one is one", "folklore", ("numbers",))
    assert back.records() == ledger.records()
    with pytest.raises(RefusedError, match="OWN came from a file, which keeps no experiment"):
        back["OWN"].claim.trial(np.random.default_rng(0), True)
    with pytest.raises(RefusedError, match="want the claim itself"):
        back["OWN"].claim.judge([])


def test_what_no_file_can_hold_is_refused_by_its_field():
    bound = Bound("mine", lambda steps, i: steps, lambda steps, i: steps)
    with pytest.raises(
        RefusedError, match=r"^value is a function, want numbers, text, arrays or a"
    ):
        bound.to_json()
    with pytest.raises(
        RefusedError, match=r"^gains\[0\] has entries of type .'str'., want numbers"
    ):
        certificate(np.array(["x"], dtype=object)).to_json()
    with pytest.raises(RefusedError, match="is a ndarray of complex128, want a plain array"):
        certificate(np.zeros(1, dtype=complex)).to_json()
    with pytest.raises(RefusedError, match="is a MaskedArray of float64"):
        encoded(np.ma.array([1.0, 2.0], mask=[0, 1]), "x")

    class Mine(Record):
        pass

    with pytest.raises(RefusedError, match="the object is a Mine, want a result of econ_theory"):
        Mine().to_json()


# -- files ---------------------------------------------------------------------------------------


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "r.json"
    record = solution()
    assert path.write_text("old") == 3
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            record.to_json(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
    link = tmp_path / "link.json"
    link.symlink_to(path)
    assert record.to_json(link) + "\n" == path.read_text(encoding="utf-8")
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()
    assert load_json(path) == load_json(str(path)) == load_json(link) == record
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(
        FormatError, match=r"r\.json is [\d,]+ bytes, want at most 10; keep what is"
    ):
        load_json(path)
    with pytest.raises(
        FormatError, match=r"is [\d,]+ bytes, want at most 10, which is what can be"
    ):
        record.to_json(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_source_that_is_neither_text_nor_file_is_refused(tmp_path):
    with pytest.raises(FormatError, match="'no such file' is neither JSON text nor the path"):
        load_json("no such file")
    with pytest.raises(FormatError, match="is neither JSON text nor the path"):
        load_json("\x00")
    with pytest.raises(FileNotFoundError):
        load_json(tmp_path / "missing.json")
    (tmp_path / "bytes.json").write_bytes(b"{\xff}")
    with pytest.raises(FormatError, match="line 1: byte 0xff is no UTF-8 text"):
        load_json(tmp_path / "bytes.json")


# -- malformed and hostile text ------------------------------------------------------------------


def profile_text(**array) -> str:
    rows = {"dtype": "float64", "shape": [1, 2], "data": [[0.5, 0.5]], **array}
    return json.dumps({"schema": "econ-theory/strategy-profile", "version": 1, "rows": [rows]})


NESTED = "[" * 60 + "]" * 60


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "text, line 1: .*, want JSON"),
        ("[]", "text holds a list, want an object"),
        ("{}", 'field "schema" is None, want one that this econ-theory knows'),
        ('{"schema": "econ-theory/os.system", "version": 1}', "is 'econ-theory/os.system'"),
        ('{"schema": "solution", "version": 1}', 'field "schema" is .solution.'),
        ('{"schema": ["econ-theory/game"], "version": 1}', 'field "schema" is '),
        ('{"schema": "econ-theory/solution", "version": 1}', 'field "profile" is missing, want it'),
        ('{"schema": "econ-theory/game", "version": true}', 'field "version" is True, want 1'),
        ('{"a": 1, "a": 2}', 'field "a" is there twice'),
        ('{"a": NaN}', "the number NaN is no JSON"),
        ('{"a": ' + "9" * 5000 + "}", "a number that is too long"),
        ("{" + '"a":{' * 100_000, "nested too deeply"),
        (profile_text(data=json.loads(NESTED)), r'"rows\[0\].data" does not have the length 2'),
        (profile_text().replace("[[0.5, 0.5]]", "[[0.5, 1e999]]"), "beyond the largest float64"),
        (profile_text(data=[[0.5, "x"]]), r'"rows\[0\].data" has .x., want numbers of type float'),
        (profile_text(data=[[0.5, True]]), r"has True, want numbers of type float64"),
        (profile_text(data=[[0.5]]), "does not have the length 2 along axis 1"),
        (profile_text(data=[[0.5, 0.6]]), "strategy of player 1 sums to 1.1"),
        (profile_text(shape=[10**9, 2]), "does not have the length 1000000000 along axis 0"),
        (profile_text(shape=[10**9, 10**9, 0], data=[]), "is no array of float64|has shape"),
        (profile_text(shape=[-1, 2]), "want a list of at most 32 lengths"),
        (profile_text(shape=[2**70, 2]), "want a list of at most 32 lengths"),
        (profile_text(shape=2), "want a list of at most 32 lengths"),
        (profile_text(shape=[0, 2]), "has entries, want none in the shape"),
        (profile_text(dtype="object"), "is 'object', want 'fraction' or a numpy name"),
        (profile_text(dtype=["float64"]), "want 'fraction' or a numpy name"),
        (profile_text(dtype="int64"), "has 0.5, want numbers of type int64"),
        (profile_text(dtype="bool", data=[[1, 0]]), "has 1, want numbers of type bool"),
        (profile_text(dtype="uint8", data=[[256, 0]]), "is no array of uint8"),
        (profile_text(dtype="fraction", data=[["1/0", "1"]]), "a denominator other than zero"),
        (profile_text(dtype="fraction", data=[["1e9", "1"]]), 'want a rational such as "1/3"'),
        (profile_text(dtype="fraction", data=[[0.5, 0.5]]), 'want a rational such as "1/3"'),
        (profile_text(more=1), "is an object with the fields"),
        ('{"schema": "econ-theory/bid-profile", "version": 1, "functions": [{"same": 0}]}',
         r'"functions\[0\].same" is 0, want an earlier place'),
        ('{"schema": "econ-theory/bid-profile", "version": 1, "functions": ' + NESTED + "}",
         "is nested too deeply, want at most 40"),
    ],
)  # fmt: skip
def test_malformed_text_is_refused_in_a_sentence(text, complaint):
    with pytest.raises(FormatError, match=complaint) as refused:
        load_json(text)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("status", {"enum": "status", "name": "FINE"}, "is 'FINE', want one of .'CONVERGED'"),
        ("status", {"enum": "os", "name": "path"}, "is 'os', want one of .'status'"),
        ("status", "CONVERGED", 'field "status" is .CONVERGED., want Status'),
        ("profile", 3, 'field "profile" is 3, want StrategyProfile'),
        ("steps", 1.5, 'field "steps" is 1.5, want int'),
        ("steps", True, 'field "steps" is True, want int'),
        ("seconds", "1", "want float"),
        ("history", [[1, 2.0]], "want tuple"),
        ("entropy", {"integer": "1/2"}, "want a record with a schema"),
        ("entropy", {"fraction": "1/2"}, "want int . None"),
        ("reason", {"float": "huge"}, "want a record with a schema"),
    ],
)
def test_a_field_of_another_type_is_refused(field, value, complaint):
    fields = json.loads(solution().to_json())
    with pytest.raises(FormatError, match=complaint):
        load_json(json.dumps({**fields, field: value}))


def test_a_newer_record_inside_is_refused_by_name():
    text = (
        solution()
        .to_json()
        .replace(
            '"econ-theory/certificate", "version": 1', '"econ-theory/certificate", "version": 9'
        )
    )
    with pytest.raises(FormatError, match=r'"certificate\.version" is 9, want 1 for .econ-theory'):
        load_json(text)


def test_players_of_different_counts_are_refused():
    fields = json.loads(solution().certificate.to_json())
    fields["actions"] = fields["actions"][:1]
    with pytest.raises(FormatError, match=r'"actions" has 1 entries, want 2: as many as .gains'):
        load_json(json.dumps(fields))
    fields = json.loads(solution().certificate.to_json())
    fields["gains"][0] = {"dtype": "float64", "shape": [2], "data": [0.0, 1.0]}
    with pytest.raises(FormatError, match=r'"actions\[0\]" has the length 1, want 2'):
        load_json(json.dumps(fields))


def test_a_field_with_a_default_may_be_missing_as_in_an_older_file():
    fields = json.loads(solution().to_json())
    del fields["entropy"]
    assert load_json(json.dumps(fields)).entropy is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["schema", "version", "dtype", "shape", "data", "same", "list", "enum"])
            | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["profile", "certificate", "history", "status", "labels"]))
def test_any_json_in_any_place_is_refused_or_read(value, field):
    fields = json.loads(solution().to_json())
    try:
        back = load_json(json.dumps({**fields, field: value}))
    except FormatError as error:
        # Only our sentence may come out.
        assert str(error).startswith("text")  # noqa: PT017
    else:
        assert type(back) is type(solution())


def test_a_hostile_text_costs_little_time_and_memory():
    texts = [
        profile_text(shape=[2**39] * 30),
        profile_text(dtype="fraction", data=[["1" * 100_000, "1"]]),
        '{"a":' * 50_000,
        '{"schema": "econ-theory/bid-profile", "version": 1, "functions": ' + "[" * 900 + "]" * 900
        + "}",
        "{" + ",".join(f'"k{k % 50_000}": 0' for k in range(100_000)) + "}",
    ]  # fmt: skip
    tracemalloc.start()
    began = time.process_time()
    for text in texts:
        with pytest.raises(FormatError):
            load_json(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    assert time.process_time() - began < 10


# -- pickles -------------------------------------------------------------------------------------


def test_a_pickle_leaves_behind_what_was_computed_and_is_read_only():
    trace = RegretTrace(np.ones((3, 1)), "external")
    back = pickle.loads(pickle.dumps(trace))
    assert back == trace
    assert hash(back) == hash(trace)
    with pytest.raises(ValueError, match="read-only"):
        back.cumulative[0] = 2
    game = BayesianGame([[1.0]], [np.zeros((1, 1, 2, 1))] * 2)
    _ = game.kernel
    again = pickle.loads(pickle.dumps(game))
    assert again == game
    assert again != game.relabelled(title="Other")


def _raise_not_converged(_: int) -> None:
    raise NotConverged("not there yet.", solution())


def test_an_exception_crosses_a_process_pool_with_what_it_carries():
    with (
        ProcessPoolExecutor(1) as pool,
        pytest.raises(NotConverged, match=r"^not there yet\.$") as e,
    ):
        list(pool.map(_raise_not_converged, [0]))
    assert e.value.solution.profile == solution().profile


def subclasses(cls: type) -> list[type]:
    return [cls, *(deeper for sub in cls.__subclasses__() for deeper in subclasses(sub))]


def test_every_exception_of_both_packages_pickles():
    import llm_bridge.errors

    ours = [
        cls
        for cls in subclasses(EconError)
        if cls.__module__ in ("econ_theory.errors", "llm_bridge.errors")
    ]
    assert {*llm_bridge.errors.__all__} <= {cls.__name__ for cls in ours}
    assert len(ours) == 18
    carried = {"NotConverged": "solution", "AuditError": "ledger", "SweepError": "runs"}
    for cls in ours:
        extra = carried.get(cls.__name__)
        error = cls("what is so.", {1: "x"}) if extra else cls("what is so.")
        back = pickle.loads(pickle.dumps(error))
        assert type(back) is cls
        assert str(back) == str(error) == "what is so."
        if extra:
            assert getattr(back, extra) == {1: "x"}
    assert AuditError("a", 1).ledger == 1


def test_labels_are_a_record():
    labels = Labels(["Ann"], [["t"]], [["a"]], ["s"])
    assert load_json(labels.to_json()) == labels
