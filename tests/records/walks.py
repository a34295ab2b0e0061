"""A short walk, recorded: samples ten times a second, as a session writes them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.records.samples import HEADER, STARTED_AT, STOP
from treadctl.records.chain import Kind
from treadctl.records.journal import Journal

STEPS: Final = (
    ("warmup", 10_000, 100, 300, "Warm-up"),
    ("reverse", 5_000, 100, 100, ""),
    ("rest", 2_000, 0, 0, "Rest"),
    ("reverse", 5_000, 120, 120, "Second"),
)
FINISHED: Final[Mapping[str, object]] = {
    "reason": "completed",
    "exit_code": 0,
    "reverse_s": 7.5,
    "distance_m": 12.5,
}


class Walk:
    """Writes what a session would; time passes with each stretch."""

    def __init__(self, directory: Path, **header: Any) -> None:
        described = replace(HEADER, **{"person": "anna", "steps": STEPS, **header})
        self.journal = Journal.open(
            directory,
            described,
            real_time=False,
            started_at=header.pop("started_at", None) or STARTED_AT,
            suffix=lambda: "walk01",
        )
        self.t_ms = 0

    def event(self, **body: object) -> None:
        self.journal.append(Kind.EVENT, self.t_ms, {"t_ms": self.t_ms, **body})

    def stretch(self, ms: int, step: int, state: str, ckmh: int | None, **more: object) -> None:
        """So long at that speed. A null speed is one that nobody knows."""
        for _ in range(ms // 100):
            sample = {
                "event": "sample",
                "state": state,
                "step": step,
                "planned_ckmh": 100,
                "measured_ckmh": ckmh,
                "gait": "forward",
                "standstill": ckmh == 0,
                "link_up": True,
                "incline_permille": 0,
                "reverse_s": 0.0,
                "distance_m": 0.0,
                **more,
            }
            self.event(**sample)
            self.journal.append(Kind.REPORT, self.t_ms, {"phase": "moving"})
            self.journal.append(Kind.REQUEST, self.t_ms, {"setpoint_ckmh": 100})
            self.t_ms += 100

    def close(self) -> Path:
        assert self.journal.close(self.t_ms, FINISHED)
        return self.journal.path


def walk(directory: Path) -> Path:
    """All of the plan but half of the last bout, with a stop, a criterion and a mark."""
    session = Walk(directory)
    session.event(event="session_started", title="Four steps")
    session.stretch(10_000, 1, "warm_up", 360)
    session.stretch(5_000, 2, "reverse_walk", 100, gait="backward")
    session.stretch(1_000, 2, "stopping", 50, gait="backward")
    session.stretch(2_000, 3, "rest", 0)
    session.event(event="mark", note="held the rail")
    session.stretch(2_500, 4, "reverse_walk", 120, gait="backward")
    session.event(event="criterion", id="stumble", text="A stumble.", reaction="fast_stop")
    session.journal.append(Kind.EVENT, session.t_ms, STOP)
    session.stretch(1_000, 4, "e_stop", 0)
    return session.close()
