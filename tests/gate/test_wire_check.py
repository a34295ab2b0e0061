"""The last look at the bytes, by itself: every ceiling on both sides, one step apart."""

from functools import partial
from struct import pack

import pytest

from firmware_protocols.messages import Direction
from firmware_protocols.registry import PROTOCOLS
from treadctl.causes import Cause
from treadctl.gate.wire_check import Permission, WireCheck

FORWARD = Permission(
    motion=True,
    stopping=False,
    direction=Direction.FORWARD,
    backward=False,
    cap_ckmh=500,
    a_up_ckmh_s=20,
)
BACKWARD = Permission(
    motion=True,
    stopping=False,
    direction=Direction.FORWARD,
    backward=True,
    cap_ckmh=250,
    a_up_ckmh_s=10,
)
REST = Permission(
    motion=False,
    stopping=False,
    direction=Direction.FORWARD,
    backward=True,
    cap_ckmh=250,
    a_up_ckmh_s=10,
)
REVERSE = Permission(
    motion=True,
    stopping=False,
    direction=Direction.REVERSE,
    backward=True,
    cap_ckmh=200,
    a_up_ckmh_s=10,
)
STOPPING = Permission(
    motion=True,
    stopping=True,
    direction=Direction.FORWARD,
    backward=True,
    cap_ckmh=250,
    a_up_ckmh_s=10,
)
NOW = 100_000


def wire_check(protocol: str, unit: str) -> WireCheck:
    return WireCheck(partial(PROTOCOLS[protocol].command_decoder, unit))


def woodway(*sent: bytes, allow: Permission = BACKWARD, at_ms: int = NOW - 60_000) -> WireCheck:
    """A check through which *sent* has passed, long ago."""
    check = wire_check("woodway-us", "mph")
    for frame in sent:
        assert check.check(frame, at_ms, allow) is None
    return check


def climbed(to_tenths: int, *, allow: Permission = BACKWARD) -> WireCheck:
    """A check that has let a belt climb from 0.3 mph, 0.1 at a time, long ago."""
    check = woodway(b"\xa30003", allow=allow, at_ms=0)
    for step, tenths in enumerate(range(4, to_tenths + 1), 1):
        assert check.check(b"\xa3%04d" % tenths, step * 2_000, allow) is None
    return check


def ftms_speed(ckmh: int) -> bytes:
    """FTMS 4.16.2.3, Set Target Speed in 0.01 km/h, as a write to the control point."""
    return b"\x01" + pack("<HIHB", 10, 0, 0x2AD9, 1) + b"\x02" + pack("<H", ckmh)


HARMLESS = [b"\xc0", b"\xc1", b"\xc2", b"\xaa", b"\xa2", b"\xa30000", b"\xa40000"]


@pytest.mark.parametrize("allow", [FORWARD, BACKWARD, REST, REVERSE, STOPPING])
@pytest.mark.parametrize("frame", HARMLESS, ids=lambda frame: frame.hex())
def test_sr03_stop_zero_and_reads_pass_whatever_is_permitted(
    frame: bytes, allow: Permission
) -> None:
    assert wire_check("woodway-us", "mph").check(frame, NOW, allow) is None


@pytest.mark.parametrize(
    "frame",
    [b"\xa0", b"\xa30001", b"\xa30003", b"\xa33003", b"\xa30299"],
    ids=lambda frame: frame.hex(),
)
def test_sr01_nothing_that_moves_passes_at_rest(frame: bytes) -> None:
    assert wire_check("woodway-us", "mph").check(frame, NOW, REST) is Cause.WIRE_VIOLATION


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\xa1", id="start without watchdog"),
        pytest.param(b"\xa9", id="start in reverse without watchdog"),
        pytest.param(b"\xa33000", id="zero with the digit of reverse"),
        pytest.param(b"\xa33003", id="the other direction"),
        pytest.param(b"\xa3", id="half a frame"),
        pytest.param(b"\xa3003", id="a digit short"),
        pytest.param(b"\xa30003\xa30003", id="two messages"),
        pytest.param(b"\xc1\xa0", id="a start behind a read"),
        pytest.param(b"", id="nothing at all"),
        pytest.param(b"\xa3\x00\x00\x00\x03", id="not digits"),
        pytest.param(b"\xa3000:", id="just past the digits"),
        pytest.param(b"\x54", id="a Trackmaster's hello"),
        pytest.param(b"\xff", id="noise"),
        pytest.param(b"\xa40001", id="incline"),
        pytest.param(b"\xa40010", id="one per cent of incline"),
    ],
)
def test_sr10_what_is_not_one_permitted_message_is_dropped(frame: bytes) -> None:
    assert wire_check("woodway-us", "mph").check(frame, NOW, FORWARD) is Cause.WIRE_VIOLATION


