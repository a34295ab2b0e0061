"""What somebody asked for, as typed. Apart from the rest: every front end begins with it."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from treadctl.model import Mode


@dataclass(frozen=True, slots=True)
class HeartWish:
    """What was typed about the heart rate."""

    where: str = ""
    """A sensor's address, `machine` or `none`; empty: as the treadmill is declared."""
    limit_bpm: int | None = None
    guard: bool = False


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The command line of `treadctl run`, as typed."""

    plan: str
    treadmill: str | None = None
    simulate: str | None = None
    virtual_time: bool = False
    mode: Mode = Mode.TURN_AROUND
    scenario: Path | None = None
    seed: int = 1
    truth: Path | None = None
    quirks: tuple[str, ...] = ()
    """Of the simulated machine, by the simulator's names for them."""
    record: Path | None = None
    config: Path | None = None
    person: str | None = None
    """Who walks: the name of a file in the people directory, or the name in it."""
    today: date | None = None
    """None: the computer's own."""
    control: bool = False
    terminal: bool = False
    """A person sits at a terminal and can be asked."""
    screen: bool = False
    """A front end leads the session, and shows every half second that it is alive (SR-40)."""
    heart: HeartWish = field(default_factory=HeartWish)
    """Whether and where the heart rate is read, and against what."""
    speedup: int | None = None
    """In virtual time: how many times as fast as the clock on the wall."""

    @property
    def on_the_clock(self) -> bool:
        """Whether it takes time in which somebody else may look on."""
        return not self.virtual_time or self.speedup is not None
