"""The machine's own keys: whoever stands at it, its console obeys first."""

from simulator.controller import Controller
from simulator.machines.machine import Machine


class Console:
    def __init__(self, controller: Controller, machine: Machine) -> None:
        self._controller = controller
        self._machine = machine

    def press_stop(self, t_ms: float) -> None:
        self._controller.own_stop(t_ms)
        self._machine.stopped_at_console(t_ms)

    def press_start(self, t_ms: float, speed_ckmh: float) -> None:
        """Start, or change to another speed while running. Nobody supervises this."""
        ran = self._controller.running
        self._controller.own_start(t_ms, speed_ckmh)
        self._machine.started_at_console(t_ms, speed_ckmh, ran=ran)
