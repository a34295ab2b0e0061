"""SR-45, SR-46: what the gate takes for a heart rate, and what becomes of a sensor's link.

The bytes are those of ftms.md 6: ``105A0004`` is 90 bpm with one interval of a second.
"""

from dataclasses import replace
from struct import pack
from typing import Final

import pytest

from tests.gate.gate_bench import WOODWAY, Bench
from tests.gate.shell_fakes import FakeLink, FakeOpener
from tests.gate.test_gate_ftms import FTMS, FtmsBench
from treadctl.errors import LinkError
from treadctl.gate.heart import NO_HEART, RETRY_MS, HeartEar, HeartInput, HeartSample
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.setup import GateSetup, HeartKind, HeartSource
from treadctl.model import GatePhase

LIMIT: Final = 130
SOURCE: Final = HeartSource(HeartKind.LOCKSTEP, LIMIT)
WATCHED: Final = replace(WOODWAY, heart=SOURCE)
GUARDED: Final = replace(WOODWAY, heart=replace(SOURCE, guard=True))
NINETY: Final = "105A0004"


def carried(*values: str) -> bytes:
    """Records of a carrier, each a Heart Rate Measurement."""
    return b"".join(
        b"\x81" + pack("<HH", 2 + len(raw), 0x2A37) + raw for raw in map(bytes.fromhex, values)
    )


# What is believed.


@pytest.mark.parametrize(
    ("bpm", "believed"),
    [
        (None, False),
        (0, False),
        (29, False),
        (30, True),
        (249, True),
        (250, False),
        (65_535, False),
    ],
)
def test_sr45_a_rate_that_no_heart_has_is_no_reading(bpm: int | None, believed: bool) -> None:
    ear = HeartEar()
    ear.take(1_000, bpm)
    assert ear.sample == (HeartSample(bpm, 1_000, 1_000) if believed else NO_HEART)


@pytest.mark.parametrize(
    ("bpm", "after_ms", "believed"),
    [
        pytest.param(120, 1_000, True, id="up by as much as a second allows"),
        pytest.param(121, 1_000, False, id="one beat more"),
        pytest.param(80, 1_000, True, id="down by as much"),
        pytest.param(79, 1_000, False, id="one beat less"),
        pytest.param(120, 1, True, id="a second is the least, whenever it comes"),
        pytest.param(121, 999, False, id="and the most, within it"),
        pytest.param(140, 2_000, True, id="two seconds allow twice"),
        pytest.param(140, 1_999, False, id="a millisecond less does not"),
        pytest.param(200, 5_000, True, id="what stays where it jumped is believed at last"),
    ],
)
def test_sr45_a_jump_is_no_reading(bpm: int, after_ms: int, believed: bool) -> None:
    ear = HeartEar()
    ear.take(1_000, 100)
    ear.take(1_000 + after_ms, bpm)
    assert ear.sample.bpm == (bpm if believed else 100)
    assert ear.sample.at_ms == (1_000 + after_ms if believed else 1_000)


def test_sr46_the_same_measurement_is_no_news_and_another_interval_is() -> None:
    ear = HeartEar()
    for now_ms, text in ((0, NINETY), (1_000, NINETY), (2_000, "105A0104"), (3_000, "105A0104")):
        ear.receive(now_ms, carried(text))
    assert ear.sample == HeartSample(90, 3_000, 2_000)


def test_sr46_noise_in_between_does_not_make_a_stuck_sensor_look_alive() -> None:
    ear = HeartEar()
    ear.receive(0, carried(NINETY))
    ear.receive(1_000, carried("1000", "16FA0004", "1400"))
    ear.receive(2_000, carried(NINETY))
    assert ear.sample == HeartSample(90, 2_000, 0)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1000", id="zero"),
        pytest.param("0448", id="72, without contact"),
        pytest.param("00FA", id="250"),
        pytest.param("016000", id="cut short: 16 bits of 96, and they are all there"),
        pytest.param("00", id="cut before the rate"),
        pytest.param("", id="empty"),
    ],
)
def test_sr45_garbage_renews_nothing(text: str) -> None:
    ear = HeartEar()
    ear.receive(0, carried("065A"))
    ear.receive(500, carried(text))
    told = HeartSample(96, 500, 500) if text == "016000" else HeartSample(90, 0, 0)
    assert ear.sample == told


