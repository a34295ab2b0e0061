"""SR-43: what is wrong with a plan file is all said at once, with its line, and refuses it."""

from pathlib import Path

import pytest

from tests.core.corpus.bad_plans import ALL, BOMB, GOOD, Bad
from treadctl.core.plan_file import load_plan, read_plan
from treadctl.core.plan_lint import accept
from treadctl.core.plan_reader import STEPS_MAX
from treadctl.core.plan_schema import ROWS
from treadctl.core.profile import Profile, limits_for
from treadctl.core.programme import Lines, StepKind
from treadctl.errors import Problem, UserFileError
from treadctl.model import Mode
from treadctl.safety.limits import Limits


def problems_of(data: bytes) -> tuple[Problem, ...]:
    plan, problems = read_plan(data, file="bad.yaml", name="bad")
    limits = limits_for(plan.profile, Limits())
    with pytest.raises(UserFileError) as caught:
        accept(plan, limits, Mode.TURN_AROUND, problems)
    return caught.value.problems


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.name)
def test_sr43_bad_plan_is_refused_with_every_line_and_nothing_else(bad: Bad) -> None:
    found = list(problems_of(bad.data))
    for line, phrase in bad.expected:
        match = [p for p in found if p.line == line and phrase in str(p)]
        assert match, (line, phrase, [str(p) for p in found])
        found.remove(match[0])
    assert not found


def test_the_corpus_is_as_large_as_it_says_and_every_case_has_its_own_name() -> None:
    assert len(ALL) >= 150
    assert len({bad.name for bad in ALL}) == len(ALL)


def test_the_plan_they_all_spoil_is_sound() -> None:
    plan = load_plan(GOOD)
    assert (plan.title, plan.profile) == ("Test plan", Profile.NOVICE)
    assert accept(plan, limits_for(plan.profile, Limits()), Mode.TURN_AROUND) == plan.programme


def test_repeats_are_written_out_in_order_and_each_step_knows_its_lines() -> None:
    steps = load_plan(GOOD).programme.steps
    assert [step.kind.value for step in steps] == [
        "warmup",
        *("reverse", "rest") * 2,
        "walk",
        "cooldown",
    ]
    assert steps[1] == steps[3]
    assert steps[1].lines == Lines(step=11, duration=12, speed=13, incline=11)
    assert (steps[-1].from_ckmh, steps[-1].speed_ckmh, steps[-1].lines.speed) == (200, 100, 24)
    assert (steps[5].name, steps[5].cue) == ("Easy walk", "Walk forward.")
    assert (steps[0].name, steps[0].cue) == ("Warm-up", "")


def test_every_problem_of_a_plan_is_said_at_once() -> None:
    bad = Bad(
        "",
        (),
        edits={
            1: "schema: 2",
            3: "profil: novice",
            6: "    seconds: 60",
            13: "        speed_kmh: 9.9",
            18: "    sped_kmh: 2.0",
            20: "    name: again",
            22: "    minutes: three",
        },
    )
    assert [problem.line for problem in problems_of(bad.data)] == [1, 3, 6, 13, 16, 18, 20, 22]


def test_a_problem_reads_as_file_line_key_what_and_what_to_do() -> None:
    (problem,) = problems_of(Bad("", (), edits={13: "        speed_kmh: 3.0"}).data)
    assert str(problem) == (
        "bad.yaml:13: reverse: 3.0 km/h is above the cap for walking backward, 2.5 km/h. "
        "Ask for 2.5 km/h at most"
    )


def test_sr43_a_bomb_of_aliases_is_refused_without_going_off() -> None:
    with pytest.raises(UserFileError) as caught:
        load_plan(f"schema: 1\nsteps: []\n{BOMB}\n")
    assert sum("an alias" in problem.message for problem in caught.value.problems) == 39


def test_sr43_repeats_are_counted_before_they_are_written_out() -> None:
    repeat = "  - {kind: repeat, times: 100, steps: [" + "{kind: rest, seconds: 5}, " * 10 + "]}\n"
    with pytest.raises(UserFileError, match="20000 steps"):
        load_plan("schema: 1\nsteps:\n" + repeat * 20)


@pytest.mark.parametrize("more", [0, 1])
def test_sr43_two_hundred_steps_and_no_more(more: int) -> None:
    text = "schema: 1\nsteps:\n" + "  - {kind: rest, seconds: 60}\n" * (STEPS_MAX + more)
    plan, problems = read_plan(text)
    assert len(plan.rows) == STEPS_MAX + more
    assert [problem.line for problem in problems] == [203] * more


@pytest.mark.parametrize(("size", "refused"), [(65_536, False), (65_537, True)])
def test_sr43_64_kib_and_not_a_byte_more(tmp_path: Path, size: int, refused: bool) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(GOOD + "#" * (size - len(GOOD)))
    assert bool(read_plan(path)[1]) is refused


def test_a_plan_may_have_a_byte_order_mark_windows_lines_and_comments() -> None:
    text = "\ufeff# mine\r\n" + GOOD.replace("\n", "  # why\r\n")
    assert load_plan(text).programme.planned_ms == load_plan(GOOD).programme.planned_ms


def test_yaml_1_2_words_are_words_and_a_version_of_1_2_may_be_said() -> None:
    plan = load_plan("%YAML 1.2\n---\n" + GOOD.replace("title: Test plan", "title: yes"))
    assert plan.title == "yes"


def test_mph_are_the_machine_step_they_name() -> None:
    text = GOOD.replace("speed_kmh: 1.0", "speed_mph: 1.5")
    assert load_plan(text).programme.peak_backward_ckmh == 242


def test_a_plan_without_title_is_called_what_its_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "monday.yaml"
    path.write_text(GOOD.replace("title: Test plan\n", "").replace("profile: novice\n", ""))
    plan = load_plan(path)
    assert (plan.name, plan.title, plan.profile) == ("monday", "monday", None)
    assert plan.file == str(path)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "nul\0byte", "x" * 5000, "pipe"])
def test_a_file_that_cannot_be_read_is_a_problem_and_not_a_traceback(
    tmp_path: Path, name: str
) -> None:
    if name == "pipe":
        (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(UserFileError, match="cannot be read"):
        load_plan(tmp_path / name)


def test_kinds_in_a_file_are_the_kinds_of_a_programme_and_repeat() -> None:
    assert set(ROWS) == {kind.value for kind in StepKind} | {"repeat"}
