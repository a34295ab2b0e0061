"""What is mutated, and which tests have to notice."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = ("treadctl", "firmware_protocols", "simulator")
TREES: Final = (*PROGRAM, "tests")

TARGETS: Final = ("treadctl/safety", "treadctl/gate", "firmware_protocols")
EXCLUDED: Final = {
    "treadctl.gate.__main__": "puts the process together; real processes test it (tests/chaos)",
    "treadctl.gate.rescue": "runs as a process of its own only; real processes test it",
    "treadctl.safety.explain": "sentences for people; compared with the generated pages",
}
"""Left out, each with the reason; the figures say how many mutants that are."""

TESTS: Final = ("tests/safety", "tests/gate", "tests/protocols", "tests/contracts")
NEAR: Final = {
    "treadctl.safety": ("tests/safety",),
    "treadctl.gate": ("tests/gate",),
    "firmware_protocols": ("tests/protocols",),
}
"""What a quick look asks first."""


def standing_on(root: Path = ROOT) -> list[str]:
    """The trees that verdicts rest on, in files: what is left out is what no mutant is made of."""
    left_out = {f"{name.replace('.', '/')}.py" for name in EXCLUDED}
    return [
        name
        for target in TARGETS
        for path in sorted((root / target).rglob("*.py"))
        if (name := str(path.relative_to(root))) not in left_out
    ]


def modules(root: Path = ROOT) -> list[str]:
    """All modules below the targets, excluded ones too."""
    return [
        ".".join(path.relative_to(root).with_suffix("").parts)
        for target in TARGETS
        for path in sorted((root / target).rglob("*.py"))
        if path.name != "__init__.py"
    ]
