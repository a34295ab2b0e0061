"""`config.toml`: which treadmills there are, where their straps are read, and the limits.

Strict on purpose (SR-42): an unknown key, a wrong type, a value beyond a ceiling or two
limits that contradict each other are errors, all reported at once; nothing is clamped,
swapped or guessed, and nothing is probed. No key disables an interlock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from treadctl import config_bluetooth as bluetooth
from treadctl import config_strap as straps
from treadctl import paths
from treadctl.config_bluetooth import BluetoothConfig
from treadctl.config_limits import Spelling, read_limits, read_number
from treadctl.config_problems import Complaints, KeyPath, shown, unknown_keys
from treadctl.config_strap import StrapConfig
from treadctl.config_toml import check_schema, parse_toml, raise_complaints, read_bytes
from treadctl.errors import TreadctlError
from treadctl.safety.limits import Limits

SCHEMA: Final = 1
TREADMILLS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    """What a config may say about a protocol (serial.md 1A and 2, ftms.md 8)."""

    units: tuple[str, ...]
    """What one digit on the wire may mean: tenths of these. The first is the default."""
    reports_strap: bool
    """Whether the machine tells the host about its own safety key."""
    reports_heart_rate: bool = False
    """Whether there are machines among them that read one."""
    over_bluetooth: bool = False
    """It has an address instead of a port, and a profile instead of a unit."""


PROTOCOLS: Final[dict[str, ProtocolFacts]] = {
    "woodway-us": ProtocolFacts(units=("mph",), reports_strap=False),
    # mph is the harmless default: a km/h machine taken for mph runs slower than asked.
    "trackmaster": ProtocolFacts(units=("mph", "kmh"), reports_strap=False),
    # A machine that means miles has a profile that says so. Whether it reports its key, too.
    "ftms": ProtocolFacts(
        units=("kmh",), reports_strap=False, reports_heart_rate=True, over_bluetooth=True
    ),
}


@dataclass(frozen=True, slots=True)
class TreadmillConfig:
    """One treadmill that somebody declared."""

    name: str
    protocol: str
    port: str = ""
    """Empty for a treadmill over Bluetooth."""
    unit: str = "mph"
    min_speed_ckmh: int | None = None
    max_speed_ckmh: int | None = None
    strap: StrapConfig | None = None
    limits: Limits = field(default_factory=Limits)
    bluetooth: BluetoothConfig | None = None
    heart_rate: str = ""
    """Where it is read: a sensor's address or URL, or `machine`; empty: nowhere."""

    @property
    def link_url(self) -> str:
        """Where the gate finds it."""
        return self.port if self.bluetooth is None else str(self.bluetooth.url)

    @property
    def can_drive(self) -> bool:
        """SR-16: without a strap source a treadmill is monitored, never driven."""
        return self.strap is not None

    @property
    def why_not_driven(self) -> str | None:
        """One sentence with the remedy, or None where it can be driven."""
        if self.can_drive:
            return None
        return (
            f"{self.name} has no strap source, so it can be monitored and never driven. "
            "Add a [treadmill.strap] table (docs/configuration.md)"
        )


