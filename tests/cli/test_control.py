"""`--control stdin`: what a script may say, and that time waits for it where only it can go on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.files import scenario_file
from tests.cli.running import SIMULATED, Ended, Running, simulated
from tests.core.rig import Rig
from treadctl.core.control import MAX_LINE, ControlOperator

PULLED = 't_s = 30\nfault = "strap-pull"\nfor_s = 3'


def controlled(folder: Path, *verbs: object, scenario: str = "") -> Ended:
    """The short plan under *verbs*: objects, or lines as they are."""
    lines = [verb if isinstance(verb, str) else json.dumps(verb) for verb in verbs]
    more = ("--scenario", str(scenario_file(folder, scenario))) if scenario else ()
    stdin = "".join(f"{line}\n" for line in lines)
    return simulated(folder, "--control", "stdin", *more, stdin=stdin)


def do(verb: str, **more: Any) -> dict[str, Any]:
    return {"do": verb, **more}


def test_every_verb_reaches_the_session_and_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    run = controlled(
        tmp_path,
        *(do("arm", at_s=1), do("on_belt"), do("turn"), do("resume"), do("reset")),
        *(
            do("confirm", item="socks", at_s=7),
            do("direction", to="reverse"),
            do("hold", pressed=True),
        ),
        *(do("attend"), do("start", gesture="confirm"), do("start", gesture="release")),
        *(do("wait", state="warm_up"), do("slower"), do("faster"), do("skip")),
        *(do("wait", s=1), do("fast_stop", at_s=32), do("e_stop", at_s=32.3)),
    )
    assert run.code == 12
    refused = [event["cause"] for event in run.of("refused")]
    assert refused.count("not_now") >= 4
    assert not {"malformed"} & set(refused)
    assert [event["reaction"] for event in run.of("stop")] == ["fast_stop", "e_stop"]


@pytest.mark.parametrize(
    "line",
    [
        "stop",
        "{",
        "[]",
        "null",
        '{"do": "fly"}',
        '{"do": 1}',
        '{"stop": true}',
        '{"do": "stop", "do": "arm"}',
        '{"do": "arm", "now": true}',
        '{"do": "confirm"}',
        '{"do": "direction", "to": "up"}',
        '{"do": "hold", "pressed": 1}',
        '{"do": "wait", "s": NaN}',
        '{"do": "wait", "s": -1}',
        '{"do": "wait", "state": "asleep"}',
        '{"do": "arm", "at_s": true}',
        '{"do": "start", "gesture": "wave"}',
        "[" * 2_000,
        '{"do": "' + "x" * MAX_LINE + '"}',
        "\x00\x1b\xff",
    ],
)
def test_a_line_that_cannot_be_used_is_refused_and_the_next_is_read(line: str) -> None:
    """Through the operator itself: a run for each would take a minute."""
    rig = Rig(auto=False)
    operator = ControlOperator(rig.session)
    operator.feed(line)
    operator.feed('{"do": "attend"}')
    rig.tick()
    operator.step(rig.now_ms)
    rig.tick()
    assert len(rig.refused()) == 1
    assert rig.requests[-1].attended == 1


def test_sr18_a_stop_overtakes_what_waits_before_it(tmp_path: Path) -> None:
    run = controlled(tmp_path, do("wait", s=600), do("faster"), do("end"))
    assert run.code == 10
    assert run.events[-1]["t_ms"] < 10_000


def test_a_pause_keeps_time_standing_until_somebody_resumes(tmp_path: Path) -> None:
    run = controlled(
        tmp_path, do("pause", at_s=30), do("wait", state="paused"), do("resume"), do("end", at_s=70)
    )
    assert run.code == 10
    assert "paused" in run.states
    after = run.states[run.states.index("paused") :]
    assert "starting" in after


def test_sr34_a_latched_stop_waits_for_a_reset_and_then_for_the_whole_checklist(
    tmp_path: Path,
) -> None:
    run = controlled(
        tmp_path,
        *(do("wait", state="e_stop"), do("arm"), do("resume"), do("wait", s=8), do("reset")),
        scenario=PULLED,
    )
    assert run.code == 11
    after = run.states[run.states.index("e_stop") :]
    assert after[1:4] == ["checklist", "armed", "countdown"]
    assert [step["step_name"] for step in run.of("state")][-1] == "Cooldown"
    assert "reverse_walk" not in run.states
    assert run.events[-1]["resets"] == 1
    assert len([event for event in run.of("refused") if event["cause"] == "latched"]) == 2


def test_virtual_time_stands_still_while_only_a_person_can_go_on(tmp_path: Path) -> None:
    scenario = str(scenario_file(tmp_path, PULLED))
    with Running(tmp_path, *SIMULATED, "--control", "stdin", "--scenario", scenario) as running:
        asked = running.until(
            lambda event: event["event"] == "prompt" and event["wants"] == "reset"
        )
        running.say(do="faster")  # refused, and nothing else: the clock has not moved
        refused = running.until(lambda event: event["event"] == "refused")
        running.say(do="end")
        run = running.ended()
    assert refused["t_ms"] - asked["t_ms"] <= 200
    assert run.events[-1]["t_ms"] - asked["t_ms"] <= 400
    assert run.code == 11


def test_the_end_of_stdin_ends_what_waits_for_it(tmp_path: Path) -> None:
    run = controlled(tmp_path, scenario=PULLED)
    assert run.code == 11
    assert run.states[-1] == "finished"
    assert run.of("sample")[-1]["t_ms"] < 40_000


def test_the_end_of_stdin_does_not_end_a_session_that_walks(tmp_path: Path) -> None:
    assert controlled(tmp_path).code == 0


def test_sr34_after_three_resets_the_session_is_locked_and_waits_for_its_end(
    tmp_path: Path,
) -> None:
    with Running(tmp_path, *SIMULATED, "--control", "stdin") as running:
        for resets in range(4):
            running.until(lambda event: event["event"] == "state" and event["state"] == "starting")
            running.say(do="e_stop")
            if resets < 3:
                running.until(
                    lambda event: event["event"] == "prompt" and event["wants"] == "reset"
                )
                running.say(do="reset")
        locked = running.until(
            lambda event: event["event"] == "state" and event["state"] == "locked"
        )
        running.say(do="end")
        run = running.ended()
    assert locked["cause"] == "resets_used"
    assert run.code == 12
