"""What a run of the proof found, for docs/safety/figures.md: one JSON file per kind of run."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "build" / "proof"


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one run, and what somebody needs to have them again."""

    name: str
    command: str
    """The make target, with what was set for it."""
    seed: int | None
    commit: str
    date: str
    machine: str
    figures: dict[str, Any]


def write(name: str, command: str, figures: dict[str, Any], *, seed: int | None = None) -> Path:
    """Keep *figures* of this commit as the last ones of *name*; return the file."""
    result = Result(
        name=name,
        command=command,
        seed=seed,
        commit=commit(),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine(),
        figures=figures,
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    return path


def commit() -> str:
    """The commit of the tree, with a mark where files were changed since."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def machine() -> str:
    """Its class: enough to know what a time is worth, and no more."""
    cores = f"{os.cpu_count()} cores {platform.machine()}"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}"
