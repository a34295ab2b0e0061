"""The line discipline on virtual time: connecting, polling, speeds and starts.

Everything here holds on both machines unless a test names one.
"""

from itertools import pairwise
from typing import Any

import pytest

from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.messages import (
    Ack,
    DriveReport,
    DriveState,
    InvalidCommand,
    InvalidData,
    MasterTimeout,
    QueryDrive,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    SpeedFault,
    StartBelt,
)
from tests.protocols.connection import (
    FORWARD,
    ONE_MPH,
    REVERSE,
    SECOND_STOP_FRAME,
    SERIAL,
    TWO_MPH,
    ZERO,
    ConnectionPair,
    everything,
    none,
    quiet,
    replies_to,
)

# Connecting.


@pytest.mark.parametrize("protocol", SERIAL)
def test_sr06_only_the_harmless_query_leaves_before_the_machine_is_proved(protocol: str) -> None:
    pair = ConnectionPair(protocol, proved=False)
    pair.session.start()
    pair.session.set_speed(100, FORWARD)
    pair.session.set_incline(10)
    pair.run(1_000)
    assert {frame for _, frame in pair.sent} == {"C0"}
    assert set(pair.gaps_ms("C0")) == {100}
    assert pair.session.proofs == 10


@pytest.mark.parametrize("protocol", SERIAL)
def test_a_stop_leaves_before_the_machine_is_proved(protocol: str) -> None:
    pair = ConnectionPair(protocol, proved=False)
    pair.run(50)
    pair.session.stop(True)
    pair.run(50)
    assert pair.commands() == ["AA", SECOND_STOP_FRAME[protocol]]


@pytest.mark.parametrize("protocol", SERIAL)
def test_proofs_are_counted_in_a_row(protocol: str) -> None:
    pair = ConnectionPair(protocol, proved=False)
    pair.run(200)
    assert pair.session.proofs == 2
    pair.inject(b"\xe0")
    pair.run(10)
    assert pair.session.proofs == 0
    pair.run(200)
    assert pair.session.proofs == 2
    pair.lost = everything
    pair.run(400)
    assert pair.session.proofs == 0


def test_a_reply_nobody_asked_for_proves_nothing(pair: ConnectionPair) -> None:
    pair.session.restart()
    pair.lost = everything
    pair.run(50)
    pair.inject(b"\xd10014")
    pair.run(10)
    assert pair.session.proofs == 0


def test_garbage_on_a_proved_line_is_handed_up_and_changes_nothing(pair: ConnectionPair) -> None:
    proofs = pair.session.proofs
    pair.inject(b"\x30\xe0\xd1\x30")
    pair.run(200)
    errors = [m.raw for _, m in pair.heard if isinstance(m, RemoteProtocolError)]
    assert errors == [b"\x30", b"\xe0", b"\xd1\x30"]
    assert pair.session.proofs >= proofs
    assert pair.session.unanswered == 0


def test_a_restart_forgets_everything_that_waited(pair: ConnectionPair) -> None:
    pair.lost = everything
    pair.session.start()
    pair.session.set_speed(100, FORWARD)
    pair.session.set_incline(10)
    pair.run(300)
    assert pair.session.unanswered
    restarted_ms = pair.now_ms
    pair.lost = none
    pair.session.restart()
    assert (pair.session.proved, pair.session.proofs, pair.session.unanswered) == (False, 0, 0)
    assert not pair.session.starting
    pair.run(200)
    pair.session.proved = True
    pair.run(1_000)
    assert pair.commands(restarted_ms) == []


def test_a_restart_forgets_half_a_reply(pair: ConnectionPair) -> None:
    pair.inject(b"\xd1\x30\x30")
    pair.run(10)
    pair.session.restart()
    pair.heard.clear()
    pair.run(200)
    assert not [m for _, m in pair.heard if isinstance(m, RemoteProtocolError)]


