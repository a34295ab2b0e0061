"""Stop criteria (safety.md 2.3): one key each, and the belt stops."""

import json

import pytest

from tests.core.rig import Rig
from treadctl.core.control import ControlOperator
from treadctl.core.criteria import (
    CRITERIA,
    CRITERION_KEYS,
    NOT_AT_ALL,
    NOT_WITHOUT_A_CLINICIAN,
    QUESTIONS,
    STOP_CRITERIA,
    StopCriterion,
)
from treadctl.core.events import CriterionNoted, Finished, Marked, Stopped
from treadctl.core.machine import SessionState
from treadctl.core.prompts import CHECKLIST_TEXT
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Reaction

S = SessionState
BUSY_KEYS = " sqexprn+-ambc?"
"""Keys that mean something else on a running screen, the stops first of all."""


def test_every_criterion_has_an_id_and_a_key_of_its_own() -> None:
    assert len(CRITERIA) == len(CRITERION_KEYS) == len(STOP_CRITERIA)
    assert all(len(key) == 1 for key in CRITERION_KEYS)
    assert not set(CRITERION_KEYS) & set(BUSY_KEYS)


def test_every_text_is_a_sentence_and_every_id_once() -> None:
    others = (*NOT_AT_ALL, *NOT_WITHOUT_A_CLINICIAN, *QUESTIONS)
    assert all(each.text[0].isupper() and each.text[-1] in ".?" for each in others)
    assert all(criterion.text.endswith(".") for criterion in STOP_CRITERIA)
    assert len({each.id for each in others[len(QUESTIONS) * -1 :]}) == len(QUESTIONS)
    assert set(CHECKLIST_TEXT) == set(CHECKLIST)


def test_the_medical_ones_end_the_session_and_none_is_milder_than_a_soft_stop() -> None:
    assert all(criterion.ends for criterion in STOP_CRITERIA if criterion.medical)
    assert {criterion.reaction for criterion in STOP_CRITERIA} == {
        Reaction.SOFT_STOP,
        Reaction.FAST_STOP,
    }


@pytest.mark.parametrize("criterion", STOP_CRITERIA, ids=lambda criterion: criterion.id)
@pytest.mark.parametrize("state", [S.WARM_UP, S.REVERSE_WALK])
def test_sr18_a_noted_criterion_stops_a_moving_belt(
    criterion: StopCriterion, state: SessionState
) -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(state)
    rig.session.note_criterion(criterion.id)
    rig.tick()
    assert rig.stop_asked() >= criterion.reaction
    assert rig.setpoint() == 0
    (noted,) = rig.of(CriterionNoted)
    assert (noted.id, noted.reaction) == (criterion.id, criterion.reaction.word)


@pytest.mark.parametrize("criterion", STOP_CRITERIA, ids=lambda criterion: criterion.id)
def test_sr36_what_ends_the_session_cannot_be_resumed(criterion: StopCriterion) -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.REVERSE_WALK)
    rig.session.note_criterion(criterion.id)
    rig.run_for(40_000)
    assert (rig.session.finished is not None) is criterion.ends
    if criterion.reaction is Reaction.SOFT_STOP and not criterion.ends:
        assert rig.state() is S.PAUSED
    if criterion.reaction is Reaction.FAST_STOP:
        assert rig.of(Stopped)


@pytest.mark.parametrize("state", [S.CHECKLIST, S.ARMED, S.COUNTDOWN, S.STARTING, S.TURNING])
def test_a_criterion_may_be_noted_in_any_state(state: SessionState) -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(state)
    rig.session.note_criterion("chest-pain")
    rig.run_for(40_000)
    assert rig.session.finished is not None
    assert len(rig.of(CriterionNoted)) == 1


def test_where_nobody_can_go_on_every_criterion_ends_the_run() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    rig.session.note_criterion("strap-or-shoe")
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 10


def test_a_medical_one_after_a_mere_pause_still_ends_the_session() -> None:
    rig = Rig(stay_latched=True)
    rig.run_to(S.WARM_UP)
    rig.session.note_criterion("strap-or-shoe")
    rig.run_to(S.PAUSED)
    rig.session.note_criterion("palpitations")
    rig.run_for(1_000)
    assert rig.session.finished is not None


def test_an_unknown_criterion_is_refused_and_the_belt_unchanged() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    with pytest.raises(Refused, match="no stop criterion 'hunger'"):
        rig.session.note_criterion("hunger")
    rig.tick()
    assert rig.setpoint() > 0
    assert rig.of(CriterionNoted) == []


def test_after_the_end_nothing_is_noted_or_marked() -> None:
    rig = Rig()
    rig.run_to(S.CHECKLIST)
    rig.session.end()
    rig.tick()
    assert rig.session.finished is not None
    with pytest.raises(Refused):
        rig.session.note_criterion("stumble")
    with pytest.raises(Refused):
        rig.session.mark()
    assert isinstance(rig.events[-1], Finished)


def test_a_mark_changes_nothing_but_the_record() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    before = rig.setpoint()
    rig.session.mark("held the rail")
    rig.tick()
    assert [mark.note for mark in rig.of(Marked)] == ["held the rail"]
    assert rig.state() is S.WARM_UP
    assert rig.setpoint() >= before
    assert rig.stop_asked() is Reaction.NONE


@pytest.mark.parametrize("note", ["x" * 201, "a\x1b[31m", "two\nlines"])
def test_a_note_that_a_terminal_would_obey_is_refused(note: str) -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    with pytest.raises(Refused):
        rig.session.mark(note)
    assert rig.of(Marked) == []


@pytest.mark.parametrize(
    ("line", "stop"),
    [
        ({"do": "criterion"}, Reaction.SOFT_STOP),
        ({"do": "criterion", "id": "hunger"}, Reaction.SOFT_STOP),
        ({"do": "criterion", "id": 7}, Reaction.SOFT_STOP),
        ({"do": "criterion", "id": "stumble", "why": "x"}, Reaction.SOFT_STOP),
        ({"do": "mark", "note": 7}, Reaction.NONE),
        ({"do": "mark", "text": "x"}, Reaction.NONE),
    ],
)
def test_sr41_a_criterion_that_cannot_be_read_is_refused_and_stops_and_a_mark_does_not(
    line: dict[str, object], stop: Reaction
) -> None:
    rig = Rig()
    control = ControlOperator(rig.session)
    rig.run_to(S.WARM_UP)
    control.feed(json.dumps(line))
    rig.run_for(200)
    assert rig.refused()[-1] == "input_malformed"
    assert rig.stop_asked() is stop


def test_sr18_a_criterion_overtakes_the_lines_that_wait() -> None:
    rig = Rig(stay_latched=True)
    control = ControlOperator(rig.session)
    rig.run_to(S.WARM_UP)
    control.feed('{"do": "wait", "s": 100}')
    control.feed('{"do": "faster"}')
    control.feed('{"do": "criterion", "id": "breathlessness"}')
    rig.run_for(200)
    assert control.is_idle
    assert rig.stop_asked() is Reaction.SOFT_STOP
