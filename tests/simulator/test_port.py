"""The wire at 4800 baud: byte times, the buffer of one command, what reaches the truth."""

import pytest

from simulator.port import BYTE_MS, TURNAROUND_MS
from tests.simulator.bench import Bench

BOTH = pytest.mark.parametrize("machine", ["woodway-us", "trackmaster"])
STOP_AND_CUT = "AA A2"
SET = "A3 30 30 31 35"


def test_a_byte_takes_ten_bit_times() -> None:
    assert pytest.approx(2.083, abs=0.001) == BYTE_MS


@pytest.mark.parametrize(
    ("command", "sent", "answered"), [("C0", 1, 2), ("C1", 1, 5), (SET, 5, 1), ("AA", 1, 1)]
)
def test_an_answer_takes_its_time_on_the_wire(command: str, sent: int, answered: int) -> None:
    whole_ms = sent * BYTE_MS + TURNAROUND_MS + answered * BYTE_MS
    early, late = Bench(), Bench()
    assert len(early.say(command, whole_ms - 0.01).split()) == answered - 1
    assert len(late.say(command, whole_ms + 0.01).split()) == answered


@BOTH
def test_a_second_command_before_the_acknowledgement_overwrites_the_first(machine: str) -> None:
    bench = Bench(machine)
    assert bench.say("AA A2") == "B2"
    assert bench.say("A0 C0") == "D0 31"


@BOTH
def test_the_second_command_is_safe_once_the_first_is_acknowledged(machine: str) -> None:
    bench = Bench(machine)
    assert bench.say("AA", 9) == "BA"
    assert bench.say("A2") == "B2"


@BOTH
def test_overwriting_needs_only_the_first_byte(machine: str) -> None:
    bench = Bench(machine)
    assert bench.say("AA A3") == ""
    assert bench.say("30 30 31 35") == "B3"


def test_a_command_in_the_middle_of_another_starts_afresh() -> None:
    bench = Bench()
    assert bench.say("A3 30 30 C0") == "D0 31"
    assert bench.received() == ["A3 30 30", "C0"]


@BOTH
def test_any_split_of_a_command_is_the_same_command(machine: str) -> None:
    bench = Bench(machine)
    for byte in SET.split()[:-1]:
        assert bench.say(byte, 7) == ""
    assert bench.say(SET.split()[-1]) == "B3"
    assert bench.received() == [SET]


def test_two_commands_handed_over_together_still_take_turns_on_the_wire() -> None:
    bench = Bench()
    bench.sim.receive(bytes.fromhex("C0"))
    bench.sim.advance(5.0)
    assert bench.say("C1", 1.0) == "", "C0's first byte is not complete before 8.2 ms"
    assert bench.wait(30.0) == "D0 31 D1 30 30 30 30"


def test_frames_are_stamped_with_their_arrival_and_appear_once() -> None:
    bench = Bench()
    bench.wait(12.5)
    bench.say("C0", 40)
    bench.say(SET, 100)
    frames = [frame for line in bench.lines for frame in line["rx"]]
    assert frames == [{"t_ms": 12.5, "hex": "C0"}, {"t_ms": 52.5, "hex": SET}]
    assert bench.at(50)["rx"] == frames[:1]
    assert bench.at(100)["rx"] == frames[1:]


def test_a_frame_that_arrives_at_the_moment_of_a_line_is_in_the_next() -> None:
    bench = Bench()
    bench.say("C0", 50)
    bench.say("C1", 50)
    assert [line["rx"] for line in bench.lines] == [
        [],
        [{"t_ms": 0.0, "hex": "C0"}],
        [{"t_ms": 50.0, "hex": "C1"}],
    ]


@pytest.mark.parametrize("fault", ["mute", "power-cut", "deaf"])
def test_frames_are_seen_even_if_nobody_listens_or_answers(fault: str) -> None:
    bench = Bench()
    bench.sim.act(fault)
    assert bench.say("C0") == ""
    assert bench.received() == ["C0"]


def test_frames_do_not_reach_a_port_whose_cable_is_out() -> None:
    bench = Bench()
    bench.sim.act("link-drop")
    assert bench.say("C0") == ""
    assert bench.received() == []


def test_a_cable_that_goes_in_the_middle_of_an_answer_cuts_it() -> None:
    bench = Bench()
    heard = bench.say("C1", BYTE_MS + TURNAROUND_MS + 2 * BYTE_MS + 1)
    bench.sim.act("link-drop")
    bench.wait(20)
    bench.sim.act("link-return")
    assert heard == "D1 30"
    assert bench.wait(100) == ""
    assert bench.say("C0") == "D0 31"


def test_bytes_sent_before_the_cable_went_still_arrive() -> None:
    bench = Bench(scenario='[[at]]\nt_s = 0.030\nfault = "link-drop"')
    bench.sim.receive(b"\xc0")
    assert bench.wait(100) == "D0 31"