def test_a_record_that_comes_in_pieces_is_one() -> None:
    ear = HeartEar()
    for now_ms, byte in enumerate(carried(NINETY)):
        ear.receive(now_ms, bytes((byte,)))
    assert ear.sample.bpm == 90


def test_what_is_no_measurement_is_left_alone() -> None:
    ear = HeartEar()
    ear.receive(0, b"\x83\0\0" + b"\x81\x03\0\x38\x2a\x01" + b"\x99\0\0")
    assert ear.sample == NO_HEART


def test_a_new_connection_begins_with_its_own_bytes_and_the_reading_keeps_its_age() -> None:
    ear = HeartEar()
    ear.receive(0, carried(NINETY) + carried(NINETY)[:5])
    ear.restart()
    ear.receive(700, carried("105B0004"))
    assert ear.sample == HeartSample(91, 700, 700)


# A sensor's link.


class Sensor:
    """A `HeartInput` whose links a test makes and breaks."""

    def __init__(self) -> None:
        self.opener = FakeOpener()
        ear = HeartEar()
        self.input = HeartInput(
            LinkKeeper(
                None,
                self.opener,
                stop_frame=b"",
                on_new_link=lambda link: ear.restart(),
                retry_ms=RETRY_MS,
            ),
            ear,
        )


def test_a_sensor_is_opened_in_the_background_and_looked_for_again_and_again() -> None:
    sensor = Sensor()
    for now_ms in range(0, 30_000, 20):
        assert sensor.input.sample(now_ms) == NO_HEART
    assert sensor.opener.begun == [None, None, None]
    assert sensor.input.next_try_ms() == 30_000
    assert sensor.input.fds() == [77]


def test_sr46_a_sensor_that_is_lost_leaves_its_last_reading_and_is_looked_for() -> None:
    sensor = Sensor()
    sensor.input.sample(0)
    link = sensor.opener.ready = FakeLink(fd=5)
    link.incoming = carried(NINETY)
    assert sensor.input.sample(1_000).bpm == 90
    assert sensor.input.fds() == [5]
    assert sensor.input.next_try_ms() is None
    link.read_error = LinkError("out of reach")
    assert sensor.input.sample(2_000) == HeartSample(90, 1_000, 1_000)
    sensor.input.sample(2_020)
    assert sensor.opener.begun == [None, link]
    assert link.written == []


def test_sr45_nothing_is_ever_written_to_a_sensor() -> None:
    sensor = Sensor()
    link = sensor.opener.ready = FakeLink()
    for now_ms in range(0, 5_000, 20):
        sensor.input.sample(now_ms)
    assert link.written == []


# The gate.


class HeartBench(Bench):
    """Walks with a sensor that tells *bpm* once a second; None: nothing."""

    def __init__(self, setup: GateSetup = WATCHED) -> None:
        super().__init__(setup)
        self.bpm: int | None = 100
        self._ear = HeartEar()
        self._beats = 0

    def tick(self, *args: int, **fields: object) -> list[bytes]:
        if self.now_ms % 1_000 < 20 and self.bpm is not None:
            self._beats += 1
            # Beat intervals about a second, never twice the same.
            text = f"10{self.bpm:02X}{pack('<H', 1_000 + self._beats % 50).hex()}"
            self._ear.receive(self.now_ms, carried(text))
        self.heart = self._ear.sample
        return super().tick(*args, **fields)  # type: ignore[arg-type]


