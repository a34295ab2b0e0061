"""Virtual time beside a clock on the wall."""

import pytest

from treadctl.composition.pace import BEHIND_MAX_MS, Pace


@pytest.mark.parametrize("speedup", [1, 10, 60])
def test_a_hurried_minute_takes_its_share_of_a_minute(speedup: int) -> None:
    pace = Pace(speedup)
    wall_ms = 1_000
    for virtual_ms in range(0, 60_001, 50):
        wall_ms += pace.wait_ms(wall_ms, virtual_ms, hurried=True)
    assert wall_ms - 1_000 == pytest.approx(60_000 / speedup, abs=60)


def test_while_a_person_is_asked_time_is_not_hurried() -> None:
    pace = Pace(60)
    wall_ms = 0
    for virtual_ms in range(0, 10_001, 50):
        wall_ms += pace.wait_ms(wall_ms, virtual_ms, hurried=False)
    assert wall_ms == 10_000


def test_after_a_standstill_of_the_program_the_belt_does_not_leap() -> None:
    pace = Pace(10)
    pace.wait_ms(0, 0, hurried=True)
    waited = [pace.wait_ms(60_000, virtual_ms, hurried=True) for virtual_ms in (50, 100, 150)]
    assert waited == [0, 0, 0]
    catching_up = 0
    while pace.wait_ms(60_000, 200 + 50 * catching_up, hurried=True) == 0:
        catching_up += 1
    assert catching_up * 50 / 10 <= BEHIND_MAX_MS
