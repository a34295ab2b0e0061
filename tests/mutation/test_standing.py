"""A verdict is believed again only while all that it rests on is what it was."""

from pathlib import Path

import pytest

from tests.mutation import targets
from tests.mutation.standing import Standing
from tests.mutation.trials import Verdict
from tests.proof.imports import Imports

SPEED = "checks/test_speed.py::test_the_cap"
SLOPE = "checks/test_slope.py::test_the_cap"
FILES = {
    "belt/speed.py": "CAP = 3",
    "machine/motor.py": "",
    "screens/lamp.py": "",
    "checks/conftest.py": "",
    "checks/__init__.py": "",
    "checks/test_speed.py": "from checks.made import belt\nfrom belt.speed import CAP",
    "checks/made.py": "from checks import parts\nfrom machine import motor",
    "checks/parts.py": "import checks.screws",
    "checks/screws.py": "",
    "checks/test_slope.py": "",
    "elsewhere/test_other.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def keys(root: Path) -> tuple[str, str, str, str]:
    """Of one noticed by the one test, one by the other, one that survived, one that crashed."""
    standing = Standing(root, ["belt"], ["checks"])
    return (
        standing.key(Verdict.KILLED, SPEED),
        standing.key(Verdict.TIMED_OUT, SLOPE),
        standing.key(Verdict.SURVIVED, ""),
        standing.key(Verdict.CRASHED, SPEED),
    )


def stand(root: Path, changed: str) -> list[bool]:
    """Which of the four still stand after a line was added to this file."""
    before = keys(root)
    with (root / changed).open("a", encoding="utf-8") as out:
        out.write("\n# another line")
    return [now == then for now, then in zip(keys(root), before, strict=True)]


def test_the_same_files_are_the_same_keys(root: Path) -> None:
    assert keys(root) == keys(root)


def test_other_code_to_mutate_leaves_no_verdict_standing(root: Path) -> None:
    assert stand(root, "belt/speed.py") == [False, False, False, False]


@pytest.mark.parametrize(
    "path",
    ["checks/test_speed", "checks/made", "checks/parts", "checks/screws", "machine/motor"],
)
def test_what_the_noticing_test_is_made_of_is_what_its_verdict_rests_on(
    root: Path, path: str
) -> None:
    assert stand(root, f"{path}.py") == [False, True, False, False]


@pytest.mark.parametrize("name", ["conftest", "__init__"])
def test_what_sets_up_every_test_is_what_every_verdict_rests_on(root: Path, name: str) -> None:
    assert stand(root, f"checks/{name}.py") == [False, False, False, False]


def test_another_test_leaves_what_was_noticed_standing_and_asks_the_rest_again(root: Path) -> None:
    assert stand(root, "checks/test_slope.py") == [True, False, False, False]
    before = keys(root)
    (root / "checks" / "test_new.py").write_text("", encoding="utf-8")
    assert [a == b for a, b in zip(keys(root), before, strict=True)] == [True, True, False, False]


@pytest.mark.parametrize("path", ["elsewhere/test_other", "screens/lamp"])
def test_what_no_asked_test_is_made_of_changes_nothing(root: Path, path: str) -> None:
    assert stand(root, f"{path}.py") == [True, True, True, True]


def test_sentences_that_are_not_mutated_are_nothing_that_a_verdict_rests_on() -> None:
    rests_on = targets.standing_on()
    assert "treadctl/safety/explain.py" not in rests_on
    assert {"treadctl/safety/kernel.py", "treadctl/safety/__init__.py"} <= set(rests_on)
    files = {targets.ROOT / name for name in rests_on}
    closure = {str(path.relative_to(targets.ROOT)) for path in Imports(targets.ROOT).closure(files)}
    assert "treadctl/causes.py" in closure  # a finding has its reaction from there
    assert "treadctl/requirements.py" not in closure
