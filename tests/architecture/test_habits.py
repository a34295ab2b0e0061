"""Rules about the text of the project itself: what must not stand in any file."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.sources import PACKAGES, ROOT, python_files, text_files

MAX_LINES: Final = 600

# Spelled in two halves, or this file would find itself.
_PLACES: Final = ("home", "root", "work", "Users", "opt", "mnt", "srv")
MACHINE_PATH: Final = re.compile(r"(?<![\w.~$}/:-])/(" + "|".join(_PLACES) + r")/\w")
REGISTRY: Final = re.compile(
    "|".join(
        re.escape(head + tail)
        for head, tail in (
            ("py", "pi.org"),
            ("files.python", "hosted.org"),
            ("index", "-url"),
            ("find", "-links"),
            ("trusted", "-host"),
        )
    )
)


def sleeps(source: str) -> Iterator[int]:
    """Yield the lines of *source* on which something waits for a wall clock."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time" | "asyncio"), attr="sleep")):
                yield node.lineno
            case ast.ImportFrom(module="time" | "asyncio", names=names):
                if any(alias.name == "sleep" for alias in names):
                    yield node.lineno


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in text_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see /" + "home/ann/treadctl", True),
        ('open("/' + "root/x" + '")', True),
        ("docs/work/plan.md", False),
        ("https://example.org/" + "home/x", False),
        ("/dev/ttyUSB0", False),
        ("/usr/bin/env bash", False),
    ],
)
def test_a_machine_path_is_told_from_other_paths(line: str, found: bool) -> None:
    assert (MACHINE_PATH.search(line) is not None) is found


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in text_files()
        if (hit := REGISTRY.search(path.read_text()))
    ]
    assert found == []


def test_constraints_are_names_and_versions_only() -> None:
    line = re.compile(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*")
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [each for each in lines if not line.fullmatch(each)] == []


def test_no_module_is_longer_than_600_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in python_files(*PACKAGES, "tests", "benchmarks")
    }
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_no_test_waits_for_a_wall_clock() -> None:
    chaos = ROOT / "tests" / "chaos"
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("tests")
        if chaos not in path.parents
        for line in sleeps(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["import time\ntime.sleep(1)", "from time import sleep", "import asyncio\nasyncio.sleep(0)"],
)
def test_a_planted_sleep_is_found(source: str) -> None:
    assert list(sleeps(source)) != []
