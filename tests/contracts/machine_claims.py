"""What every simulated machine promises: a plant, on which a driver's mistakes would show."""

from tests.contracts.driver import FORWARD, WALK_CKMH, DriverUnderTest, Line, walking

MOST_CKMH_PER_100_MS = 60
"""No treadmill belt changes by more than this in a tenth of a second."""


class MachineClaims:
    def test_it_stands_after_power_up(self, driver: DriverUnderTest) -> None:
        peer = driver.power_up()
        for now_ms in range(0, 10_000, 50):
            peer.advance(now_ms)
            assert peer.belt_ckmh == 0

    def test_it_stands_while_it_is_only_asked(self, driver: DriverUnderTest) -> None:
        line = Line(driver).prove()
        line.run(5_000)
        assert line.peer.belt_ckmh == 0

    def test_its_belt_follows_at_a_finite_rate(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.set_speed(600, FORWARD)
        before_ckmh = line.peer.belt_ckmh
        for _ in range(50):
            line.run(100)
            assert abs(line.peer.belt_ckmh - before_ckmh) <= MOST_CKMH_PER_100_MS
            before_ckmh = line.peer.belt_ckmh

    def test_its_ack_comes_before_its_belt(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.set_speed(600, FORWARD)
        line.run(200)
        assert line.peer.belt_ckmh < 300

    def test_its_stop_reaches_zero_from_every_speed(self, driver: DriverUnderTest) -> None:
        for ckmh in (60, 161, 300, 400):
            line = Line(driver).walk(ckmh)
            line.session.stop(True)
            line.run(6_000)
            assert line.peer.belt_ckmh == 0, ckmh

    def test_its_stop_never_makes_the_belt_faster(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        before_ckmh = line.peer.belt_ckmh
        for _ in range(60):
            line.run(50)
            assert line.peer.belt_ckmh <= before_ckmh
            before_ckmh = line.peer.belt_ckmh

    def test_it_stays_stopped(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        line.run(4_000)
        for _ in range(100):
            line.run(100)
            assert line.peer.belt_ckmh == 0

    def test_it_can_be_started_again_after_a_stop(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        line.session.stop(True)
        line.run(6_000)
        line.walk(200)

    def test_the_same_words_at_the_same_times_have_the_same_effect(
        self, driver: DriverUnderTest
    ) -> None:
        first, second = walking(driver), walking(driver)
        assert first.peer.belt_ckmh == second.peer.belt_ckmh
        assert first.sent == second.sent

    def test_a_modem_command_does_not_move_it(self, driver: DriverUnderTest) -> None:
        """Some system programs say this to every port they find."""
        peer = driver.power_up()
        for now_ms in range(2_000, 6_000, 100):
            peer.advance(now_ms)
            peer.receive(b"AT+RESET?\r\n")
        peer.advance(12_000)
        assert peer.belt_ckmh == 0

    def test_it_holds_the_speed_it_was_told(self, driver: DriverUnderTest) -> None:
        line = walking(driver)
        for _ in range(50):
            line.run(100)
            tolerance = driver.capabilities.wire_step_ckmh
            assert abs(line.peer.belt_ckmh - WALK_CKMH) <= tolerance
