"""SR-45, SR-46 in whole sessions: a heart rate holds, slows down and ends, and raises nothing.

The simulated person wears a strap; what it says is told to misbehave. Every run is judged
against the never-events.
"""

import random
from functools import cache
from itertools import pairwise
from typing import Any, Final

import pytest

from tests.rig import Rig, programme, step
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.gate.setup import HeartKind, HeartSource

S = SessionState
LIMIT: Final = 120
WATCHED: Final = HeartSource(HeartKind.LOCKSTEP, LIMIT)
GUARDED: Final = HeartSource(HeartKind.LOCKSTEP, LIMIT, guard=True)
CLIMB: Final = programme(
    step(StepKind.WARMUP, 150, 300, from_ckmh=100),
    step(StepKind.COOLDOWN, 40, 80),
)
"""One long ramp: there is always something that a hold holds back."""
CALM, AT_LIMIT, FAR = 95, 125, 140
"""What a strap strays by stays on the same side of the limit, and of ten beats above it."""


def walking(heart: HeartSource = WATCHED, *, stays: bool = False, **how: Any) -> Rig:
    """A minute into the ramp."""
    rig = Rig(plan=CLIMB, heart=heart, stays=stays, **how)
    rig.run_until(S.WARM_UP)
    rig.run_for(40_000)
    return rig


def beat(rig: Rig, bpm: int, over_s: float = 3.0) -> None:
    rig.act("heart-rate", bpm=bpm, over_s=over_s)


def commanded(rig: Rig) -> int:
    return rig.last().commanded_ckmh


def announced(rig: Rig, words: str) -> list[dict[str, Any]]:
    return [event for event in rig.told("announce") if words in event["text"]]


def drops(rig: Rig) -> list[int]:
    """When a walking belt was told to go slower."""
    samples = [s for s in rig.told("sample") if s["state"] in ("warm_up", "cooldown")]
    return [
        after["t_ms"]
        for before, after in pairwise(samples)
        if after["commanded_ckmh"] < before["commanded_ckmh"] and after["state"] == "warm_up"
    ]


def test_a_calm_heart_changes_nothing_of_a_session() -> None:
    plain, watched = Rig(plan=CLIMB), Rig(plan=CLIMB, heart=WATCHED)
    assert plain.run()["exit_code"] == watched.run()["exit_code"] == 0
    assert [line["belt_ckmh"] for line in plain.truth] == [
        line["belt_ckmh"] for line in watched.truth
    ]
    assert watched.told("sample")[-1]["heart_bpm"] is not None
    assert {sample["heart_bpm"] for sample in plain.told("sample")} == {None}


def test_sr45_sr52_at_the_limit_it_is_held_slowed_down_and_ended_each_said_ahead() -> None:
    rig = walking()
    beat(rig, AT_LIMIT)
    rig.run_until(lambda: rig.last().heart_cause is not None, limit_ms=20_000)
    held_ms, held = rig.now_ms, commanded(rig)
    (said,) = announced(rig, "heart rate is at its limit")
    assert (said["in_ms"], held_ms - said["t_ms"] <= 100) == (10_000, True)
    rig.run_for(9_500)
    assert commanded(rig) == held
    rig.run_for(2_500)
    assert held - 60 < commanded(rig) <= held - 30
    assert min(drops(rig)) - said["t_ms"] >= 5_000
    rig.run_until(S.STOPPING, limit_ms=10_000)
    assert rig.stops() == [("soft_stop", "heart_rate_ceiling")]
    assert 19_000 <= rig.now_ms - held_ms <= 21_000
    beat(rig, CALM, over_s=20)
    finished = rig.run()
    assert (finished["exit_code"], finished["reason"]) == (15, "heart_rate")
    assert "cooldown" in rig.states()


def test_sr45_ten_beats_above_the_limit_end_it_in_ten_seconds() -> None:
    rig = walking()
    beat(rig, FAR)
    begun_ms = rig.now_ms
    rig.run_until(S.STOPPING, limit_ms=16_000)
    assert rig.now_ms - begun_ms >= 10_000
    assert rig.stops() == [("soft_stop", "heart_rate_ceiling")]
    beat(rig, CALM, over_s=20)
    assert rig.run()["exit_code"] == 15


def test_sr45_a_heart_that_comes_down_in_time_is_let_go_on_and_that_is_said() -> None:
    rig = walking()
    beat(rig, AT_LIMIT)
    rig.run_until(lambda: rig.last().heart_cause is not None, limit_ms=20_000)
    held = commanded(rig)
    beat(rig, CALM)
    rig.run_until(lambda: rig.last().heart_cause is None, limit_ms=60_000)
    assert commanded(rig) == held
    (said,) = announced(rig, "Nothing holds the belt any more")
    rig.run_until(lambda: commanded(rig) > held, limit_ms=20_000)
    assert rig.now_ms - said["t_ms"] >= 5_000
    assert rig.run()["exit_code"] == 0


def test_sr45_what_was_slowed_down_stays_slower_to_the_end_of_that_motion() -> None:
    rig = walking()
    beat(rig, AT_LIMIT)
    rig.run_until(lambda: bool(drops(rig)), limit_ms=40_000)
    rig.run_for(1_500)
    lowered = commanded(rig)
    beat(rig, CALM)
    rig.run_until(S.COOLDOWN, limit_ms=200_000)
    since = [e["commanded_ckmh"] for e in rig.told("sample", since_ms=rig.now_ms - 60_000)]
    assert max(since) <= lowered
    assert rig.run()["exit_code"] == 0


