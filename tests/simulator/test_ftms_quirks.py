"""Each quirk, seen from the air and in the truth, beside what a machine without it does."""

import re
from dataclasses import fields

import pytest

from simulator.errors import OptionError
from simulator.gatt import PROCEDURE_IN_PROGRESS, Answered, Dropped, Kind, Said
from simulator.machines.ftms_character import Character
from simulator.machines.ftms_quirks import QUIRKS, listing
from simulator.options import MachineClass, MachineOptions
from simulator.simulation import Simulation
from tests.simulator.air_bench import (
    CONTROL_POINT,
    DATA,
    ME,
    OTHER,
    STATUS,
    TRAINING,
    AirBench,
)

PROFILES_OF_THE_NOTES = """
    nominal notify-instead-of-indicate answer-before-write-response ack-without-motion
    double-stop-answer no-status silent-after-stop late-zero mph-as-kmh mph-steps
    start-toggles-pause needs-start-first false-user-stop-status ramp-status-stream
    padded-status truncated-20 split-records incline-fails malformed-answer no-answer att-fe-once
    needs-pairing self-start speed-jump setpoint-reported keeps-running-on-link-loss
    stops-on-link-loss safety-key-status safety-key-power-cut control-revoked steals-control
    slow-link mute
"""


def walking(*quirks: str, digits: int = 150) -> AirBench:
    bench = AirBench(*quirks)
    bench.walk(digits)
    return bench


def test_every_profile_of_the_notes_exists() -> None:
    assert set(QUIRKS) >= set(PROFILES_OF_THE_NOTES.split()), "ftms.md 12"


