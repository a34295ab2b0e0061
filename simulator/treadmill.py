"""The whole plant without a clock: belt, lift, person, strap and firmware, put together.

`Simulation` owns the time and calls `fire` at each moment something is due.
"""

from math import inf

from simulator.belt import Belt
from simulator.console import Console
from simulator.cord import Cord
from simulator.errors import OptionError
from simulator.heart import Heart
from simulator.incline import Incline
from simulator.machines.assembly import Chassis
from simulator.machines.catalogue import find
from simulator.noise import Noise
from simulator.options import MachineOptions
from simulator.quirk_script import Script
from simulator.runner import Runner
from simulator.telemetry import Telemetry
from simulator.worn_strap import REST_BPM, WornStrap


class Treadmill:
    def __init__(
        self, machine_name: str, options: MachineOptions, seed: int, *, on_air: bool = False
    ) -> None:
        self.options = options
        self.belt = Belt(options.ramp_ckmh_s, options.lag_ms)
        self.incline = Incline()
        self.telemetry = Telemetry(self.belt, self.incline, options.telemetry_delay_ms)
        self.model = find(machine_name)
        noise = Noise(seed, stream=1)
        chassis = Chassis(self.belt, self.incline, self.telemetry, noise, on_air)
        built = self.model.build(options, chassis)
        self.machine_class, self.unit = built.machine_class, built.unit
        self.min_ckmh, self.max_ckmh = built.min_ckmh, built.max_ckmh
        self.units = built.units
        self.controller = built.controller
        self.machine = built.machine
        self.console = Console(built.controller, built.machine)
        self.port = built.port
        self.wire = built.wire
        self.server = built.server
        self.heart = built.heart
        self.worn: WornStrap | None = None
        self.script = Script(built.script, built.controller)
        self.cord = Cord()
        self.runner = Runner(self.belt, self.cord, Noise(seed, stream=2))
        if options.heart:
            self._put_on_strap(Noise(seed, stream=3))
        self._boot_ms = inf
        self._power_cuts = 0

    @property
    def next_ms(self) -> float:
        """When something is due by itself."""
        return min(
            self.port.next_ms,
            self.belt.next_ms,
            self.runner.next_ms,
            self.controller.next_ms,
            self.cord.next_ms,
            self._boot_ms,
            inf if self.worn is None else self.worn.next_ms,
        )

    def fire(self, t_ms: float) -> None:
        """Do what is due, in an order that never changes."""
        if self._boot_ms <= t_ms:
            self._boot_ms = inf
            self.controller.power_on()
            self.port.boot(t_ms)
        if self.port.next_ms <= t_ms:
            self.port.fire(t_ms)
        if self.controller.next_ms <= t_ms:
            self.controller.fire(t_ms)
            if self.controller.timed_out:
                self.port.tripped(t_ms)
        if self.belt.next_ms <= t_ms:
            self.belt.fire(t_ms)
        if self.cord.next_ms <= t_ms:
            self.cord.fire()
        if self.worn is not None and self.worn.next_ms <= t_ms:
            self.worn.fire(t_ms)
        self.settle(t_ms)
        if self.runner.next_ms <= t_ms:
            self.runner.fire(t_ms)
            self.settle(t_ms)

    def _put_on_strap(self, noise: Noise) -> None:
        if self.heart is not None:
            raise OptionError("a strap wears none: --heart is for treadmills")
        self.heart = Heart(REST_BPM, noise)
        self.worn = WornStrap(self.heart, self.belt, self.runner)

    def settle(self, t_ms: float) -> None:
        """Let the person see what the belt does now. After every change from outside."""
        self.runner.watch_belt(t_ms)

    def cut_power(self, t_ms: float) -> None:
        """Two causes may cut it, mains and key; it takes both to be gone for it to return."""
        self._power_cuts += 1
        self._boot_ms = inf
        self.port.cut_power(t_ms)
        self.controller.power_off(t_ms)

    def return_power(self, t_ms: float) -> None:
        if self._power_cuts == 0:
            return
        self._power_cuts -= 1
        if self._power_cuts == 0:
            self._boot_ms = t_ms + self.machine.boot_ms

    def set_link(self, t_ms: float, *, up: bool) -> None:
        self.port.set_link(t_ms, up=up)
        self.controller.set_link(t_ms, up=up)
