"""Radios other than the system's: offered by whatever is installed, chosen by name.

A package offers one as an entry point of the group `GROUP`. Its name is the word before the first
colon of a radio's spelling; it is called with what follows the colon, and returns a `Radio`. That
is how a virtual air can be named in a configuration without this program knowing of it.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, Final, Protocol

from treadctl.errors import LinkError

GROUP: Final = "treadctl.radios"


class Radio(Protocol):
    """What bleak needs in order to use another radio."""

    @property
    def client(self) -> type[Any]:
        """A `bleak.backends.client.BaseBleakClient`."""

    @property
    def scanner(self) -> type[Any]:
        """A `bleak.backends.scanner.BaseBleakScanner`."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What both are given by keyword, besides bleak's own."""


def radio_for(spec: str) -> Radio | None:
    """Return the radio that *spec* names; None for the system's own, an empty *spec*.

    Raises:
        LinkError: there is none of that name, or it cannot be used.
    """
    if not spec:
        return None
    word, _, rest = spec.partition(":")
    offered = {entry.name: entry for entry in entry_points(group=GROUP)}
    entry = offered.get(word)
    if entry is None:
        known = f"there are: {', '.join(sorted(offered))}" if offered else "none is installed"
        raise LinkError(f"there is no radio called {word!r}; {known}")
    try:
        radio: Radio = entry.load()(rest)
    except ImportError as error:
        raise LinkError(
            f"the radio {word!r} lacks a package: {error}. Install it: pip install 'treadctl[air]'"
        ) from error
    except Exception as error:  # somebody else's code; a sentence for a person
        raise LinkError(f"the radio {spec!r} cannot be used: {error}") from error
    return radio