@pytest.mark.parametrize("name", QUIRKS)
def test_a_quirk_is_data_about_a_character_and_said_in_one_line(name: str) -> None:
    quirk = QUIRKS[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert quirk.summary.endswith(".")
    assert "\n" not in quirk.summary
    kinds = {field.name: getattr(Character(), field.name) for field in fields(Character)}
    for key, given in quirk.changes.items():
        default = kinds[key]
        assert default is None or type(given) is type(default), key


@pytest.mark.parametrize("name", QUIRKS)
def test_each_machine_names_itself_after_its_quirk(name: str) -> None:
    bench = AirBench(name)
    assert bench.air.read(0x2A29) == b"treadctl"
    assert bench.air.read(0x2A24) == f"SIM {name}".encode()


def test_the_listing_has_one_line_per_quirk() -> None:
    assert len(listing()) == len(QUIRKS)


def test_several_quirks_make_one_machine() -> None:
    bench = walking("no-status", "split-records")
    assert bench.air.read(0x2A24) == b"SIM no-status+split-records"
    assert bench.records()[0][1][:2] == b"\x1f\x00"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quirks": ("wobbly",)}, "no quirk called 'wobbly'; there are nominal, notify"),
        ({"quirks": ("truncated-20", "split-records")}, "truncated-20 and split-records contra"),
        ({"quirks": ("mph-range", "mph-steps")}, "mph-range and mph-steps contradict each other"),
        (
            {"quirks": ("stops-on-link-loss",), "machine_class": MachineClass.C},
            "--class C contradicts the quirk",
        ),
        (
            {"quirks": ("keeps-running-on-link-loss",), "machine_class": MachineClass.B},
            "--class B contradicts the quirk",
        ),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        Simulation("ftms", options=MachineOptions(**options))  # type: ignore[arg-type]


def test_the_same_quirk_twice_is_that_quirk() -> None:
    assert AirBench("no-status", "no-status").air.read(0x2A24) == b"SIM no-status"


# The control point.


def test_notify_instead_of_indicate() -> None:
    bench = walking("notify-instead-of-indicate")
    assert bench.kinds(CONTROL_POINT) == {Kind.NOTIFICATION}
    bench.air.write(ME, None, CONTROL_POINT, b"\x08\x01")
    bench.wait(3_000)
    assert bench.belt_ckmh == 0
    assert walking().kinds(CONTROL_POINT) == {Kind.INDICATION}


@pytest.mark.parametrize(
    ("quirks", "order"),
    [(("answer-before-write-response",), [Said, Answered]), ((), [Answered, Said])],
)
def test_answer_before_write_response(quirks: tuple[str, ...], order: list[type]) -> None:
    bench = AirBench(*quirks)
    bench.ask("00")
    assert [type(each) for _, each in bench.heard] == order
    if quirks:
        first, second = (t_ms for t_ms, _ in bench.heard)
        assert second - first == pytest.approx(2.1, abs=0.01)


def test_ack_without_motion() -> None:
    bench = AirBench("ack-without-motion")
    for asked in ("00", "07", "02 64 00", "08 01"):
        assert bench.ask(asked) == f"80 {asked[:2]} 01"
        bench.wait(3_000)
        assert bench.belt_ckmh == 0
    assert bench.said(DATA).count("0c 04 00 00") == len(bench.records())


def test_double_stop_answer() -> None:
    bench = walking("double-stop-answer")
    assert bench.ask("08 01") == "80 08 01, 80 08 04"
    assert bench.ask("00") == "80 00 01", "only stops"


def test_malformed_answer() -> None:
    bench = AirBench("malformed-answer")
    assert [bench.ask(asked) for asked in ("00", "07", "02 64 00")] == ["00", "07", "02"]
    bench.wait(5_000)
    assert bench.belt_ckmh == 100


def test_no_answer() -> None:
    bench = AirBench("no-answer")
    assert [bench.ask(asked) for asked in ("00", "07", "02 64 00")] == ["", "", ""]
    bench.wait(5_000)
    assert bench.belt_ckmh == 100
    assert bench.ask("08 01") == ""
    bench.wait(3_000)
    assert bench.belt_ckmh == 0


def test_att_fe_once_refuses_the_first_attempt_at_each_procedure() -> None:
    bench = AirBench("att-fe-once")
    for asked in ("00", "07", "08 01"):
        number = bench.write(asked)
        bench.wait(100)
        assert bench.att_error(number) == PROCEDURE_IN_PROGRESS
        bench.wait(1_000)
        assert bench.belt_ckmh == (0 if asked != "08 01" else 50), "it did nothing"
        assert bench.ask(asked) == f"80 {asked[:2]} 01"
        bench.wait(2_000)


def test_needs_pairing() -> None:
    bench = AirBench("needs-pairing")
    number = bench.write("00")
    bench.wait(100)
    assert bench.att_error(number) == 0x0F
    bench.air.encrypt(ME)
    assert bench.ask("00") == "80 00 01"
    bench.air.disconnect(ME)
    bench.join()
    number = bench.write("00")
    bench.wait(100)
    assert bench.att_error(number) == 0x0F, "encryption is the connection's"


def test_control_twice() -> None:
    bench = AirBench("control-twice")
    assert bench.ask("00") == "80 00 01"
    assert bench.ask("07") == "80 07 05"
    assert bench.ask("00") == "80 00 01"
    assert bench.ask("07") == "80 07 01"


# Starting and stopping.


def test_start_toggles_pause() -> None:
    bench = walking("start-toggles-pause")
    assert bench.ask("07") == "80 07 01"
    bench.wait(3_000)
    assert bench.belt_ckmh == 0
    assert bench.ask("07") == "80 07 01"
    bench.wait(3_000)
    assert bench.belt_ckmh == 50
    assert walking().ask("07") == "80 07 04"


def test_needs_start_first_moves_late_and_takes_no_speed_before() -> None:
    bench = AirBench("needs-start-first")
    bench.ask("00")
    assert bench.ask("07") == "80 07 01"
    assert bench.ask("02 64 00") == "80 02 05"
    bench.wait(2_200)
    assert bench.belt_ckmh == 0
    bench.wait(400)
    assert bench.belt_ckmh > 0
    assert bench.ask("02 64 00") == "80 02 01"


def test_needs_start_first_drops_the_link_for_a_speed_before_the_start() -> None:
    bench = AirBench("needs-start-first")
    bench.ask("00")
    number = bench.write("02 64 00")
    bench.wait(1_000)
    assert [client for _, client in bench.dropped()] == [ME]
    assert bench.att_error(number) is None
    bench.join()
    assert bench.ask("07") == "80 07 05", "control went with it"


def test_needs_start_first_can_be_stopped_before_it_moves() -> None:
    bench = AirBench("needs-start-first")
    bench.ask("00")
    bench.ask("07")
    assert bench.ask("08 01") == "80 08 01"
    bench.wait(10_000)
    assert bench.belt_ckmh == 0


def test_sr03_speed_starts_belt() -> None:
    bench = AirBench("speed-starts-belt")
    bench.ask("00")
    assert bench.ask("02 2c 01") == "80 02 01"
    bench.wait(8_000)
    assert bench.belt_ckmh == 300


def test_sr04_keeps_target_runs_to_it_at_the_next_start() -> None:
    bench = AirBench("keeps-target")
    bench.ask("00")
    assert bench.ask("02 2c 01") == "80 02 01"
    bench.wait(8_000)
    assert bench.belt_ckmh == 0
    bench.ask("07")
    bench.wait(8_000)
    assert bench.belt_ckmh == 300


def test_incline_fails_although_it_is_claimed() -> None:
    bench = AirBench("incline-fails")
    bench.ask("00")
    assert bench.air.read(0x2AD5) == bytes.fromhex("000096000500")
    assert bench.ask("03 0a 00") == "80 03 04"
    bench.wait(5_000)
    assert bench.lines[-1]["incline_permille"] == 0


# Units.


@pytest.mark.parametrize(
    ("quirk", "belt_ckmh", "reported"),
    [
        ("mph-as-kmh", 160.93, 161),
        ("mph-data", 100, 62),
        ("mph-everywhere", 160.93, 100),
        ("mph-range", 100, 100),
        ("nominal", 100, 100),
    ],
)
def test_sr29_what_a_hundred_hundredths_are(quirk: str, belt_ckmh: float, reported: int) -> None:
    bench = walking(quirk, digits=100)
    assert bench.belt_ckmh == pytest.approx(belt_ckmh, abs=0.01)
    assert bench.reported() == reported


@pytest.mark.parametrize(
    ("quirk", "stated", "least_ckmh"),
    [
        ("mph-as-kmh", "32 00 e8 03 0a 00", 80.47),
        ("mph-everywhere", "32 00 e8 03 0a 00", 80.47),
        ("mph-range", "32 00 e8 03 0a 00", 80.47),
        ("mph-data", "32 00 40 06 0a 00", 50),
        ("mph-steps", "60 00 83 02 20 00", 96.56),
    ],
)
def test_what_its_range_says_and_where_a_start_really_goes(
    quirk: str, stated: str, least_ckmh: float
) -> None:
    bench = AirBench(quirk)
    assert bench.air.read(0x2AD4).hex(" ") == stated
    bench.ask("00")
    bench.ask("07")
    bench.wait(4_000)
    assert bench.belt_ckmh == pytest.approx(least_ckmh, abs=0.01)


def test_mph_steps_runs_and_reports_multiples_of_a_tenth_of_a_mile() -> None:
    bench = walking("mph-steps", digits=256)
    assert bench.belt_ckmh == pytest.approx(257.50, abs=0.01)
    assert bench.reported() == 257, "as captured from the Urevo (ftms.md 7)"
    assert bench.ask("02 5f 00") == "80 02 03"


# What it tells.


def test_no_status_tells_none_not_even_that_control_was_lost() -> None:
    bench = AirBench("no-status", clients=(ME, OTHER))
    bench.walk()
    for act in ("console-stop", "console-start", "control-revoke", "key-pull"):
        bench.sim.act(act)
        bench.wait(500)
    assert bench.said(STATUS) == bench.said(STATUS, OTHER) == ""
    assert bench.ask("08 01") == "80 08 05"


def test_status_echo() -> None:
    bench = walking("status-echo")
    bench.ask("08 01")
    assert bench.said(STATUS) == "04, 05 96 00, 02 01"


def test_false_user_stop_status() -> None:
    bench = AirBench("false-user-stop-status")
    bench.ask("00")
    bench.ask("07")
    bench.wait(3_000)
    assert bench.said(STATUS) == "02 01"
    assert bench.belt_ckmh == 50


def test_ramp_status_stream_follows_the_belt_and_ends_with_it() -> None:
    bench = AirBench("ramp-status-stream")
    bench.ask("00")
    since_ms = bench.sim.now_ms
    bench.ask("07")
    bench.wait(3_000)
    told = bench.words(STATUS, since_ms=since_ms)
    assert [t_ms - since_ms for t_ms, _ in told] == pytest.approx([300, 600, 900], abs=0.1)
    speeds = [int.from_bytes(said.value[1:], "little") for _, said in told]
    assert speeds == sorted(speeds)
    assert speeds[0] < 30
    assert speeds[-1] == 50
    since_ms = bench.sim.now_ms
    bench.ask("08 01")
    bench.wait(3_000)
    assert bench.said(STATUS, since_ms=since_ms) == "05 00 00"


def test_padded_status() -> None:
    bench = AirBench("padded-status", clients=(ME, OTHER))
    bench.walk()
    bench.ask("08 01")
    bench.wait(3_000)
    assert bench.said(STATUS, OTHER).startswith("04 00 00, ")
    assert bench.said(TRAINING) == "01 0d, 00 10, 00 11", "a string flag, and no string"


def test_truncated_20_is_cut_where_a_matrix_cuts() -> None:
    bench = walking("truncated-20")
    record = bench.records()[-1][1]
    assert len(record) == 20
    assert record[:4] == bytes.fromhex("9e1f9600"), "the flags of matrix-truncated-run"
    assert record[6:9] == bench_metres(bench)


def bench_metres(bench: AirBench) -> bytes:
    """The metres that the truth adds up to, in the record's three bytes."""
    walked_m = sum(line["belt_ckmh"] for line in bench.lines) * 0.05 / 360
    return int(walked_m).to_bytes(3, "little")


def test_split_records_carry_the_speed_in_the_last_part() -> None:
    bench = walking("split-records")
    (first_ms, first), (second_ms, second) = bench.records()[-2:]
    assert 0 < second_ms - first_ms < 1_000
    assert first[0] & 1 == 1
    assert second[0] & 1 == 0
    assert second[2:4] == b"\x96\x00"
    assert len(second) == 14, "as matrix-touchxl-part2"
    assert max(len(first), len(second)) <= 20


@pytest.mark.parametrize("cause", ["08 01", "08 02", "console-stop", "key-pull"])
@pytest.mark.parametrize(("quirk", "silent_s"), [("late-zero", 8), ("silent-after-stop", 60)])
def test_after_a_stop_its_data_pauses(quirk: str, silent_s: int, cause: str) -> None:
    bench = walking(quirk)
    since_ms = bench.sim.now_ms
    if cause[0] == "0":
        bench.ask(cause)
    else:
        bench.sim.act(cause)
    bench.wait(silent_s * 1_000 - 200)
    assert bench.belt_ckmh == 0
    assert bench.records(since_ms=since_ms + 1) == []
    if quirk == "late-zero":
        bench.wait(1_300)
        assert bench.reported() == 0


def test_silent_after_stop_speaks_again_after_the_next_start() -> None:
    bench = walking("silent-after-stop")
    bench.ask("08 01")
    bench.wait(5_000)
    since_ms = bench.sim.now_ms
    bench.ask("07")
    bench.wait(3_000)
    assert len(bench.records(since_ms=since_ms)) == 3


def test_setpoint_reported_jumps_up_and_comes_down_honestly() -> None:
    bench = AirBench("setpoint-reported")
    bench.ask("00")
    bench.ask("07")
    bench.wait(1_500)
    bench.ask("02 2c 01")
    bench.wait(1_000)
    assert bench.reported() == 300
    assert bench.belt_ckmh < 150
    bench.wait(10_000)
    bench.ask("08 01")
    bench.wait(900)
    assert 0 < bench.reported() < 300


# Losing the link, the key, and one's head.


@pytest.mark.parametrize(
    ("quirk", "belt_ckmh"), [("keeps-running-on-link-loss", 150), ("stops-on-link-loss", 0)]
)
def test_sr54_what_becomes_of_a_belt_whose_client_is_gone(quirk: str, belt_ckmh: int) -> None:
    bench = walking(quirk)
    bench.air.disconnect(ME)
    bench.wait(10_000)
    assert bench.belt_ckmh == belt_ckmh
    assert bench.sim.machine_class == ("B" if belt_ckmh == 0 else "C")


def test_safety_key_status() -> None:
    bench = walking("safety-key-status")
    bench.sim.act("key-pull")
    bench.wait(3_000)
    assert bench.said(STATUS) == "03"
    assert bench.belt_ckmh == 0
    assert bench.dropped() == []


def test_safety_key_power_cut_says_nothing_and_is_gone() -> None:
    bench = walking("safety-key-power-cut")
    bench.sim.act("key-pull")
    bench.wait(5_000)
    assert bench.said(STATUS) == ""
    assert [type(each) for t_ms, each in bench.heard[-1:]] == [Dropped]
    assert bench.belt_ckmh == 0
    assert not bench.reachable()
    bench.sim.act("key-insert")
    bench.wait(3_000)
    assert bench.reachable()
    assert bench.belt_ckmh == 0


@pytest.mark.parametrize(
    ("quirk", "fault"),
    [
        ("speed-jump", "runaway"),
        ("control-revoked", "control-revoke"),
        ("steals-control", "control-steal"),
        ("mute", "mute"),
    ],
)
def test_what_a_machine_does_by_itself_comes_a_minute_after_its_first_start(
    quirk: str, fault: str
) -> None:
    bench = AirBench(quirk)
    bench.wait(90_000)
    assert bench.seen_faults() == set(), "not before somebody walks"
    bench.ask("00")
    started_ms = bench.sim.now_ms
    bench.ask("07")
    bench.wait(59_700)
    assert bench.seen_faults() == set()
    bench.wait(500)
    assert bench.seen_faults() == {fault}
    since_ms = next(line["t_ms"] for line in bench.lines if line["faults"])
    assert since_ms - started_ms == pytest.approx(60_000, abs=50)


def test_sr06_self_start_comes_after_a_client_has_connected() -> None:
    bench = AirBench("self-start", clients=())
    bench.wait(20_000)
    assert bench.belt_ckmh == 0
    bench.join()
    bench.wait(2_900)
    assert bench.belt_ckmh == 0
    bench.wait(3_000)
    assert bench.belt_ckmh == 80


def test_slow_link_takes_50_to_300_ms_each_way_and_keeps_the_order() -> None:
    bench = AirBench("slow-link")
    bench.wait(20_000)
    late = [t_ms % 1_000 for t_ms, _ in bench.records()]
    assert min(late) >= 50
    assert max(late) <= 300
    assert max(late) - min(late) > 100
    numbers = [bench.write("00") for _ in range(20)]
    bench.wait(2_000)
    answered = [each.number for _, each in bench.heard if isinstance(each, Answered)]
    assert answered == numbers
    since_ms = 20_000
    reached = [frame["t_ms"] - since_ms for line in bench.lines for frame in line["rx"]]
    assert len(reached) == 20
    assert reached == sorted(reached)
    assert 50 <= min(reached) <= max(reached) <= 300
