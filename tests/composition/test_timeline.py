"""`treadctl explain --fault`: the shipped gate in the numbers of safety.md 4.1 and 4.2."""

from functools import cache

import pytest

from treadctl.causes import Cause
from treadctl.composition.disturbances import DISTURBANCES
from treadctl.composition.explanations import UnknownWord, exit_code_of
from treadctl.composition.timeline import Timeline, timeline
from treadctl.composition.timeline_question import PLACES, NotThat, Question
from treadctl.core.exit_codes import ExitCode
from treadctl.gate.setup import MachineClass
from treadctl.model import GatePhase, Reaction

TICK_MS = 20
"""What happens, happens just after a tick."""
REQUEST_MS = 100
"""SR-30: so long ago the core may have spoken last."""


@cache
def of(
    fault: str,
    at: str = "reverse",
    speed_ckmh: int | None = None,
    machine: str = "woodway-us",
    machine_class: str = "A",
) -> Timeline:
    return timeline(Question(fault, at, speed_ckmh, machine, MachineClass(machine_class)))


def found(line: Timeline) -> list[tuple[str, str]]:
    """Code and reaction of everything that the gate found, in order."""
    texts = [m.text.split() for m in line.moments if m.text.startswith("F-")]
    return [(code, reaction.rstrip(",")) for code, _, reaction, *_ in texts]


def when(line: Timeline, code: str, reaction: str) -> int:
    """When the gate first found that."""
    return next(
        m.t_ms
        for m in line.moments
        if m.text.startswith(code) and m.text.split()[2].rstrip(",") == reaction
    )


def told(line: Timeline) -> list[str]:
    words = "The machine is told: "
    return [m.text.removeprefix(words) for m in line.moments if m.kind == "told"]


@pytest.mark.parametrize("fault", ["strap-pull", "strap-unknown"])
@pytest.mark.parametrize("at", ["countdown", "start", "warm-up", "reverse", "stopping"])
def test_sr16_a_strap_that_is_not_attached_is_the_strongest_stop_within_100_ms(
    fault: str, at: str
) -> None:
    line = of(fault, at)
    assert line.first_stop_ms is not None
    assert line.first_stop_ms <= 100
    assert told(line)[0] == "stop"
    assert line.moments[-1].latched is Reaction.E_STOP
    assert line.exit_code is ExitCode.STRAP_RELEASED


@pytest.mark.parametrize("at", ["turning", "rest"])
def test_sr28_a_strap_that_opens_at_rest_latches_nothing(at: str) -> None:
    line = of("strap-pull", at)
    assert told(line) == []
    assert {moment.latched for moment in line.moments} == {Reaction.NONE}
    assert line.exit_code is None


@pytest.mark.parametrize(
    ("at", "speed_ckmh", "stands_ms", "stopping_mm"),
    [("reverse", 300, 1_500, 630), ("reverse", 450, 2_250, 1_410), ("warm-up", 650, 3_250, 2_900)],
)
def test_sr12_a_fast_stop_takes_the_time_and_the_way_of_the_specification(
    at: str, speed_ckmh: int, stands_ms: int, stopping_mm: int
) -> None:
    line = of("core-killed", at, speed_ckmh)
    assert found(line)[0] == ("F-130", "fast_stop")
    assert line.standstill_ms == pytest.approx(stands_ms, rel=0.06)
    assert line.stopping_mm == pytest.approx(stopping_mm, rel=0.1)


def test_sr12_a_soft_stop_takes_two_seconds_for_one_kmh() -> None:
    line = of("operator-soft-stop", "reverse", 250)
    assert found(line) == [("F-018", "soft_stop")]
    assert line.standstill_ms == pytest.approx(2_000 * line.speed_ckmh / 100, rel=0.06)
    assert line.moments[-1].latched is Reaction.NONE
    assert line.exit_code is ExitCode.STOPPED_BY_OPERATOR


def test_sr30_a_core_that_is_gone_stops_the_belt_at_once() -> None:
    assert of("core-killed").first_stop_ms == TICK_MS


def test_sr30_a_silent_core_is_a_fast_stop_at_300_ms_and_an_e_stop_after_a_second() -> None:
    line = of("core-silent")
    assert 300 - REQUEST_MS <= when(line, "F-030", "fast_stop") <= 300 + 2 * TICK_MS
    assert 1_000 - REQUEST_MS <= when(line, "F-030", "e_stop") <= 1_000 + 2 * TICK_MS
    assert line.exit_code is None


