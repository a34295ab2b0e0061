"""SR-43, SR-44: every limit on both sides, one unit apart, in the mode it belongs to."""

from dataclasses import replace

import pytest

from treadctl.core.plan_lint import lint
from treadctl.core.profile import Profile, limits_for
from treadctl.core.programme import Lines, Programme, Step, StepKind
from treadctl.model import Mode
from treadctl.safety.limits import Limits

LIMITS = limits_for(None, Limits())
TURN, BELT = Mode.TURN_AROUND, Mode.BELT_REVERSE
W, F, R, S, C = StepKind.WARMUP, StepKind.WALK, StepKind.REVERSE, StepKind.REST, StepKind.COOLDOWN


def step(kind: StepKind, seconds: int, ckmh: int = 0, from_ckmh: int | None = None) -> Step:
    return Step(kind, seconds * 1_000, ckmh, ckmh if from_ckmh is None else from_ckmh)


def plan(*inner: Step, warmup: Step | None = None, cooldown: Step | None = None) -> Programme:
    steps = (warmup or step(W, 180, 200), *inner, cooldown or step(C, 180, 100, 200))
    numbered = (replace(s, lines=Lines(n, n, n, n)) for n, s in enumerate(steps, 1))
    return Programme("p", "P", None, tuple(numbered), "p.yaml")


def said(programme: Programme, mode: Mode = TURN, /, **limits: int) -> list[tuple[int | None, str]]:
    found = lint(programme, replace(LIMITS, **limits), mode)
    return [(problem.line, problem.message) for problem in found]


@pytest.mark.parametrize(
    ("mode", "limits", "ckmh"),
    [
        (TURN, {}, 250),
        (TURN, {"v_rev_max_ckmh": 450}, 450),
        (TURN, {"v_rev_max_ckmh": 160}, 160),
        (TURN, {"v_rev_max_ckmh": 150}, 150),
        (TURN, {"v_rev_max_ckmh": 450, "v_rev_max_beltrev_ckmh": 100}, 450),
        (BELT, {}, 200),
        (BELT, {"v_rev_max_beltrev_ckmh": 300, "v_rev_max_ckmh": 450}, 300),
        (BELT, {"v_rev_max_beltrev_ckmh": 200, "v_rev_max_ckmh": 160}, 160),
    ],
)
def test_sr09_the_cap_backward_is_the_mode_s_and_the_person_s(
    mode: Mode, limits: dict[str, int], ckmh: int
) -> None:
    assert said(plan(step(R, 120, ckmh)), mode, **limits) == []
    ((line, message),) = said(plan(step(R, 120, ckmh + 1)), mode, **limits)
    assert line == 2
    assert "above the cap for walking backward" in message
    assert ("in belt-reverse mode" in message) is (mode is BELT)


@pytest.mark.parametrize("cap_ckmh", [500, 650])
@pytest.mark.parametrize(("seconds", "kind"), [(180, W), (120, F), (180, C)])
def test_sr09_the_cap_forward_holds_in_every_forward_kind(
    cap_ckmh: int, seconds: int, kind: StepKind
) -> None:
    def at(ckmh: int) -> Programme:
        fast = step(kind, seconds, ckmh)
        slow = step(F, 60, 300)
        by_kind = {
            W: plan(slow, warmup=fast),
            F: plan(fast, slow),
            C: plan(step(F, 60, 300), cooldown=fast),
        }
        return by_kind[kind]

    assert said(at(cap_ckmh), v_fwd_max_ckmh=cap_ckmh) == []
    ((_, message),) = said(at(cap_ckmh + 1), v_fwd_max_ckmh=cap_ckmh)
    assert "above the cap for walking forward" in message


def test_sr54_the_lower_cap_of_an_unqualified_machine_is_named_as_what_it_is() -> None:
    ((_, message),) = said(plan(step(R, 120, 151)), v_rev_max_ckmh=150)
    assert "a machine without a qualification record" in message


def test_the_belt_starts_with_v_start_and_nothing_is_planned_below_it() -> None:
    assert said(plan(step(R, 60, 50))) == []
    assert said(plan(step(R, 60, 49))) == [
        (2, "0.49 km/h is below the speed a belt starts with, 0.5 km/h")
    ]
    ((line, message),) = said(plan(cooldown=step(C, 180, 49, 200)))
    assert (line, message[:25]) == (2, "0.49 km/h is below the sp")


