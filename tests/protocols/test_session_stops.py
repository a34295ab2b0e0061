"""Stops and the way down to one: they wait for nothing, and still let the belt be seen.

Everything here holds on both machines unless a test names one.
"""

import pytest

from firmware_protocols.messages import SetSpeed, SpeedReport
from tests.protocols.connection import (
    FORWARD,
    ONE_MPH,
    TWO_MPH,
    ConnectionPair,
    acks,
    everything,
    none,
    quiet,
    replies_to,
)

# Stopping.


def test_sr18_a_stop_leaves_at_once_with_an_ack_pending(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = everything
    pair.session.set_speed(161, FORWARD)
    pair.run(20)
    pair.session.stop(True)
    pair.run(10)
    assert pair.since(now_ms) == [(0, ONE_MPH), (20, "AA")]


def test_the_second_stop_frame_follows_the_ack_of_the_first(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.session.stop(True)
    pair.run(60)
    assert pair.since(now_ms)[:2] == [(0, "AA"), (10, second_stop_frame)]


def test_the_second_stop_frame_waits_50_ms_for_an_ack_and_no_longer(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.lost = everything
    pair.session.stop(True)
    pair.run(60)
    assert pair.since(now_ms) == [(0, "AA"), (50, second_stop_frame)]


def test_an_ordinary_stop_is_one_frame(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.session.stop(False)
    pair.run(500)
    assert pair.commands(now_ms) == ["AA"]


def test_a_stop_drops_everything_that_waited(pair: ConnectionPair, second_stop_frame: str) -> None:
    now_ms = quiet(pair)
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.session.set_incline(10)
    pair.session.stop(True)
    pair.run(1_000)
    assert pair.commands(now_ms) == ["AA", second_stop_frame]


def test_the_late_ack_of_a_dropped_command_revives_nothing(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.latency_ms = 40
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(20)
    first = pair.commands(now_ms)
    pair.session.stop(True)
    pair.run(1_000)
    assert pair.commands(now_ms) == [*first, "AA", second_stop_frame]


def test_an_ack_between_a_stop_and_its_frame_does_not_start_the_belt(
    pair: ConnectionPair,
) -> None:
    pair.session.start()
    while "A0" not in pair.commands():
        pair.run(10)
    pair.session.stop(False)  # the ack of A0 arrives in the very next tick
    now_ms = pair.now_ms
    pair.run(500)
    assert pair.commands(now_ms) == ["AA"]


def test_a_stop_without_an_ack_is_sent_again_until_there_is_one(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.lost = acks
    pair.session.stop(True)
    pair.run(2_000)
    assert pair.commands(now_ms).count("AA") >= 4
    assert pair.commands(now_ms).count(second_stop_frame) >= 4
    pair.lost = none
    pair.run(300)
    now_ms = pair.now_ms
    pair.run(1_000)
    assert pair.commands(now_ms) == []


def test_a_stop_that_nobody_repeats_or_answers_still_lets_the_belt_be_seen(
    pair: ConnectionPair,
) -> None:
    start_ms = quiet(pair)
    pair.lost = acks
    pair.session.stop(True)
    pair.run(5_000)
    assert max(pair.gaps_ms("C1", start_ms)) <= 320


def test_silence_is_counted_while_a_stop_repeats_itself(pair: ConnectionPair) -> None:
    quiet(pair)
    pair.lost = everything
    pair.session.stop(True)
    pair.run(1_010)
    assert pair.session.unanswered == 5


def test_an_answered_stop_leaves_no_hurry_behind(pair: ConnectionPair) -> None:
    pair.lost = acks
    pair.session.stop(False)
    pair.run(100)
    pair.session.stop(False)
    pair.lost = none
    pair.run(300)
    now_ms = pair.now_ms
    for _ in range(50):
        pair.session.data_to_send(now_ms)
        deadline_ms = pair.session.next_deadline_ms()
        assert deadline_ms is not None
        assert deadline_ms > now_ms
        now_ms = deadline_ms


def test_sr35_a_repeated_stop_begins_again_at_once(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.lost = everything
    for _ in range(3):
        pair.session.stop(True)
        pair.run(100)
    stops = [(at_ms, frame) for at_ms, frame in pair.since(now_ms) if frame == "AA"]
    assert stops == [(0, "AA"), (100, "AA"), (200, "AA")]
    assert second_stop_frame in pair.commands(now_ms)


@pytest.mark.parametrize("strongest", [False, True])
def test_whoever_repeats_a_stop_without_acks_still_sees_the_belt(
    pair: ConnectionPair, strongest: bool
) -> None:
    pair.lost = acks
    start_ms = pair.now_ms
    for _ in range(50):
        pair.session.stop(strongest)
        pair.run(100)
    assert max(pair.gaps_ms("C1", start_ms)) <= 200
    assert max(pair.gaps_ms("C0", start_ms)) <= 1_000
    assert pair.commands(start_ms).count("AA") >= 50
    if strongest:
        assert len(set(pair.commands(start_ms))) == 2


def test_a_stop_repeated_before_the_machine_is_proved_lets_it_be_proved(
    pair: ConnectionPair,
) -> None:
    pair.session.restart()
    pair.lost = acks
    start_ms = pair.now_ms
    for _ in range(20):
        pair.session.stop(False)
        pair.run(100)
    assert pair.session.proofs >= 3
    assert {frame for _, frame in pair.since(start_ms)} == {"AA", "C0"}


def test_silence_is_counted_while_a_stop_is_repeated(pair: ConnectionPair) -> None:
    quiet(pair)
    pair.lost = everything
    for _ in range(10):
        pair.session.stop(True)
        pair.run(100)
    assert pair.session.unanswered == 4


def test_a_weaker_stop_does_not_replace_a_stronger_one_without_an_answer(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.lost = everything
    pair.session.stop(True)
    pair.run(20)
    pair.session.stop(False)
    pair.run(60)
    assert pair.since(now_ms) == [(0, "AA"), (20, "AA"), (70, second_stop_frame)]


def test_a_stronger_stop_replaces_a_weaker_one(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.session.stop(False)
    pair.session.stop(True)
    pair.run(200)
    assert pair.commands(now_ms) == ["AA", second_stop_frame]


def test_nothing_moves_while_a_stop_has_no_answer(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.lost = acks
    pair.session.stop(True)
    pair.run(10)
    pair.session.start()
    pair.session.set_speed(161, FORWARD)
    pair.run(2_000)
    assert set(pair.commands(now_ms)) == {"AA", second_stop_frame}


def test_readings_go_on_after_a_stop(pair: ConnectionPair) -> None:
    start_ms = pair.now_ms
    pair.session.stop(True)
    pair.run(1_000)
    assert max(pair.gaps_ms("C1", start_ms)) <= 120
    assert [m for at, m in pair.heard if at > start_ms and m == SpeedReport(0)]


# The way down of a slower stop.


def test_an_urgent_speed_leaves_at_once_with_a_reply_pending(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = everything
    pair.session.set_speed(322, FORWARD)
    pair.run(10)
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.run(10)
    assert pair.since(now_ms) == [(0, TWO_MPH), (10, ONE_MPH)]


def test_sr27_an_urgent_speed_ends_a_start_and_freezes_the_incline(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.session.start()
    pair.session.set_incline(10)
    pair.session.set_speed(161, FORWARD, urgent=True)
    assert not pair.session.starting
    pair.run(500)
    assert pair.commands(now_ms) == [ONE_MPH]


def test_urgent_speeds_wait_for_each_others_acks_or_50_ms(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = acks
    for speed_ckmh in (322, 306, 290, 274, 258, 242, 226, 210, 194, 161):
        pair.session.set_speed(speed_ckmh, FORWARD, urgent=True)
        pair.run(10)
    pair.run(60)
    assert pair.since(now_ms) == [(0, TWO_MPH), (50, "A3 30 30 31 35"), (100, ONE_MPH)]


def test_a_ramp_down_with_acks_is_not_slowed_and_stays_in_view(pair: ConnectionPair) -> None:
    start_ms = quiet(pair)
    for step in range(100):
        pair.session.set_speed(2_000 - 17 * step, FORWARD, urgent=True)
        pair.run(20)
    assert max(pair.gaps_ms("C1", start_ms)) <= 100
    assert max(pair.gaps_ms("C0", start_ms)) <= 520
    assert len(pair.commands(start_ms)) >= 70


def test_a_ramp_down_without_acks_stays_in_view(pair: ConnectionPair) -> None:
    start_ms = quiet(pair)
    pair.lost = acks
    for step in range(100):
        pair.session.set_speed(2_000 - 17 * step, FORWARD, urgent=True)
        pair.run(20)
    assert max(pair.gaps_ms("C1", start_ms)) <= 200
    assert len(pair.commands(start_ms)) >= 25


def test_an_urgent_speed_never_overtakes_a_stop(
    pair: ConnectionPair, second_stop_frame: str
) -> None:
    now_ms = quiet(pair)
    pair.session.stop(True)
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.run(300)
    assert pair.commands(now_ms) == ["AA", second_stop_frame, ONE_MPH]


def test_an_urgent_speed_does_not_slip_in_while_a_stop_waits(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = acks
    pair.session.stop(True)
    pair.run(10)
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.run(1_000)
    assert ONE_MPH not in pair.commands(now_ms)


def test_a_stop_drops_an_urgent_speed(pair: ConnectionPair, second_stop_frame: str) -> None:
    now_ms = quiet(pair)
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.session.stop(True)
    pair.run(500)
    assert pair.commands(now_ms) == ["AA", second_stop_frame]


def test_an_urgent_speed_waits_for_the_machine_to_be_proved(pair: ConnectionPair) -> None:
    pair.session.restart()
    now_ms = pair.now_ms
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.run(500)
    assert pair.commands(now_ms) == []


def test_an_urgent_speed_without_an_ack_is_sent_again(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.run(100)
    pair.lost = none
    pair.run(300)
    assert pair.commands(now_ms) == [ONE_MPH, ONE_MPH]


def test_an_older_urgent_speed_never_comes_back_over_a_newer(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.lost = replies_to(SetSpeed)
    pair.session.set_speed(322, FORWARD, urgent=True)
    pair.run(190)
    pair.now_ms += 10  # the reply time-out and the next call fall together
    pair.session.set_speed(161, FORWARD, urgent=True)
    pair.lost = none
    pair.run(500)
    assert pair.commands(now_ms) == [TWO_MPH, ONE_MPH]


def test_a_later_ordinary_speed_replaces_an_urgent_one(pair: ConnectionPair) -> None:
    now_ms = quiet(pair)
    pair.session.set_speed(322, FORWARD, urgent=True)
    pair.session.set_speed(161, FORWARD)
    pair.run(300)
    assert pair.commands(now_ms) == [ONE_MPH]
