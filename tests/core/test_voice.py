"""What a session says: in order, stamped, once, and not after the last line."""

import json
from dataclasses import fields

import pytest

from tests.core.fake_gate import resting_report
from tests.core.rig import SHORT, Rig
from treadctl.causes import Cause
from treadctl.core.announcer import Said
from treadctl.core.events import EVENTS, Announced, Finished, Sample, SessionStarted, Stopped
from treadctl.core.jsonl import to_json, to_line
from treadctl.core.machine import SessionState
from treadctl.core.progress import Progress
from treadctl.core.setup import SessionSetup
from treadctl.core.totals import Totals
from treadctl.core.voice import Voice, cause_of, text_of
from treadctl.errors import Refused
from treadctl.model import Reaction, Report


def voice(origin_ms: int | None = None) -> Voice:
    setup = SessionSetup(plan="test", origin_ms=origin_ms)
    return Voice(setup, Progress(SHORT, min_ckmh=setup.min_ckmh), Totals())


def samples_of(speaker: Voice, report: Report, times: list[int]) -> list[Sample]:
    for now_ms in times:
        speaker.at(now_ms)
        speaker.sample(SessionState.WALK, report, 0)
    return [event for event in speaker.drain() if isinstance(event, Sample)]


def test_session_time_begins_with_the_first_exchange_unless_the_run_says_otherwise() -> None:
    for origin_ms, t_ms in ((None, 250), (0, 1_250), (-500, 1_750)):
        speaker = voice(origin_ms)
        speaker.at(1_000)
        speaker.at(1_250)
        assert speaker.t_ms == t_ms


def test_every_event_is_given_once_and_in_order() -> None:
    speaker = voice()
    speaker.at(0)
    speaker.say(Said("One.", 0, "change"), Said("Two.", 0, "change"))
    assert [e.text for e in speaker.drain() if isinstance(e, Announced)] == ["One.", "Two."]
    assert speaker.drain() == []


def test_nothing_is_said_after_the_last_line() -> None:
    speaker = voice()
    speaker.at(0)
    last = Finished(0, "completed", 0, 0.0, 0.0, 0, 0, 0, None)
    speaker.emit(last)
    speaker.say(Said("And another thing.", 0, "change"))
    speaker.refused("F-041", "input_malformed", "Too late.")
    assert speaker.drain() == [last]


def test_ruling15_a_cause_is_told_at_once_and_only_once_per_stretch_of_motion() -> None:
    speaker = voice()
    speaker.at(0)
    for _ in range(3):
        speaker.stop(Reaction.E_STOP, "strap_open")
    stopped, announced = speaker.drain()
    assert isinstance(stopped, Stopped)
    assert isinstance(announced, Announced)
    assert (stopped.code, announced.in_ms, announced.kind) == ("F-016", 0, "stop")
    assert announced.text == f"{stopped.message} {stopped.action}"
    speaker.forget_stops()
    speaker.stop(Reaction.E_STOP, "strap_open")
    assert len(speaker.drain()) == 2


def test_a_stop_without_a_cause_says_nothing() -> None:
    speaker = voice()
    speaker.stop(Reaction.SOFT_STOP, None)
    assert speaker.drain() == []


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.value)
def test_sr58_every_cause_is_told_in_the_words_of_the_one_table(cause: Cause) -> None:
    speaker = voice()
    speaker.stop(Reaction.FAST_STOP, cause.value)
    stopped = speaker.drain()[0]
    assert isinstance(stopped, Stopped)
    assert (stopped.code, stopped.message) == (cause.text.code, cause.text.sentence)
    assert stopped.reaction == "fast_stop"


@pytest.mark.parametrize("cause", ["tomorrows_cause", ""])
def test_a_cause_that_this_version_does_not_know_is_told_as_the_worst(cause: str) -> None:
    assert cause_of(cause) is None
    text = text_of(cause)
    assert (text.code, text.reaction) == ("F-000", Reaction.E_STOP)
    assert "Hold the rails" in text.action


def test_samples_keep_their_rhythm_however_the_exchanges_come() -> None:
    report = resting_report()
    speaker = voice(0)
    times = [0, 70, 130, 199, 200, 330, 401]
    assert [s.t_ms for s in samples_of(speaker, report, times)] == [0, 130, 200, 330, 401]


def test_after_a_gap_the_missed_samples_are_not_made_up() -> None:
    speaker = voice(0)
    times = [0, *range(5_000, 5_500, 50)]
    assert len(samples_of(speaker, resting_report(), times)) <= 8


def test_a_sample_says_how_old_the_reading_is_and_none_where_there_is_none() -> None:
    speaker = voice(0)
    report = resting_report(now_ms=1_000, measured_age_ms=40, measured_ckmh=None)
    (sample,) = samples_of(speaker, report, [1_300])
    assert (sample.measured_ckmh, sample.measured_age_ms) == (None, 340)
    (early,) = samples_of(speaker, resting_report(now_ms=9_000, measured_age_ms=40), [2_000])
    assert early.measured_age_ms == 40


def test_every_event_is_a_json_object_that_says_what_it_is_first() -> None:
    rig = Rig()
    rig.gate.machine_profile = "unknown"
    rig.run_to(SessionState.WARM_UP)
    with pytest.raises(Refused):
        rig.session.arm()
    rig.session.mark("here")
    rig.session.note_criterion("stumble")
    rig.session.e_stop()
    rig.run_until(lambda: rig.session.finished is not None)
    assert {type(event) for event in rig.events} == set(EVENTS)
    for event in rig.events:
        line = to_line(event)
        parsed = json.loads(line)
        assert parsed == to_json(event)
        assert list(parsed) == ["event", *(field.name for field in fields(event))]
        assert "\n" not in line
    assert isinstance(rig.events[0], SessionStarted)
    assert isinstance(rig.events[-1], Finished)