@pytest.mark.parametrize(
    ("mode", "limits", "longest_s"),
    [
        (TURN, {}, 600),
        (TURN, {"bout_max_ms": 90_000}, 90),
        (BELT, {}, 300),
        (BELT, {"bout_max_ms": 90_000}, 90),
    ],
)
def test_sr44_sr55_a_bout_as_long_as_it_may_be(
    mode: Mode, limits: dict[str, int], longest_s: int
) -> None:
    assert said(plan(step(R, longest_s, 100)), mode, **limits) == []
    ((line, message),) = said(plan(step(R, longest_s + 1, 100)), mode, **limits)
    assert line == 2
    assert "is longer than a bout" in message


@pytest.mark.parametrize(("extra_s", "lines"), [(0, []), (1, [4])])
def test_sr44_the_bout_that_crosses_the_total_is_the_line_named(
    extra_s: int, lines: list[int]
) -> None:
    programme = plan(step(R, 360, 100), step(S, 60), step(R, 360 + extra_s, 100), step(F, 60, 200))
    assert [line for line, _ in said(programme)] == lines


@pytest.mark.parametrize(("extra_s", "lines"), [(0, []), (1, [4])])
def test_sr44_the_step_that_crosses_the_session_is_the_line_named(
    extra_s: int, lines: list[int]
) -> None:
    programme = plan(step(F, 1_800, 200), step(F, 240 + extra_s, 200))
    assert [line for line, _ in said(programme)] == lines


@pytest.mark.parametrize("least_s", [120, 240])
@pytest.mark.parametrize("which", ["warmup", "cooldown"])
def test_sr43_warmup_and_cooldown_have_a_shortest_length(which: str, least_s: int) -> None:
    key = f"{which}_min_ms"

    def lasting(seconds: int) -> Programme:
        kind = W if which == "warmup" else C
        return plan(**{which: step(kind, seconds, 200)})

    assert said(lasting(least_s), **{key: least_s * 1_000}) == []
    ((_, message),) = said(lasting(least_s - 1), **{key: least_s * 1_000})
    assert "is shorter than" in message


@pytest.mark.parametrize(
    ("seconds", "ckmh", "limits", "reachable"),
    [
        # From standstill: ten seconds at 0.5, then 0.1 km/h per second.
        (10, 50, {}, True),
        (10, 51, {}, False),
        (15, 100, {}, True),
        (15, 101, {}, False),
        (40, 350, {"v_rev_max_ckmh": 450}, True),
        (39, 350, {"v_rev_max_ckmh": 450}, False),
        (30, 90, {"a_up_rev_ckmh_s": 2}, True),
        (30, 91, {"a_up_rev_ckmh_s": 2}, False),
        (5, 80, {"v_start_ckmh": 80}, True),
    ],
)
def test_sr43_a_bout_has_time_to_get_to_its_speed(
    seconds: int, ckmh: int, limits: dict[str, int], reachable: bool
) -> None:
    found = said(plan(step(R, seconds, ckmh), step(S, 60)), **limits)
    assert [line for line, _ in found] == ([] if reachable else [2])
    assert all("cannot be reached" in message for _, message in found)


@pytest.mark.parametrize("mode", [TURN, BELT])
@pytest.mark.parametrize(
    ("inner", "line"),
    [
        pytest.param([step(R, 15, 50)], None, id="a bout, just"),
        pytest.param([step(R, 14, 50)], 2, id="a bout, not quite"),
        pytest.param([step(R, 14, 50), step(S, 30)], None, id="a bout before a rest"),
        pytest.param([step(F, 15, 200), step(R, 60, 50)], None, id="a walk, just"),
        pytest.param([step(F, 14, 200), step(R, 60, 50)], 2, id="a walk, not quite"),
        pytest.param([step(F, 5, 200), step(F, 60, 200)], None, id="a walk before a walk"),
    ],
)
def test_sr52_what_ends_in_a_turn_is_long_enough_to_announce_it(
    mode: Mode, inner: list[Step], line: int | None
) -> None:
    found = said(plan(*inner), mode)
    assert [at for at, _ in found] == ([] if line is None else [line])
    assert all("could not be announced 15 s ahead" in message for _, message in found)


@pytest.mark.parametrize(
    ("inner", "line"),
    [
        pytest.param([step(F, 10, 400)], None, id="faster, just"),
        pytest.param([step(F, 10, 401)], 2, id="faster, not quite"),
        pytest.param([step(F, 60, 500), step(F, 10, 200)], None, id="slower, just"),
        pytest.param([step(F, 60, 500), step(F, 10, 199)], 3, id="slower, not quite"),
        pytest.param([step(R, 60, 100), step(F, 20, 250)], None, id="after a turn, just"),
        pytest.param([step(R, 60, 100), step(F, 20, 251)], 3, id="after a turn, not quite"),
        pytest.param([step(S, 60), step(F, 20, 251)], 3, id="after a rest, not quite"),
    ],
)
def test_sr43_a_walk_has_time_to_get_from_the_step_before(
    inner: list[Step], line: int | None
) -> None:
    found = said(plan(*inner, step(F, 60, 200)))
    assert [at for at, _ in found] == ([] if line is None else [line])


