"""SR-52: what is said, how far ahead, and that no speed comes as a surprise."""

import re
from typing import Final

import pytest

from tests.core.rig import TICK_MS, Rig, programme, rest, walk
from treadctl.core.announcer import Announcer, Next, lead_ms
from treadctl.core.events import Announced, Sample, StateChanged
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.progress import Progress
from treadctl.model import Mode

V_START: Final = 50
CAP: Final = 500
W, K, R, C = StepKind.WARMUP, StepKind.WALK, StepKind.REVERSE, StepKind.COOLDOWN


def said(plan: Programme, next_: Next, *, cap_ckmh: int = CAP) -> list[tuple[int, str, str]]:
    """Everything said during the first step: when, kind, text."""
    progress, announcer = Progress(plan, min_ckmh=20), Announcer()
    announcer.begin_step(progress.wanted_ckmh(cap_ckmh))
    found = []
    for t_ms in range(0, progress.left_ms, TICK_MS):
        found += [(t_ms, s.kind, s.text) for s in announcer.walking(progress, next_, cap_ckmh)]
        progress.pass_time(TICK_MS)
    return found


def test_a_steady_step_says_its_end_and_nothing_else() -> None:
    plan = programme(walk(W, 60, 200), walk(C, 60, 200))
    assert said(plan, Next.WALK_ON) == [(54_800, "transition", "In 5 seconds: Cooldown, 2.0 km/h.")]


@pytest.mark.parametrize(
    ("next_", "at_ms", "text"),
    [
        (Next.STOP, 54_800, "the belt slows down and stops. Then: Rest."),
        (Next.TURN, 44_800, "turn round on the side rails."),
        (Next.DIRECTION, 44_800, "then the belt changes its direction."),
    ],
)
def test_what_ends_a_walk_is_said_five_seconds_ahead_and_a_turn_fifteen(
    next_: Next, at_ms: int, text: str
) -> None:
    ((t_ms, kind, words),) = said(programme(walk(W, 60, 200), rest(30)), next_)
    assert (t_ms, kind) == (at_ms, "transition")
    assert words.startswith("In 5" if at_ms > 50_000 else "In 15")
    assert words.endswith(text)


def test_the_end_of_the_session_is_said_as_such() -> None:
    ((_, _, text),) = said(programme(walk(C, 60, 200)), Next.END)
    assert text == "In 5 seconds the belt slows down and stops. The session ends."


def test_a_step_that_ramps_from_its_beginning_is_said_with_its_first_stretch() -> None:
    plan = programme(walk(W, 60, 200), walk(C, 60, 80, 200))
    ((_, _, text),) = said(plan, Next.WALK_ON)
    assert text == "In 5 seconds: Cooldown, from 2.0 km/h to 1.4 km/h over 30 seconds."


@pytest.mark.parametrize(("rise_ckmh", "times"), [(29, 0), (30, 1), (59, 1), (180, 3)])
def test_a_ramp_is_said_before_each_three_tenths_of_it(rise_ckmh: int, times: int) -> None:
    plan = programme(walk(W, 180, 100 + rise_ckmh, 100), walk(C, 60, 100 + rise_ckmh))
    changes = [entry for entry in said(plan, Next.WALK_ON) if entry[1] == "change"]
    assert len(changes) == times


def test_a_cap_is_what_is_said_and_not_the_plan_above_it() -> None:
    plan = programme(walk(W, 60, 200), walk(C, 60, 200))
    ((_, _, text),) = said(plan, Next.WALK_ON, cap_ckmh=150)
    assert text == "In 5 seconds: Cooldown, 1.5 km/h."


@pytest.mark.parametrize(("speed_ckmh", "texts"), [(50, 0), (79, 0), (80, 1), (250, 1)])
def test_what_follows_the_slow_start_is_said_from_three_tenths_on(
    speed_ckmh: int, texts: int
) -> None:
    assert len(Announcer().first_motion(speed_ckmh, V_START, 10_000)) == texts


@pytest.mark.parametrize("next_", list(Next))
def test_five_seconds_are_five_seconds_at_the_belt(next_: Next) -> None:
    far = next_ in (Next.TURN, Next.DIRECTION)
    assert lead_ms(next_) >= (15_000 if far else 5_000) + 2 * TICK_MS


# Whole sessions. The trace alone decides.

