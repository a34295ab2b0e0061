"""A treadmill that lives in simulated time: bytes in, milliseconds in, bytes out.

Everything that happens by itself has a moment of its own and happens exactly then, so the result
does not depend on how the caller slices time. Between such moments `advance` only compares two
numbers.
"""

from collections.abc import Callable
from math import inf, isfinite
from typing import Any

from simulator.errors import OptionError
from simulator.injector import Injector
from simulator.on_air import OnAir
from simulator.options import MachineOptions
from simulator.scenario import Scenario
from simulator.treadmill import Treadmill
from simulator.truth import PERIOD_MS, Truth


class Simulation:
    """A machine, a person, a scenario and a clock that the caller turns."""

    def __init__(
        self,
        machine_name: str,
        *,
        options: MachineOptions | None = None,
        scenario: Scenario | None = None,
        seed: int | None = None,
        truth: Callable[[dict[str, Any]], None] | None = None,
        on_air: bool = False,
    ) -> None:
        """*seed* beats the scenario's; *truth* gets its first line before this returns. *on_air*:
        nobody is connected to begin with, and clients come and go through `air`.

        Raises:
            OptionError: there is no such machine, or it cannot be like that.
            FaultError: the scenario has a fault that this machine cannot have.
        """
        self.now_ms = 0.0
        if seed is None:
            seed = scenario.seed if scenario is not None else 0
        self._plant = Treadmill(machine_name, options or MachineOptions(), seed, on_air=on_air)
        server = self._plant.server
        if on_air and server is None:
            raise OptionError(f"{machine_name} has no Bluetooth; ftms and heart-rate have")
        self.air = OnAir(self, server) if server is not None else None
        """None for a machine with a cable."""
        self._injector = Injector(self._plant)
        self._events = scenario.events if scenario is not None else ()
        for event in self._events:
            self._injector.check(event.fault, event.parameters)
        self._next_event = 0
        self._truth = Truth(self._plant, self._injector)
        self._record = truth
        self._line_ms = 0 if truth is not None else inf
        self._due_ms = self._next_due_ms()
        """When something is next due. Truth lines come on top, and change nothing that is."""
        self._wake_ms = 0.0
        self.advance(0.0)

    @property
    def machine_name(self) -> str:
        return self._plant.model.name

    @property
    def machine_class(self) -> str:
        return self._plant.machine_class.value

    @property
    def ramp_ckmh_s(self) -> int:
        return self._plant.options.ramp_ckmh_s

    @property
    def unit(self) -> str:
        return self._plant.unit

    @property
    def min_ckmh(self) -> int:
        return self._plant.min_ckmh

    @property
    def max_ckmh(self) -> int:
        return self._plant.max_ckmh

    @property
    def reverse(self) -> bool:
        return self._plant.model.reverse

    @property
    def has_belt(self) -> bool:
        return self._plant.model.has_belt

    @property
    def strap_closed(self) -> bool:
        return self._plant.cord.closed

    @property
    def link_up(self) -> bool:
        return self._plant.port.link_up

    def take_heart(self) -> bytes:
        """What the strap that the person wears has said since the last call, as records."""
        worn = self._plant.worn
        return b"" if worn is None else worn.take()

    @property
    def standing(self) -> bool:
        """Whether the belt stands, in truth."""
        return self._plant.belt.speed_at(self.now_ms) == 0

    def advance(self, to_ms: float) -> bytes:
        """Live until *to_ms*; return what the machine sent on the way."""
        if to_ms < self._wake_ms:
            if to_ms < self.now_ms:
                raise ValueError(f"time runs forward: {to_ms} is before {self.now_ms}")
            self.now_ms = to_ms
            return b""
        return self._advance(to_ms)

    def receive(self, data: bytes) -> None:
        """Host bytes that reach the machine's port now."""
        self._plant.port.receive(self.now_ms, data)
        self.touched()

    def touched(self) -> None:
        """Something was done to the machine from outside, now."""
        self._truth.note(self.now_ms)
        self._reschedule()

    def act(self, action: str, **params: object) -> None:
        """A person or a fault does something now.

        Raises:
            FaultError: nothing happened.
        """
        self._injector.inject(self.now_ms, action, params)
        self._plant.settle(self.now_ms)
        self._reschedule()

    def set_host_connected(self, connected: bool) -> None:
        """Tell the machine whether its cable has a host on it; a class B machine stops without."""
        # Who is connected to a machine on the air, it knows itself.
        if self.link_up and self.air is None:
            self._plant.controller.set_link(self.now_ms, up=connected)
            self._reschedule()

    def next_event_ms(self) -> float | None:
        """When `advance` would next do or return something; None if never."""
        return self._wake_ms if self._wake_ms < inf else None

    def quiet_until_ms(self) -> float:
        """Before that, left alone, nothing will come of `advance` but lines of truth."""
        return min(self._due_ms, self._plant.port.next_byte_ms)

    def _advance(self, to_ms: float) -> bytes:
        if not isfinite(to_ms) or to_ms < self.now_ms:
            raise ValueError(f"time runs forward: {to_ms} is not after {self.now_ms}")
        while self._due_ms <= to_ms or self._line_ms <= to_ms:
            # The truth comes last: a line holds everything of its own moment.
            if self._due_ms <= self._line_ms:
                self._fire(self._due_ms)
                self._due_ms = self._next_due_ms()
            else:
                self._write_line()
        self.now_ms = to_ms
        sent = self._plant.port.collect(to_ms)
        self._wake_ms = min(self._due_ms, self._line_ms, self._plant.port.next_byte_ms)
        return sent

    def _fire(self, t_ms: float) -> None:
        while self._event_ms() <= t_ms:
            event = self._events[self._next_event]
            self._next_event += 1
            self._injector.inject(t_ms, event.fault, event.parameters)
        if self._injector.next_ms <= t_ms:
            self._injector.fire(t_ms)
        script = self._plant.script
        if script.next_ms <= t_ms:
            for step in script.take(t_ms):
                self._injector.inject(t_ms, step.fault, step.parameters)
        self._plant.settle(t_ms)
        self._plant.fire(t_ms)
        self._truth.note(t_ms)  # what a slow air has carried so far

    def _write_line(self) -> None:
        assert self._record is not None  # else no line is ever due
        self._record(self._truth.line(int(self._line_ms)))
        self._line_ms += PERIOD_MS

    def _event_ms(self) -> float:
        if self._next_event < len(self._events):
            return self._events[self._next_event].t_ms
        return inf

    def _next_due_ms(self) -> float:
        plant = self._plant
        return min(plant.next_ms, self._injector.next_ms, self._event_ms(), plant.script.next_ms)

    def _reschedule(self) -> None:
        self._due_ms = self._next_due_ms()
        self._wake_ms = min(self._due_ms, self._line_ms, self._plant.port.next_byte_ms)
