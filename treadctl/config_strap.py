"""Where a strap may be read, and why some places are refused by name.

The strap contact must open a line that this computer sees change. Anything that can read
"attached" for ever is refused here, at load, before a person relies on it (SR-16).
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from treadctl.config_problems import Complaints, KeyPath, shown, unknown_keys


class StrapSourceKind(Enum):
    MODEM_LINE = "modem-line"
    """A normally-closed contact on a modem line, native or RFC 2217 (serial.md 13.1)."""
    MACHINE = "machine"
    """The machine reports its own safety key."""


LINES: Final = ("dsr", "cts", "cd", "ri")


@dataclass(frozen=True, slots=True)
class StrapConfig:
    """One strap source."""

    source: StrapSourceKind
    url: str = ""
    """Of the adapter with the modem line; empty where the machine reports the strap."""
    line: str = "dsr"


_SOURCES: Final = {kind.value: kind for kind in StrapSourceKind}
_LEAVE_OUT: Final = (
    "Leave the strap table out to monitor only: without a strap nothing is driven, "
    "and no key disables an interlock"
)


def read_strap(
    complaints: Complaints, path: KeyPath, table: object, machine_reports: bool
) -> StrapConfig | None:
    """The strap that *table* declares, or None after a complaint."""
    if not isinstance(table, Mapping):
        complaints.add(path, f"{shown(table)} is not a strap source", _LEAVE_OUT)
        return None
    unknown_keys(complaints, path, table, ("source", "url", "line"))
    word = table.get("source")
    if word is None:
        complaints.add((*path, "source"), "is missing", f"Choose one of: {', '.join(_SOURCES)}")
        return None
    source = _SOURCES.get(word) if isinstance(word, str) else None
    if source is None:
        message = f"{shown(word)} is not a strap source"
        complaints.add(
            (*path, "source"), message, f"Choose one of: {', '.join(_SOURCES)}. {_LEAVE_OUT}"
        )
        return None
    if source is StrapSourceKind.MACHINE:
        return _read_machine(complaints, path, table, machine_reports)
    return _read_modem_line(complaints, path, table)


def _read_machine(
    complaints: Complaints, path: KeyPath, table: Mapping[str, object], machine_reports: bool
) -> StrapConfig | None:
    if not machine_reports:
        complaints.add(
            (*path, "source"),
            "this machine is not known to report its own safety key",
            "Use a contact on a modem line: source = 'modem-line' (serial.md 11 and 13.1)",
        )
    for key in ("url", "line"):
        if key in table:
            complaints.add((*path, key), "means nothing with source = 'machine'", "Remove it")
    return StrapConfig(StrapSourceKind.MACHINE)


def _read_modem_line(
    complaints: Complaints, path: KeyPath, table: Mapping[str, object]
) -> StrapConfig | None:
    line = table.get("line", LINES[0])
    if not isinstance(line, str) or line not in LINES:
        complaints.add(
            (*path, "line"), f"{shown(line)} is not a modem line", f"Choose: {', '.join(LINES)}"
        )
        line = LINES[0]
    url = table.get("url")
    remedy = "Use a real serial adapter (/dev/ttyUSB1) with a normally-closed contact on it"
    if url is None:
        complaints.add((*path, "url"), "is missing", remedy)
        return None
    if not isinstance(url, str):
        complaints.add((*path, "url"), f"{shown(url)} is not an adapter", remedy)
        return None
    if problem := address_problem(url) or _strap_problem(url):
        complaints.add((*path, "url"), f"{shown(url)} {problem}", remedy)
        return None
    return StrapConfig(StrapSourceKind.MODEM_LINE, url, line)


_SCHEMES: Final = ("socket", "rfc2217")


def address_problem(url: str) -> str | None:
    """Why *url* is no place that a link can be opened at; None where it is one.

    An allow-list: pyserial's other schemes search for a port (``hwgrep``), echo the host's
    own bytes, which starts a Trackmaster's self-test (``loop``), or hide another URL (``spy``).
    """
    if not url or not url.isprintable() or " " in url:
        return "is empty or holds characters that no address has"
    if "://" not in url:
        return None if url.startswith("/") else "is not a full device path"
    parts = _split(url)
    if parts is None or parts.scheme not in _SCHEMES:
        return "is not a device path, socket:// or rfc2217://"
    if not parts.hostname or not parts.port:
        return "names no host and port"
    return None


def _strap_problem(url: str) -> str | None:
    """Why a strap cannot be read at *url*, which is a good address; None where it can."""
    parts = _split(url) if "://" in url else None
    if parts is None:
        if _is_pty(url):
            return "is a pseudo-terminal, which has no modem lines (serial.md 13.2)"
        return None
    if parts.scheme == "socket":
        return (
            "is refused: socket:// has no modem lines and always reads as attached, "
            "even after the peer has gone (serial.md 13.2)"
        )
    if not _is_loopback(parts.hostname or ""):
        return (
            "is refused as the only strap source: an adapter on another host may report up to "
            "a second late, or never (safety.md 4.8.11)"
        )
    return None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed, and refused, only when asked for
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_pty(device: str) -> bool:
    """Also through a link such as socat's; a path that does not resolve is not called one."""
    device = "/" + device.lstrip("/")
    try:
        resolved = str(Path(device).resolve())
    except (OSError, RuntimeError):
        resolved = device
    return any(path.startswith(("/dev/pts/", "/dev/ptmx")) for path in (device, resolved))
