"""A session held against its plan says what was walked, and never more."""

from pathlib import Path
from typing import Any

import pytest

from tests.records.samples import open_journal
from tests.records.walks import STEPS, Walk, walk
from treadctl.core.energy import Effort
from treadctl.records.account import Account, account_of
from treadctl.records.account_text import account_lines, energy_line, printable
from treadctl.records.chain import Kind
from treadctl.records.debrief import Debrief
from treadctl.records.journal import RecordError
from treadctl.records.reader import Status


def account(path: Path) -> Account:
    found, verdict = account_of(path)
    assert verdict.intact
    return found


def test_each_step_is_held_against_its_plan(tmp_path: Path) -> None:
    found = account(walk(tmp_path))
    assert [(s.number, s.kind, s.planned_ms, s.planned_ckmh) for s in found.steps] == [
        (1, "warmup", 10_000, 300),
        (2, "reverse", 5_000, 100),
        (3, "rest", 2_000, 0),
        (4, "reverse", 5_000, 120),
    ]
    assert [step.walked_ms for step in found.steps] == [10_000, 5_000, 2_000, 2_500]
    assert [step.mean_ckmh for step in found.steps] == [360, 100, 0, 120]
    assert [step.peak_ckmh for step in found.steps] == [360, 100, 0, 120]
    assert [step.kept_permille for step in found.steps] == [1_000, 1_000, 1_000, 500]


def test_the_totals_are_what_was_measured(tmp_path: Path) -> None:
    found = account(walk(tmp_path))
    assert found.title == "Four steps"
    assert (found.forward_ms, found.backward_ms) == (10_000, 8_500)
    assert (found.backward_step_ms, found.planned_backward_ms) == (7_500, 10_000)
    assert (found.peak_forward_ckmh, found.peak_backward_ckmh) == (360, 120)
    assert found.kept_permille == 17_500 * 1_000 // 20_000
    assert found.bouts_walked == 1
    assert found.marks == ((18_000, "held the rail"),)
    assert found.summary.criteria == ("stumble",)
    assert found.summary.person == "anna"
    assert [stop.cause for stop in found.summary.stops] == ["strap_open"]


def test_the_effort_is_that_of_each_gait(tmp_path: Path) -> None:
    expected = (
        Effort()
        .walked(360, 10_000, backward=False)
        .walked(100, 5_000, backward=True)
        .walked(50, 1_000, backward=True)
        .walked(120, 2_500, backward=True)
    )
    assert account(walk(tmp_path)).effort.met_ms == pytest.approx(expected.met_ms)


def test_the_trace_has_a_point_for_each_second(tmp_path: Path) -> None:
    trace = account(walk(tmp_path)).trace
    assert [point.t_ms for point in trace] == list(range(0, 22_000, 1_000))
    assert (trace[0].measured_ckmh, trace[0].backward) == (360, False)
    assert (trace[12].measured_ckmh, trace[12].backward) == (100, True)


def test_a_belt_that_cannot_be_reached_is_not_said_to_have_moved(tmp_path: Path) -> None:
    session = Walk(tmp_path)
    session.stretch(5_000, 1, "warm_up", 300, link_up=False)
    session.stretch(5_000, 1, "warm_up", None)
    found = account(session.close())
    assert found.forward_ms == 0
    assert found.steps[0].walked_ms == 0
    assert {point.measured_ckmh for point in found.trace} == {None}


def test_a_gap_in_the_record_is_not_walking(tmp_path: Path) -> None:
    session = Walk(tmp_path)
    session.stretch(1_000, 1, "warm_up", 300)
    session.t_ms += 60_000
    session.stretch(1_000, 1, "warm_up", 300)
    # Up to a second after the last sample before the gap.
    assert account(session.close()).forward_ms == 900 + 1_000 + 900


def test_unknown_gait_counts_as_backward(tmp_path: Path) -> None:
    session = Walk(tmp_path)
    session.stretch(2_000, 1, "warm_up", 300, gait="unknown")
    found = account(session.close())
    assert found.forward_ms == 0
    assert found.backward_ms == 1_900


def test_a_step_that_was_extended_is_kept_and_no_more(tmp_path: Path) -> None:
    session = Walk(tmp_path)
    session.stretch(20_000, 1, "warm_up", 300)
    found = account(session.close())
    assert found.steps[0].kept_permille == 1_000
    assert found.kept_permille == 500


def test_a_session_cut_off_is_told_as_far_as_it_is_good(tmp_path: Path) -> None:
    session = Walk(tmp_path)
    session.stretch(5_000, 1, "warm_up", 300, distance_m=4.2)
    session.journal.abandon()
    found, verdict = account_of(session.journal.path)
    assert verdict.status is Status.CUT_TAIL
    assert found.forward_ms == 4_900
    assert not found.summary.closed
    assert found.summary.distance_m == 4.2


