"""The table of safety.md 2.2, written out here a second time, against what is shipped."""

import re
from pathlib import Path

import pytest

from treadctl.core.builtin_plans import builtin_names, builtin_plan, builtin_text
from treadctl.core.plan_file import load_plan
from treadctl.core.plan_lint import accept
from treadctl.core.plans import load_programme, open_plan
from treadctl.core.profile import Profile, limits_for
from treadctl.core.programme import Programme, StepKind
from treadctl.errors import UserFileError
from treadctl.model import Mode
from treadctl.safety.limits import CLASS_C_REV_MAX_CKMH, START_HOLD_MS, Limits, problems

DOC = Path(__file__).parents[2] / "docs" / "plans.md"

# bouts x minutes @ km/h, as safety.md has them.
TABLE = """
      | novice      | knee        | older       | trained
    1 | 5 x 1 @ 1.0 | 4 x 1 @ 0.8 | 4 x 0.75 @ 0.8 | 5 x 2 @ 1.5
    2 | 5 x 1.5 @ 1.3 | 4 x 1.5 @ 0.8 | 4 x 1 @ 0.8 | 5 x 2 @ 2.0
    3 | 4 x 2 @ 1.6 | 4 x 2 @ 1.0 | 5 x 1 @ 1.0 | 5 x 3 @ 2.4
    4 | 4 x 2.5 @ 1.8 | 4 x 2.5 @ 1.2 | 5 x 1.5 @ 1.0 | 4 x 4 @ 2.8
    5 | 3 x 3 @ 2.1 | 3 x 3 @ 1.4 | 4 x 2 @ 1.2 | 4 x 4 @ 3.2
    6 | 2 x 5 @ 2.3 | 2 x 5 @ 1.6 | 4 x 2.5 @ 1.4 | 3 x 6 @ 3.5
"""


def table() -> dict[str, tuple[int, int, int]]:
    """Return bouts, milliseconds and 0.01 km/h for every cell of the table."""
    head, *rows = [[cell.strip() for cell in row.split("|")] for row in TABLE.strip().splitlines()]
    cells = {}
    for week, *values in rows:
        for profile, cell in zip(head[-4:], values, strict=True):
            bouts, minutes, kmh = re.split(r" [x@] ", cell)
            ms, ckmh = round(float(minutes) * 60_000), round(float(kmh) * 100)
            cells[f"{profile}-{week}"] = (int(bouts), ms, ckmh)
    return cells


def load(name: str) -> Programme:
    return load_programme(name, Limits(), Mode.TURN_AROUND)


EVERY = pytest.mark.parametrize("name", builtin_names())


def test_there_are_four_profiles_of_six_weeks() -> None:
    assert builtin_names() == tuple(
        f"{profile}-{week}"
        for profile in ("novice", "knee", "older", "trained")
        for week in range(1, 7)
    )
    assert set(table()) == set(builtin_names())


@EVERY
def test_bouts_are_those_of_the_table(name: str) -> None:
    bouts, duration_ms, ckmh = table()[name]
    programme = load(name)
    assert [(b.duration_ms, b.speed_ckmh, b.from_ckmh) for b in programme.bouts] == [
        (duration_ms, ckmh, ckmh)
    ] * bouts
    assert programme.reverse_ms == bouts * duration_ms