@pytest.mark.parametrize("frame", [b"\xa1", b"\xab", b"\xac", b"\xa9\x30\x30\x30\x33"])
def test_sr10_the_dangerous_words_of_a_trackmaster_are_dropped(frame: bytes) -> None:
    assert wire_check("trackmaster", "mph").check(frame, NOW, FORWARD) is Cause.WIRE_VIOLATION


@pytest.mark.parametrize(
    "frame", [b"\xa3000", b"\xff\xa3"], ids=["half a frame", "noise and the begin of one"]
)
def test_sr10_a_bad_frame_leaves_nothing_behind_in_the_decoder(frame: bytes) -> None:
    check = woodway()
    assert check.check(frame, NOW, FORWARD) is Cause.WIRE_VIOLATION
    assert check.check(b"\xaa", NOW, FORWARD) is None


def test_sr29_what_a_speed_means_is_what_the_machine_has_said_last() -> None:
    check = wire_check("trackmaster", "mph")
    assert check.check(b"\xa30007", NOW, FORWARD) is Cause.RAMP_VIOLATION  # 1.13 km/h
    check.relearn(partial(PROTOCOLS["trackmaster"].command_decoder, "kmh"))
    assert check.check(b"\xa30007", NOW, FORWARD) is None
    assert check.sent_ckmh == 70
    # Nor does a frame that is dropped bring the old meaning back.
    assert check.check(b"\xa3", NOW, FORWARD) is Cause.WIRE_VIOLATION
    assert check.check(b"\xa30008", NOW, FORWARD) is None
    assert check.sent_ckmh == 80


@pytest.mark.parametrize(
    ("frame", "allow", "cause"),
    [
        (b"\xa30015", BACKWARD, None),  # 2.42 km/h under 2.50
        (b"\xa30016", BACKWARD, Cause.WIRE_VIOLATION),  # 2.58
        (b"\xa30031", FORWARD, None),  # 4.99 under 5.00
        (b"\xa30032", FORWARD, Cause.WIRE_VIOLATION),  # 5.15
    ],
)
def test_sr09_the_cap_is_that_of_the_gait(
    frame: bytes, allow: Permission, cause: Cause | None
) -> None:
    check = climbed(int(frame[1:]) - 1, allow=allow)
    assert check.check(frame, NOW, allow) is cause


@pytest.mark.parametrize(
    ("cap_ckmh", "cause"), [(242, None), (241, Cause.WIRE_VIOLATION)], ids=["at cap", "one below"]
)
def test_sr09_the_cap_itself_is_permitted_and_one_unit_less_is_not(
    cap_ckmh: int, cause: Cause | None
) -> None:
    allow = Permission(True, False, Direction.FORWARD, True, cap_ckmh, 10)
    assert climbed(14).check(b"\xa30015", NOW, allow) is cause


def test_sr09_reverse_passes_where_reverse_is_the_direction() -> None:
    assert woodway().check(b"\xa33003", NOW, REVERSE) is None
    assert woodway().check(b"\xa30003", NOW, REVERSE) is Cause.WIRE_VIOLATION


@pytest.mark.parametrize(
    ("frame", "cause"),
    [(b"\xa30006", None), (b"\xa30007", Cause.RAMP_VIOLATION)],
    ids=["0.97", "1.13"],
)
def test_sr04_the_first_motion_is_at_most_one_kmh(frame: bytes, cause: Cause | None) -> None:
    assert woodway().check(frame, NOW, FORWARD) is cause