def test_sr45_a_heart_rate_at_its_limit_is_reported_held_lowered_and_ends_in_a_soft_stop() -> None:
    bench = HeartBench().moving(200)
    assert isinstance(bench, HeartBench)
    assert (bench.report().heart_bpm, bench.report().heart_cause) == (100, None)
    bench.bpm = 118
    bench.run(2_000)
    bench.bpm = LIMIT
    bench.run(11_000)
    assert (bench.report().heart_bpm, bench.report().heart_cause) == (LIMIT, "heart_rate_high")
    assert bench.report().commanded_ckmh == 194
    bench.run(10_000)
    report = bench.report()
    # 0.3 km/h and whatever the next step of the machine is below that; no more may be asked for.
    assert (report.commanded_ckmh, report.cap_ckmh) == (161, 161)
    bench.run_to(GatePhase.STOPPING, limit_ms=11_000)
    bench.run(200)
    assert (bench.report().cause, bench.report().heart_cause) == ("heart_rate_ceiling", None)
    bench.run_to(GatePhase.IDLE)
    assert bench.report().latched_cause is None
    # What was lowered was lowered for that motion only.
    assert bench.report().cap_ckmh == 500


def test_sr46_a_lost_heart_rate_is_reported_as_none_and_holds() -> None:
    bench = HeartBench().moving(200)
    assert isinstance(bench, HeartBench)
    bench.bpm = None
    bench.run(4_000)
    assert (bench.report().heart_bpm, bench.report().heart_cause) == (None, None)
    bench.run(7_000)
    assert bench.report().heart_cause == "heart_rate_lost"
    bench.run(120_000)
    assert bench.phase() is GatePhase.MOVING


def test_sr46_with_a_guard_nobody_walks_without_a_heart_rate() -> None:
    bench = HeartBench(GUARDED)
    bench.bpm = None
    bench.ready()
    bench.ask(arm=True)
    bench.run(200)
    refused = [refusal.cause for report in bench.reports for refusal in report.refused]
    assert (bench.phase(), refused) == (GatePhase.IDLE, ["heart_rate_missing"])
    assert bench.report().cause == "heart_rate_missing"


def test_sr46_with_a_guard_a_minute_without_it_is_the_end() -> None:
    bench = HeartBench(GUARDED).moving(200)
    assert isinstance(bench, HeartBench)
    bench.bpm = None
    bench.run(58_000)
    assert bench.phase() is GatePhase.MOVING
    bench.run_to(GatePhase.STOPPING, limit_ms=3_000)
    bench.run(100)
    assert bench.report().cause == "heart_rate_gone"


def test_a_heart_rate_that_nobody_asked_for_is_neither_watched_nor_shown() -> None:
    bench = HeartBench(WOODWAY).moving(200)
    assert isinstance(bench, HeartBench)
    bench.bpm = 118
    bench.run(120_000)
    assert bench.phase() is GatePhase.MOVING
    assert bench.report().heart_bpm is None


# A treadmill that reports a heart rate of its own.


class Pulsed(FtmsBench):
    """The peer's machine, with a heart rate in data of its own: flags 0100, speed, rate."""

    def __init__(self, kind: HeartKind, bpm: int) -> None:
        super().__init__(replace(FTMS, heart=HeartSource(kind, LIMIT)))
        self.bpm = bpm

    def tick(self, tick_ms: int = 20, **fields: object) -> list[bytes]:
        if self.now_ms % 1_000 < 20:
            raw = pack("<HHB", 0x0100, round(self.belt_ckmh()), self.bpm)
            self._answers += b"\x81" + pack("<HH", 2 + len(raw), 0x2ACD) + raw
        return super().tick(tick_ms, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "bpm", "told"),
    [
        pytest.param(HeartKind.MACHINE, 96, 96, id="configured"),
        pytest.param(HeartKind.MACHINE, 0, None, id="nobody holds its grips"),
        pytest.param(HeartKind.MACHINE, 255, None, id="garbage"),
        pytest.param(HeartKind.SENSOR, 96, None, id="another source is configured"),
    ],
)
def test_sr45_a_machines_own_heart_rate_is_taken_where_it_is_the_source(
    kind: HeartKind, bpm: int, told: int | None
) -> None:
    bench = Pulsed(kind, bpm)
    bench.idle()
    bench.run(1_200)
    assert bench.report().heart_bpm == told
