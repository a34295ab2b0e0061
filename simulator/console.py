"""The machine's own keys: whoever stands at it, its console obeys first."""

from simulator.controller import Controller


class Console:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def press_stop(self, t_ms: float) -> None:
        """The host is not told; C0 says stopped from now on."""
        self._controller.own_stop(t_ms)

    def press_start(self, t_ms: float, speed_ckmh: float) -> None:
        """Start, or change to another speed while running. Nobody supervises this."""
        self._controller.own_start(t_ms, speed_ckmh)
