"""safety.md 4.2: the smallest of independent sources wins; a default is not a source."""

from dataclasses import fields, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from treadctl.core.profile import Profile, limits_for
from treadctl.safety.limits import RULES, Limits, problems

MINUTE = 60_000


@pytest.mark.parametrize(
    ("profile", "cap_ckmh", "beltrev_ckmh", "reverse_min"),
    [
        (Profile.NOVICE, 250, 200, 12),
        (Profile.KNEE, 250, 200, 12),
        (Profile.OLDER, 160, 160, 12),
        (Profile.TRAINED, 450, 200, 20),
    ],
)
def test_sr44_where_config_is_silent_the_profile_decides(
    profile: Profile, cap_ckmh: int, beltrev_ckmh: int, reverse_min: int
) -> None:
    limits = limits_for(profile, Limits())
    assert limits.v_rev_max_ckmh == cap_ckmh
    assert limits.v_rev_max_beltrev_ckmh == beltrev_ckmh
    assert limits.reverse_total_max_ms == reverse_min * MINUTE
    assert limits.session_max_ms == 40 * MINUTE
    assert limits.bout_max_ms == 10 * MINUTE


@pytest.mark.parametrize(
    ("said", "profile", "key", "holds"),
    [
        ({"v_rev_max_ckmh": 200}, Profile.TRAINED, "v_rev_max_ckmh", 200),
        ({"v_rev_max_ckmh": 450}, Profile.NOVICE, "v_rev_max_ckmh", 250),
        ({"v_rev_max_ckmh": 150}, Profile.OLDER, "v_rev_max_ckmh", 150),
        ({"v_rev_max_beltrev_ckmh": 300}, Profile.OLDER, "v_rev_max_beltrev_ckmh", 160),
        ({"reverse_total_max_ms": 1_800_000}, Profile.TRAINED, "reverse_total_max_ms", 1_200_000),
        ({"reverse_total_max_ms": 600_000}, Profile.TRAINED, "reverse_total_max_ms", 600_000),
        ({"session_max_ms": 3_600_000}, Profile.TRAINED, "session_max_ms", 2_400_000),
        ({"session_max_ms": 900_000}, Profile.TRAINED, "reverse_total_max_ms", 900_000),
        ({"warmup_min_ms": 240_000}, Profile.NOVICE, "warmup_min_ms", 240_000),
        ({"warmup_min_ms": 150_000}, Profile.NOVICE, "warmup_min_ms", 150_000),
    ],
)
def test_sr42_where_config_speaks_the_smaller_wins(
    said: dict[str, int], profile: Profile, key: str, holds: int
) -> None:
    assert getattr(limits_for(profile, replace(Limits(), **said)), key) == holds


def test_a_config_that_repeats_a_default_is_heard_when_it_is_named() -> None:
    limits = limits_for(Profile.TRAINED, Limits(), ["v_rev_max_ckmh", "cooldown_min_ms"])
    assert (limits.v_rev_max_ckmh, limits.cooldown_min_ms) == (250, 180_000)
    assert limits.warmup_min_ms == 120_000


def test_sr43_a_plan_without_profile_keeps_the_defaults_and_the_shortest_warmup() -> None:
    expected = replace(Limits(), warmup_min_ms=120_000, cooldown_min_ms=120_000)
    assert limits_for(None, Limits()) == expected


@given(
    st.sampled_from([None, *Profile]),
    st.fixed_dictionaries(
        {}, optional={key: st.integers(rule.low, rule.high) for key, rule in RULES.items()}
    ),
)
def test_sr42_a_profile_never_makes_sound_limits_unsound(
    profile: Profile | None, said: dict[str, int]
) -> None:
    base = replace(Limits(), **said)
    assume(not problems(base))
    limits = limits_for(profile, base, said)
    assert not problems(limits)
    for f in fields(Limits):
        if f.name in said:
            assert getattr(limits, f.name) <= getattr(base, f.name)
