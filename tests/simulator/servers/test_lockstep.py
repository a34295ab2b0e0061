"""Frames are written by hand from the wire's definition, never with its own packer."""

from pathlib import Path

import pytest

from simulator.servers.errors import BadWire
from simulator.servers.lockstep import Lockstep, run
from simulator.servers.truth import TruthFile
from tests.simulator.servers.fake_plant import FakePlant

ADVANCE_TO_50 = bytes.fromhex("00 32000000 0000")
C0_AT_NOW_TO_100 = bytes.fromhex("00 64000000 0100 C0")
END = bytes.fromhex("02 00000000 0000")


def act(text: bytes) -> bytes:
    return b"\x01" + bytes(4) + len(text).to_bytes(2, "little") + text


def test_advance_lives_until_the_given_time_and_answers_with_the_machines_bytes() -> None:
    plant = FakePlant(says=b"\x54")
    assert Lockstep(plant).receive(ADVANCE_TO_50) == bytes.fromhex("03 32000000 0100 54")


def test_host_bytes_reach_the_machine_before_time_moves() -> None:
    plant = FakePlant()
    lockstep = Lockstep(plant)
    lockstep.receive(ADVANCE_TO_50)
    assert lockstep.receive(C0_AT_NOW_TO_100) == bytes.fromhex("03 64000000 0100 C0")
    assert plant.received == [(50, b"\xc0")]


def test_op_3_advances_and_tells_how_long_nothing_will_come_of_it() -> None:
    plant = FakePlant(quiet_ms=70.2)
    lockstep = Lockstep(plant)
    answer = lockstep.receive(bytes.fromhex("03 32000000 0100 C0"))
    assert answer == bytes.fromhex("03 47000000 0100 C0")  # 70 ms is still quiet, 71 is not
    assert (plant.now_ms, plant.received) == (50, [(0, b"\xc0")])


def test_a_machine_that_will_never_do_anything_by_itself_is_quiet_for_ever() -> None:
    answer = Lockstep(FakePlant()).receive(bytes.fromhex("03 32000000 0000"))
    assert answer == bytes.fromhex("03 FFFFFFFF 0000")


def test_sr46_op_4_asks_for_what_the_heart_rate_strap_has_said_and_moves_nothing() -> None:
    plant = FakePlant(heart=bytes.fromhex("810400372a0648"), now_ms=50)
    lockstep = Lockstep(plant)
    ask = bytes.fromhex("04 00000000 0000")
    assert lockstep.receive(ask) == bytes.fromhex("03 32000000 0700 810400372a0648")
    assert lockstep.receive(ask) == bytes.fromhex("03 32000000 0000")
    assert plant.now_ms == 50


def test_flags_tell_the_strap_and_the_link() -> None:
    plant = FakePlant(strap_closed=False)
    assert Lockstep(plant).receive(ADVANCE_TO_50)[0] == 0b10
    plant = FakePlant(link_up=False)
    assert Lockstep(plant).receive(ADVANCE_TO_50)[0] == 0b01


def test_bytes_into_a_cut_link_never_reach_the_machine() -> None:
    plant = FakePlant(link_up=False)
    Lockstep(plant).receive(C0_AT_NOW_TO_100)
    assert plant.received == []


def test_an_act_happens_at_the_current_time_whatever_its_time_says() -> None:
    plant = FakePlant()
    lockstep = Lockstep(plant)
    lockstep.receive(ADVANCE_TO_50)
    frame = bytearray(act(b'{"act": "strap-pull"}'))
    frame[1:5] = b"\xff\xff\xff\xff"
    assert lockstep.receive(bytes(frame)) == bytes.fromhex("02 32000000 0000")


def test_a_failed_act_is_answered_with_a_sentence_and_the_run_goes_on() -> None:
    plant = FakePlant()
    lockstep = Lockstep(plant)
    answer = lockstep.receive(act(b'{"act": "fly"}'))
    assert answer[0] == 0b111
    assert int.from_bytes(answer[5:7], "little") == len(answer) - 7
    assert b"fly" in answer[7:]
    assert lockstep.receive(ADVANCE_TO_50)[0] == 0b011


def test_any_split_of_the_stream_gives_the_same_answers() -> None:
    stream = ADVANCE_TO_50 + C0_AT_NOW_TO_100 + act(b'{"act": "strap-pull"}') + END
    whole = Lockstep(FakePlant()).receive(stream)
    lockstep = Lockstep(FakePlant())
    pieces = [lockstep.receive(stream[i : i + 1]) for i in range(len(stream))]
    assert b"".join(pieces) == whole
    assert lockstep.ended


def test_nothing_is_answered_after_the_end() -> None:
    lockstep = Lockstep(FakePlant())
    assert lockstep.receive(END + ADVANCE_TO_50) == b""


def test_standing_still_is_allowed_and_going_back_is_not() -> None:
    lockstep = Lockstep(FakePlant())
    lockstep.receive(ADVANCE_TO_50)
    lockstep.receive(ADVANCE_TO_50)
    with pytest.raises(BadWire, match="back from 50 to 49 ms"):
        lockstep.receive(bytes.fromhex("00 31000000 0000"))


def test_an_unknown_op_is_refused() -> None:
    with pytest.raises(BadWire, match="no op 5"):
        Lockstep(FakePlant()).receive(bytes.fromhex("05 00000000 0000"))


def test_more_than_a_frame_can_carry_is_refused_not_cut() -> None:
    with pytest.raises(BadWire, match="65536 bytes"):
        Lockstep(FakePlant(says=bytes(65_536))).receive(ADVANCE_TO_50)


def test_truth_is_on_disk_before_the_answer_is_given(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    truth = TruthFile(path)
    truth.record({"t_ms": 0})
    Lockstep(FakePlant(), truth).receive(ADVANCE_TO_50)
    assert path.read_text() == '{"t_ms": 0}\n'
    truth.close()


def test_the_end_of_the_stream_ends_the_run_even_inside_a_frame() -> None:
    stream = iter([ADVANCE_TO_50, ADVANCE_TO_50[:3], b""])
    written: list[bytes] = []

    def write(data: bytes) -> int:
        # One byte at a time: a full pipe takes what it can.
        written.append(data[:1])
        return 1

    run(Lockstep(FakePlant()), read=lambda size: next(stream), write=write)
    assert b"".join(written) == bytes.fromhex("03 32000000 0000")
