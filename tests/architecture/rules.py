"""The import rules of design.md 4.3 as a table, one row per sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.architecture.sources import Import, imports, within

RUNTIMES: Final = (
    "asyncio",
    "concurrent",
    "datetime",
    "logging",
    "multiprocessing",
    "random",
    "select",
    "selectors",
    "signal",
    "socket",
    "subprocess",
    "threading",
    "time",
)
"""What makes a function depend on the machine it runs on."""

THIRD_PARTIES: Final = (
    "bleak",
    "bumble",
    "click",
    "platformdirs",
    "pydantic",
    "rich",
    "ruamel",
    "serial",
    "statemachine",
    "textual",
)

SIMULATOR_SHELLS: Final = (
    "simulator.air",
    "simulator.servers",
    "simulator.__main__",
    "simulator.cli_*",
)
GATE_SHELLS: Final = (
    "treadctl.gate.loop",
    "treadctl.gate.rescue",
    "treadctl.gate.signals",
    "treadctl.gate.__main__",
)
"""Where clock, pipes and signals are. Everything else is given what it needs."""

FRONT_ENDS: Final = ("treadctl.cli*", "treadctl.__main__", "treadctl.demo", "treadctl.tui")


@dataclass(frozen=True, slots=True)
class Rule:
    """No module in *where*, except those in *unless*, imports *never*, except *only*."""

    why: str
    where: tuple[str, ...]
    never: tuple[str, ...]
    unless: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    typing_counts: bool = True
    """False where an annotation may name what the code may not use."""

    def covers(self, module: str) -> bool:
        return _among(module, self.where) and not _among(module, self.unless)

    def forbids(self, found: Import) -> bool:
        if found.typing_only and not self.typing_counts:
            return False
        return _among(found.name, self.never) and not _among(found.name, self.only)


RULES: Final = (
    Rule(
        "the wire knows nothing of ours, or both ends could share a mistake",
        where=("firmware_protocols",),
        never=("simulator", "treadctl"),
    ),
    Rule(
        "codecs are bytes and milliseconds in, messages and bytes out",
        where=("firmware_protocols",),
        never=(*RUNTIMES, *THIRD_PARTIES, "os", "io", "pathlib"),
    ),
    Rule(
        "the simulator is the other side of the wire and knows nothing of ours",
        where=("simulator",),
        never=("treadctl",),
    ),
    Rule(
        "physics and firmware are given the time and the dice",
        where=("simulator",),
        unless=SIMULATOR_SHELLS,
        never=tuple(name for name in (*RUNTIMES, *THIRD_PARTIES) if name != "random"),
    ),
    Rule(
        "dice are handed in, seeded; only their type may be named",
        where=("simulator", "firmware_protocols", "treadctl.safety", "treadctl.gate"),
        unless=SIMULATOR_SHELLS,
        never=("random",),
        typing_counts=False,
    ),
    Rule(
        "simulated and real meet on a wire, or one could be taken for the other (SR-57)",
        where=("treadctl",),
        never=("simulator",),
    ),
    Rule(
        "limits, interlocks and kernel are pure and know no protocol",
        where=("treadctl.safety",),
        never=(
            *RUNTIMES,
            *THIRD_PARTIES,
            "firmware_protocols",
            "treadctl.gate",
            "treadctl.drivers",
            "treadctl.core",
            "treadctl.records",
            "treadctl.composition",
            "os",
            "io",
            "pathlib",
        ),
    ),
    Rule(
        "the gate decides in pure functions; clock, pipes and signals stay in its shells",
        where=("treadctl.gate",),
        unless=GATE_SHELLS,
        never=RUNTIMES,
    ),
    Rule(
        "the gate's shells are single-threaded and synchronous",
        where=("treadctl.gate",),
        never=("asyncio", "threading", "concurrent", "multiprocessing", "logging"),
    ),
    Rule(
        "the gate is the standard library and one link",
        where=("treadctl.gate",),
        never=THIRD_PARTIES,
    ),
    Rule(
        "the gate trusts nobody above it",
        where=("treadctl.gate",),
        never=("treadctl.core", "treadctl.records", "treadctl.composition", *FRONT_ENDS),
    ),
    Rule(
        "nothing but the gate opens a link",
        where=("treadctl",),
        unless=(
            "treadctl.drivers",
            "treadctl.gate.__main__",
            "treadctl.composition",
        ),
        never=("treadctl.drivers",),
    ),
    Rule(
        "drivers carry bytes; they decide nothing",
        where=("treadctl.drivers",),
        never=(
            "treadctl.safety",
            "treadctl.gate",
            "treadctl.core",
            "treadctl.records",
            "treadctl.composition",
            *FRONT_ENDS,
        ),
    ),
    Rule(
        "core and records know what a person wants, not how a belt is told",
        where=("treadctl.core", "treadctl.records"),
        never=(
            "firmware_protocols",
            "treadctl.gate",
            "treadctl.composition",
            "treadctl.safety",
            *FRONT_ENDS,
        ),
        only=("treadctl.safety.limits",),
    ),
    Rule(
        "a person is a value and a file; only composition says what follows for a belt",
        where=("treadctl.people",),
        never=(
            *(name for name in RUNTIMES if name != "datetime"),
            *THIRD_PARTIES,
            "firmware_protocols",
            "treadctl.gate",
            "treadctl.composition",
            "treadctl.safety",
            *FRONT_ENDS,
        ),
        only=("treadctl.safety.limits",),
    ),
    Rule(
        "core and records outlive anybody's file",
        where=("treadctl.core", "treadctl.records"),
        never=("treadctl.people",),
    ),
    Rule(
        "a front end shows and asks; it neither decides nor drives",
        where=FRONT_ENDS,
        never=("firmware_protocols", "treadctl.gate", "treadctl.safety"),
        only=("treadctl.safety.explain",),
    ),
    Rule(
        "pyserial stays in the links",
        where=("treadctl", "simulator"),
        unless=("treadctl.drivers", "simulator.servers"),
        never=("serial",),
    ),
    Rule(
        "bleak stays in one file, and its event loop in a process of its own",
        where=("treadctl", "simulator", "firmware_protocols"),
        unless=("treadctl.drivers.ble_link", "simulator.air"),
        never=("bleak",),
    ),
    Rule(
        "bumble is the absence of a radio; what drives a treadmill has a real one (ADR 0020)",
        where=("treadctl", "simulator", "firmware_protocols"),
        unless=("simulator.air", "simulator.servers.ble_bumble"),
        never=("bumble",),
    ),
    Rule(
        "the simulator's event loop stays where bumble needs one",
        where=("simulator",),
        unless=("simulator.air", "simulator.servers"),
        never=("asyncio",),
    ),
    Rule(
        "the state machine library declares the session and nothing else",
        where=("treadctl",),
        unless=("treadctl.core.machine",),
        never=("statemachine",),
    ),
    Rule(
        "the screen library stays on the screen",
        where=("treadctl", "simulator"),
        unless=("treadctl.tui",),
        never=("textual",),
    ),
    Rule(
        "a hidden import is seen by no rule",
        where=("treadctl", "simulator", "firmware_protocols"),
        # Tables of their own commands, imported when asked for.
        unless=("simulator.__main__", "treadctl.cli"),
        never=("importlib",),
        only=("importlib.metadata", "importlib.resources"),
    ),
)


def violations(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Yield one sentence for every import in *source* that breaks a rule."""
    rules = [rule for rule in RULES if rule.covers(module)]
    for found in imports(source, module, is_package=is_package):
        for rule in rules:
            if rule.forbids(found):
                yield f"{module}:{found.line} imports {found.name}: {rule.why}"


def _among(module: str, places: tuple[str, ...]) -> bool:
    return any(within(module, place) for place in places)
