"""One session of the soak, and what became of it."""

import random
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.soak.courses import course, rig
from tests.soak.weather import Weather, machine_options
from treadctl.composition.virtual import resting_collector

LIMIT_MS: Final = 2 * 3_600_000
SEEDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Walked:
    course: str
    dice_seed: int
    exit_code: int | None
    """None: it had not ended after two hours."""
    ran_ms: int
    stops: tuple[tuple[str, str, int], ...]
    """Reaction, cause and when. All of them are false: nothing was wrong."""
    refused: tuple[str, ...]
    violations: tuple[str, ...]
    cpu_s: float

    @property
    def flawless(self) -> bool:
        return self.exit_code == 0 and not (self.stops or self.violations)


def walk(number: int, seed: int) -> Walked:
    """The *number*th session of *seed*: the same each time."""
    own_seed = seed * SEEDS + number
    dice = random.Random(own_seed)
    began_s = time.process_time()
    walking = rig(number, own_seed, machine_options(course(number).machine, dice))
    weather = Weather(walking, dice)
    with resting_collector():
        while walking.finished() is None and walking.now_ms < LIMIT_MS:
            weather.tick()
            walking.tick()
    finished = walking.finished()
    return Walked(
        course=course(number).name,
        dice_seed=own_seed,
        exit_code=None if finished is None else int(finished["exit_code"]),
        ran_ms=walking.now_ms,
        stops=tuple(
            (str(each["reaction"]), str(each["cause"]), int(each["t_ms"]))
            for each in walking.told("stop")
        ),
        refused=tuple(walking.refused()),
        violations=tuple(f"{v.name} at {v.t_ms:.0f} ms: {v.detail}" for v in walking.violations()),
        cpu_s=round(time.process_time() - began_s, 2),
    )


def as_json(walked: Walked) -> dict[str, Any]:
    return asdict(walked) | {"result": "passed" if walked.flawless else "failed"}
