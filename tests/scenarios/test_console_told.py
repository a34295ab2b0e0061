"""SR-39: what is said about a walk after somebody has set the speed at the treadmill itself."""

import re
from typing import Any, Final

import pytest

from tests.rig import Rig, programme, step
from tests.scenarios.worlds import S, world
from treadctl.causes import Cause
from treadctl.core.programme import StepKind
from treadctl.errors import Refused

TOLD: Final = f"{Cause.CONSOLE_TOOK_OVER.text.sentence} {Cause.CONSOLE_TOOK_OVER.text.action}"
WALK: Final = programme(
    step(StepKind.WARMUP, 40, 100),
    step(StepKind.WALK, 40, 160),
    step(StepKind.WALK, 40, 60),
    step(StepKind.COOLDOWN, 40, 100),
)
FROM_TO: Final = re.compile(r"goes from (\d\.\d) km/h to (\d\.\d) km/h")


def said(rig: Rig, since_ms: float = 0) -> list[str]:
    return [each["text"] for each in rig.told("announce", since_ms=since_ms)]


def taken_over(speed_ckmh: int) -> Rig:
    rig = Rig("ftms", WALK)
    rig.run_until(S.WARM_UP)
    rig.run_for(15_000)
    rig.act("console-start", speed_ckmh=speed_ckmh)
    rig.run_for(2_500)
    return rig


@pytest.mark.parametrize("speed_ckmh", [70, 150], ids=["slower", "faster"])
def test_sr39_it_is_told_once_that_somebody_took_over(speed_ckmh: int) -> None:
    rig = taken_over(speed_ckmh)
    rig.run_for(20_000)
    assert said(rig).count(TOLD) == 1


def test_sr39_the_second_time_in_one_walk_is_no_news_and_in_the_next_it_is() -> None:
    with world("ftms", S.WARM_UP).what_if() as rig:
        for speed_ckmh in (80, 110):
            rig.act("console-start", speed_ckmh=speed_ckmh)
            rig.run_for(2_500)
        assert said(rig).count(TOLD) == 1
        rig.run_until(S.REVERSE_WALK)
        rig.run_for(5_000)
        rig.act("console-start", speed_ckmh=60)
        rig.run_for(2_500)
        assert said(rig).count(TOLD) == 2


@pytest.mark.parametrize("speed_ckmh", [70, 130, 200])
def test_sr52_a_speed_that_is_said_after_it_is_the_speed_that_comes(speed_ckmh: int) -> None:
    rig = taken_over(speed_ckmh)
    told_until: dict[float, float] = {}
    since_ms, checked = rig.now_ms, 0
    while rig.finished() is None and rig.state() in (S.WARM_UP, S.WALK, S.COOLDOWN):
        for each in rig.told("announce", since_ms=since_ms):
            if (speed := _last_speed(each)) is not None:
                told_until[each["t_ms"] + each["in_ms"]] = speed
        since_ms = rig.now_ms
        for at_ms in [at_ms for at_ms in told_until if rig.now_ms > at_ms + 15_000]:
            assert rig.belt_ckmh() == pytest.approx(told_until.pop(at_ms), abs=6)
            checked += 1
        rig.tick()
    assert checked > 0


@pytest.mark.parametrize("taken", [False, True])
def test_sr39_no_rise_of_the_plan_is_announced_any_more(taken: bool) -> None:
    rig = Rig("ftms", programme(step(StepKind.WARMUP, 60, 200, from_ckmh=80)))
    rig.run_until(S.WARM_UP)
    rig.run_for(3_000)
    since_ms = rig.now_ms
    if taken:
        rig.act("console-start", speed_ckmh=70)
    rig.run()
    changes = [change for text in said(rig, since_ms) for change in FROM_TO.findall(text)]
    assert any(later > now for now, later in changes) is not taken


def test_sr39_where_the_plan_is_slower_than_it_was_then_the_fall_is_announced() -> None:
    rig = taken_over(200)
    rig.run_until(lambda: rig.last().setpoint_ckmh == 60)
    texts = said(rig)
    assert "In 5 seconds: Walk, 2.0 km/h." in texts  # the plan says 1.6
    assert "In 5 seconds: Walk, 0.6 km/h." in texts


RISE: Final = programme(
    step(StepKind.WARMUP, 60, 200, from_ckmh=80), step(StepKind.COOLDOWN, 40, 80)
)


def test_sr41_where_only_a_stop_is_left_slower_says_that_somebody_took_over() -> None:
    """Not that this is the slowest there is: the belt is faster than anybody asked for."""
    rig = Rig("ftms", RISE, stays=True)
    rig.run_until(S.STARTING)
    rig.run_for(4_000)
    rig.act("console-start", speed_ckmh=120)
    rig.run_until(S.WARM_UP)
    rig.run_for(8_000)
    assert rig.belt_ckmh() == pytest.approx(120, abs=1)
    with pytest.raises(Refused) as refused:
        rig.session.slower()
    assert refused.value.cause == "console_took_over"
    rig.session.stop()
    rig.run_until(rig.belt_stands, limit_ms=20_000)


def test_sr52_how_far_slower_takes_a_belt_down_that_was_set_faster_is_said() -> None:
    rig = taken_over(200)
    since_ms = rig.now_ms - 200
    rig.session.slower()
    rig.run_for(8_000)
    assert rig.belt_ckmh() == pytest.approx(90, abs=1)
    assert said(rig, since_ms)[0] == "The belt slows down from 2.0 km/h to 0.9 km/h."
    rig.run_for(20_000)
    rises = [m for text in said(rig, since_ms) for m in FROM_TO.findall(text) if m[1] > m[0]]
    assert rises == []


def _last_speed(announcement: dict[str, Any]) -> float | None:
    speeds = re.findall(r"(\d\.\d) km/h", announcement["text"])
    return 100 * float(speeds[-1]) if speeds else None