def test_a_record_of_an_earlier_version_has_no_steps(tmp_path: Path) -> None:
    found = account(Walk(tmp_path, steps=()).close())
    assert found.steps == ()
    assert found.kept_permille is None
    assert list(account_lines(found)) == ["Stops: none."]


@pytest.mark.parametrize(
    "steps",
    [
        (("warmup", "10", 0, 0, ""),),
        (("warmup",),),
        ((),),
        ("warmup",),
        ((1, 2, 3, 4, 5),),
    ],
)
def test_a_plan_that_cannot_be_read_is_said_not_guessed(tmp_path: Path, steps: object) -> None:
    with pytest.raises(RecordError, match="plan cannot be read"):
        account_of(Walk(tmp_path, steps=steps).close())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"t_ms": "x", "measured_ckmh": True, "step": None, "link_up": True},
        {"t_ms": -5, "measured_ckmh": -300, "step": 1, "state": "warm_up", "link_up": True},
        {"t_ms": 1e300, "measured_ckmh": 1e300, "step": 1e300, "link_up": True},
        {"t_ms": [], "measured_ckmh": {}, "gait": 7, "incline_permille": "steep"},
    ],
)
def test_samples_that_nobody_wrote_add_nothing(tmp_path: Path, body: dict[str, object]) -> None:
    journal = open_journal(tmp_path)
    for t_ms in (0, 100):
        journal.append(Kind.EVENT, t_ms, {"event": "sample", **body})
    journal.close(200, {})
    found = account(journal.path)
    assert (found.forward_ms, found.backward_ms, found.effort.met_ms) == (0, 0, 0)


@pytest.mark.parametrize("data", [b"", b"nothing of ours\n"])
def test_what_is_no_record_has_no_account(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    with pytest.raises(RecordError):
        account_of(path)


def test_the_text_says_it_in_words(tmp_path: Path) -> None:
    debrief = Debrief(rpe=12, pain=2, pain_before=1, note="easy\ngoing")
    lines = list(account_lines(account(walk(tmp_path)), body_mass_g=70_000, debrief=debrief))
    assert lines == [
        "       STEP                 PLANNED  UP TO        WALKED  MEAN        FASTEST",
        "     1 Warm-up                 0:10   3.0 km/h     0:10    3.6 km/h   3.6 km/h",
        "     2 Backward                0:05   1.0 km/h     0:05    1.0 km/h   1.0 km/h",
        "     3 Rest                    0:02                0:02",
        "     4 Second                  0:05   1.2 km/h     0:03    1.2 km/h   1.2 km/h",
        "Backward: 0:08 of 0:10 planned, at most 1.2 km/h.",
        "Forward: 0:10, at most 3.6 km/h.",
        "Kept to the plan: 87 % of its walking time, 1 of 2 backward bouts.",
        "Energy: about 1 kcal, give or take 29 %. An estimate, gross (it includes what resting "
        "would have cost); practice lowers it.",
        "Stops: 1.",
        "     0:21  F-016 The strap is not attached.",
        "   noted: stumble",
        "     0:18  marked held the rail",
        "Debrief: effort 12 of 6-20, pain 2 of 10 (1 before).",
        "Note: easy",
        "Note: going",
    ]


def test_a_step_nobody_walked_is_said_so(tmp_path: Path) -> None:
    lines = list(account_lines(account(Walk(tmp_path).close())))
    assert sum("not walked" in line for line in lines) == 3


def test_nothing_a_terminal_would_obey_comes_out_of_a_record(tmp_path: Path) -> None:
    steps = (("warmup", 10_000, 100, 300, "\x1b[31mred\x07"), *STEPS[1:])
    session = Walk(tmp_path, steps=steps)
    session.event(event="mark", note="a\x1b]0;b\x07")
    session.event(event="criterion", id="\x1b[2J")
    text = "".join(account_lines(account(session.close())))
    assert text.isprintable()
    assert printable("a\nb\x00") == "a?b?"


def test_two_formulas_that_round_alike_are_one_number() -> None:
    energy = Effort().walked(400, 1_000, backward=True).energy(70_000)
    assert energy_line(energy).startswith("Energy: about 0 kcal, give or take 25 %")


@pytest.mark.parametrize("state", [["walk"], {"is": "walk"}, 7, None], ids=repr)
def test_a_sample_in_no_state_that_can_be_named_is_no_walking(tmp_path: Path, state: Any) -> None:
    session = Walk(tmp_path)
    session.stretch(2_000, 1, "warm_up", 360)
    session.stretch(2_000, 1, state, 360)
    found = account(session.close())
    assert found.steps[0].walked_ms == 2_000
    assert found.forward_ms == 3_900  # the belt moved, whatever it is called
