"""What a driver promises of speeds (SR-03, SR-10, SR-15)."""

from typing import Any

import pytest

from firmware_protocols.errors import LocalProtocolError
from tests.contracts.driver import (
    FORWARD,
    NO_SPEEDS,
    WALK_CKMH,
    DriverUnderTest,
    Line,
    walking,
)
from tests.contracts.ears import Kind

SAMPLES = (50, 51, 59, 60, 61, 99, 100, 101, 125, 149, 150, 160, 161, 162, 199, 250, 333, 500)


class SpeedClaims:
    def test_sr15_what_is_no_whole_number_is_no_speed(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        for request in NO_SPEEDS:
            with pytest.raises(LocalProtocolError):
                line.session.set_speed(request, FORWARD)

    def test_sr15_what_is_no_whole_number_has_no_step(self, driver: DriverUnderTest) -> None:
        for line in (Line(driver), Line(driver).prove()):
            for request in NO_SPEEDS:
                with pytest.raises(LocalProtocolError):
                    line.session.quantise(request)

    def test_sr15_a_negative_speed_is_refused(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        for request in (-1, -17, -100, -(2**15), -(2**16) + 100):
            with pytest.raises(LocalProtocolError):
                line.session.set_speed(request, FORWARD)

    def test_sr15_a_negative_speed_never_makes_the_belt_faster(
        self, driver: DriverUnderTest
    ) -> None:
        line = walking(driver)
        before_ckmh = line.peer.belt_ckmh
        line.speed_said_for(-300)
        line.run(3_000)
        assert line.peer.belt_ckmh <= before_ckmh

    def test_sr15_a_negative_step_is_refused(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        with pytest.raises(LocalProtocolError):
            line.session.quantise(-100)

    def test_sr10_nothing_above_the_field_is_said(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        largest = driver.capabilities.field_max_ckmh
        for request in (largest + driver.capabilities.wire_step_ckmh, 2**16 + 100, 10**9):
            with pytest.raises(LocalProtocolError):
                line.session.set_speed(request, FORWARD)

    def test_what_is_refused_leaves_nothing_on_the_wire(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        for request in (-100, 10**9, "100"):
            bad: Any = request
            with pytest.raises(LocalProtocolError):
                line.session.set_speed(bad, FORWARD)
        line.run(1_000)
        assert line.commands(start_ms) == []

    def test_what_is_refused_leaves_what_waited(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        line.session.set_speed(200, FORWARD)
        with pytest.raises(LocalProtocolError):
            line.session.set_speed(10**9, FORWARD)
        line.run(1_000)
        assert [said.speed_ckmh > WALK_CKMH for said in line.commands(start_ms)] == [True]

    def test_sr15_below_one_step_nothing_is_rounded_up(self, driver: DriverUnderTest) -> None:
        for request in (1, driver.capabilities.wire_step_ckmh - 2):
            if request <= 0:
                continue
            said = walking(driver).speed_said_for(request)
            assert said is None or said.slows_only

    def test_sr15_below_the_machines_minimum_nothing_is_rounded_up(
        self, driver: DriverUnderTest
    ) -> None:
        for request in (1, 5, 12, 20, 32, 49):
            said = walking(driver).speed_said_for(request)
            assert said is None or said.speed_ckmh <= request

    def test_what_leaves_is_never_above_the_request(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for request in SAMPLES:
            said = line.speed_said_for(request)
            assert said is not None
            assert said.kind is Kind.SPEED
            assert request - driver.capabilities.wire_step_ckmh * 2 - 10 < said.speed_ckmh
            assert said.speed_ckmh <= request

    def test_what_leaves_is_the_step_that_was_promised(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for request in SAMPLES:
            said = line.speed_said_for(request)
            assert said is not None
            assert 0 <= line.session.quantise(request) - said.speed_ckmh < 1

    def test_a_step_is_never_above_the_request(self, driver: DriverUnderTest) -> None:
        session = Line(driver).prove().session
        assert all(session.quantise(request) <= request for request in range(1_600))

    def test_a_step_is_its_own_step(self, driver: DriverUnderTest) -> None:
        session = Line(driver).prove().session
        for request in range(1_600):
            step = session.quantise(request)
            assert session.quantise(step) == step

    def test_more_asked_is_never_less_given(self, driver: DriverUnderTest) -> None:
        session = Line(driver).prove().session
        steps = [session.quantise(request) for request in range(1_600)]
        assert steps == sorted(steps)

    def test_the_last_check_reads_what_the_machine_will(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for request in SAMPLES:
            start_ms = line.now_ms + 1_000
            said = line.speed_said_for(request)
            frames = [
                frame
                for at_ms, frame in line.sent
                if at_ms >= start_ms and driver.ear(frame).kind is Kind.SPEED
            ]
            assert len(frames) == 1
            ear = line.session.command_decoder()
            ear.receive_data(frames[0])
            (heard,) = ear.messages()
            assert said is not None
            assert 0 <= getattr(heard, "speed_ckmh", -1) - said.speed_ckmh < 1

    def test_sr29_the_belt_runs_at_what_was_asked(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.speed_said_for(300)
        line.run(6_000)
        assert line.peer.belt_ckmh == pytest.approx(300, abs=driver.capabilities.wire_step_ckmh)

    def test_sr03_a_speed_never_starts_a_standing_belt(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        line.session.set_speed(WALK_CKMH, FORWARD)
        line.run(5_000)
        assert Kind.START not in [said.kind for said in line.says()]
        assert line.peer.belt_ckmh == 0

    def test_sr03_a_speed_never_starts_a_stopped_belt(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        line.run(5_000)
        line.session.set_speed(WALK_CKMH, FORWARD)
        line.run(5_000)
        assert line.peer.belt_ckmh == 0

    def test_sr03_a_start_carries_no_speed_of_its_own(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        line.session.start()
        line.run(3_000)
        kinds = [said.kind for said in line.commands()]
        assert Kind.START in kinds
        assert all(said.speed_ckmh == 0 for said in line.commands())

    def test_sr03_a_start_alone_runs_no_faster_than_the_machines_slowest(
        self, driver: DriverUnderTest
    ) -> None:
        line = Line(driver).prove()
        line.session.start()
        line.run(4_000)
        assert line.peer.belt_ckmh <= 50

    def test_sr03_the_last_speed_does_not_survive_into_the_next_start(
        self, driver: DriverUnderTest
    ) -> None:
        line = Line(driver).walk(400)
        line.session.stop(True)
        line.run(6_000)
        line.session.start()
        line.run(4_000)
        assert line.peer.belt_ckmh <= 50

    def test_the_newest_speed_wins(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        for request in (200, 300, 250, 180):
            line.session.set_speed(request, FORWARD)
        newest = line.session.quantise(180)
        line.run(1_000)
        assert [0 <= newest - said.speed_ckmh < 1 for said in line.commands(start_ms)] == [True]

    def test_speeds_leave_in_the_order_they_were_asked_for(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        start_ms = line.now_ms
        requests = list(range(170, 400, 20))
        for request in requests:
            line.session.set_speed(request, FORWARD)
            line.run(70)
        line.run(1_000)
        speeds = [said.speed_ckmh for said in line.commands(start_ms)]
        assert speeds == sorted(speeds)
        assert 0 <= line.session.quantise(requests[-1]) - speeds[-1] < 1

    def test_a_speed_that_was_taken_is_not_said_again(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.speed_said_for(200)
        start_ms = line.now_ms
        line.run(3_000)
        assert line.commands(start_ms) == []