def test_sr14_a_lease_that_is_not_renewed_ends_within_550_ms() -> None:
    line = of("core-behind")
    assert found(line) == [("F-014", "fast_stop")]
    assert line.first_stop_ms is not None
    assert 500 <= line.first_stop_ms <= 550


@pytest.mark.parametrize(
    ("machine", "hold_ms", "stop_ms"), [("woodway-us", 500, 1_000), ("ftms", 1_500, 2_500)]
)
def test_sr19_a_treadmill_that_says_nothing_is_held_and_then_stopped(
    machine: str, hold_ms: int, stop_ms: int
) -> None:
    line = of("telemetry-stale", machine=machine)
    reading_ms = 500 if machine == "ftms" else 200
    assert hold_ms - reading_ms <= when(line, "F-019", "hold") <= hold_ms + 3 * TICK_MS
    assert stop_ms - reading_ms <= when(line, "F-019", "fast_stop") <= stop_ms + 3 * TICK_MS
    assert line.proved_ms is None
    assert line.exit_code is ExitCode.STOP_NOT_CONFIRMED


def test_sr19_a_clock_that_stands_still_for_three_seconds_stops_the_belt() -> None:
    line = of("telemetry-frozen", machine="ftms")
    assert found(line)[0] == ("F-119", "fast_stop")
    assert line.first_stop_ms is not None
    assert 2_000 <= line.first_stop_ms <= 3_000 + 2 * TICK_MS
    assert line.exit_code is ExitCode.STOP_NOT_CONFIRMED


def test_sr19_frozen_readings_without_a_clock_show_when_the_speed_changes() -> None:
    assert found(of("telemetry-frozen")) == []
    assert found(of("telemetry-frozen", "stopping")) == [("F-122", "e_stop")]


@pytest.mark.parametrize("machine_class", ["A", "B", "C"])
def test_sr20_a_lost_link_is_never_called_stopped_and_the_class_decides_about_the_belt(
    machine_class: str,
) -> None:
    line = of("link-drop", machine_class=machine_class)
    assert told(line) == []
    assert line.first_stop_ms is None
    assert line.proved_ms is None
    assert line.exit_code is ExitCode.STOP_NOT_CONFIRMED
    assert line.watched_ms >= 30_000
    runs = line.moments[-1].belt_ckmh > 0
    assert runs is (machine_class == "C")
    if machine_class == "A":
        assert line.standstill_ms is not None
        assert line.standstill_ms <= 1_000 + 1_000 * line.speed_ckmh // 200 + 2 * TICK_MS


@pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
def test_sr21_a_belt_that_runs_away_is_an_e_stop_and_an_alarm(machine: str) -> None:
    line = of("overspeed", machine=machine)
    assert found(line)[0][1] == "e_stop"
    assert line.first_stop_ms is not None
    assert line.first_stop_ms <= 700
    assert any("pull the machine's own key" in moment.text for moment in line.moments)
    assert line.exit_code is ExitCode.STOP_NOT_CONFIRMED


def test_sr22_a_belt_that_is_too_slow_for_two_seconds_is_stopped_fast() -> None:
    line = of("slip")
    assert found(line) == [("F-022", "fast_stop")]
    assert line.first_stop_ms is not None
    assert 2_000 <= line.first_stop_ms <= 2_400


def test_sr23_a_jam_is_an_e_stop_after_one_and_a_half_seconds_and_locks_out_a_minute() -> None:
    line = of("stall")
    assert found(line) == [("F-023", "e_stop")]
    assert line.first_stop_ms is not None
    assert 1_500 <= line.first_stop_ms <= 1_700
    assert "60 s have passed since the stop" in line.to_go_on


@pytest.mark.parametrize("at", ["rest", "turning"])
def test_sr08_a_belt_that_nobody_started_is_stopped_and_latched(at: str) -> None:
    line = of("self-start", at)
    assert found(line)[0] == ("F-008", "e_stop")
    assert told(line)[0] == "stop"