SPEEDS: Final = re.compile(r"(\d+\.\d+) km/h")
ROUNDED: Final = 5
PLANS: Final = {
    "a step": programme(walk(W, 30, 150), walk(K, 30, 300), walk(C, 30, 100)),
    "a slow ramp": programme(walk(W, 180, 300, 100), walk(C, 180, 80, 300)),
    "a steep ramp": programme(walk(W, 30, 300, 60), walk(K, 20, 60, 300), walk(C, 30, 200, 90)),
    "creeping": programme(walk(W, 60, 95, 62), walk(C, 60, 62, 95)),
    "bouts": programme(
        walk(W, 30, 200, 100), walk(R, 40, 180, 60), rest(20), walk(R, 40, 90), walk(C, 30, 80, 200)
    ),
}


def surprises(rig: Rig) -> list[tuple[int, int]]:
    """The samples whose speed is 0.3 km/h or more away from all that was said for them."""
    told = [
        (event.t_ms + 5_000, [round(float(n) * 100) for n in SPEEDS.findall(event.text)])
        for event in rig.of(Announced)
        if event.kind in ("change", "transition")
    ]
    found = []
    span: list[int] = []
    for sample in rig.of(Sample):
        asked = sample.setpoint_ckmh
        while told and told[0][0] <= sample.t_ms:
            # Until a change has come about, what it comes from is no surprise either.
            speeds = told.pop(0)[1]
            span = [asked, *speeds] if speeds else span
        if sample.state in ("warm_up", "walk", "reverse_walk", "cooldown"):
            low, high = min(span, default=0), max(span, default=0)
            if not low - 30 - ROUNDED < asked < high + 30 + ROUNDED:
                found.append((sample.t_ms, asked))
    return found


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_sr52_no_speed_comes_as_a_surprise(plan: Programme, mode: Mode) -> None:
    rig = Rig(plan, mode=mode)
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0
    assert surprises(rig) == []


@pytest.mark.parametrize("mode", list(Mode))
def test_sr52_every_start_stop_and_turn_is_said_ahead(mode: Mode) -> None:
    rig = Rig(PLANS["bouts"], mode=mode)
    rig.run_until(lambda: rig.session.finished is not None)
    ahead = [e for e in rig.of(Announced) if e.kind == "transition" and e.in_ms > 0]
    checked = 0
    for change in rig.of(StateChanged):
        if change.state in ("starting", "stopping", "stopping_to_turn"):
            turns = change.state == "stopping_to_turn"
            gaps = [change.t_ms - e.t_ms for e in ahead if e.t_ms <= change.t_ms]
            assert min(gaps) >= (5_000 if not turns else 15_000)
            assert min(gaps) < 16_000
            checked += 1
    assert checked == 8


def test_sr52_whoever_steps_on_late_still_hears_of_the_increase() -> None:
    rig = Rig(PLANS["a step"], auto=True)
    rig.run_to(S.STARTING)
    rig.auto = None
    rig.run_for(20_000)
    rig.session.on_belt()
    rig.run_to(S.WARM_UP)
    late = [e for e in rig.of(Announced) if e.kind == "change"][-1]
    assert late.in_ms == 5_000
    assert rig.of(StateChanged)[-1].t_ms - late.t_ms >= 5_000


def test_the_words_of_the_plan_are_said_when_their_step_begins() -> None:
    cued = Step(K, 30_000, 200, 200, cue="Eyes up.")
    rig = Rig(programme(walk(W, 30, 150), cued, walk(C, 30, 100)))
    rig.run_to(S.WALK)
    assert [(e.text, e.in_ms) for e in rig.of(Announced) if e.text == "Eyes up."] == [
        ("Eyes up.", 0)
    ]


def test_sr52_the_end_of_a_rest_is_said_and_what_comes_after_it() -> None:
    rig = Rig(PLANS["bouts"])
    rig.run_until(lambda: rig.session.finished is not None)
    (text,) = [t for t in rig.texts("transition") if t.startswith("The rest")]
    assert text == (
        "The rest ends in 5 seconds: get ready to start, on the side rails. Next: Reverse walk."
    )


@pytest.mark.parametrize("left_ms", [4_000, 0])
def test_sr52_so_is_the_end_of_one_that_a_pause_at_the_end_of_the_bout_led_to(left_ms: int) -> None:
    pause = Step(StepKind.REST, 20_000, 0, 0, cue="Breathe.")
    rig = Rig(
        programme(walk(W, 30, 150), walk(R, 40, 100), pause, walk(C, 30, 100)), stay_latched=True
    )
    rig.run_to(S.REVERSE_WALK)
    rig.run_to(S.STOPPING) if left_ms == 0 else rig.run_for(30_000 - left_ms)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.TURNING)
    assert rig.texts("transition").count("Breathe.") == 1
    (said,) = [e for e in rig.of(Announced) if e.text.startswith("The rest")]
    assert said.in_ms >= 15_000
    assert "turn to face the other way" in said.text
