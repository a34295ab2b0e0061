"""`treadctl` as a process of its own: how it ends, what it says, and when."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.cli.files import plan_file

COMMAND: Final = (sys.executable, "-m", "treadctl")
SIMULATED: Final = ("--simulate", "woodway-us", "--virtual-time")
ROOT: Final = Path(__file__).resolve().parents[2]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nobody's config is read and nobody's records are touched."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("COV_")},
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        **more,
    }


@dataclass(frozen=True)
class Ended:
    """One command that has ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def states(self) -> list[str]:
        return [event["state"] for event in self.of("state")]


def treadctl(
    folder: Path, *arguments: str, stdin: str | None = "", env: Mapping[str, str] | None = None
) -> Ended:
    """Run to the end. *stdin* None: a closed one."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment(folder, **(env or {})),
        cwd=folder,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def simulated(folder: Path, *arguments: str, stdin: str = "") -> Ended:
    """A run of the short plan in virtual time, told as JSON lines."""
    plan = str(plan_file(folder))
    return treadctl(folder, "run", plan, *SIMULATED, "--jsonl", *arguments, stdin=stdin)


class Running:
    """A run that is watched line by line, and may be hurt in the middle."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        plan = str(plan_file(folder))
        self.process = subprocess.Popen(
            [*COMMAND, "run", plan, "--jsonl", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment(folder),
            cwd=folder,
        )
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def say(self, **verb: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(verb) + "\n")
        self.process.stdin.flush()

    def until(self, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read on to the first event that *seen* accepts."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            self.events.append(event)
            if seen(event):
                return event
        raise AssertionError(f"ended before: {self.process.communicate()[1]}")

    def until_moving(self) -> None:
        self.until(lambda event: event["event"] == "sample" and (event["measured_ckmh"] or 0) > 0)

    def ended(self) -> Ended:
        """Read the rest."""
        assert self.process.stdout is not None
        self.events += [json.loads(line) for line in self.process.stdout]
        err = self.process.communicate()[1]
        out = "\n".join(json.dumps(event) for event in self.events)
        return Ended(self.process.returncode, out, err)