def test_sr20_a_stop_without_an_answer_survives_a_restart(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    pair.lost = everything
    pair.session.stop(True)
    pair.run(100)
    pair.session.restart()
    pair.lost = none
    restarted_ms = pair.now_ms
    pair.run(100)
    assert pair.since(restarted_ms)[0] == (0, "AA")
    assert pair.commands(restarted_ms) == ["AA", second_stop_frame]


# Polling.


def test_speed_is_asked_for_ten_times_a_second_and_the_drive_twice(pair: ConnectionPair) -> None:
    start_ms = pair.now_ms
    pair.run(10_000)
    assert max(pair.gaps_ms("C1", start_ms)) <= 100
    assert max(pair.gaps_ms("C0", start_ms)) <= 520
    assert pair.commands(start_ms) == []


@pytest.mark.parametrize("every_ms", [10, 20, 50, 100])
def test_no_stream_of_commands_starves_the_polls(pair: ConnectionPair, every_ms: int) -> None:
    start_ms = pair.now_ms
    for step in range(2_000 // every_ms):
        pair.session.set_speed(100 + step, FORWARD)
        pair.run(every_ms)
    assert max(pair.gaps_ms("C1", start_ms)) <= 100
    assert max(pair.gaps_ms("C0", start_ms)) <= 520
    assert len(pair.commands(start_ms)) > 15


def test_one_command_is_on_the_line_at_a_time(pair: ConnectionPair) -> None:
    pair.latency_ms = 70
    start_ms = pair.now_ms
    pair.session.set_speed(161, FORWARD)
    pair.session.set_incline(10)
    pair.run(1_000)
    assert pair.session.unanswered == 0
    times = [at_ms for at_ms, _ in pair.since(start_ms)]
    assert all(b - a >= 70 for a, b in pairwise(times))
    assert pair.commands(start_ms) == [ONE_MPH, "A4 30 30 31 30"]


def test_a_command_goes_before_a_poll(pair: ConnectionPair) -> None:
    now_ms = pair.now_ms = pair.now_ms + 500  # everything is due
    pair.session.set_speed(161, FORWARD)
    pair.run(30)
    assert pair.since(now_ms) == [(0, ONE_MPH), (10, "C1"), (20, "C0")]


def test_nothing_is_said_before_the_deadline_and_something_at_it(pair: ConnectionPair) -> None:
    for _ in range(200):
        deadline_ms = pair.session.next_deadline_ms()
        assert deadline_ms is not None
        assert pair.session.data_to_send(deadline_ms - 1) == []
        assert pair.session.data_to_send(deadline_ms) or pair.session.unanswered


@pytest.mark.parametrize("strongest", [False, True])
def test_a_silent_machine_never_keeps_the_session_busy(
    pair: ConnectionPair, strongest: bool
) -> None:
    # Each deadline is used up: the next one lies later, or the caller would spin.
    pair.session.stop(strongest)
    now_ms = pair.now_ms
    for _ in range(200):
        pair.session.data_to_send(now_ms)
        deadline_ms = pair.session.next_deadline_ms()
        assert deadline_ms is not None
        assert deadline_ms > now_ms
        now_ms = deadline_ms


# Speed and incline.


def test_the_newest_speed_wins_and_no_other_is_ever_sent(pair: ConnectionPair) -> None:
    now_ms = pair.now_ms
    for speed_ckmh in (100, 200, 300, 161):
        pair.session.set_speed(speed_ckmh, FORWARD)
    pair.run(200)
    assert pair.commands(now_ms) == [ONE_MPH]


def test_a_speed_the_wire_cannot_say_leaves_the_mailbox_alone(pair: ConnectionPair) -> None:
    now_ms = pair.now_ms
    pair.session.set_speed(161, FORWARD)
    bad: Any
    for bad in (-1, 100_000, True, 1.5):
        with pytest.raises(LocalProtocolError):
            pair.session.set_speed(bad, FORWARD)
    with pytest.raises(LocalProtocolError):
        pair.session.set_incline(-1)
    pair.run(200)
    assert pair.commands(now_ms) == [ONE_MPH]


def test_a_lost_ack_is_given_up_after_200_ms_and_the_speed_sent_again(
    pair: ConnectionPair,
) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(161, FORWARD)
    pair.run(200)
    assert pair.since(now_ms) == [(0, ONE_MPH)]
    assert pair.session.unanswered == 0
    pair.lost = none
    pair.run(50)
    # The poll in between: whatever arrives before its reply is old.
    assert pair.since(now_ms)[:3] == [(0, ONE_MPH), (200, "C1"), (210, ONE_MPH)]
    pair.run(500)
    assert pair.commands(now_ms) == [ONE_MPH, ONE_MPH]
    assert pair.session.unanswered == 0


def test_the_retry_of_a_speed_is_the_newest_one(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(161, FORWARD)
    pair.run(100)
    pair.lost = none
    pair.session.set_speed(322, FORWARD)
    pair.run(500)
    assert pair.commands(now_ms) == [ONE_MPH, TWO_MPH]


def test_a_lost_incline_is_sent_again(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetIncline)
    pair.session.set_incline(10)
    pair.run(100)
    pair.lost = none
    pair.run(500)
    assert pair.commands(now_ms) == ["A4 30 30 31 30"] * 2
    pair.lost = replies_to(SetIncline)
    pair.session.set_incline(10)
    pair.run(100)
    pair.lost = none
    pair.session.set_incline(20)
    pair.run(500)
    assert pair.commands(now_ms)[2:] == ["A4 30 30 31 30", "A4 30 30 32 30"]


def test_a_late_ack_does_not_settle_the_command_after_it(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(161, FORWARD)
    pair.run(100)
    pair.session.set_speed(322, FORWARD)
    pair.inject(b"\xb3", in_ms=105)  # after the time-out, while the poll waits for its reply
    pair.run(300)
    late_ms = next(at_ms for at_ms, m in pair.heard if at_ms > now_ms and m == Ack(0xA3))
    assert late_ms == now_ms + 210
    # The new speed was sent once and still waits for an ack of its own.
    assert pair.commands(now_ms) == [ONE_MPH, TWO_MPH]
    pair.run(200)
    assert pair.commands(now_ms) == [ONE_MPH, TWO_MPH, TWO_MPH]


def test_an_ack_that_is_late_but_first_is_still_the_answer(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(161, FORWARD)
    pair.run(200)
    pair.inject(b"\xb3")
    pair.run(300)
    assert pair.commands(now_ms) == [ONE_MPH]
    assert pair.session.unanswered == 0


@pytest.mark.parametrize("refusal", [InvalidData(), InvalidCommand()], ids=repr)
def test_a_refused_speed_is_not_repeated(
    pair: ConnectionPair, refusal: InvalidData | InvalidCommand
) -> None:
    now_ms = quiet(pair)
    pair.answers[SetSpeed] = refusal
    pair.session.set_speed(161, FORWARD)
    pair.run(500)
    assert pair.commands(now_ms) == [ONE_MPH]
    assert refusal in [m for _, m in pair.heard]
    assert pair.session.unanswered == 0


def test_a_fault_reading_answers_the_poll() -> None:
    pair = ConnectionPair("trackmaster")
    pair.answers[QuerySpeed] = SpeedFault()
    pair.run(500)
    assert SpeedFault() in [m for _, m in pair.heard]
    assert pair.session.unanswered == 0


def test_a_master_timeout_answers_nothing() -> None:
    pair = ConnectionPair("woodway-us")
    now_ms = quiet(pair)
    pair.answers[SetSpeed] = MasterTimeout()
    pair.session.set_speed(161, FORWARD)
    pair.run(210)
    assert pair.since(now_ms) == [(0, ONE_MPH), (200, "C1")]
    assert (now_ms + 10, MasterTimeout()) in pair.heard


def test_silence_is_counted_in_reply_time_outs(pair: ConnectionPair) -> None:
    pair.lost = everything
    start_ms = pair.now_ms
    while pair.session.unanswered == 0:
        pair.run(10)
    assert pair.now_ms - start_ms <= 310
    pair.run(800)
    assert pair.session.unanswered == 5
    pair.lost = none
    pair.run(220)
    assert pair.session.unanswered == 0


def test_a_lost_reading_is_asked_for_again(pair: ConnectionPair) -> None:
    start_ms = pair.now_ms
    pair.lost = replies_to(QuerySpeed, QueryDrive)
    pair.run(250)
    pair.lost = none
    pair.run(1_000)
    assert max(pair.gaps_ms("C1", start_ms)) <= 200


# Starting.


def test_woodway_starts_at_zero_and_only_a_stopped_belt() -> None:
    pair = ConnectionPair("woodway-us")
    pair.run(100)  # past the first poll of the drive
    now_ms = quiet(pair)
    pair.session.start()
    pair.session.set_speed(161, REVERSE)
    assert pair.session.starting
    pair.run(200)
    starts = [f for f in pair.since(now_ms) if f[1] != "C1"]
    assert [frame for _, frame in starts][:4] == [ZERO, "C0", "A0", "A3 33 30 31 30"]
    assert not pair.session.starting


@pytest.mark.parametrize("state", [DriveState.SUPERVISED, DriveState.UNSUPERVISED])
def test_sr08_woodway_gives_up_a_start_on_a_belt_somebody_else_engaged(state: DriveState) -> None:
    pair = ConnectionPair("woodway-us")
    pair.run(500)
    now_ms = quiet(pair)
    pair.answers[QueryDrive] = DriveReport(state)
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(300)
    pair.answers.clear()
    pair.run(2_000)
    assert pair.commands(now_ms) == [ZERO]
    assert not pair.session.starting


def test_trackmaster_stops_before_its_first_start_only() -> None:
    pair = ConnectionPair("trackmaster")
    now_ms = quiet(pair)
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(200)
    assert pair.commands(now_ms) == ["A2", "A0", ONE_MPH]
    pair.session.stop(False)
    pair.run(200)
    now_ms = quiet(pair)
    pair.session.start()
    pair.run(200)
    assert pair.commands(now_ms) == ["A0"]
    pair.session.restart()
    pair.session.proved = True
    now_ms = quiet(pair)
    pair.session.start()
    pair.run(200)
    assert pair.commands(now_ms) == ["A2", "A0"]


def test_trackmaster_stops_before_the_start_after_a_refused_one() -> None:
    # A refused start latches until a stop command (serial.md 2.5).
    pair = ConnectionPair("trackmaster")
    pair.session.start()
    pair.run(200)
    now_ms = quiet(pair)
    pair.answers[StartBelt] = InvalidCommand()
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(500)
    assert pair.commands(now_ms) == ["A0"]
    pair.answers.clear()
    now_ms = quiet(pair)
    pair.session.start()
    pair.run(200)
    assert pair.commands(now_ms) == ["A2", "A0"]


def test_sr03_no_speed_leaves_before_the_start_is_acknowledged(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(StartBelt)
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(1_000)
    assert ONE_MPH not in pair.commands(now_ms)
    assert pair.commands(now_ms).count("A0") == 5
    assert pair.session.starting
    pair.lost = none
    pair.run(500)
    assert pair.commands(now_ms)[-2:] == ["A0", ONE_MPH]


def test_a_start_said_twice_starts_once(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.session.start()
    while "A0" not in pair.commands(now_ms):
        pair.run(10)
    pair.session.start()
    pair.run(300)
    assert pair.commands(now_ms).count("A0") == 1
    assert not pair.session.starting


def test_the_ack_of_an_ended_start_is_no_step_of_the_next(pair: ConnectionPair) -> None:
    pair.session.start()
    while "A0" not in pair.commands():
        pair.run(10)
    pair.session.stop(False)
    pair.session.start()  # and now the first start is acknowledged
    now_ms = pair.now_ms
    pair.run(300)
    first_step = SECOND_STOP_FRAME[pair.session.capabilities.name]
    assert pair.commands(now_ms) == ["AA", first_step, "A0"]


def test_sr03_a_speed_never_starts_the_belt(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.session.set_speed(161, FORWARD)
    pair.run(500)
    assert pair.commands(now_ms) == [ONE_MPH]
