"""Who walks: their limits reach the gate, and a locked person reaches nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.cli.files import config_file
from tests.people.files import ANNA, TODAY
from tests.records.samples import HEADER
from treadctl.composition.conditions import PlanRefused, RunRefused, conditions_of
from treadctl.composition.options import RunOptions
from treadctl.composition.prepare import Prepared, exit_code_of, prepare
from treadctl.composition.standing import standing_of
from treadctl.core.exit_codes import ExitCode
from treadctl.core.profile import Profile
from treadctl.errors import UserFileError
from treadctl.people.directory import UnknownPerson, write_person
from treadctl.people.person import Person, Questions
from treadctl.people.progression import Next
from treadctl.records.journal import Journal, RecordError

ASKED = Questions(False, date(2026, 11, 1))
BEN = Person("ben", "Ben", Profile.TRAINED, questions=ASKED)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Anna, Ben, and no sessions yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for person in (ANNA, BEN):
        write_person(person, tmp_path / "config/treadctl/people", replace_existing=False)
    return tmp_path


def sessions(home: Path, person: str, number: int, *, simulated: bool = False) -> None:
    for each in range(number):
        header = replace(HEADER, person=person, simulated=simulated)
        suffix = iter([f"{person}{each}{simulated}"]).__next__
        journal = Journal.open(
            home / "state/treadctl/sessions", header, real_time=False, suffix=suffix
        )
        journal.close(1_000, {"reason": "completed", "exit_code": 0, "reverse_s": 300.0})


def typed(plan: str = "novice-1", person: str = "anna", **more: object) -> RunOptions:
    options = RunOptions(plan, simulate="woodway-us", virtual_time=True, person=person, today=TODAY)
    return replace(options, **more)  # type: ignore[arg-type]


@pytest.fixture
def prepared() -> Iterator[list[Prepared]]:
    opened: list[Prepared] = []
    yield opened
    for each in opened:
        each.open_things.close()


def test_a_persons_limits_are_the_gates_and_record_and_session_say_who(
    prepared: list[Prepared],
) -> None:
    run = prepare(typed())
    prepared.append(run)
    assert run.gate.limits.v_rev_max_ckmh == 150
    assert run.gate.limits.session_max_ms == 1_200_000
    assert run.session.limits == run.gate.limits
    assert (run.session.person, run.session.profile) == ("anna", "novice")
    assert (run.header.person, run.header.profile) == ("anna", "novice")
    assert len(run.header.steps) == len(run.programme.steps)
    assert any("first 3 sessions" in note for note in run.notes)


def test_nobody_named_is_nobody_recorded(prepared: list[Prepared]) -> None:
    run = prepare(typed(person=None))  # type: ignore[arg-type]
    prepared.append(run)
    assert (run.header.person, run.header.profile) == ("", "novice")
    assert run.notes == ()


def test_an_unknown_person_is_refused_with_those_who_are_known() -> None:
    with pytest.raises(UnknownPerson, match="Known: anna, ben") as refused:
        conditions_of(typed(person="carl"))
    assert exit_code_of(refused.value) is ExitCode.USAGE


def test_a_person_whose_file_is_bad_does_not_walk(home: Path) -> None:
    (home / "config/treadctl/people/ben.toml").write_text("schema = 1\n")
    with pytest.raises(UserFileError):
        conditions_of(typed(person="ben"))


@pytest.mark.parametrize(
    "questions", [None, Questions(True, date(2026, 11, 1)), Questions(True, date(2026, 11, 24))]
)
def test_a_locked_person_is_refused_before_a_machine_is_touched(
    home: Path, questions: Questions | None
) -> None:
    locked = replace(BEN, questions=questions)
    write_person(locked, home / "config/treadctl/people", replace_existing=True)
    with pytest.raises(RunRefused, match="Ben") as refused:
        conditions_of(typed("trained-1", "ben"))
    assert refused.value.code is ExitCode.REFUSED_BY_SAFETY


@pytest.mark.parametrize(
    ("done", "simulated", "cap_ckmh"),
    [(0, False, 150), (2, False, 150), (3, False, 450), (2, True, 150), (3, True, 450)],
)
def test_the_first_three_sessions_are_counted_from_the_records(
    home: Path, done: int, simulated: bool, cap_ckmh: int
) -> None:
    sessions(home, "ben", done, simulated=simulated)
    sessions(home, "anna", 5)
    assert conditions_of(typed("trained-1", "ben")).limits.v_rev_max_ckmh == cap_ckmh


def test_simulated_sessions_do_not_count_on_a_treadmill(home: Path) -> None:
    sessions(home, "ben", 3, simulated=True)
    options = typed(
        "trained-1",
        "ben",
        simulate=None,
        virtual_time=False,
        control=True,
        treadmill="left",
        config=config_file(home, "/dev/ttyUSB0", "/dev/ttyUSB1"),
    )
    found = conditions_of(options)
    assert found.walker is not None
    assert found.walker.sessions_done == 0


def test_records_that_cannot_be_read_are_not_taken_for_a_past(home: Path) -> None:
    (home / "state/treadctl").mkdir(parents=True)
    (home / "state/treadctl/sessions").write_text("")
    with pytest.raises(RecordError):
        conditions_of(typed())


def test_a_plan_above_a_persons_limits_is_refused_and_says_whose_they_are(home: Path) -> None:
    sessions(home, "anna", 3)
    with pytest.raises(PlanRefused) as refused:
        conditions_of(typed("novice-5")).programme()
    assert refused.value.code is ExitCode.PLAN_INVALID
    last = refused.value.problems[-1]
    assert last.file == "Anna K."
    assert "set by M. Weber" in last.remedy


def test_a_plan_for_the_trained_does_not_make_anybody_trained(home: Path) -> None:
    sessions(home, "anna", 3)
    assert conditions_of(typed("trained-1")).limits.v_rev_max_ckmh == 200
    assert conditions_of(typed("trained-1")).profile is Profile.NOVICE


def test_where_somebody_stands_is_what_a_run_would_find(home: Path) -> None:
    sessions(home, "anna", 2)
    found = standing_of("Anna K.", today=TODAY)
    assert found.sessions_done == len(found.past) == 2
    assert found.locked is None
    assert found.hr_limit_bpm == 121
    assert found.limits.limits.v_rev_max_ckmh == conditions_of(typed()).limits.v_rev_max_ckmh
    assert found.advice.next is Next.REPEAT
    assert any("nobody asked" in reason for reason in found.advice.reasons)
