"""SR-42: limits beyond their rules, or that contradict each other, are refused, never swapped."""

from dataclasses import replace
from typing import Any

import pytest

from treadctl.safety.limits import RULES, Limits, problems


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


@pytest.mark.parametrize("name", RULES)
def test_sr42_one_beyond_either_end_of_a_rule_is_an_error_and_the_end_itself_is_none(
    name: str,
) -> None:
    rule = RULES[name]
    for value, beyond in (
        *((rule.low - 1, True), (rule.low, False)),
        *((rule.high, False), (rule.high + 1, True)),
    ):
        found = problems(replace(Limits(), **{name: value}))
        ranges = [problem for problem in found if "outside" in problem.message]
        told = [(problem.key, problem.value, problem.low, problem.high) for problem in ranges]
        assert told == ([(name, value, rule.low, rule.high)] if beyond else [])


@pytest.mark.parametrize("value", [True, 500.0, "500", None])
def test_sr42_a_limit_that_is_no_whole_number_is_an_error(value: Any) -> None:
    assert [problem.key for problem in problems(replace(Limits(), lease_ms=value))] == ["lease_ms"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"telemetry_hold_ms": 1_000},
            ("telemetry_hold_ms", 1_000, 100, 999),
            id="below the other",
        ),
        pytest.param(
            {"v_start_ckmh": 81, "v_rev_max_ckmh": 80},
            ("v_start_ckmh", 81, 1, 80),
            id="not above the other",
        ),
    ],
)
def test_sr42_what_two_limits_leave_to_each_other_is_told(
    changes: dict[str, int], told: tuple[str, int, int, int]
) -> None:
    (problem,) = problems(replace(Limits(), **changes))
    assert (problem.key, problem.value, problem.low, problem.high) == told
