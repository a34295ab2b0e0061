"""Every fault and every act of the person, by name, with its parameters.

One rule for how long a fault lasts. A *lasting* fault takes an optional `for_s`; without it, it
lasts until its opposite (`strap-clip` for `strap-pull`), or for ever if it has none. A *counted*
fault is used up. Everything else happens at once. Injecting an active fault again replaces it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Final

from simulator.errors import FaultError, shown


class Lasts(Enum):
    MOMENT = "moment"
    WHILE = "while"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    unit: str
    default: float | None
    """None: optional, and absent means without end."""
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    summary: str
    lasts: Lasts = Lasts.MOMENT
    parameters: tuple[Parameter, ...] = ()
    ends: str | None = None
    """The lasting fault whose opposite this is."""
    only: str | None = None
    """The one machine that can have it."""

    @property
    def is_person(self) -> bool:
        return self.name.startswith("person-")


FOR_S: Final = Parameter("for_s", "s", None, 0.001, 86_400.0)


def _speed(name: str, default: float, high: float = 3_000.0) -> Parameter:
    return Parameter(name, "0.01 km/h", default, 1.0, high)


def _seconds(name: str, default: float, high: float = 3_600.0) -> Parameter:
    return Parameter(name, "s", default, 0.0, high)


def _lasting(name: str, summary: str, *parameters: Parameter) -> Fault:
    return Fault(name, summary, Lasts.WHILE, (*parameters, FOR_S))


def _only_lasting(machine: str, name: str, summary: str) -> Fault:
    return Fault(name, summary, Lasts.WHILE, (FOR_S,), only=machine)


def _counted(name: str, summary: str, default: float) -> Fault:
    count = Parameter("count", "times", default, 1.0, 1_000_000.0, whole=True)
    return Fault(name, summary, Lasts.COUNT, (count,))


_SHARE: Final = Parameter("share", "of all", 1.0, 0.001, 1.0)
_ALL: Final = (
    _lasting("strap-pull", "The strap's switch opens. Only the host can see it."),
    Fault("strap-clip", "The strap is clipped back on.", ends="strap-pull"),
    _lasting(
        "cord-tangle",
        "The cord is tangled: a pull opens the switch late.",
        _seconds("delay_s", 0.8),
    ),
    _lasting(
        "key-pull",
        "The machine's own safety key is out: woodway-us and ftms stop, trackmaster loses power.",
    ),
    Fault("key-insert", "The machine's own safety key is back in.", ends="key-pull"),
    Fault("console-stop", "Somebody presses STOP on the machine; C0 or status 02 says stopped."),
    Fault(
        "console-start",
        "Somebody presses START on the machine, or changes its speed there.",
        Lasts.MOMENT,
        (_speed("speed_ckmh", 80.0),),
    ),
    _lasting("mute", "The machine hears and obeys, but says nothing."),
    _lasting("deaf", "Commands and queries are lost before the machine sees them.", _SHARE),
    _counted("lost-ack", "The next acknowledgements are not sent; the commands are obeyed.", 1.0),
    _lasting(
        "garbled-bytes",
        "Bytes from the machine arrive as other bytes.",
        Parameter("share", "of all", 0.5, 0.001, 1.0),
    ),
    _lasting(
        "delayed-telemetry",
        "Speed and incline are read back late.",
        _seconds("delay_s", 1.0, 10.0),
    ),
    _lasting("frozen-telemetry", "Speed and incline are read back as they are now."),
    _lasting(
        "runaway",
        "A running belt goes to a speed of its own; a stop still stops it.",
        _speed("to_ckmh", 800.0),
        Parameter("ramp_ckmh_s", "0.01 km/h per s", 200.0, 1.0, 2_000.0),
    ),
    _lasting(
        "creep-after-stop",
        "After a stop the belt never quite stands.",
        _speed("speed_ckmh", 30.0, 300.0),
    ),
    _lasting("stall", "The belt stands under load, and ramps up again when it ends."),
    _lasting("jam", "The belt is blocked at once, and jumps when it frees itself."),
    Fault("jam-release", "The belt frees itself and jumps to its target.", ends="jam"),
    Fault(
        "self-start",
        "The belt starts by itself, some time after the host's next word.",
        Lasts.MOMENT,
        (_seconds("after_s", 3.0), _speed("speed_ckmh", 80.0)),
    ),
    _counted(
        "ignores-stop",
        "The next stops of a running belt are acknowledged and not obeyed.",
        3.0,
    ),
    _lasting("ignores-speed", "Speeds, zero included, are acknowledged and not obeyed."),
    _lasting("wrong-unit", "Speeds are obeyed in the other unit and read back truly."),
    _lasting("power-cut", "The machine has no power: silence, and the belt coasts."),
    Fault("power-return", "The power is back: the machine boots, as it boots.", ends="power-cut"),
    _lasting("link-drop", "The cable between host and machine is out, or the radio out of reach."),
    Fault("link-return", "The cable is back in, or the radio in reach.", ends="link-drop"),
    Fault(
        "control-revoke",
        "ftms: the machine takes control away from its client; status FF.",
        only="ftms",
    ),
    _only_lasting("ftms", "control-steal", "ftms: a second client takes control and keeps it."),
    Fault(
        "heart-rate",
        "heart-rate: the heart goes to another rate, evenly.",
        Lasts.MOMENT,
        (Parameter("bpm", "beats per minute", 150.0, 30.0, 230.0), _seconds("over_s", 0.0)),
        only="heart-rate",
    ),
    _only_lasting(
        "heart-rate", "no-contact", "heart-rate: the strap does not feel skin; it says so."
    ),
    _only_lasting("heart-rate", "heart-garbage", "heart-rate: 250 bpm, whatever the heart does."),
    _only_lasting("heart-rate", "heart-frozen", "heart-rate: the same measurement over and over."),
    _only_lasting("heart-rate", "heart-silent", "heart-rate: nothing, and the link stands."),
    Fault("person-rails", "The person stands on the side rails."),
    Fault("person-step-on", "The person steps on the belt and walks with it."),
    Fault("person-step-off", "The person leaves the machine."),
    Fault("person-turn", "The person turns around."),
    Fault("person-stop-walking", "A walking person stops and is carried along."),
)

FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _ALL}
STRAP: Final = "heart-rate"
"""Its faults are those of a strap that a simulated person wears, too."""
WITHOUT_BELT: Final = frozenset(
    {
        "mute",
        "garbled-bytes",
        "frozen-telemetry",
        "power-cut",
        "power-return",
        "link-drop",
        "link-return",
    }
)
"""Of those that are for every machine, the ones that a machine without a belt can have."""
JAM_JUMP_CKMH_S: Final = 600.0
"""How fast a freed belt jumps to its target: a drive wound up against the blockage."""


def check(name: str, given: Mapping[str, object]) -> dict[str, float | None]:
    """Return every parameter of the fault *name* with its value; what is not given is default.

    Raises:
        FaultError: no such fault, a parameter it does not have, or a value it cannot take.
    """
    fault = FAULTS.get(name)
    if fault is None:
        raise FaultError(f"unknown fault {name!r}; `treadmill-sim faults` lists them all")
    known = {parameter.name: parameter for parameter in fault.parameters}
    for key in given:
        if key not in known:
            takes = ", ".join(known) or "no parameters"
            raise FaultError(f"{name} has no parameter {key!r}; it takes {takes}", key=key)
    return {
        key: _number(name, parameter, given[key]) if key in given else parameter.default
        for key, parameter in known.items()
    }


def _number(name: str, parameter: Parameter, value: object) -> float:
    kinds = (int,) if parameter.whole else (int, float)
    # Only a float can be no number at all; and a whole one may be too large to ask.
    finite = not isinstance(value, float) or isfinite(value)
    if type(value) not in kinds or not isinstance(value, int | float) or not finite:
        kind = "whole number" if parameter.whole else "number"
        raise FaultError(
            f"{name}: {parameter.name} is {shown(value)}; it must be a {kind}", key=parameter.name
        )
    if not parameter.low <= value <= parameter.high:
        raise FaultError(
            f"{name}: {parameter.name} is {shown(value)}; it must be "
            f"{parameter.low:.9g} to {parameter.high:.9g} {parameter.unit}",
            key=parameter.name,
        )
    return float(value)


def listing() -> list[str]:
    """Return one line per fault, as `treadmill-sim faults` prints it."""
    return [f"{fault.name:<20} {fault.summary}{_takes(fault)}" for fault in FAULTS.values()]


def _takes(fault: Fault) -> str:
    if not fault.parameters:
        return ""
    takes = (
        p.name if p.default is None else f"{p.name}={p.default:g} {p.unit}"
        for p in fault.parameters
    )
    return f" [{', '.join(takes)}]"
