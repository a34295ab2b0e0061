"""A failure as files that anybody can run again with ``treadctl run --scenario``.

What went wrong at the treadmill is a scenario, what people asked for are lines for ``--control
stdin``, each at its time. Both are what the state machine did, to the millisecond.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.never_events import Violation, read_lines
from tests.rig import Rig

SEED: Final = 1
PLAN: Final = """\
schema: 1
title: Everything can happen
profile: novice
steps:
  - {kind: warmup, seconds: 120, speed_kmh: 1.5}
  - {kind: reverse, seconds: 30, speed_kmh: 1.0}
  - {kind: rest, seconds: 30}
  - {kind: reverse, seconds: 30, speed_kmh: 1.0}
  - {kind: cooldown, seconds: 120, speed_kmh: 0.8}
"""
"""As short as somebody may have it."""


@dataclass(slots=True)
class Reproduction:
    """What was done to one run, in order."""

    machine: str
    faults: list[tuple[int, str, Mapping[str, object]]] = field(default_factory=list)
    """When, in milliseconds, and what."""
    lines: list[dict[str, object]] = field(default_factory=list)
    end_ms: int = 0

    def smallest(self, fails: Callable[["Reproduction"], bool]) -> "Reproduction":
        """The same without everything that can be left out of it, and still *fails*.

        Hypothesis would shrink, too, by hundreds of runs more: here times stay as they are, and
        each thing that happened is either needed or not.
        """
        found, smaller = self, True
        while smaller:
            smaller = False
            for fewer in found._with_one_less():
                if fails(fewer):
                    found, smaller = fewer, True
                    break
        return found

    def _with_one_less(self) -> Iterator["Reproduction"]:
        for index in reversed(range(len(self.lines))):
            yield replace(self, lines=[*self.lines[:index], *self.lines[index + 1 :]])
        for index in reversed(range(len(self.faults))):
            yield replace(self, faults=[*self.faults[:index], *self.faults[index + 1 :]])

    def happen(self, rig: Rig) -> None:
        """Let all of it happen to *rig*, each at its time."""
        for line in self.lines:
            rig.control.feed(json.dumps(line))
        for at_ms, name, params in self.faults:
            rig.treadmill.act_later(at_ms, (name, params))
            while rig.finished() is None and rig.now_ms <= at_ms:
                rig.tick()
        rig.run_until_finished_or_for(self.end_ms - rig.now_ms)

    def scenario(self) -> str:
        entries = [
            "\n".join(
                ["[[at]]", f"t_s = {at_ms / 1_000}", f'fault = "{name}"']
                + [f"{key} = {value}" for key, value in params.items()]
            )
            for at_ms, name, params in self.faults
        ]
        return "\n\n".join(["schema = 1", *entries]) + "\n"

    def control(self) -> str:
        """The last line keeps somebody there until the end."""
        lines = [*self.lines, {"do": "wait", "at_s": self.end_ms / 1_000}]
        return "".join(json.dumps(line) + "\n" for line in lines)

    def words(self) -> list[str]:
        """For `treadctl`, in the folder."""
        words = ["run", "plan.yaml", "--simulate", self.machine, "--virtual-time"]
        words += ["--seed", str(SEED), "--scenario", "scenario.toml", "--control", "stdin"]
        return [*words, "--truth", "truth.jsonl", "--record", "records", "--jsonl"]

    def write(self, folder: Path) -> str:
        """Write everything into *folder*; return what to type."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
        (folder / "scenario.toml").write_text(self.scenario(), encoding="utf-8")
        (folder / "control.jsonl").write_text(self.control(), encoding="utf-8")
        run = f"treadctl {shlex.join(self.words())} < control.jsonl > events.jsonl"
        judge = f"python -m tests.statemachines --judge {folder} --machine {self.machine}"
        command = f"(cd {folder} && {run}); {judge}"
        (folder / "README").write_text(f"{command}\n", encoding="utf-8")
        return command


def new_rig(machine: str, folder: Path) -> Rig:
    """The same world as `treadctl run` makes of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    return Rig(machine, str(plan), seed=SEED, stays=True, typed=True)


def judged(machine: str, folder: Path) -> list[Violation]:
    """What the run that left `truth.jsonl` and `events.jsonl` in *folder* did wrong."""
    rig = new_rig(machine, folder)
    rig.truth[:] = [dict(line) for line in read_lines(folder / "truth.jsonl")]
    rig.events[:] = _events(folder / "events.jsonl")
    return rig.violations()


def _events(path: Path) -> list[dict[str, Any]]:
    return [dict(line) for line in read_lines(path)]
