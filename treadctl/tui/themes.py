"""Three looks. None of them is needed to understand a screen: every sign is a word as well."""

import os
from typing import Final

from textual.theme import Theme

DAY: Final = Theme(
    name="treadctl",
    primary="#5fafd7",
    secondary="#d7af5f",
    accent="#5fd7af",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    success="#5fd787",
    warning="#ffd75f",
    error="#ff5f5f",
    dark=True,
)
CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#00ff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#00ff00",
    warning="#ffff00",
    error="#ff0000",
    dark=True,
)
MONOCHROME: Final = Theme(
    name="monochrome",
    primary="#ffffff",
    secondary="#d0d0d0",
    accent="#ffffff",
    foreground="#e0e0e0",
    background="#000000",
    surface="#000000",
    panel="#101010",
    success="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    dark=True,
)
THEMES: Final = (DAY, CONTRAST, MONOCHROME)
NAMES: Final = tuple(theme.name for theme in THEMES)


def theme_for(name: str) -> str:
    """Return the theme called *name*; without one, what NO_COLOR says."""
    if name in NAMES:
        return name
    return MONOCHROME.name if os.environ.get("NO_COLOR") else DAY.name