@pytest.mark.parametrize("machine", ["woodway-us", "trackmaster", "ftms"])
def test_sr36_after_a_console_stop_nothing_but_stops_is_said(machine: str) -> None:
    line = of("console-stop", machine=machine)
    assert found(line)[0] == ("F-036", "fast_stop")
    assert set(told(line)) <= {"stop", "stop, drive off", "speed 0"}
    assert line.exit_code is ExitCode.EMERGENCY_STOP


def test_sr39_a_slower_belt_at_the_console_is_followed_and_a_faster_one_stopped() -> None:
    slower, faster = (of(f"console-{way}", machine="ftms") for way in ("slower", "faster"))
    assert found(slower) == [("F-139", "hold")]
    assert slower.moments[-1].commanded_ckmh < slower.speed_ckmh
    assert found(faster)[0] == ("F-039", "fast_stop")


def test_sr38_a_treadmill_that_obeys_somebody_else_is_asked_to_stop_once_and_softly() -> None:
    line = of("control-lost", machine="ftms")
    assert found(line) == [("F-038", "soft_stop")]
    assert told(line) == ["stop"]


def test_sr05_nobody_on_the_belt_after_thirty_seconds_is_a_soft_stop() -> None:
    line = of("nobody-steps-on", "countdown")
    assert found(line) == [("F-005", "soft_stop")]
    assert when(line, "F-005", "soft_stop") == pytest.approx(33_000, abs=100)


def test_sr53_of_several_causes_the_worst_is_in_force_and_the_reaction_never_falls() -> None:
    for line in (of("core-killed"), of("core-silent"), of("telemetry-stale")):
        latched = [moment.latched for moment in line.moments]
        assert latched == sorted(latched)
        commanded = [moment.commanded_ckmh for moment in line.moments]
        assert commanded == sorted(commanded, reverse=True)


def test_sr24_standstill_is_proved_three_seconds_after_the_belt_stands() -> None:
    line = of("strap-pull")
    assert line.standstill_ms is not None
    assert line.proved_ms is not None
    assert 2_800 <= line.proved_ms - line.standstill_ms <= 3_300
    assert line.moments[-1].phase is GatePhase.LATCHED


@pytest.mark.parametrize("fault", DISTURBANCES)
def test_sr58_every_fault_is_told_by_its_cause_where_it_is_shown(fault: str) -> None:
    disturbance = DISTURBANCES[fault]
    machine = disturbance.machine or ("ftms" if fault == "machine-key" else "woodway-us")
    if fault in ("telemetry-frozen", "ignores-stop"):
        machine, at = ("ftms", "reverse") if fault == "telemetry-frozen" else (machine, "stopping")
    else:
        at = disturbance.shown_at
    line = of(fault, at, machine=machine)
    codes = [code for code, _ in found(line)]
    assert set(codes) & {cause.text.code for cause in disturbance.causes}
    first = next(cause for cause in Cause if cause.text.code == codes[0])
    assert line.exit_code in (exit_code_of(first), ExitCode.STOP_NOT_CONFIRMED, None)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("strap-pul", "reverse"), "Did you mean strap-pull"),
        (Question("strap-pull", "flying"), "Known: countdown, start"),
        (Question("strap-pull", "reverse", machine="hamster"), "Known: woodway-us"),
    ],
)
def test_a_word_that_is_not_known_lists_those_that_are(question: Question, says: str) -> None:
    with pytest.raises(UnknownWord, match=says):
        timeline(question)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("strap-pull", "rest", 200), "Leave --speed-kmh out"),
        (Question("strap-pull", "reverse", 451), r"0\.5 km/h to 4\.5 km/h"),
        (Question("strap-pull", "reverse", 49), r"0\.5 km/h to 4\.5 km/h"),
        (Question("strap-pull", "warm-up", 651), r"to 6\.5 km/h"),
        (Question("strap-pull", "reverse", 151, machine_class=MachineClass.C), "of class C"),
        (Question("hold-release", "reverse", 301), r"to 3\.0 km/h"),
        (Question("hold-release", "turning"), "Nobody turns around"),
        (Question("hold-release", "reverse", machine_class=MachineClass.C), "SR-54"),
        (Question("console-faster", "reverse"), "--machine ftms"),
    ],
)
def test_sr09_what_no_configuration_allows_is_refused_with_what_it_does(
    question: Question, says: str
) -> None:
    with pytest.raises(NotThat, match=says):
        timeline(question)


def test_every_place_says_where_it_is() -> None:
    assert all(place.sentence for place in PLACES.values())
