"""SR-24: the one predicate for "stopped", each of its conditions on both sides."""

from dataclasses import replace
from typing import Any

import pytest

from tests.safety.builders import CONFIG, NOW, at_rest, inputs
from treadctl.model import BeltState
from treadctl.safety.observe import is_standstill

# (state, input, the machine, does it stand?); zero since a minute, unless said otherwise.
CASES: list[Any] = [
    pytest.param({}, {}, {}, True, id="at rest"),
    pytest.param({"zero_samples": 3}, {}, {}, True, id="three readings"),
    pytest.param({"zero_samples": 2}, {}, {}, False, id="two readings"),
    pytest.param({"commanded_ckmh": 17}, {}, {}, False, id="told to move"),
    pytest.param({"zero_since_ms": NOW - 3_020}, {}, {}, True, id="for three seconds"),
    pytest.param({"zero_since_ms": NOW - 3_019}, {}, {}, False, id="not quite so long"),
    pytest.param({}, {"link_up": False}, {}, False, id="nothing is connected"),
    pytest.param({}, {"measured_at_ms": NOW - 500}, {}, True, id="as old as allowed"),
    pytest.param({}, {"measured_at_ms": NOW - 501}, {}, False, id="stale"),
    pytest.param({"expected_peak_mckmh": 39_999}, {}, {}, True, id="SR-19 it was to crawl"),
    pytest.param({"expected_peak_mckmh": 40_000}, {}, {}, False, id="SR-19 it was to move"),
    pytest.param({"expected_peak_mckmh": 40_000, "moved": True}, {}, {}, True, id="SR-19 it did"),
    pytest.param({}, {"belt": BeltState.ENGAGED}, {}, False, id="its drive is on"),
    pytest.param({}, {"belt": BeltState.UNKNOWN}, {}, False, id="its drive is unknown"),
    pytest.param(
        {}, {"belt": BeltState.ENGAGED}, {"reads_drive_state": False}, True, id="nobody can know"
    ),
    pytest.param({}, {"belt_at_ms": NOW - 60_000}, {}, True, id="off when zero began"),
    pytest.param({}, {"belt_at_ms": NOW - 60_001}, {}, False, id="off before zero began"),
]


@pytest.mark.parametrize(("state", "tick", "machine", "stands"), CASES)
def test_sr24_a_belt_stands_only_where_everything_says_so(
    state: dict[str, Any], tick: dict[str, Any], machine: dict[str, Any], stands: bool
) -> None:
    assert is_standstill(at_rest(**state), inputs(**tick), replace(CONFIG, **machine)) is stands
