"""``ble://ADDRESS[?radio=SPEC]``: how a treadmill over Bluetooth is named on a link.

SPEC is ``WORD:REST``. WORD chooses a radio that some package offers instead of the system's, and
REST is that radio's own business. Strict, because the address decides which belt moves.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote

from treadctl.errors import LinkError

SCHEME: Final = "ble://"
FORM: Final = "ble://AA:BB:CC:DD:EE:FF[?radio=WORD:REST]"
_ADDRESS: Final = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", re.ASCII)
_RADIO: Final = re.compile(r"[a-z][a-z0-9-]{0,31}:[!-~]{1,200}", re.ASCII)
_UNQUOTED: Final = ":/"


@dataclass(frozen=True, slots=True)
class BleUrl:
    """One treadmill on one radio. Equal for every spelling of the same two."""

    address: str
    """In capitals, with colons."""
    radio: str = ""
    """Empty for the system's own."""

    def __str__(self) -> str:
        query = f"?radio={quote(self.radio, safe=_UNQUOTED)}" if self.radio else ""
        return f"{SCHEME}{self.address}{query}"


def is_ble(url: str) -> bool:
    return url.startswith(SCHEME)


def parse(url: str) -> BleUrl:
    """Return what *url* names.

    Raises:
        LinkError: it is not of the form above.
    """
    address, mark, query = url.removeprefix(SCHEME).partition("?")
    if not is_ble(url) or (mark and not query):
        raise LinkError(f"{url!r} is not of the form {FORM}")
    if (problem := address_problem(address)) is not None:
        raise LinkError(f"{url!r}: {address!r} {problem}")
    radio = _radio_of(url, query) if query else ""
    return BleUrl(address.upper(), radio)


def sensor(where: str, radio: str) -> str:
    """Return the URL of what *where* names: a bare address on *radio*, or a URL of its own.

    Raises:
        LinkError: it is neither.
    """
    if is_ble(where):
        return str(parse(where))
    if (problem := address_problem(where)) is not None:
        raise LinkError(f"{where!r} {problem}")
    return str(BleUrl(where.upper(), radio))


def address_problem(address: str) -> str | None:
    """Why *address* is no Bluetooth address; None where it is one."""
    if _ADDRESS.fullmatch(address.upper()) is None:
        return "is not six pairs of hexadecimal digits with colons between them"
    return None


def radio_problem(radio: str) -> str | None:
    """Why *radio* names none; None where it does. Whether there is such a one shows later."""
    return None if _RADIO.fullmatch(radio) else "is not of the form WORD:REST"


def _radio_of(url: str, query: str) -> str:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        pairs = []
    match pairs:
        case [("radio", radio)]:
            if (problem := radio_problem(radio)) is not None:
                raise LinkError(f"{url!r}: the radio {radio!r} {problem}")
            return radio
        case _:
            raise LinkError(f"{url!r}: only one radio=WORD:REST may follow the question mark")
