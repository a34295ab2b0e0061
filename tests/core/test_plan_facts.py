"""What a list of plans says is what the plans are."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from treadctl.cli_plan import plan
from treadctl.core.builtin_plans import builtin_names, builtin_plan, builtin_text
from treadctl.core.plan_facts import PlanFacts, builtin_facts, own_plans
from treadctl.core.profile import Profile
from treadctl.core.programme import StepKind


def test_every_builtin_is_listed_once_and_in_order() -> None:
    assert tuple(facts.source for facts in builtin_facts()) == builtin_names()


@pytest.mark.parametrize("profile", Profile)
def test_a_profile_sees_its_own_weeks(profile: Profile) -> None:
    weeks = list(builtin_facts(profile))
    assert [facts.week for facts in weeks] == [1, 2, 3, 4, 5, 6]
    assert {facts.profile for facts in weeks} == {profile}


@pytest.mark.parametrize("week", [0, 7, -1])
def test_a_week_that_there_is_not_has_no_plans(week: int) -> None:
    assert list(builtin_facts(week=week)) == []


def test_the_facts_of_the_first_week_are_those_of_the_table() -> None:
    (facts,) = builtin_facts(Profile.NOVICE, 1)
    # safety.md 2.2: 5 x 1 min at 1.0 km/h; warm-up 4 min, four rests, cooldown 3 min.
    assert (facts.bouts, facts.reverse_ms, facts.top_backward_ckmh) == (5, 300_000, 100)
    assert facts.step_ms == (4 + 5 + 4 + 3) * 60_000
    assert facts.pieces[0].kind is StepKind.WARMUP
    assert (facts.pieces[0].from_ckmh, facts.pieces[0].speed_ckmh) == (100, 300)
    assert {piece.speed_ckmh for piece in facts.pieces if piece.kind is StepKind.REST} == {0}


@pytest.mark.parametrize("facts", tuple(builtin_facts()), ids=lambda facts: facts.source)
def test_the_drawn_profile_takes_as_long_as_the_plan(facts: PlanFacts) -> None:
    programme = builtin_plan(facts.source).programme
    assert sum(piece.duration_ms for piece in facts.pieces) == programme.planned_ms
    assert [piece.kind for piece in facts.pieces] == [step.kind for step in programme.steps]


def test_own_plans_are_read_and_bad_ones_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(builtin_text("older-2"))
    (tmp_path / "bad.yml").write_text("schema: 1\nsteps: 7\n")
    (tmp_path / "notes.txt").write_text("nothing")
    found = own_plans(tmp_path)
    assert [facts.source for facts in found.plans] == [str(tmp_path / "mine.yaml")]
    assert found.plans[0].week is None
    assert {problem.file for problem in found.problems} == {str(tmp_path / "bad.yml")}


def test_a_plan_for_others_is_not_offered_and_one_for_anybody_is(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(builtin_text("older-2"))
    for_anybody = builtin_text("older-2").replace("profile: older\n", "")
    (tmp_path / "b.yaml").write_text(for_anybody)
    assert [f.source for f in own_plans(tmp_path, Profile.NOVICE).plans] == [
        str(tmp_path / "b.yaml")
    ]
    assert len(own_plans(tmp_path, Profile.OLDER).plans) == 2


def test_no_directory_is_no_plans_and_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    assert own_plans(tmp_path / "absent").plans == ()
    (tmp_path / "file").write_text("")
    (problem,) = own_plans(tmp_path / "file").problems
    assert "cannot be read" in problem.message


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--profile", "older", "--week", "3"), ["older-3"]),
        (("--week", "6"), ["novice-6", "knee-6", "older-6", "trained-6"]),
        (("--profile", "knee"), [f"knee-{week}" for week in range(1, 7)]),
        ((), list(builtin_names())),
    ],
)
def test_the_list_on_the_command_line_is_filtered_alike(
    options: tuple[str, ...], names: list[str]
) -> None:
    result = CliRunner().invoke(plan, ["list", "--json", *options])
    assert [row["name"] for row in json.loads(result.stdout)] == names


@pytest.mark.parametrize("options", [("--week", "0"), ("--week", "7"), ("--profile", "athlete")])
def test_a_filter_that_fits_no_plan_is_refused(options: tuple[str, ...]) -> None:
    assert CliRunner().invoke(plan, ["list", *options]).exit_code == 2
