"""`treadctl explain CODE`: every code there is, from the one table (SR-58)."""

import pytest

from treadctl.causes import Cause
from treadctl.composition.explained_json import lists_json
from treadctl.composition.explanations import UnknownWord, everything, exit_code_of, explained
from treadctl.core.exit_codes import ExitCode
from treadctl.core.refusals import OWN, InputRefusal
from treadctl.model import Reaction


@pytest.mark.parametrize("cause", Cause)
def test_sr58_every_cause_is_explained_in_its_own_words(cause: Cause) -> None:
    text = cause.text
    found = explained(cause.value)
    explanation = found.explanation
    assert found == explained(text.code)
    assert (explanation.sentence, explanation.action) == (text.sentence, text.action)
    assert explanation.requirement.id == f"SR-{text.code[-2:]}"
    assert bool(explanation.to_go_on) is (text.reaction >= Reaction.SOFT_STOP)
    assert (found.exit_code is None) or found.exit_code is not ExitCode.STOP_NOT_CONFIRMED


@pytest.mark.parametrize("refusal", OWN)
def test_sr58_what_the_session_refuses_by_itself_is_explained_too(
    refusal: InputRefusal,
) -> None:
    found = explained(refusal.code)
    assert found.explanation.reaction is Reaction.REFUSE
    assert found.explanation.requirement.id == "SR-41"


def test_sr58_no_code_and_no_cause_is_there_twice() -> None:
    codes = [each.explanation.code for each in everything()]
    causes = [each.explanation.cause for each in everything()]
    assert len(set(codes)) == len(codes) == len(set(causes)) == len(Cause) + len(OWN)


@pytest.mark.parametrize(
    "word", ["F-016", "f-016", "F-16", "f16", "16", "strap_open", "STRAP-OPEN"]
)
def test_a_code_is_found_however_it_is_typed(word: str) -> None:
    assert explained(word).explanation.cause == "strap_open"


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("F-999", "Known: motion_not_allowed"),
        ("strap_opne", "Did you mean strap_open"),
        ("", "Known: "),
        ("F-", "Known: "),
        ("F-\u0661\u0666", "Known: "),
    ],
)
def test_what_is_not_known_lists_what_is(word: str, says: str) -> None:
    with pytest.raises(UnknownWord, match=says):
        explained(word)


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (Cause.STRAP_OPEN, ExitCode.STRAP_RELEASED),
        (Cause.STALL, ExitCode.EMERGENCY_STOP),
        (Cause.TELEMETRY_STALE, ExitCode.COMMUNICATION_LOST),
        (Cause.DEVIATION, ExitCode.BELT_MISMATCH),
        (Cause.OPERATOR_SOFT_STOP, ExitCode.STOPPED_BY_OPERATOR),
        (Cause.SIGNAL_STOP, ExitCode.STOPPED_BY_OPERATOR),
        (Cause.SESSION_LIMIT, ExitCode.COMPLETED),
        (Cause.ON_BELT_MISSING, ExitCode.REFUSED_BY_SAFETY),
        (Cause.NO_STRAP_SOURCE, ExitCode.REFUSED_BY_SAFETY),
        (Cause.IDLE_LOCK, ExitCode.REFUSED_BY_SAFETY),
        (Cause.NOT_ARMED, None),
        (Cause.CONSOLE_TOOK_OVER, None),
    ],
)
def test_the_exit_code_is_the_one_of_a_run_that_ends_on_it(
    cause: Cause, code: ExitCode | None
) -> None:
    assert exit_code_of(cause) is code


def test_sr34_a_latched_stop_takes_every_step_to_go_on_and_a_jam_a_minute() -> None:
    strap, jam = explained("strap_open").explanation, explained("stall").explanation
    assert len(strap.to_go_on) == 6
    assert strap.to_go_on[2] == "5 s have passed since the stop"
    assert jam.to_go_on[2] == "60 s have passed since the stop"
    assert "3 times" in strap.to_go_on[3]


def test_sr36_a_soft_stop_is_not_gone_on_with_by_itself() -> None:
    steps = explained("control_lost").explanation.to_go_on
    assert len(steps) == 2
    assert "nothing goes on alone" in steps[-1]


def test_sr58_the_whole_table_is_machine_readable() -> None:
    table = lists_json()
    assert [row["code"] for row in table["causes"]] == [
        each.explanation.code for each in everything()
    ]
    known = {row["cause"] for row in table["causes"]}
    for fault in table["faults"]:
        assert set(fault["causes"]) <= known
    assert {"strap-pull", "core-killed"} <= {fault["name"] for fault in table["faults"]}
    assert [state["name"] for state in table["states"]][:2] == ["countdown", "start"]
