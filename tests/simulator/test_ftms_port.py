"""The carrier that speaks for one client in the envelope's bytes, and what it does to a link."""

from copy import deepcopy
from struct import pack
from typing import Any

import pytest

from firmware_protocols.ftms.envelope import (
    CARRIER_FAILED,
    HostDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
)
from firmware_protocols.ftms.envelope import encode as encode_record
from simulator.options import MachineOptions
from simulator.simulation import Simulation
from tests.simulator.air_bench import CONTROL_POINT, DATA

READ_FIRST = [0x2ACC, 0x2AD4, 0x2AD5, 0x2A29, 0x2A24, 0x2A26]
READY_MS = 400.0


class Carried:
    """One end of the stream."""

    def __init__(self, *quirks: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self.sim = Simulation(
            "ftms", options=MachineOptions(quirks=quirks), truth=self.lines.append
        )
        self._decoder = HostDecoder()

    def wait(self, duration_ms: float) -> list[Record]:
        self._decoder.receive_data(self.sim.advance(self.sim.now_ms + duration_ms))
        found: list[Record] = []
        for record in self._decoder.records():
            assert isinstance(record, Write | Value | Written | Ready)
            found.append(record)
        return found

    def reached(self) -> list[str]:
        return [frame["hex"] for line in self.lines for frame in line["rx"]]

    def link_up(self) -> bool:
        """A method, because mypy would take a property to stay what it was."""
        return self.sim.link_up

    def write(self, text: str, number: int = 1, *, with_response: bool = True) -> None:
        value = bytes.fromhex(text)
        self.sim.receive(encode_record(Write(number, CONTROL_POINT, value, with_response)))

    def ask(self, text: str, number: int = 1, wait_ms: float = 100.0) -> list[Record]:
        self.write(text, number)
        return [
            record
            for record in self.wait(wait_ms)
            if not (isinstance(record, Value) and record.uuid == DATA)
        ]


def answer(text: str) -> Value:
    return Value(CONTROL_POINT, bytes.fromhex(text))


def test_it_reads_subscribes_and_then_says_that_it_is_ready() -> None:
    records = Carried().wait(READY_MS)
    assert [each.uuid for each in records if isinstance(each, Value)] == READ_FIRST
    assert isinstance(records[-1], Ready)


def test_the_bytes_are_those_of_the_envelope() -> None:
    sim = Simulation("ftms")
    sim.advance(READY_MS)
    sim.receive(pack("<BHIHB", 0x01, 8, 7, CONTROL_POINT, 1) + b"\x00")
    said = sim.advance(READY_MS + 100)
    assert said.hex(" ") == "82 06 00 07 00 00 00 00 00 81 05 00 d9 2a 80 00 01"


def test_a_write_is_confirmed_and_answered() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    assert carried.ask("00", 5) == [Written(5, 0), answer("80 00 01")]
    assert carried.ask("00", 6, wait_ms=16) == [Written(6, 0)]


def test_a_refused_write_carries_its_att_error() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    carried.write("00", 1)
    assert carried.ask("07", 2) == [Written(1, 0), answer("80 00 01"), Written(2, 0xFE)]


def test_number_0_is_never_reported_and_obeyed() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    assert carried.ask("00", 0) == [answer("80 00 01")]
    assert answer("80 07 01") in carried.ask("07", 0)


def test_a_write_without_response_is_confirmed_by_the_carrier_whatever_became_of_it() -> None:
    for quirks, answered in (((), False), (("notify-instead-of-indicate",), True)):
        carried = Carried(*quirks)
        carried.wait(READY_MS)
        carried.write("00", 9, with_response=False)
        records = carried.wait(100)
        assert Written(9, 0) in records
        assert (answer("80 00 01") in records) is answered


def test_sr18_a_stop_goes_before_what_waits_and_takes_its_place() -> None:
    carried = Carried("slow-link")
    carried.wait(READY_MS)
    for number, text in enumerate(("00", "07", "02 64 00", "08 01", "08 01", "08 02"), 1):
        carried.write(text, number)
    given_up = [record for record in carried.wait(1) if isinstance(record, Written)]
    assert given_up == [Written(2, CARRIER_FAILED), Written(3, CARRIER_FAILED)]
    written = [record for record in carried.wait(5_000) if isinstance(record, Written)]
    assert [record.number for record in written] == [1, 4, 5, 6]
    assert carried.reached() == ["00", "08 01", "08 02"], "the same stop is said once"


def test_sr18_a_queue_of_stops_is_obeyed_while_the_machine_is_slow() -> None:
    carried = Carried("slow-link")
    carried.wait(READY_MS)
    for number in range(1, 200):
        carried.write("08 01", number)
        carried.wait(10)
    carried.wait(2_000)
    assert 3 <= len(carried.reached()) <= 20


def test_writes_before_it_is_ready_wait_for_it() -> None:
    carried = Carried()
    carried.write("00", 3)
    records = carried.wait(READY_MS)
    assert records.index(Ready()) < records.index(Written(3, 0))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_records_may_come_in_pieces(size: int) -> None:
    carried = Carried()
    carried.wait(READY_MS)
    data = encode_record(Write(4, CONTROL_POINT, b"\x00"))
    for start in range(0, len(data), size):
        carried.sim.receive(data[start : start + size])
    assert carried.wait(100) == [Written(4, 0), answer("80 00 01")]


def test_a_link_that_drops_and_returns_begins_anew() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    carried.ask("00")
    half = encode_record(Write(4, CONTROL_POINT, b"\x07"))[:5]
    carried.sim.receive(half)
    carried.sim.act("link-drop", for_s=1)
    assert not carried.link_up()
    assert carried.ask("07") == []
    carried.wait(900)
    assert carried.link_up()
    records = carried.wait(READY_MS)
    assert isinstance(records[-1], Ready), "half a record of the last connection is forgotten"
    assert carried.ask("07", 8) == [Written(8, 0), answer("80 07 05")], "and so is its control"


def test_a_machine_without_power_is_a_lost_link_until_it_has_booted() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    carried.sim.act("power-cut", for_s=1)
    assert not carried.link_up()
    carried.wait(2_900)
    assert not carried.link_up()
    carried.wait(200)
    assert carried.link_up()
    assert Ready() in carried.wait(READY_MS)


def test_a_client_that_the_machine_drops_is_a_lost_link_for_a_second() -> None:
    carried = Carried("needs-start-first")
    carried.wait(READY_MS)
    carried.ask("00")
    carried.write("02 64 00")
    carried.wait(10)
    assert not carried.link_up()
    carried.wait(1_000)
    assert carried.link_up()
    assert Ready() in carried.wait(READY_MS)


def test_bytes_that_are_no_record_end_the_connection() -> None:
    carried = Carried()
    carried.wait(READY_MS)
    carried.sim.receive(b"\xa0\xa3\x30\x30\x30")
    assert not carried.link_up()
    carried.wait(1_100)
    assert carried.link_up()


def test_it_pairs_where_the_machine_wants_that_and_writes_again() -> None:
    carried = Carried("needs-pairing")
    carried.wait(READY_MS)
    assert carried.ask("00", 2) == []
    assert {Written(2, 0), answer("80 00 01")} <= set(carried.wait(500))
    assert Written(3, 0) in carried.ask("07", 3), "once is enough"


def test_what_reached_the_machine_is_in_the_truth_also_when_it_is_mute_or_deaf() -> None:
    lines: list[dict[str, list[dict[str, object]]]] = []
    sim = Simulation("ftms", truth=lines.append)
    sim.advance(READY_MS)
    for n, (fault, text) in enumerate((("mute", "00"), ("deaf", "08 01"), ("link-drop", "07"))):
        sim.act(fault)
        sim.receive(encode_record(Write(n, CONTROL_POINT, bytes.fromhex(text))))
        sim.advance(sim.now_ms + 100)
    assert [frame for line in lines for frame in line["rx"]] == [
        {"t_ms": 400.0, "hex": "00"},
        {"t_ms": 500.0, "hex": "08 01"},
    ]


def test_a_world_can_be_copied_while_it_connects() -> None:
    carried = Carried()
    carried.wait(150)
    twin = deepcopy(carried)
    ours, theirs = carried.wait(READY_MS), twin.wait(READY_MS)
    assert ours == theirs
    assert Ready() in theirs


def test_on_the_air_nobody_is_connected_and_bytes_mean_nothing() -> None:
    sim = Simulation("ftms", on_air=True)
    sim.receive(encode_record(Write(1, CONTROL_POINT, b"\x00")))
    assert sim.advance(5_000) == b""
    assert sim.air is not None
    assert sim.air.clients == ()
