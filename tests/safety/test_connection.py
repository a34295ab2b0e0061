"""SR-01, SR-06: a new connection knows nothing, and is watched until its belt is known to stand."""

from typing import Any, Final

import pytest

from tests.safety.builders import CONFIG, NOW, at_rest, inputs, step
from treadctl.safety import observe

FORGOTTEN: Final[dict[str, tuple[Any, Any]]] = {
    "quarantined": (True, False),
    "quarantine_zero_ms": (NOW - 4_000, None),
    "zero_samples": (9, 0),
    "probe": ("passed", "pending"),
    "probe_ms": (4_000, 0),
    "probe_measured": (900, 0),
    "probe_commanded": (900, 0),
    "probe_unclear": (True, False),
}


@pytest.mark.parametrize("name", FORGOTTEN)
@pytest.mark.parametrize("link_up", [False, True])
def test_sr01_a_connection_that_comes_or_goes_proves_nothing_of_the_machine(
    name: str, link_up: bool
) -> None:
    before, after = FORGOTTEN[name]
    s = at_rest(connected=not link_up, **{name: before})
    observe.connection(s, inputs(link_up=link_up))
    assert (getattr(s, name), s.connected) == (after, link_up)


@pytest.mark.parametrize(("zero_ms", "over"), [(4_999, False), (5_000, True)])
def test_sr06_a_watch_ends_after_five_seconds_of_zero(zero_ms: int, over: bool) -> None:
    s = at_rest(quarantined=False, quarantine_zero_ms=NOW - zero_ms)
    observe.sample(s, inputs(sample_seq=101), CONFIG)
    assert s.quarantined is over


@pytest.mark.parametrize("zero_ms", [4_999, 5_000])
def test_sr06_a_reading_that_moves_begins_the_watch_anew(zero_ms: int) -> None:
    s = at_rest(quarantined=False, quarantine_zero_ms=NOW - zero_ms)
    observe.sample(s, inputs(sample_seq=101, measured_ckmh=1), CONFIG)
    assert (s.quarantined, s.quarantine_zero_ms) == (False, None)
    observe.sample(s, inputs(sample_seq=102, now_ms=NOW + 20), CONFIG)
    assert (s.quarantined, s.quarantine_zero_ms) == (False, NOW + 20)


def test_sr06_what_has_not_answered_as_it_should_is_not_watched() -> None:
    s = at_rest(quarantined=False, quarantine_zero_ms=NOW - 9_000)
    step(s, inputs(sample_seq=101, proved=False))
    assert s.quarantined is False
