"""`treadctl replay`: what differs is found, at its line, and nothing else is called different."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.composition.recordings import changed, index_of, lines
from tests.golden.records.make import SESSIONS
from treadctl.composition.replay import replay
from treadctl.composition.replay_inputs import NotReplayable
from treadctl.composition.replay_verdict import Difference
from treadctl.records.chain import Record
from treadctl.safety import phases, ramp

STRAP = lines("strap-pull")
RENEW: Final = (
    "This version does something else than was recorded. If nobody meant that, it is a fault. If "
    "it is meant, record anew with `python -m tests.golden.records.make`, in a commit of its own "
    "that says what is different and why."
)


def difference(half: Any) -> Difference:
    found: Difference | None = half.difference
    assert found is not None
    return found


@pytest.mark.parametrize("name", SESSIONS)
def test_sr49_a_recorded_session_is_what_this_version_does(name: str) -> None:
    found = replay(lines(name))
    for half in (found.core, found.gate):
        assert half.difference is None, f"tests/golden/records/{name}: {half.difference}. {RENEW}"
        assert half.ends_early is None
    assert found.core.compared["events"] > 100
    assert found.gate.compared["ticks"] > 1_000


def test_the_sessions_are_the_ones_they_are_called() -> None:
    ends = {name: lines(name)[-1].body for name in SESSIONS}
    assert {name: (end["reason"], end["exit_code"]) for name, end in ends.items()} == {
        "clean": ("completed", 0),
        "strap-pull": ("strap_open", 11),
        "link-loss": ("link_lost", 13),
    }


# What differs in the gate.


def test_sr04_a_gate_that_holds_the_slow_start_longer_is_found_where_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phases, "START_HOLD_MS", 20_000)
    found = replay(STRAP)
    where = difference(found.gate)
    assert where.what in ("frames", "report")
    line = STRAP[where.line - 1]
    assert line.kind == "report"
    assert 24_000 <= line.t_ms <= 26_500  # the first increase, ten seconds after the start


def test_sr11_a_steeper_ramp_is_found_in_the_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ramp, "a_up_ckmh_s", lambda s, c: 30)
    found = replay(STRAP)
    where = difference(found.gate)
    assert where.what == "frames"
    assert "wa3" in where.replayed
    assert "wa3" not in where.recorded
    assert found.core.identical


def test_a_byte_that_arrived_differently_shows_in_what_is_reported() -> None:
    index = index_of(STRAP, "report", lambda body: ",rd031" in body.get("ticks", ""))
    ticks = STRAP[index].body["ticks"].replace(",rd031", ",rd133303030", 1)
    found = replay(changed(STRAP, index, ticks=ticks))
    assert not found.gate.identical
    assert found.core.identical


def test_a_report_that_says_something_else_is_found_at_its_line_by_its_field() -> None:
    index = index_of(STRAP, "report", lambda body: body["phase"] == "moving")
    found = replay(changed(STRAP, index, setpoint_ckmh=7))
    where = difference(found.gate)
    assert (where.line, where.what) == (index + 1, "report")
    assert where.recorded == "setpoint_ckmh 7"
    assert where.replayed.startswith("setpoint_ckmh ")


def test_reports_that_are_missing_end_the_comparison_and_are_no_difference() -> None:
    index = index_of(STRAP, "report", lambda body: body["phase"] == "moving")
    records = (*STRAP[:index], *STRAP[index + 1 :])
    found = replay(records)
    assert found.gate.difference is None
    assert "reports are missing" in (found.gate.ends_early or "")


def test_ticks_that_were_too_many_to_keep_end_the_comparison() -> None:
    index = index_of(STRAP, "report", lambda body: body["phase"] == "moving")
    found = replay(changed(STRAP, index, ticks="20 !"))
    assert "more to say" in (found.gate.ends_early or "")
    assert found.core.identical


def test_a_request_that_the_record_does_not_hold_ends_the_comparison() -> None:
    index = index_of(STRAP, "report", lambda body: body["phase"] == "moving")
    found = replay(changed(STRAP, index, ticks="20,q99999"))
    assert "request 99999 is not in the record" in (found.gate.ends_early or "")


# What differs in the session.


def test_a_session_that_says_something_else_is_found_at_the_event() -> None:
    index = index_of(STRAP, "event", lambda body: body["event"] == "stop")
    found = replay(changed(STRAP, index, message="The strap is fine."))
    where = difference(found.core)
    assert (where.line, where.what, where.t_ms) == (index + 1, "event", STRAP[index].t_ms)
    assert where.recorded == "event stop, message The strap is fine."
    assert where.replayed == "event stop, message The safety strap was released."
    assert found.gate.identical


def test_a_session_that_asks_for_something_else_is_found_at_the_request() -> None:
    index = index_of(STRAP, "request", lambda body: body["setpoint_ckmh"] > 0)
    found = replay(changed(STRAP, index, setpoint_ckmh=300))
    where = difference(found.core)
    assert (where.line, where.what) == (index + 1, "request")
    assert where.recorded == "setpoint_ckmh 300"


@pytest.mark.parametrize("kind", ["event", "request"])
def test_a_line_that_is_missing_or_one_too_many_is_a_difference(kind: str) -> None:
    index = 100
    index = next(i for i in range(index, len(STRAP)) if STRAP[i].kind == kind)
    missing = replay((*STRAP[:index], *STRAP[index + 1 :]))
    twice = replay((*STRAP[: index + 1], *STRAP[index:]))
    assert difference(missing.core).what == kind
    assert difference(twice.core).what == kind


def test_a_verb_that_was_not_asked_for_shows_in_what_follows() -> None:
    index = index_of(STRAP, "verb", lambda body: body["verb"] == "skip")
    found = replay((*STRAP[:index], *STRAP[index + 1 :]))
    assert difference(found.core).line > index


def test_another_end_than_the_recorded_one_is_a_difference() -> None:
    found = replay(changed(STRAP, len(STRAP) - 1, exit_code=0))
    where = difference(found.core)
    assert (where.what, where.recorded, where.replayed) == ("end", "exit_code 0", "exit_code 11")


def test_where_a_record_lies_is_no_difference() -> None:
    index = index_of(STRAP, "event", lambda body: body["event"] == "finished")
    assert replay(changed(STRAP, index, record="elsewhere.jsonl")).identical


@pytest.mark.parametrize("verb", ["exchange", "drain_events", "remember", "_core", "fly", 7])
def test_only_what_a_person_can_ask_for_is_asked(verb: object) -> None:
    index = index_of(STRAP, "verb", lambda body: body["verb"] == "skip")
    found = replay(changed(STRAP, index, verb=verb))
    assert "cannot read it" in (found.core.ends_early or "")


def test_a_record_that_was_cut_off_is_identical_as_far_as_it_goes() -> None:
    for length in (1, 2, 100, 1_000):
        found = replay(STRAP[:length])
        assert found.identical
        assert found.core.compared["events"] <= length


def test_lines_that_could_not_be_recorded_end_the_comparison() -> None:
    gap = replace(STRAP[300], kind="dropped", body={"lines": 4})
    found = replay((*STRAP[:300], gap, *STRAP[300:]))
    for half in (found.core, found.gate):
        assert half.difference is None
        assert half.ends_early == "line 301: lines are missing from the record here"


def test_a_kind_of_line_that_a_later_version_writes_ends_the_comparison() -> None:
    later = replace(STRAP[300], kind="telepathy", body={})
    found = replay((*STRAP[:300], later, *STRAP[300:]))
    assert "telepathy" in (found.core.ends_early or "")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": {}},
        {"inputs": 5},
        {"inputs": {"programme": {}, "session": {}, "gate": {}}},
        {"inputs": {**STRAP[0].body["inputs"], "gate": {"name": 5}}},
        {"inputs": {**STRAP[0].body["inputs"], "session": {"warp": True}}},
    ],
)
def test_a_record_that_does_not_say_what_was_given_cannot_be_replayed(
    body: dict[str, object],
) -> None:
    with pytest.raises(NotReplayable, match="record"):
        replay([replace(STRAP[0], body=body), *STRAP[1:]])


@pytest.mark.parametrize(
    "impossible",
    [{"profile": "another"}, {"unit": "knots"}, {"max_ckmh": -1}, {"protocol": "telepathy"}],
    ids=lambda impossible: next(iter(impossible)),
)
def test_a_record_of_a_machine_that_is_none_cannot_be_replayed(
    impossible: dict[str, object],
) -> None:
    given = STRAP[0].body["inputs"]
    gate = {**given["gate"], "machine": {**given["gate"]["machine"], **impossible}}
    with pytest.raises(NotReplayable, match="record"):
        replay([replace(STRAP[0], body={"inputs": {**given, "gate": gate}}), *STRAP[1:]])


def test_a_record_of_a_plan_that_nobody_could_have_walked_there_cannot_be_replayed() -> None:
    given = STRAP[0].body["inputs"]
    first, *others = given["programme"]["steps"]
    steps = [{**first, "speed_ckmh": -100}, *others]
    inputs = {**given, "programme": {**given["programme"], "steps": steps}}
    with pytest.raises(NotReplayable, match="record"):
        replay([replace(STRAP[0], body={"inputs": inputs}), *STRAP[1:]])


def test_an_older_record_has_the_defaults_of_what_came_later() -> None:
    given = STRAP[0].body["inputs"]
    older = {
        **given,
        "gate": {key: value for key, value in given["gate"].items() if key != "heart"},
        "session": {key: value for key, value in given["session"].items() if key != "profile"},
    }
    assert replay([replace(STRAP[0], body={"inputs": older}), *STRAP[1:]]).gate.identical


def test_what_a_report_tells_since_a_record_was_made_is_no_difference() -> None:
    older = [
        replace(line, body={k: v for k, v in line.body.items() if k != "step_ckmh"})
        if line.kind == "report"
        else line
        for line in STRAP
    ]
    assert replay(older).gate.identical


ODD: Final[tuple[object, ...]] = (
    None,
    True,
    -1,
    1 << 70,
    0.5,
    "",
    "strap",
    [],
    ["x"],
    {},
    {"x": 1},
)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_record_that_says_odd_things_is_an_answer_or_an_error_of_ours(
    data: st.DataObject,
) -> None:
    index = data.draw(st.integers(1, 400))
    line = STRAP[index]
    keys = sorted(line.body) or ["x"]
    key = data.draw(st.sampled_from(keys))
    odd = data.draw(st.sampled_from(ODD))
    found = replay(changed(STRAP[:450], index, **{key: odd}))
    assert found.core.compared["events"] <= 450


def test_an_empty_file_cannot_be_replayed() -> None:
    with pytest.raises(NotReplayable):
        replay(iter(tuple[Record, ...]()))
