"""`make test` asks every test once, and whatever fails in either half fails it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof.whole import REAL, VIRTUAL, Part, run

MARKED = """
import pytest

def test_of_virtual_time(): ...

@pytest.mark.chaos
def test_of_real_time(): ...

@pytest.mark.interop
def test_of_somebody_elses_program(): ...

@pytest.mark.interop
@pytest.mark.chaos
def test_of_both(): ...
"""
SETTINGS = '[tool.pytest.ini_options]\nmarkers = ["chaos", "interop"]\n'


def ending(code: int, says: str = "") -> Part:
    return Part("toys", (sys.executable, "-c", f"print({says!r}); raise SystemExit({code})"))


@pytest.mark.parametrize(
    ("shown", "beside", "code"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (0, 2, 2), (5, 0, 0), (0, 5, 0), (5, 1, 1), (5, 5, 5)],
)
def test_a_failure_in_either_half_is_a_failure(shown: int, beside: int, code: int) -> None:
    assert run(ending(shown), ending(beside)) == code


def test_a_half_that_was_killed_is_a_failure() -> None:
    killed = Part("toys", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
    assert run(ending(0), killed) != 0
    assert run(killed, ending(0)) != 0


def test_what_the_half_beside_says_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    run(ending(0), ending(1, says="one of them failed"))
    assert "The tests in toys:\none of them failed" in capsys.readouterr().out


def test_every_test_is_in_one_half_but_for_those_that_need_a_network(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "test_toys.py").write_text(MARKED, encoding="utf-8")

    def chosen(part: Part) -> set[str]:
        expression = next(word for word in part.command if word.startswith("not interop"))
        command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", expression]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return {line for line in told.stdout.splitlines() if "::" in line}

    assert chosen(VIRTUAL) == {"test_toys.py::test_of_virtual_time"}
    assert chosen(REAL) == {"test_toys.py::test_of_real_time"}
