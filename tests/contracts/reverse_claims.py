"""What has to be proved before a driver may offer a belt that runs the other way (SR-26)."""

from firmware_protocols.messages import Direction
from tests.contracts.driver import REVERSE, DriverUnderTest, Line
from tests.contracts.ears import Kind


def _reverse_walk(driver: DriverUnderTest) -> Line:
    return Line(driver).walk(direction=REVERSE)


class ReverseClaims:
    def test_sr26_the_direction_can_be_commanded(self, driver: DriverUnderTest) -> None:
        line = _reverse_walk(driver)
        moved = [said for said in line.says() if said.speed_ckmh > 0]
        assert moved
        assert all(said.kind is Kind.SPEED and said.reverse for said in moved)

    def test_sr26_the_belt_runs_the_way_it_was_told(self, driver: DriverUnderTest) -> None:
        assert _reverse_walk(driver).peer.belt_runs_reverse
        assert not Line(driver).walk().peer.belt_runs_reverse

    def test_sr26_the_direction_is_read_back(self, driver: DriverUnderTest) -> None:
        line = _reverse_walk(driver)
        assert driver.capabilities.reads_direction
        assert line.readings()[-1].direction is REVERSE
        assert Line(driver).walk().readings()[-1].direction is Direction.FORWARD

    def test_sr26_zero_is_zero_in_both_directions(self, driver: DriverUnderTest) -> None:
        for direction in Direction:
            line = Line(driver).walk(direction=direction)
            line.session.set_speed(0, direction)
            line.run(6_000)
            zeros = [s for s in line.says() if s.kind is Kind.SPEED and s.speed_ckmh == 0]
            assert zeros
            assert not any(said.reverse for said in zeros)
            assert line.peer.belt_ckmh == 0

    def test_sr26_a_stop_stops_a_belt_that_runs_the_other_way(
        self, driver: DriverUnderTest
    ) -> None:
        line = _reverse_walk(driver)
        line.session.stop(True)
        line.run(6_000)
        assert line.peer.belt_ckmh == 0

    def test_sr25_a_moving_belt_does_not_turn(self, driver: DriverUnderTest) -> None:
        line = Line(driver).walk()
        line.session.set_speed(161, REVERSE)
        for _ in range(500):
            line.run(10)
            assert not line.peer.belt_runs_reverse or line.peer.belt_ckmh == 0
