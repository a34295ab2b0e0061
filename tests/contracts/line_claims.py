"""What a driver promises of the line: it asks, hears, counts, and never breaks (SR-06, SR-19)."""

from random import Random

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import Direction, SpeedReport
from tests.contracts.driver import (
    FORWARD,
    WALK_CKMH,
    DriverUnderTest,
    Line,
    every_state,
    walking,
)
from tests.contracts.ears import Kind

LONGEST_BYTES = 600
"""Above the longest record there is."""


class LineClaims:
    def test_every_frame_is_one_whole_word_of_the_wire(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for request in (100, 125, 333, 501):
            line.session.set_speed(request, FORWARD)
            line.run(500)
        line.session.stop(True)
        line.run(2_000)
        assert [frame for _, frame in line.sent if driver.ear(frame).kind is Kind.GARBAGE] == []

    def test_sr06_nothing_but_questions_leaves_a_line_nobody_has_proved(
        self, driver: DriverUnderTest
    ) -> None:
        line = Line(driver)
        line.session.start()
        try:
            line.session.set_speed(WALK_CKMH, FORWARD)
        except LocalProtocolError:
            assert not line.session.speeds_known
        line.run(3_000)
        assert line.commands() == []
        assert line.peer.belt_ckmh == 0

    def test_sr38_asking_for_control_says_no_speed(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        before = len(line.sent)
        line.session.request_control()
        line.run(1_000)
        said = [driver.ear(frame).kind for _, frame in line.sent[before:]]
        assert Kind.SPEED not in said
        assert Kind.START not in said

    def test_sr20_a_line_that_answers_is_kept(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for _ in range(20):
            line.run(100)
            assert not line.session.wants_new_link

    def test_a_silent_machine_proves_nothing(self, driver: DriverUnderTest) -> None:
        line = Line(driver)
        line.deaf = True
        line.run(3_000)
        assert line.session.proofs == 0

    def test_noise_proves_nothing(self, driver: DriverUnderTest) -> None:
        line, noise = Line(driver), Random(3)
        line.deaf = True
        for _ in range(200):
            line.session.receive(line.now_ms, noise.randbytes(1))
            line.run(10)
        assert line.session.proofs < 3

    def test_no_bytes_and_no_split_of_them_raise(self, driver: DriverUnderTest) -> None:
        noise = Random(17)
        for length in range(1, 60):
            line = Line(driver)
            for _ in range(20):
                line.session.receive(line.now_ms, noise.randbytes(length))
                line.run(10)
            line.session.stop(True)
            assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP]

    def test_a_reply_in_pieces_is_the_same_reply(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.heard.clear()
        whole = b""
        for _ in range(100):
            for frame in line.session.data_to_send(line.now_ms):
                line.peer.receive(frame)
            line.now_ms += 10
            data = line.peer.advance(line.now_ms)
            whole += data
            for byte in data:
                line.heard += line.session.receive(line.now_ms, bytes((byte,)))
        assert whole
        assert line.readings()
        assert {report.speed_ckmh for report in line.readings()} <= {
            line.session.quantise(WALK_CKMH),
            *range(WALK_CKMH - 1, WALK_CKMH + 2),
        }

    def test_no_bytes_of_a_machine_make_a_command(self, driver: DriverUnderTest) -> None:
        line, noise = Line(driver).prove(), Random(5)
        line.deaf = True
        start_ms = line.now_ms
        for _ in range(300):
            line.session.receive(line.now_ms, noise.randbytes(7))
            line.run(10)
        assert all(said.slows_only for said in line.commands(start_ms))

    def test_sr19_what_is_read_is_never_below_the_truth_by_more_than_a_step(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        for request in (100, 200, 330, 480):
            line.session.set_speed(request, FORWARD)
            line.run(8_000)
            tolerance = driver.capabilities.wire_step_ckmh
            assert line.readings()[-1].speed_ckmh >= line.peer.belt_ckmh - tolerance

    def test_a_standing_belt_is_read_as_zero(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        assert {report.speed_ckmh for report in line.readings()} == {0}

    def test_a_speed_is_read_without_a_sign(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        assert all(report.speed_ckmh >= 0 for report in line.readings())
        assert {report.direction for report in line.readings()} == {Direction.FORWARD}

    def test_sr19_readings_keep_coming(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for _ in range(10):
            line.heard.clear()
            line.run(driver.capabilities.poll_period_ms + 200)
            assert line.readings()

    def test_sr19_readings_keep_coming_while_a_belt_stops(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        line.heard.clear()
        line.run(1_500)
        assert line.readings()

    def test_sr20_a_machine_that_fell_silent_is_asked_nothing_for_ever(
        self, driver: DriverUnderTest
    ) -> None:
        """Either silence is counted, or the line itself is given up: nobody waits for ever."""
        line = walking(driver)
        line.deaf = True
        line.session.set_speed(WALK_CKMH + 50, FORWARD)
        line.run(12_000)
        unanswered = getattr(line.session, "unanswered", 0)
        assert unanswered > 0 or line.session.wants_new_link

    def test_replies_that_come_twice_change_nothing(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.times = 2
        start_ms = line.now_ms
        line.session.set_speed(250, FORWARD)
        line.run(3_000)
        assert len(line.commands(start_ms)) <= 2
        assert {said.speed_ckmh for said in line.commands(start_ms)} == {
            said.speed_ckmh for said in line.commands(start_ms)[:1]
        }

    def test_late_replies_lose_no_speed(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.late_ms = 120
        line.session.set_speed(250, FORWARD)
        line.run(6_000)
        assert line.peer.belt_ckmh == pytest.approx(250, abs=driver.capabilities.wire_step_ckmh)

    def test_an_answer_to_an_old_speed_revives_no_old_speed(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.late_ms = 150
        line.session.set_speed(400, FORWARD)
        line.run(50)
        start_ms = line.now_ms
        line.session.set_speed(200, FORWARD)
        line.run(6_000)
        assert all(said.speed_ckmh <= 200 for said in line.commands(start_ms))
        assert line.peer.belt_ckmh <= 200

    def test_a_deadline_is_never_in_the_past(self, driver: DriverUnderTest) -> None:
        for state, line in every_state(driver):
            for _ in range(50):
                line.tick()
                deadline_ms = line.session.next_deadline_ms()
                assert deadline_ms is None or deadline_ms >= line.now_ms, state
                line.now_ms += 10

    def test_nothing_turns_a_call_into_a_busy_loop(self, driver: DriverUnderTest) -> None:
        for state, line in every_state(driver):
            calls, end_ms = 0, line.now_ms + 1_000
            while line.now_ms < end_ms:
                line.session.data_to_send(line.now_ms)
                deadline_ms = line.session.next_deadline_ms()
                line.now_ms = end_ms if deadline_ms is None else max(line.now_ms, deadline_ms)
                calls += 1
                assert calls < 200, state

    def test_what_was_said_is_not_said_again_in_the_same_moment(
        self, driver: DriverUnderTest
    ) -> None:
        for state, line in every_state(driver):
            line.session.data_to_send(line.now_ms)
            assert line.session.data_to_send(line.now_ms) == [], state

    def test_a_flood_of_wishes_is_one_wish(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        for wish in range(10_000):
            line.session.set_speed(100 + wish % 300, FORWARD)
        line.run(2_000)
        assert len(line.commands(start_ms)) == 1

    def test_a_flood_of_stops_is_one_stop(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        for _ in range(10_000):
            line.session.stop(True)
        line.run(1_000)
        assert 1 <= len(line.commands(start_ms)) <= 6

    def test_a_flood_of_bytes_is_not_kept(self, driver: DriverUnderTest) -> None:
        line, noise = Line(driver), Random(9)
        said = 0
        for _ in range(200):
            said += len(line.session.receive(line.now_ms, noise.randbytes(1_000)))
        # Whatever the session still held would have to come out with the next bytes.
        rest = line.session.receive(line.now_ms, b"\xff" * LONGEST_BYTES)
        assert said
        assert 0 < len(rest) <= LONGEST_BYTES + 5

    def test_after_an_hour_without_a_call_the_first_word_may_be_a_stop(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        line.now_ms += 3_600_000
        line.session.stop(True)
        assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP]

    def test_sessions_share_nothing(self, driver: DriverUnderTest) -> None:
        first, second = Line(driver).prove(), Line(driver)
        first.session.stop(True)
        second.run(500)
        assert second.commands() == []
        assert not second.session.proved

    def test_capabilities_are_of_this_very_session(self, driver: DriverUnderTest) -> None:
        said = Line(driver).session.capabilities
        assert said == driver.capabilities
        assert 0 < said.wire_step_ckmh < said.field_max_ckmh
        assert said.poll_period_ms > 0
        assert said.reply_timeout_ms > 0

    def test_a_direction_that_cannot_be_said_is_refused(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        if not driver.capabilities.can_reverse:
            with pytest.raises(LocalProtocolError):
                line.session.set_speed(WALK_CKMH, Direction.REVERSE)
        line.run(500)
        assert line.commands(start_ms) == []

    def test_readings_are_the_only_speeds_heard(self, driver: DriverUnderTest) -> None:
        """An ack says that a word arrived; only a measurement says what the belt does."""
        line = walking(driver)
        line.heard.clear()
        before_ckmh = line.peer.belt_ckmh
        line.session.set_speed(400, FORWARD)
        line.run(100)
        fresh = [m.speed_ckmh for m in line.heard if isinstance(m, SpeedReport)]
        assert all(speed < 300 for speed in fresh)
        assert line.peer.belt_ckmh < before_ckmh + 100