class UnknownTreadmill(TreadctlError):
    """A name that the config does not declare."""

    def __init__(self, name: str, known: tuple[str, ...], path: Path) -> None:
        listed = f"Known: {', '.join(known)}" if known else "It declares none"
        super().__init__(f"no treadmill is called {shown(name)} in {path}. {listed}.")
        self.name = name
        self.known = known


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. An absent one is a config without treadmills."""

    path: Path
    treadmills: tuple[TreadmillConfig, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def treadmill(self, name: str) -> TreadmillConfig:
        """The treadmill called *name*; `UnknownTreadmill` lists the others."""
        for treadmill in self.treadmills:
            if treadmill.name == name:
                return treadmill
        raise UnknownTreadmill(name, tuple(t.name for t in self.treadmills), self.path)


def load_config(path: Path | None = None) -> Config:
    """Read *path*, or the XDG file where None; only the latter may be missing."""
    explicit = path is not None
    path = path or paths.config_file()
    if not explicit and not _is_there(path):
        return Config(path)
    return parse_config(read_bytes(path, absent="Check the path given with --config"), path)


def parse_config(data: bytes, path: Path) -> Config:
    """The config that *data* spells, or `UserFileError` with every problem; *path* names it."""
    table, complaints = parse_toml(data, path, what="a config")
    config = _read(complaints, table, path)
    raise_complaints(complaints)
    return config


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True  # read_bytes says what is wrong with it
    return True


def _read(complaints: Complaints, table: Mapping[str, object], path: Path) -> Config:
    unknown_keys(complaints, (), table, ("schema", "limits", "treadmill"))
    check_schema(complaints, table, SCHEMA)
    limits = read_limits(complaints, ("limits",), table.get("limits", {}), Limits())
    entries = table.get("treadmill", [])
    if not isinstance(entries, list):
        complaints.add(("treadmill",), "is not a list of tables", "Write [[treadmill]]")
        entries = []
    if len(entries) > TREADMILLS_MAX:
        complaints.add(
            ("treadmill",), f"{len(entries)} are too many", f"At most {TREADMILLS_MAX} in a file"
        )
        entries = []
    treadmills: list[TreadmillConfig] = []
    names: set[str] = set()
    for index, entry in enumerate(entries):
        treadmill = _read_treadmill(complaints, ("treadmill", index), entry, limits)
        if treadmill.name and treadmill.name.casefold() in names:
            complaints.add(
                ("treadmill", index, "name"),
                f"{shown(treadmill.name)} is the name of an earlier treadmill",
                "Give each treadmill a name of its own; case does not tell them apart",
            )
        names.add(treadmill.name.casefold())
        treadmills.append(treadmill)
    return Config(path, tuple(treadmills), limits)


_TREADMILL_KEYS: Final = (
    "name",
    "protocol",
    "port",
    *bluetooth.KEYS,
    "unit",
    "min_speed_kmh",
    "max_speed_kmh",
    "heart_rate",
    "strap",
    "limits",
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_SPEEDS: Final = {
    key: Spelling(key, key, "km/h", 100, low, high, why)
    for key, low, high, why in (
        ("min_speed_kmh", 1, 500, "the slowest speed that the belt keeps"),
        ("max_speed_kmh", 50, 4_800, "the fastest speed that the machine takes"),
    )
}


def _read_treadmill(
    complaints: Complaints, path: KeyPath, entry: object, limits: Limits
) -> TreadmillConfig:
    """A treadmill of whatever could be read; it is used only when nobody complained."""
    if not isinstance(entry, Mapping):
        complaints.add(path, f"{shown(entry)} is not a table", "Write [[treadmill]]")
        return TreadmillConfig("", "")
    unknown_keys(complaints, path, entry, _TREADMILL_KEYS)
    protocol = _read_word(complaints, path, entry, "protocol", tuple(PROTOCOLS))
    facts = PROTOCOLS.get(protocol)
    over_bluetooth = facts is not None and facts.over_bluetooth
    _refuse_meaningless(complaints, path, entry, protocol, over_bluetooth)
    reached = bluetooth.read_bluetooth(complaints, path, entry) if over_bluetooth else None
    speeds = {
        key: read_number(complaints, (*path, key), entry[key], spelling)
        for key, spelling in _SPEEDS.items()
        if key in entry
    }
    slowest, fastest = speeds.get("min_speed_kmh"), speeds.get("max_speed_kmh")
    if slowest is not None and fastest is not None and not slowest < fastest:
        complaints.add(
            (*path, "min_speed_kmh"), "is not below max_speed_kmh", "Exchange or correct them"
        )
    strap = None
    if "strap" in entry:
        reports = facts.reports_strap if facts else True
        reports |= reached is not None and reached.reports_safety_key
        strap = straps.read_strap(complaints, (*path, "strap"), entry["strap"], reports)
    return TreadmillConfig(
        name=_read_name(complaints, path, entry),
        protocol=protocol,
        port="" if over_bluetooth else _read_port(complaints, path, entry),
        unit="kmh" if over_bluetooth else _read_unit(complaints, path, entry, protocol, facts),
        min_speed_ckmh=slowest,
        max_speed_ckmh=fastest,
        strap=strap,
        limits=read_limits(complaints, (*path, "limits"), entry.get("limits", {}), limits),
        bluetooth=reached,
        heart_rate=bluetooth.read_heart_rate(
            complaints, path, entry, facts is None or facts.reports_heart_rate
        ),
    )


def _refuse_meaningless(
    complaints: Complaints,
    path: KeyPath,
    entry: Mapping[str, object],
    protocol: str,
    over_bluetooth: bool,
) -> None:
    """Complain of what belongs to the other kind of link: it would not do what was meant."""
    remedies = {
        "port": "Remove it, and write the treadmill's address",
        "unit": "Remove it: what this machine's speeds mean is in its profile",
    }
    if protocol and not over_bluetooth:
        remedies = dict.fromkeys(bluetooth.KEYS, "Remove it: this treadmill has a port")
    for key in remedies if protocol else ():
        if key in entry:
            complaints.add((*path, key), f"means nothing with {protocol}", remedies[key])


def _read_name(complaints: Complaints, path: KeyPath, entry: Mapping[str, object]) -> str:
    remedy = "Use 1 to 40 letters, digits, dots, dashes and underscores, a letter or digit first"
    name = entry.get("name")
    if name is None:
        complaints.add((*path, "name"), "is missing", remedy)
    elif not isinstance(name, str) or not _NAME.fullmatch(name):
        complaints.add((*path, "name"), f"{shown(name)} is not a name", remedy)
    else:
        return name
    return ""


def _read_word(
    complaints: Complaints,
    path: KeyPath,
    entry: Mapping[str, object],
    key: str,
    words: tuple[str, ...],
) -> str:
    remedy = f"Choose one of: {', '.join(words)}"
    word = entry.get(key)
    if word is None:
        complaints.add((*path, key), "is missing", remedy)
    elif not isinstance(word, str) or word not in words:
        complaints.add((*path, key), f"{shown(word)} is not known", remedy)
    else:
        return word
    return ""


def _read_port(complaints: Complaints, path: KeyPath, entry: Mapping[str, object]) -> str:
    remedy = "Write a device path (/dev/ttyUSB0), socket://HOST:PORT or rfc2217://HOST:PORT"
    port = entry.get("port")
    if port is None:
        complaints.add((*path, "port"), "is missing", remedy)
    elif not isinstance(port, str) or (problem := straps.address_problem(port)):
        reason = "is not a port" if not isinstance(port, str) else problem
        complaints.add((*path, "port"), f"{shown(port)} {reason}", remedy)
    else:
        return port
    return ""


def _read_unit(
    complaints: Complaints,
    path: KeyPath,
    entry: Mapping[str, object],
    protocol: str,
    facts: ProtocolFacts | None,
) -> str:
    """The wire unit. A wrong one is a belt at 1.6 times the speed, so it is never inferred."""
    units = facts.units if facts else ("mph", "kmh")
    unit = entry.get("unit", units[0])
    if isinstance(unit, str) and unit in units:
        return unit
    complaints.add(
        (*path, "unit"),
        f"{shown(unit)} is not a unit of {protocol or 'any protocol'}",
        f"Choose one of: {', '.join(units)}",
    )
    return units[0]