def test_sr04_in_kmh_digits_the_first_motion_may_be_exactly_one_kmh() -> None:
    check = wire_check("trackmaster", "kmh")
    assert check.check(b"\xa30010", NOW, FORWARD) is None
    assert wire_check("trackmaster", "kmh").check(b"\xa30011", NOW, FORWARD) is Cause.RAMP_VIOLATION


@pytest.mark.parametrize(
    ("tenths", "allow", "cause"),
    [
        (12, BACKWARD, None),
        (13, BACKWARD, Cause.RAMP_VIOLATION),
        (15, FORWARD, None),
        (16, FORWARD, Cause.RAMP_VIOLATION),
    ],
    ids=["0.20 backward", "0.30 backward", "0.50 forward", "0.60 forward"],
)
def test_sr11_a_single_step_is_bounded_by_the_gait(
    tenths: int, allow: Permission, cause: Cause | None
) -> None:
    check = wire_check("trackmaster", "kmh")
    assert check.check(b"\xa30010", 0, allow) is None
    assert check.check(b"\xa3%04d" % tenths, NOW, allow) is cause


@pytest.mark.parametrize(
    ("gap_ms", "allow", "cause"),
    [
        (1_000, BACKWARD, None),
        (999, BACKWARD, Cause.RAMP_VIOLATION),
        (0, FORWARD, None),
    ],
)
def test_sr11_backward_a_second_passes_between_increases(
    gap_ms: int, allow: Permission, cause: Cause | None
) -> None:
    check = woodway(b"\xa30003", allow=allow, at_ms=NOW - gap_ms)
    assert check.check(b"\xa30004", NOW, allow) is cause


def test_sr11_backward_every_increase_is_spaced_from_the_one_before_it() -> None:
    check = woodway(b"\xa30003", at_ms=NOW)
    assert check.check(b"\xa30004", NOW + 2_000, BACKWARD) is None
    assert check.check(b"\xa30005", NOW + 2_999, BACKWARD) is Cause.RAMP_VIOLATION
    assert check.check(b"\xa30005", NOW + 3_000, BACKWARD) is None


@pytest.mark.parametrize(
    ("after_ms", "cause"), [(10_000, None), (9_999, Cause.RAMP_VIOLATION)], ids=["outside", "in"]
)
def test_sr11_ten_seconds_of_increases_sum_to_the_up_ramp(
    after_ms: int, cause: Cause | None
) -> None:
    """In 0.1 km/h digits: 1.0 km/h in ten seconds is permitted exactly."""
    check = wire_check("trackmaster", "kmh")
    assert check.check(b"\xa30005", 0, BACKWARD) is None
    for number in range(5):
        assert check.check(b"\xa3%04d" % (7 + 2 * number), 1_000 + number * 1_000, BACKWARD) is None
    assert check.check(b"\xa30016", 1_000 + after_ms, BACKWARD) is cause


def test_sr11_an_increase_in_the_window_that_is_one_unit_too_much_is_dropped() -> None:
    allow = Permission(True, False, Direction.FORWARD, False, 500, 6)
    check = woodway(b"\xa30003", allow=allow, at_ms=NOW)
    for number in range(3):  # 16 + 16 + 16 of the 60 that are allowed
        assert check.check(b"\xa3%04d" % (4 + number), NOW + number, allow) is None
    assert check.check(b"\xa30007", NOW + 10, allow) is Cause.RAMP_VIOLATION


@pytest.mark.parametrize(
    ("last_ckmh", "cause"), [(1_100, None), (1_101, Cause.RAMP_VIOLATION)], ids=["all", "0.01 more"]
)
def test_sr11_the_window_is_exact_to_a_hundredth_of_a_kmh(
    last_ckmh: int, cause: Cause | None
) -> None:
    """1 km/h per second, which no limit allows, is 10.00 km/h in ten seconds."""
    allow = Permission(True, False, Direction.FORWARD, False, 2_000, 100)
    check = wire_check("ftms", "kmh")
    for speed_ckmh in (*range(100, 1_100, 50), 1_090):
        assert check.check(ftms_speed(speed_ckmh), NOW, allow) is None
    assert check.check(ftms_speed(last_ckmh), NOW, allow) is cause


