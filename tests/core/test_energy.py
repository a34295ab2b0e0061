"""safety.md 2.6: energy, with its test vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.core.energy import (
    BAND_EXTRAPOLATED_PERCENT,
    BAND_PERCENT,
    Effort,
    kcal_by_mass,
    kcal_by_oxygen,
    met_backward,
    met_forward,
)

TEN_MIN_MS = 600_000


@pytest.mark.parametrize(
    ("met", "mass_g", "kcal"),
    [
        (4.3, 63_500, 46),
        (6.0, 63_500, 64),
        (8.0, 63_500, 85),
        (4.3, 70_000, 50.2),
        (6.0, 70_000, 70.0),
        (8.0, 70_000, 93.3),
    ],
)
def test_by_mass_gives_the_articles_figures_for_140_pounds(
    met: float, mass_g: int, kcal: float
) -> None:
    found = kcal_by_mass(met, mass_g, TEN_MIN_MS)
    assert found == pytest.approx(kcal, abs=0.05 if isinstance(kcal, float) else 0.5)


@pytest.mark.parametrize(("met", "kcal"), [(4.3, 52.7), (6.0, 73.5), (8.0, 98.0)])
def test_by_oxygen_is_five_per_cent_above(met: float, kcal: float) -> None:
    assert kcal_by_oxygen(met, 70_000, TEN_MIN_MS) == pytest.approx(kcal, abs=0.05)


@pytest.mark.parametrize(
    ("ckmh", "incline_permille", "forward", "backward"),
    [(563, 0, 3.68, 5.78), (563, 50, 6.09, 8.19)],
)
def test_the_two_anchors_of_walking_backward(
    ckmh: int, incline_permille: int, forward: float, backward: float
) -> None:
    assert met_forward(ckmh, incline_permille) == pytest.approx(forward, abs=0.01)
    assert met_backward(ckmh, incline_permille) == pytest.approx(backward, abs=0.01)


def test_ten_minutes_at_two_and_a_half_are_36_to_38_kcal_for_70_kg() -> None:
    assert met_backward(250) == pytest.approx(3.1, abs=0.05)
    energy = Effort().walked(250, TEN_MIN_MS, backward=True).energy(70_000)
    assert (round(energy.low_kcal), round(energy.high_kcal)) == (36, 38)
    assert energy.band_percent == BAND_EXTRAPOLATED_PERCENT


@pytest.mark.parametrize(
    ("ckmh", "band"), [(299, 35), (300, 25), (450, 25), (600, 25), (601, 35), (1, 35)]
)
def test_outside_the_speeds_of_the_equation_the_band_is_wider(ckmh: int, band: int) -> None:
    assert Effort().walked(ckmh, 1_000, backward=False).energy(70_000).band_percent == band


def test_a_mixture_has_a_band_between_the_two() -> None:
    effort = Effort().walked(200, 60_000, backward=True).walked(500, 60_000, backward=False)
    assert BAND_PERCENT < effort.energy(70_000).band_percent < BAND_EXTRAPOLATED_PERCENT


@pytest.mark.parametrize(("ckmh", "ms"), [(0, 1_000), (-1, 1_000), (100, 0), (100, -5)])
def test_standing_costs_nothing_that_is_counted(ckmh: int, ms: int) -> None:
    assert Effort().walked(ckmh, ms, backward=True) == Effort()


def test_nothing_walked_is_no_energy_and_no_division_by_it() -> None:
    energy = Effort().energy(70_000)
    assert (energy.low_kcal, energy.high_kcal, energy.band_percent) == (0.0, 0.0, BAND_PERCENT)


@given(st.integers(1, 650), st.integers(0, 50))
def test_backward_always_costs_more_than_forward(ckmh: int, incline_permille: int) -> None:
    assert met_backward(ckmh, incline_permille) > met_forward(ckmh, incline_permille)
