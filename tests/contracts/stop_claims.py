"""What a driver promises of stops and zero: always accepted, before everything (SR-03, SR-18)."""

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.messages import Direction
from tests.contracts.driver import (
    FORWARD,
    WALK_CKMH,
    DriverUnderTest,
    Line,
    every_state,
    walking,
)
from tests.contracts.ears import Kind


def _wants_everything(line: Line) -> None:
    line.session.start()
    line.session.set_speed(WALK_CKMH + 100, FORWARD)


class StopClaims:
    def test_sr03_a_stop_is_accepted_in_every_state(self, driver: DriverUnderTest) -> None:
        for state, line in every_state(driver):
            for strongest in (False, True, True, False):
                line.session.stop(strongest)
            line.run(200)
            assert all(said.kind is not Kind.GARBAGE for said in line.says()), state

    def test_sr03_a_stop_is_on_its_way_in_the_next_call_in_every_state(
        self, driver: DriverUnderTest
    ) -> None:
        for state, line in every_state(driver):
            if state in ("stopping", "without an answer"):
                continue  # it is being said already, at its own pace
            line.session.stop(True)
            assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP], state

    def test_sr03_zero_is_accepted_in_every_state(self, driver: DriverUnderTest) -> None:
        for state, line in every_state(driver):
            start_ms = line.now_ms
            for _ in range(3):
                line.session.set_speed(0, FORWARD)
                line.run(30)
            kinds = [said for said in line.commands(start_ms) if said.speed_ckmh > 0]
            assert kinds == [], state

    def test_zero_brings_a_walking_belt_to_a_stand_or_the_stop_does(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        line.session.set_speed(0, FORWARD)
        line.run(6_000)
        if line.peer.belt_ckmh:  # zero is out of this machine's range (serial.md 2.5)
            line.session.stop(False)
            line.run(6_000)
        assert line.peer.belt_ckmh == 0

    def test_sr26_zero_never_carries_the_other_direction(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for direction in Direction:
            try:
                line.session.set_speed(0, direction)
            except LocalProtocolError:
                continue
            line.run(500)
        assert [said for said in line.says() if said.speed_ckmh == 0 and said.reverse] == []

    def test_sr26_less_than_a_step_never_carries_the_other_direction(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        try:
            line.session.set_speed(1, Direction.REVERSE)
        except LocalProtocolError:
            return
        line.run(500)
        assert [said for said in line.says() if said.speed_ckmh == 0 and said.reverse] == []

    def test_a_stop_goes_ahead_of_everything_that_waits(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        _wants_everything(line)
        line.session.stop(True)
        assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP]

    def test_a_stop_does_not_wait_for_an_answer(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.deaf = True
        line.session.set_speed(WALK_CKMH + 50, FORWARD)
        line.run(20)
        line.session.stop(True)
        assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP]

    def test_what_waited_before_a_stop_never_leaves_after_it(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        _wants_everything(line)
        line.session.stop(True)
        line.run(5_000)
        assert all(said.slows_only for said in line.commands(start_ms))

    def test_sr18_a_stop_brings_the_belt_to_a_stand(self, driver: DriverUnderTest) -> None:
        for strongest in (False, True):
            line = walking(driver)
            line.session.stop(strongest)
            line.run(6_000)
            assert line.peer.belt_ckmh == 0

    def test_a_stop_in_mid_acceleration_brings_the_belt_to_a_stand(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        line.session.set_speed(500, FORWARD)
        line.run(1_500)
        line.session.stop(True)
        line.run(6_000)
        assert line.peer.belt_ckmh == 0

    def test_a_stop_in_mid_start_keeps_the_belt_at_a_stand(self, driver: DriverUnderTest) -> None:
        for after_ms in range(0, 120, 10):
            line = Line(driver).prove()
            _wants_everything(line)
            line.run(after_ms)
            line.session.stop(True)
            line.run(8_000)
            assert line.peer.belt_ckmh == 0, after_ms

    def test_a_stop_without_an_answer_is_said_again(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.deaf = True
        start_ms = line.now_ms
        line.session.stop(True)
        line.run(5_000)
        assert len([said for said in line.commands(start_ms) if said.kind is Kind.STOP]) >= 2
        assert all(said.slows_only for said in line.commands(start_ms))

    def test_a_stop_that_took_effect_is_not_said_for_ever(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        line.run(6_000)
        start_ms = line.now_ms
        line.run(5_000)
        assert line.commands(start_ms) == []

    def test_the_strongest_stop_is_at_least_as_strong(self, driver: DriverUnderTest) -> None:
        def said_by(strongest: bool) -> list[bytes]:
            line = walking(driver)
            start_ms = line.now_ms
            line.session.stop(strongest)
            line.run(1_000)
            return [
                frame
                for at_ms, frame in line.sent
                if at_ms >= start_ms and driver.ear(frame).slows_only
            ]

        assert set(said_by(False)) <= set(said_by(True))

    def test_a_weaker_stop_takes_nothing_from_a_stronger(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        line.session.stop(True)
        line.session.stop(False)
        line.run(1_000)
        mixed = [said for said in line.commands(start_ms) if said.slows_only]
        line = walking(driver)
        start_ms = line.now_ms
        line.session.stop(True)
        line.run(1_000)
        assert len(mixed) >= len([said for said in line.commands(start_ms) if said.slows_only])

    def test_the_last_resort_says_stop_first_and_nothing_that_moves(
        self, driver: DriverUnderTest
    ) -> None:
        said = [driver.ear(frame) for frame in driver.stop_frames]
        assert said[0].kind is Kind.STOP
        assert all(each.slows_only and not each.reverse for each in said)

    def test_the_last_resort_stops_a_walking_machine(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for frame in driver.stop_frames:
            line.peer.receive(frame)
            line.now_ms += 50
            line.peer.advance(line.now_ms)
        line.peer.advance(line.now_ms + 6_000)
        assert line.peer.belt_ckmh == 0

    def test_sr37_a_stop_survives_the_link(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.deaf = True
        line.session.stop(True)
        line.run(100)
        line.session.restart()
        assert [said.kind for said in line.now_says()[:1]] == [Kind.STOP]

    def test_sr37_a_link_that_came_back_forgets_speeds(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        _wants_everything(line)
        line.session.restart()
        line.run(3_000)
        assert all(said.slows_only for said in line.commands(start_ms))

    def test_sr37_a_link_that_came_back_has_to_prove_itself_anew(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        line.session.restart()
        assert not line.session.proved
        assert line.session.proofs == 0