def test_sr43_the_figure_that_could_be_reached_is_said() -> None:
    ((_, message),) = said(plan(step(F, 60, 200), warmup=step(W, 120, 451)), a_up_fwd_ckmh_s=2)
    assert message == (
        "4.51 km/h cannot be reached: from the start hold, at 0.02 km/h per second,"
        " the belt gets to 2.7 km/h in 2 min"
    )


@pytest.mark.parametrize(("from_ckmh", "steep"), [(300, False), (301, True)])
def test_sr43_a_cooldown_is_no_steeper_than_the_belt_may_slow(from_ckmh: int, steep: bool) -> None:
    programme = plan(cooldown=step(C, 120, 60, from_ckmh))
    expected = [(2, "slows down by more than 0.02 km/h per second")] if steep else []
    assert said(programme, a_down_prog_ckmh_s=2) == expected


@pytest.mark.parametrize(
    ("programme", "line", "phrase"),
    [
        (Programme("", "", None, (step(C, 180, 100),), "f"), None, "does not begin"),
        (Programme("", "", None, (step(W, 180, 100),), "f"), None, "does not end"),
        (plan(step(W, 180, 200)), 2, "only the first step"),
        (plan(step(C, 180, 200)), 2, "only the last step"),
        (plan(step(R, 60, 100), step(R, 60, 100)), 3, "without a rest"),
        (plan(step(R, 60, 100), step(S, 29), step(R, 60, 100)), 3, "too short between"),
        (plan(step(S, 60), step(S, 60)), 3, "another rest"),
        (plan(warmup=step(W, 180, 100, 200)), 1, "does not slow down"),
        (plan(cooldown=step(C, 180, 200, 100)), 2, "does not speed up"),
    ],
)
def test_sr43_shapes_that_are_refused(programme: Programme, line: int | None, phrase: str) -> None:
    ((at, message),) = said(programme)
    assert at == line
    assert phrase in message


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param([], id="forward only"),
        pytest.param([step(R, 60, 100), step(S, 30), step(R, 60, 100)], id="a rest of 30 s"),
        pytest.param([step(R, 60, 100), step(F, 60, 200), step(R, 60, 100)], id="a walk instead"),
        pytest.param([step(S, 5), step(R, 60, 100), step(S, 5)], id="short rests at either end"),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_shapes_that_are_allowed(inner: list[Step], mode: Mode) -> None:
    assert said(plan(*inner), mode) == []


@pytest.mark.parametrize(
    ("kind", "mode", "permille", "most", "phrase"),
    [
        (R, TURN, 1, 0, "above the limit for walking backward, 0 %"),
        (R, TURN, 51, 50, "above the limit for walking backward, 5 %"),
        (R, TURN, 50, 50, "leaves the incline at 0"),
        (R, BELT, 1, 50, "above the limit for walking backward, 0 %"),
        (F, TURN, 1, 0, "leaves the incline at 0"),
    ],
)
def test_sr27_no_incline_is_promised_that_is_not_driven(
    kind: StepKind, mode: Mode, permille: int, most: int, phrase: str
) -> None:
    steep = replace(step(kind, 60, 150), incline_permille=permille)
    ((line, message),) = said(plan(steep), mode, incline_rev_max_permille=most)
    assert line == 2
    assert phrase in message


def test_ruling8_a_plan_beyond_belt_reverse_is_refused_there_and_never_reshaped() -> None:
    programme = plan(step(R, 301, 201), step(S, 60), step(R, 300, 200))
    before = programme.steps
    assert said(programme) == []
    assert [line for line, _ in said(programme, BELT)] == [2, 2]
    assert programme.steps == before


def test_a_step_that_is_repeated_is_complained_about_once() -> None:
    bout = Step(R, 60_000, 251, 251, lines=Lines(5, 6, 7, 5))
    rest = Step(S, 60_000, 0, 0, lines=Lines(8, 9, 8, 8))
    steps = (step(W, 180, 200), bout, rest, bout, rest, bout, step(C, 180, 100))
    found = lint(Programme("p", "P", None, steps, "p.yaml"), LIMITS, TURN)
    assert [problem.line for problem in found] == [7]


def test_sr44_profiles_differ_in_what_they_let_through() -> None:
    programme = plan(step(R, 600, 350), step(S, 60), step(R, 600, 350))
    refused = {
        profile.value: len(lint(programme, limits_for(profile, Limits()), TURN))
        for profile in Profile
    }
    assert refused == {"novice": 3, "knee": 3, "older": 3, "trained": 0}
