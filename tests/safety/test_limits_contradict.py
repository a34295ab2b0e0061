"""SR-42: limits that contradict each other are refused, never swapped."""

from dataclasses import replace

import pytest

from treadctl.safety.limits import Limits, problems


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"core_silence_fast_ms": 500, "core_silence_e_stop_ms": 500}, "core_silence_fast_ms"),
        ({"telemetry_hold_ms": 1_000, "telemetry_stop_ms": 1_000}, "telemetry_hold_ms"),
        ({"v_start_ckmh": 81, "v_rev_max_ckmh": 80}, "v_start_ckmh"),
        ({"bout_max_ms": 600_000, "reverse_total_max_ms": 599_999}, "bout_max_ms"),
        ({"a_down_prog_ckmh_s": 101, "fast_stop_ckmh_s": 100}, "a_down_prog_ckmh_s"),
    ],
)
def test_sr42_an_inverted_pair_is_an_error(changes: dict[str, int], key: str) -> None:
    assert key in [problem.key for problem in problems(replace(Limits(), **changes))]


def test_sr42_equal_limits_are_allowed_where_only_more_is_wrong() -> None:
    limits = replace(Limits(), bout_max_ms=600_000, reverse_total_max_ms=600_000)
    assert problems(limits) == ()
