"""What the gate is told once, before it opens anything. Travels in the handshake."""

from dataclasses import dataclass, field
from enum import Enum

from treadctl.model import Mode
from treadctl.safety.limits import Limits


class MachineClass(Enum):
    """What was measured about a machine whose host falls silent (SR-54)."""

    A = "A"
    """Stops within a second of host silence."""
    B = "B"
    """Stops on link loss, within the link's supervision time."""
    C = "C"
    """Keeps running; also every machine without a qualification record."""


class StrapKind(Enum):
    MODEM_LINE = "modem-line"
    """A normally-closed contact on a modem line, native or RFC 2217."""
    MACHINE = "machine"
    """The machine reports its own safety key."""
    LOCKSTEP = "lockstep"
    """The simulator's strap line, in virtual time only."""


@dataclass(frozen=True, slots=True)
class StrapSource:
    """Where the strap is read. A treadmill without one is monitored, never driven (SR-16)."""

    kind: StrapKind
    url: str = ""
    """pyserial URL of the adapter; equal to the treadmill's own URL where they share it."""
    line: str = "dsr"
    """dsr, cts, cd or ri."""


class HeartKind(Enum):
    SENSOR = "sensor"
    """A Bluetooth heart-rate sensor, on a link of its own."""
    MACHINE = "machine"
    """The treadmill reports a heart rate beside its speed."""
    LOCKSTEP = "lockstep"
    """The simulated person's, in virtual time only."""


@dataclass(frozen=True, slots=True)
class HeartSource:
    """Where the heart rate is read, and what it is compared with (SR-45, SR-46)."""

    kind: HeartKind
    limit_bpm: int
    guard: bool = False
    """Somebody relies on it: without a heart rate nobody walks."""
    url: str = ""
    """Of the sensor."""


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """What is known about this very machine, from its record or from the simulator."""

    protocol: str
    """woodway-us, trackmaster or ftms."""
    machine_class: MachineClass = MachineClass.C
    ramp_ckmh_s: int = 20
    """The belt's own ramp, declared or measured; unqualified: the slowest permitted (4.8.9)."""
    min_ckmh: int = 17
    max_ckmh: int = 2_000
    unit: str = "mph"
    """What one digit on the wire means: tenths of mph, or of km/h on some Trackmasters."""
    profile: str = ""
    """What is known of this kind of machine, by name; empty: by what it says of itself."""


@dataclass(frozen=True, slots=True)
class GateSetup:
    """Everything one gate process needs. Immutable for its lifetime."""

    name: str
    machine: MachineFacts
    link_url: str
    strap: StrapSource | None
    limits: Limits = field(default_factory=Limits)
    mode: Mode = Mode.TURN_AROUND
    simulated: bool = False
    """This very run started the simulator; only then are some human tokens waived."""
    attendance_required: bool = True
    """SR-56: off only when `simulated`."""
    heart: HeartSource | None = None
    """None: the heart rate is not watched."""
    screen_required: bool = False
    """SR-40: a screen leads the session, and has to show that it is alive."""
    hold_to_run_available: bool = False
    """SR-55: a hardware input or press/release events exist."""
