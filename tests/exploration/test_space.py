"""States that count as one live on as one: what is left out of them, nobody looks at (SR-60).

Two kernels walk side by side through thousands of random events, one that remembers everything and
one that is packed and brought back after each. They have to say the same in every tick.
"""

import random

import pytest

from tests.exploration.explore import PRELUDE, Walker
from tests.exploration.rules import Rules
from tests.exploration.space import NOW_MS, Space
from tests.exploration.world import SCENES, WAIT, World
from treadctl.safety.state import KernelState

EVENTS = 60
"""In one walk: less than what ages by minutes, which is left out on purpose."""


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("seed", range(6))
def test_sr60_a_state_that_is_packed_and_brought_back_goes_on_as_it_was(
    scene: str, seed: int
) -> None:
    config, events = SCENES[scene]
    space, dice = Space(config), random.Random(seed)
    whole = Walker(config, KernelState(NOW_MS), World(), Rules())
    packed = Walker(config, KernelState(NOW_MS), World(), Rules())
    way = [WAIT] * PRELUDE + [
        WAIT if dice.random() < 0.4 else dice.choice(events) for _ in range(EVENTS)
    ]
    for event in way:
        assert list(whole.happen(event, space)) == list(packed.happen(event, space))
        assert whole.s.phase is packed.s.phase
        assert space.pack(whole.s) == space.pack(packed.s)
        # Left out, towards more motion: see space.py.
        whole.s.overruns_at_ms = whole.s.increases = ()
        packed = Walker(config, space.unpack(space.pack(packed.s)), packed.w, packed.judge)


@pytest.mark.parametrize("scene", SCENES)
def test_a_fresh_kernel_is_packed_without_loss(scene: str) -> None:
    space = Space(SCENES[scene][0])
    first = space.pack(KernelState(NOW_MS))
    assert space.pack(space.unpack(first)) == first


def test_no_field_of_the_kernel_is_forgotten_by_accident() -> None:
    """A field that is new has to be packed, or be named here as one that need not be."""
    left_out = {
        "now_ms",
        "first_cause",
        "worst",
        "stop_cause",
        "start_level_before",
        "request_seen",
        "pull_opened_at_ms",
        "attended",
        "attended_at_ms",
        "screen",
        "screen_at_ms",
        "hold_changed_at_ms",
        "sample_seq",
        "expected_read_mckmh",
        "expected_before_mckmh",
        "probe",
        "probe_ms",
        "probe_measured",
        "probe_commanded",
        "probe_unclear",
        "overruns_at_ms",
        "overrun",
        "suspended",
        "gait",
        "foreign_ckmh",
        "foreign_setpoint_ckmh",
        "heart",
        "increases",
        "reverse_ms",
        "bout_ms",
        "refused",
    }
    reference = KernelState(NOW_MS)
    packs = (Space.pack, Space._sent, Space._strap, Space._started)
    looked_at = {name for each in packs for name in each.__code__.co_names}
    fields = set(KernelState.__dataclass_fields__)
    assert fields - left_out <= looked_at
    assert left_out <= fields
    assert reference.phase.value == "quarantine"