@pytest.mark.parametrize("stop", [b"\xaa", b"\xa2", b"\xa30000"], ids=["auto-stop", "stop", "zero"])
def test_sr11_a_stop_begins_the_window_anew(stop: bytes) -> None:
    check = wire_check("trackmaster", "kmh")
    for tenths in (10, 15, 20, 25, 30):  # all of the 2.0 km/h that ten seconds allow
        assert check.check(b"\xa3%04d" % tenths, NOW, FORWARD) is None
    assert check.check(stop, NOW + 1, FORWARD) is None
    assert check.sent_ckmh == 0
    assert check.check(b"\xa30011", NOW + 2, FORWARD) is Cause.RAMP_VIOLATION
    assert check.check(b"\xa30010", NOW + 2, FORWARD) is None
    assert check.check(b"\xa30015", NOW + 3, FORWARD) is None


@pytest.mark.parametrize("read", [b"\xc0", b"\xc1", b"\xc2"], ids=lambda frame: frame.hex())
def test_sr11_a_read_is_no_stop_and_forgets_nothing(read: bytes) -> None:
    check = climbed(10)
    assert check.check(read, NOW, BACKWARD) is None
    assert check.sent_ckmh == 161
    assert check.check(b"\xa30012", NOW, BACKWARD) is Cause.RAMP_VIOLATION


def test_sr11_what_was_dropped_did_not_leave_and_is_not_remembered() -> None:
    check = climbed(5)
    assert check.check(b"\xa30009", NOW, BACKWARD) is Cause.RAMP_VIOLATION
    assert check.sent_ckmh == 81
    assert check.check(b"\xa30006", NOW + 1, BACKWARD) is None


@pytest.mark.parametrize("frame", [b"\xa30010", b"\xa30009", b"\xa30001"], ids=["same", "-", "--"])
def test_sr12_on_the_way_down_every_lower_speed_passes(frame: bytes) -> None:
    assert climbed(10).check(frame, NOW, STOPPING) is None


def test_n02_on_the_way_down_no_frame_is_faster_than_the_one_before() -> None:
    check = climbed(10)
    assert check.check(b"\xa30008", NOW, STOPPING) is None
    assert check.check(b"\xa30009", NOW + 5_000, STOPPING) is Cause.RAMP_VIOLATION


def test_n02_not_even_by_a_hundredth_of_a_kmh() -> None:
    check = wire_check("ftms", "kmh")
    assert check.check(ftms_speed(100), NOW, BACKWARD) is None
    assert check.check(ftms_speed(101), NOW + 5_000, STOPPING) is Cause.RAMP_VIOLATION
    assert check.check(ftms_speed(100), NOW + 5_000, STOPPING) is None


@pytest.mark.parametrize(
    ("others_ckmh", "commanded_ckmh", "stands_ckmh"),
    [
        pytest.param(60, 60, 60, id="slower"),
        pytest.param(200, 200, 200, id="faster, and the kernel goes along"),
        pytest.param(200, 160, 161, id="faster, and it does not"),
    ],
)
def test_sr39_what_leaves_next_is_held_against_what_others_set(
    others_ckmh: int, commanded_ckmh: int, stands_ckmh: int
) -> None:
    check = climbed(10)
    check.set_by_others(others_ckmh, commanded_ckmh)
    assert check.sent_ckmh == stands_ckmh


def test_sr39_a_belt_that_others_set_going_rises_from_there() -> None:
    check = wire_check("ftms", "kmh")
    check.set_by_others(50, 50)
    assert check.check(ftms_speed(60), NOW, BACKWARD) is None


def test_n02_no_start_passes_during_a_stop() -> None:
    assert woodway().check(b"\xa0", NOW, STOPPING) is Cause.WIRE_VIOLATION
    assert woodway().check(b"\xa0", NOW, FORWARD) is None
