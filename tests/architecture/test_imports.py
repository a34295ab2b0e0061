"""design.md 4.3, executed: what importing a part drags into a fresh interpreter.

The source rules see what a file names; this sees what arrives through somebody else.
"""

import subprocess
import sys
from typing import Final

import pytest

from tests.architecture.rules import GATE_SHELLS, SIMULATOR_SHELLS
from tests.architecture.sources import PACKAGES, module_name, python_files, within

LIBRARIES: Final = {
    "bleak",
    "bumble",
    "click",
    "platformdirs",
    "pydantic",
    "rich",
    "ruamel",
    "serial",
    "statemachine",
    "textual",
}
RUNTIMES: Final = {"asyncio", "logging", "random", "socket", "subprocess", "threading"}
FORBIDDEN: Final[dict[str, set[str]]] = {
    "firmware_protocols": LIBRARIES | RUNTIMES | {"simulator", "treadctl"},
    "simulator": LIBRARIES | (RUNTIMES - {"random"}) | {"treadctl"},
    "treadctl.safety": LIBRARIES
    | RUNTIMES
    | {"firmware_protocols", "simulator", "treadctl.gate", "treadctl.core", "treadctl.drivers"},
    "treadctl.gate": LIBRARIES
    | RUNTIMES
    | {"simulator", "treadctl.core", "treadctl.records", "treadctl.drivers"},
    "treadctl.gate.loop": LIBRARIES | {"asyncio", "simulator", "treadctl.core"},
    "treadctl.gate.__main__": (LIBRARIES - {"serial"})
    | {"asyncio", "simulator", "treadctl.core", "treadctl.records", "treadctl.composition"},
    "treadctl.core": {
        "firmware_protocols",
        "serial",
        "simulator",
        "textual",
        "treadctl.drivers",
        "treadctl.gate",
        "treadctl.safety.kernel",
    },
    "treadctl.records": {
        "firmware_protocols",
        "serial",
        "simulator",
        "statemachine",
        "textual",
        "treadctl.drivers",
        "treadctl.gate",
    },
    "treadctl": {"simulator", "bumble"},
}
"""Part to what must not be loaded by importing it; shells only where they are named."""


def modules_of(part: str) -> list[str]:
    """Return the modules that stand for *part*: itself and below, without its shells."""
    names = [module_name(path) for path in python_files(*PACKAGES)]
    mine = [name for name in names if within(name, part)]
    if part == "treadctl":
        return mine
    shells = (*GATE_SHELLS, *SIMULATOR_SHELLS)
    return [
        name for name in mine if name == part or not any(within(name, shell) for shell in shells)
    ]


def loaded_by(modules: list[str], *, path: str | None = None) -> set[str]:
    """Return the names a fresh interpreter has loaded after importing *modules*."""
    script = "\n".join(
        [
            "import sys",
            "before = set(sys.modules)",
            *([f"sys.path.insert(0, {path!r})"] if path else []),
            *(f"import {name}" for name in modules),
            "print(*set(sys.modules) - before)",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=50
    )
    return set(done.stdout.split())


def dragged_in(loaded: set[str], forbidden: set[str]) -> set[str]:
    """Return what is loaded of *forbidden*: the module itself or anything inside it."""
    return {name for name in loaded if any(within(name, place) for place in forbidden)}


@pytest.mark.parametrize("part", FORBIDDEN)
def test_importing_it_does_not_drag_in(part: str) -> None:
    assert dragged_in(loaded_by(modules_of(part)), FORBIDDEN[part]) == set()


def test_the_first_screen_is_there_before_what_it_lists_is_imported() -> None:
    """A second is the bar for the first usable screen; this is two thirds of one."""
    first = ["treadctl.cli_tui", "treadctl.tui.app", "treadctl.tui.screens.start"]
    late = {"pydantic", "ruamel", "statemachine", "firmware_protocols", "treadctl.gate"}
    assert dragged_in(loaded_by(first), late) == set()


def test_a_library_that_arrives_through_somebody_else_is_seen(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("planted")
    (place / "innocent.py").write_text("import go_between\n")
    (place / "go_between.py").write_text("def f() -> None: ...\nimport asyncio\n")

    loaded = loaded_by(["innocent"], path=str(place))

    assert "asyncio" in dragged_in(loaded, FORBIDDEN["treadctl.safety"])