@EVERY
def test_there_is_a_minute_of_standstill_between_bouts_and_nothing_else(name: str) -> None:
    warmup, *middle, cooldown = load(name).steps
    kinds = [step.kind for step in middle]
    assert kinds == [StepKind.REVERSE, StepKind.REST] * (len(middle) // 2) + [StepKind.REVERSE]
    rests = [step for step in middle if step.kind is StepKind.REST]
    assert all((rest.duration_ms, rest.speed_ckmh) == (60_000, 0) for rest in rests)
    assert (warmup.kind, cooldown.kind) == (StepKind.WARMUP, StepKind.COOLDOWN)


@EVERY
def test_warmup_and_cooldown_are_as_long_and_as_slow_as_the_profile_wants(name: str) -> None:
    warmup, *_, cooldown = load(name).steps
    fastest_ckmh = 500 if name.startswith("trained") else 300
    assert 180_000 <= warmup.duration_ms <= 300_000
    assert warmup.from_ckmh < warmup.speed_ckmh <= fastest_ckmh
    assert cooldown.duration_ms >= 180_000
    assert fastest_ckmh >= cooldown.from_ckmh > cooldown.speed_ckmh


@EVERY
def test_sr43_every_bout_is_at_its_speed_for_more_than_half_of_its_time(name: str) -> None:
    for bout in load(name).bouts:
        climb_ms = START_HOLD_MS + (bout.speed_ckmh - 50) * 1_000 // 10
        assert climb_ms < bout.duration_ms / 2


@EVERY
def test_every_step_has_a_name_and_something_to_say(name: str) -> None:
    programme = load(name)
    assert programme.title
    assert all(step.name and step.cue for step in programme.steps)
    assert all(step.line > 0 for step in programme.steps)


@EVERY
def test_sr42_the_profile_s_limits_are_sound_and_the_plan_is_named_after_it(name: str) -> None:
    programme = load(name)
    assert programme.profile is Profile(name.partition("-")[0])
    assert not problems(limits_for(programme.profile, Limits()))
    assert (programme.name, programme.file) == (name, f"{name} (built in)")


@EVERY
def test_sr54_a_class_c_machine_refuses_exactly_the_plans_above_its_cap(name: str) -> None:
    capped = Limits(v_rev_max_ckmh=CLASS_C_REV_MAX_CKMH)
    speed_ckmh = table()[name][2]
    if speed_ckmh <= CLASS_C_REV_MAX_CKMH:
        assert load_programme(name, capped, Mode.TURN_AROUND) == load(name)
        return
    with pytest.raises(UserFileError) as caught:
        load_programme(name, capped, Mode.TURN_AROUND)
    lines = builtin_text(name).splitlines()
    for problem in caught.value.problems:
        assert problem.line is not None
        assert lines[problem.line - 1].strip() == f"speed_kmh: {speed_ckmh / 100}"
        assert "without a qualification record" in problem.message


@EVERY
def test_ruling8_belt_reverse_refuses_exactly_the_plans_beyond_it(name: str) -> None:
    _, duration_ms, ckmh = table()[name]
    cap_ckmh = 160 if name.startswith("older") else 200
    fits = ckmh <= cap_ckmh and duration_ms <= 300_000
    plan = builtin_plan(name)
    limits = limits_for(plan.profile, Limits())
    if fits:
        assert accept(plan, limits, Mode.BELT_REVERSE) == load(name)
    else:
        with pytest.raises(UserFileError, match="belt-reverse mode"):
            accept(plan, limits, Mode.BELT_REVERSE)


@pytest.mark.parametrize("name", ["novice-0", "novice-7", "novice", "", "novice-1.5", "-", "a-b-c"])
def test_what_is_not_built_in_is_no_built_in(name: str) -> None:
    with pytest.raises(KeyError):
        builtin_text(name)


@pytest.mark.parametrize(
    ("source", "phrase"),
    [
        ("novise-1", "Did you mean novice-1?"),
        ("zzz", "`treadctl plan list` names"),
        ("", "cannot be read"),
        ("missing.yaml", "cannot be read"),
        ("./novice-1", "cannot be read"),
        ("nul\0", "no plan and no file"),
        ("x" * 5_000, "cannot be read"),
    ],
)
def test_a_plan_that_is_not_there_is_said_so(source: str, phrase: str) -> None:
    with pytest.raises(UserFileError, match=re.escape(phrase)):
        load_programme(source, Limits(), Mode.TURN_AROUND)


def test_a_built_in_wins_over_a_file_of_its_name_and_a_path_means_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "novice-1").write_text(builtin_text("older-1"))
    (tmp_path / "mine").write_text(builtin_text("knee-1"))
    monkeypatch.chdir(tmp_path)
    assert load("novice-1").profile is Profile.NOVICE
    assert load("./novice-1").profile is Profile.OLDER
    assert load("mine").profile is Profile.KNEE
    assert open_plan(Path("novice-1"))[0].profile is Profile.OLDER


def test_the_manual_s_examples_are_plans_and_one_of_them_is_shipped() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    plans = [text for text in examples if "schema: 1" in text]
    assert builtin_text("novice-1") in plans
    for text in plans:
        plan = load_plan(text)
        accept(plan, limits_for(plan.profile, Limits()), Mode.TURN_AROUND)
