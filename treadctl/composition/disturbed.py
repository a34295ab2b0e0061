"""A treadmill that obeys until something happens to it: for `treadctl explain`.

Not a simulator: no noise, no person, one thing at a time. What it is told is read back with the
machine's own decoder, so that a timeline says what left the gate and not what was meant.
"""

from typing import Final

from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode
from firmware_protocols.messages import AutoStop, CutDrive, SetIncline, SetSpeed, StartBelt
from firmware_protocols.registry import PROTOCOLS
from treadctl.composition.ideal import IdealBelt, IdealPlant
from treadctl.composition.ideal_ftms import IdealFtms
from treadctl.gate.setup import MachineClass

Told = StartBelt | AutoStop | CutDrive | SetSpeed | SetIncline

RAMP_CKMH_S: Final = 200
"""As fast as the fast stop of safety.md 4.1, so that what is shown is what the gate asks for."""
SILENCE_MS: Final = {MachineClass.A: 1_000, MachineClass.B: 4_000}
"""How long a belt runs without its host. A machine of class C never stops for that."""


class DisturbedBelt(IdealBelt):
    """Does as it is told as long as nothing is set here."""

    def __init__(self) -> None:
        super().__init__(RAMP_CKMH_S)
        self.runs_to_ckmh: int | None = None
        """Its drive goes there, whatever it is told."""
        self.slips_percent = 0
        self.jammed = False
        self._frozen: tuple[int, int] | None = None

    def freeze(self) -> None:
        """From now on its machine says again and again what it says now."""
        self._frozen = self.shown_ckmh, self.clock_ms

    @property
    def goal_ckmh(self) -> int:
        if self.runs_to_ckmh is not None:
            return self.runs_to_ckmh
        return super().goal_ckmh * (100 - self.slips_percent) // 100

    @property
    def speed_ckmh(self) -> int:
        return 0 if self.jammed else super().speed_ckmh

    @property
    def shown_ckmh(self) -> int:
        return self._frozen[0] if self._frozen else super().shown_ckmh

    @property
    def clock_ms(self) -> int:
        return self._frozen[1] if self._frozen else super().clock_ms


class DisturbedPlant:
    """One machine of a kind, with its belt, its console, its key and its link."""

    def __init__(self, protocol: str, unit: str, machine_class: MachineClass) -> None:
        self.belt: Final = DisturbedBelt()
        self._ftms: Final = IdealFtms(self.belt) if protocol == "ftms" else None
        self._machine: Final = self._ftms or IdealPlant(protocol, unit, self.belt)
        self._key_cuts_power: Final = protocol == "trackmaster"
        self._silence_ms: Final = SILENCE_MS.get(machine_class)
        self._ear: Final = PROTOCOLS[protocol].command_decoder(unit)
        self._connected_ms = 0
        """When its host could last be heard."""
        self.strap_closed = True
        self.link_up = True
        self.mute = False
        """It hears, and says nothing."""
        self.told: list[Told] = []
        """What it was told that could move or stop it; whoever reads it empties it."""

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        if self.link_up:
            self._connected_ms = to_ms
        elif self._silence_ms is not None and to_ms - self._connected_ms >= self._silence_ms:
            self.belt.stop()
        if from_host:
            self._ear.receive_data(from_host)
            self.told += [each for each in self._ear.messages() if isinstance(each, Told)]
        said = self._machine.advance(to_ms, from_host)
        return said if self.link_up and not self.mute else b""

    def act(self, name: str) -> None:
        self._machine.act(name)
        self.strap_closed = self._machine.strap_closed

    def pull_key(self) -> None:
        """A Woodway and an FTMS machine stop, a Trackmaster loses its power."""
        self.belt.stop()
        self.mute = self._key_cuts_power
        self._say(StatusCode.STOPPED_BY_SAFETY_KEY)

    def press_stop(self) -> None:
        self.belt.stop()
        self._say(StatusCode.STOPPED_BY_USER, 1)

    def set_speed(self, speed_ckmh: int) -> None:
        """Somebody does, at the console."""
        self.belt.target_ckmh = speed_ckmh
        self._say(StatusCode.TARGET_SPEED_CHANGED, speed_ckmh)

    def take_control(self) -> None:
        """Another program does."""
        self._say(StatusCode.CONTROL_LOST)

    def _say(self, code: StatusCode, *values: int) -> None:
        if self._ftms is not None:
            self._ftms.tell(MachineStatus(code, values))
