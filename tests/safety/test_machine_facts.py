"""What follows from the facts of a machine, worked out once for a connection."""

from dataclasses import replace

import pytest

from tests.safety.builders import CONFIG, with_limits

OF_ITS_OWN_ACCORD = pytest.mark.parametrize("pushes_readings", [False, True])


@OF_ITS_OWN_ACCORD
def test_sr19_readings_that_come_once_a_second_may_be_older(pushes_readings: bool) -> None:
    config = replace(CONFIG, pushes_readings=pushes_readings)
    ages_ms = (config.telemetry_hold_ms, config.telemetry_stop_ms)
    assert ages_ms == ((1_500, 2_500) if pushes_readings else (500, 1_000))


@OF_ITS_OWN_ACCORD
def test_sr19_how_old_readings_of_either_kind_may_be_is_configured_apart(
    pushes_readings: bool,
) -> None:
    limits = with_limits(
        telemetry_hold_ms=101, telemetry_stop_ms=202, notify_hold_ms=503, notify_stop_ms=1_004
    )
    config = replace(limits, pushes_readings=pushes_readings)
    ages_ms = (config.telemetry_hold_ms, config.telemetry_stop_ms)
    assert ages_ms == ((503, 1_004) if pushes_readings else (101, 202))


@OF_ITS_OWN_ACCORD
def test_sr35_a_stop_has_longer_to_show_in_readings_that_come_once_a_second(
    pushes_readings: bool,
) -> None:
    config = replace(CONFIG, pushes_readings=pushes_readings)
    assert config.stop_progress_ms == (3_000 if pushes_readings else 2_000)


@OF_ITS_OWN_ACCORD
def test_sr08_of_readings_that_come_once_a_second_the_first_that_moves_latches(
    pushes_readings: bool,
) -> None:
    config = replace(CONFIG, pushes_readings=pushes_readings)
    assert config.unexpected_samples == (1 if pushes_readings else 2)


@pytest.mark.parametrize(
    ("steps", "step_ckmh", "finest_ckmh", "reading_step_ckmh", "probe_from_ckmh"),
    [
        pytest.param((0, 50, 60, 70), 10, 10, 10, 50, id="the jump to the slowest is no step"),
        pytest.param((0, 10, 30, 40, 50, 60, 70), 20, 10, 10, 60, id="the coarsest and the finest"),
        pytest.param((0, 17, 33, 49, 65, 81, 97), 16, 16, 16, 80, id="about even"),
        pytest.param((0, 16, 33, 49, 65, 81, 97), 17, 16, 16, 81, id="digits from zero on"),
        pytest.param((0, 50), 50, 50, 50, 50, id="one speed and no step"),
    ],
)
def test_sr29_what_the_steps_of_a_machine_are_worth(
    steps: tuple[int, ...],
    step_ckmh: int,
    finest_ckmh: int,
    reading_step_ckmh: int,
    probe_from_ckmh: int,
) -> None:
    config = replace(CONFIG, machine_steps=steps, min_ckmh=steps[1])
    assert (config.step_ckmh, config.finest_ckmh) == (step_ckmh, finest_ckmh)
    assert config.reading_step_ckmh == reading_step_ckmh
    assert config.probe_from_ckmh == probe_from_ckmh


@pytest.mark.parametrize(
    ("min_ckmh", "v_start_ckmh", "told_ckmh"), [(17, 50, 49), (65, 50, 65), (17, 49, 49)]
)
def test_sr04_a_start_is_slow_and_no_slower_than_the_machine_can(
    min_ckmh: int, v_start_ckmh: int, told_ckmh: int
) -> None:
    config = replace(with_limits(v_start_ckmh=v_start_ckmh), min_ckmh=min_ckmh)
    assert config.v_start_ckmh == told_ckmh
