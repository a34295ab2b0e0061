"""docs/code-overview.md names files and functions; this finds the ones that are gone."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.sources import PACKAGES, ROOT, python_files

TEXT: Final = (ROOT / "docs" / "code-overview.md").read_text()
PLACES: Final = sorted(set(re.findall(r"`([\w/]+\.py)(?::\s+([\w.]+)(?:\(\))?)?`", TEXT)))

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def find(name: str) -> Path:
    """Return the file that the page means: it leaves out ``treadctl/``."""
    (path,) = (
        ROOT / package / name for package in ("", "treadctl") if (ROOT / package / name).exists()
    )
    return path


def names_in(path: Path) -> set[str]:
    """Every function, class and method of *path*, methods also as ``Class.method``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{sub.name}" for sub in node.body if isinstance(sub, FUNCTIONS)}
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
            found.add(node.name)
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize(("name", "what"), PLACES)
def test_the_file_and_the_function_exist(name: str, what: str) -> None:
    path = find(name)
    assert not what or what in names_in(path)


def test_every_method_that_is_named_exists() -> None:
    known = {name for path in python_files(*PACKAGES) for name in names_in(path)}
    called = set(re.findall(r"`([A-Z]\w+\.\w+)\(\)`", TEXT))
    assert called <= known
    assert called
