"""design.md 4.3, read from the source: who may name whom."""

from pathlib import Path

import pytest

from tests.architecture.rules import RULES, Rule, violations
from tests.architecture.sources import PACKAGES, module_name, python_files


def test_no_module_breaks_an_import_rule() -> None:
    found = [
        sentence
        for path in python_files(*PACKAGES)
        for sentence in violations(
            path.read_text(), module_name(path), is_package=path.name == "__init__.py"
        )
    ]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.why)
def test_a_planted_violation_of_each_rule_is_reported(rule: Rule) -> None:
    for module in (f"{place.removesuffix('*')}.planted" for place in rule.where):
        if not rule.covers(module):
            continue
        for name in (name.removesuffix("*") for name in rule.never):
            reported = list(violations(f"x = 1\nimport {name}\n", module))
            assert any(rule.why in sentence and ":2 " in sentence for sentence in reported)


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import time as clock",
        "from time import monotonic",
        "def f():\n    import time",
        "if True:\n    from time import sleep as wait",
        "from ..core import session",
        "from .. import core",
        "__import__('time')",
        "from importlib import import_module",
    ],
)
def test_an_import_cannot_hide_from_the_rules(source: str) -> None:
    assert list(violations(source, "treadctl.safety.limits")) != []


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from treadctl.safety.limits import Limits", "treadctl.core.session"),
        ("from treadctl.safety.limits import Limits", "treadctl.gate.gate"),
        ("from treadctl.drivers.serial_link import SerialLink", "treadctl.gate.__main__"),
        ("import serial", "treadctl.drivers.serial_link"),
        ("import serial.rfc2217", "simulator.servers.rfc2217"),
        ("import timeit_like_name", "treadctl.safety.limits"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from random import Random",
            "simulator.belt",
        ),
        ("from importlib import metadata", "treadctl.cli"),
        ("from . import limits", "treadctl.safety.kernel"),
    ],
)
def test_what_the_design_allows_is_not_reported(source: str, module: str) -> None:
    assert list(violations(source, module)) == []


def test_every_package_of_the_design_is_covered_by_some_rule() -> None:
    folders = {
        module_name(path)
        for path in python_files(*PACKAGES)
        if path == Path(path.parent, "__init__.py")
    }
    assert [name for name in folders if not any(rule.covers(name) for rule in RULES)] == []