def test_sr45_a_heart_that_stays_up_is_not_walked_on_and_a_run_with_nobody_there_ends() -> None:
    rig = walking()
    beat(rig, FAR)
    rig.run_until(S.STOPPING, limit_ms=20_000)
    finished = rig.run()
    assert finished["exit_code"] == 15
    assert "heart_rate_restless" in rig.refused()
    assert "cooldown" not in rig.states()


def test_sr36_somebody_there_is_waited_for_and_walks_the_cooldown_when_it_has_fallen() -> None:
    rig = walking(stays=True)
    beat(rig, FAR)
    rig.run_until(S.STOPPING, limit_ms=20_000)
    rig.run_until(S.REST)
    rig.run_for(90_000)
    assert rig.belt_stands()
    beat(rig, CALM)
    rig.run_until(S.COOLDOWN)
    assert rig.run()["exit_code"] == 15


@pytest.mark.parametrize("fault", ["heart-silent", "no-contact", "heart-garbage"])
def test_sr46_without_a_reading_nothing_rises_after_ten_seconds_until_it_is_back(
    fault: str,
) -> None:
    rig = walking()
    rig.act(fault, for_s=25)
    begun_ms = rig.now_ms
    rig.run_until(lambda: rig.last().heart_cause is not None, limit_ms=13_000)
    assert rig.now_ms - begun_ms >= 8_900  # the last reading may be a second old
    assert rig.last().heart_bpm is None
    assert announced(rig, "heart rate cannot be read")
    held = commanded(rig)
    rig.run_until(lambda: rig.last().heart_bpm is not None, limit_ms=20_000)
    assert commanded(rig) == held
    rig.run_until(lambda: commanded(rig) > held, limit_ms=30_000)
    assert rig.run()["exit_code"] == 0
    assert rig.stops() == []


def test_sr46_a_sensor_that_repeats_itself_is_lost_after_half_a_minute() -> None:
    rig = walking()
    rig.act("heart-frozen")
    begun_ms = rig.now_ms
    rig.run_until(lambda: rig.last().heart_cause is not None, limit_ms=35_000)
    assert rig.now_ms - begun_ms >= 28_900
    assert rig.last().heart_bpm is None
    assert rig.run()["exit_code"] == 0


@pytest.mark.parametrize("fault", ["heart-silent", "no-contact", "heart-garbage", "heart-frozen"])
def test_sr46_with_a_guard_a_minute_without_a_reading_ends_it(fault: str) -> None:
    rig = walking(GUARDED)
    rig.act(fault)
    begun_ms = rig.now_ms
    rig.run_until(S.STOPPING, limit_ms=65_000)
    assert rig.now_ms - begun_ms >= 58_900
    assert rig.stops() == [("soft_stop", "heart_rate_gone")]
    finished = rig.run()
    assert finished["exit_code"] == 15
    assert "heart_rate_missing" in rig.refused()


def test_sr46_a_sensor_that_is_back_leads_to_the_cooldown() -> None:
    rig = walking(GUARDED)
    rig.act("heart-silent", for_s=75)
    assert rig.run()["exit_code"] == 15
    assert rig.states()[-3:] == ["cooldown", "stopping", "finished"]


def test_sr46_with_a_guard_nobody_starts_without_a_reading() -> None:
    rig = Rig(plan=CLIMB, heart=GUARDED)
    rig.act("heart-silent")
    finished = rig.run()
    assert finished["exit_code"] == 15
    assert "heart_rate_missing" in rig.refused()
    assert max(line["belt_ckmh"] for line in rig.truth) == 0


@pytest.mark.parametrize("seconds", [1, 3, 6])
def test_sr45_a_spike_is_nothing(seconds: int) -> None:
    rig = walking()
    beat(rig, 230, over_s=0.1)
    rig.run_for(seconds * 1_000)
    beat(rig, CALM, over_s=0.1)
    assert rig.run()["exit_code"] == 0
    assert rig.stops() == []
    assert drops(rig) == []


@cache
def _without() -> list[float]:
    """The belt of the same session when nobody watches, line of truth by line of truth."""
    rig = Rig(plan=CLIMB)
    rig.run()
    return [line["belt_ckmh"] for line in rig.truth]


@pytest.mark.parametrize("seed", range(8))
def test_sr45_whatever_a_sensor_says_nothing_is_faster_than_without_it(seed: int) -> None:
    chance = random.Random(seed)
    rig = Rig(plan=CLIMB, heart=GUARDED if seed % 2 else WATCHED)
    rig.run_until(S.WARM_UP)
    while rig.finished() is None and rig.state() is S.WARM_UP:
        match chance.randrange(4):
            case 0:
                beat(rig, chance.randrange(60, 150), over_s=chance.uniform(0, 15))
            case 1:
                rig.act("heart-silent", for_s=chance.uniform(1, 30))
            case 2:
                rig.act("heart-garbage", for_s=chance.uniform(1, 15))
            case _:
                rig.act("heart-frozen", for_s=chance.uniform(5, 50))
        rig.run_until_finished_or_for(chance.randrange(3_000, 20_000))
    # From there on it is another session: what comes next has come earlier.
    ended_ms = (rig.told("stop") or rig.told("state")[-1:])[0]["t_ms"]
    without = _without()
    walked = [line["belt_ckmh"] for line in rig.truth if line["t_ms"] < ended_ms]
    assert max(walked) > 0
    for index, belt_ckmh in enumerate(walked):
        # Who has something to report is asked at other moments, by a tenth of a second.
        assert belt_ckmh <= max(without[index : index + 5])
