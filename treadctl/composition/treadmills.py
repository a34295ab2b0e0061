"""Where a session may be: what a front end lists of treadmills, without touching one."""

from dataclasses import dataclass
from pathlib import Path

from firmware_protocols.registry import PROTOCOLS
from treadctl.config import load_config


@dataclass(frozen=True, slots=True)
class Where:
    """A treadmill that a session may be on."""

    name: str
    what: str
    simulated: bool
    refused: str = ""
    """Why it is not driven; empty where it is."""


def everywhere(config: Path | None) -> tuple[Where, ...]:
    """The treadmills that config declares, then the machines that can be simulated.

    Raises:
        UserFileError: the config cannot be used.
    """
    declared = tuple(
        Where(t.name, t.protocol, False, t.why_not_driven or "")
        for t in load_config(config).treadmills
    )
    return (*declared, *(Where(name, "simulated", True) for name in PROTOCOLS))
