"""By which test each bug was caught last: written by `make seeded`, shown on the docs' page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

CAUGHT: Final = Path(__file__).with_name("caught.json")


def known_catches(path: Path = CAUGHT) -> dict[str, str]:
    """The test that caught each bug, by the bug's name."""
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def keep(catches: Mapping[str, str], path: Path = CAUGHT) -> None:
    """Remember what caught what."""
    path.write_text(json.dumps(catches, indent=1, sort_keys=True) + "\n")
