"""The drive electronics both machines share: start, stop, supervision of the host, power, key.

`machines/` decides which byte means what; this decides what the belt is told.
"""

from math import inf

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.incline import Incline
from simulator.options import (
    LINK_STAND_WITHIN_MS,
    LINK_SUPERVISION_MS,
    STAND_WITHIN_MS,
    MachineClass,
    MachineOptions,
)

_MARGIN_MS = 50
"""Wire time and turnaround of the last command, and some to spare."""


class Controller:
    def __init__(
        self,
        belt: Belt,
        incline: Incline,
        options: MachineOptions,
        machine_class: MachineClass,
        rest_ckmh: float | None,
    ) -> None:
        """*rest_ckmh* is the setpoint that a stop leaves behind; None keeps the last one."""
        self.running = False
        self.supervised = False
        self.timed_out = False
        """The watchdog has stopped the belt and nobody has been told yet."""
        self.key_in = True
        self.powered = True
        self.setpoint_ckmh = rest_ckmh or 0.0
        self.direction = Direction.FORWARD
        self.heard_ms = -inf
        """When the last command or query was understood."""
        self.first_start_ms = inf
        """When the drive first engaged since it was built."""
        self.next_ms = inf
        self.ignored_stops = 0
        self.ignores_speed = False
        self.self_start: tuple[float, float] | None = None
        """After how many ms from the host's next word, and at which speed."""
        self._belt = belt
        self._incline = incline
        self._options = options
        self._class = machine_class
        self._rest_ckmh = rest_ckmh
        self._stopping_until_ms = -inf
        self._self_start_ms = inf
        self._self_start_ckmh = 0.0
        self._link_lost_ms: float | None = None

    def engaged(self, t_ms: float) -> bool:
        """Running, or on the way to a stand after the host's stop. Not after its own stops."""
        return self.running or t_ms < self._stopping_until_ms

    def heard(self, t_ms: float) -> None:
        self.heard_ms = t_ms
        if self.self_start is not None:
            after_ms, self._self_start_ckmh = self.self_start
            self._self_start_ms = t_ms + after_ms
            self.self_start = None
        self._schedule()

    # The host's words.

    def start(self, t_ms: float, *, supervised: bool) -> None:
        if not self.key_in:
            return
        self.running = True
        self.first_start_ms = min(self.first_start_ms, t_ms)
        self.supervised = supervised
        self._belt.drive(t_ms, self.setpoint_ckmh, self.direction)
        self._schedule()

    def set_speed(self, t_ms: float, speed_ckmh: float, direction: Direction) -> None:
        if self.ignores_speed or (speed_ckmh == 0.0 and self._ignored()):
            return
        self.setpoint_ckmh = speed_ckmh
        if speed_ckmh > 0.0:
            self.direction = direction
        if self.running:
            self._belt.drive(t_ms, speed_ckmh, self.direction)

    def stop(self, t_ms: float) -> None:
        if self._ignored():
            return
        rate = float(self._options.stop_ckmh_s)
        # A stop to a drive that is off stops nothing; a host that repeats it sees it stay off.
        if self.engaged(t_ms) or not self._belt.stands(t_ms):
            until_ms = t_ms + self._options.lag_ms + self._belt.speed_at(t_ms) / rate * 1000.0
            if t_ms < self._stopping_until_ms <= until_ms:
                # Said again while it is being obeyed: a host that repeats its stop every
                # 100 ms does not put off the end of it, however slow this drive reacts.
                return
            self._stopping_until_ms = until_ms
        self._halt(t_ms, rate)

    def cut_drive(self, t_ms: float) -> None:
        """Remove drive power: the belt coasts, and nothing says that it does."""
        if not self._ignored():
            self._stopping_until_ms = -inf
            self._disengage()
            self._belt.cut(t_ms)

    # The machine's own will.

    def own_start(self, t_ms: float, speed_ckmh: float) -> None:
        """From its console, or from nowhere: unsupervised."""
        if not self.powered:
            return
        self.setpoint_ckmh = speed_ckmh
        self.direction = self._belt.direction
        self.start(t_ms, supervised=False)

    def own_stop(self, t_ms: float, rate_ckmh_s: float | None = None) -> None:
        if not self.powered:
            return
        self._stopping_until_ms = -inf
        self._halt(t_ms, rate_ckmh_s or float(self._options.stop_ckmh_s))

    def power_off(self, t_ms: float) -> None:
        self._disengage()
        self.powered = False
        self._stopping_until_ms = -inf
        self.timed_out = False
        self.setpoint_ckmh = self._rest_ckmh or 0.0
        self._self_start_ms = inf
        self._belt.cut(t_ms)
        self._incline.hold(t_ms)
        self._schedule()

    def power_on(self) -> None:
        self.powered = True

    def set_link(self, t_ms: float, *, up: bool) -> None:
        """What the machine can tell of its cable; only class B cares."""
        if up:
            self._link_lost_ms = None
        elif self._link_lost_ms is None:
            self._link_lost_ms = t_ms
        self._schedule()

    def fire(self, t_ms: float) -> None:
        if self._self_start_ms <= t_ms:
            self._self_start_ms = inf
            self.own_start(t_ms, self._self_start_ckmh)
        elif self.running:
            self._trip(t_ms)
        self._schedule()

    def _trip(self, t_ms: float) -> None:
        """The host is gone. However fast the belt is, its class says when it stands."""
        options = self._options
        left_ms = (
            STAND_WITHIN_MS - options.watchdog_ms
            if self._class is MachineClass.A
            else LINK_STAND_WITHIN_MS - LINK_SUPERVISION_MS
        )
        lag_s = options.lag_ms / 1000.0
        fastest_ckmh = self._belt.speed_at(t_ms) + options.ramp_ckmh_s * lag_s
        rate = fastest_ckmh / (max(left_ms - options.lag_ms - _MARGIN_MS, 10) / 1000.0)
        self.timed_out = True
        self.own_stop(t_ms, max(float(options.stop_ckmh_s), rate))
        self._incline.move(t_ms, 0)

    def _halt(self, t_ms: float, rate_ckmh_s: float) -> None:
        self._disengage()
        self._belt.brake(t_ms, rate_ckmh_s)

    def _disengage(self) -> None:
        self.running = False
        if self._rest_ckmh is not None:
            self.setpoint_ckmh = self._rest_ckmh
        self._schedule()

    def _ignored(self) -> bool:
        """A stop that finds nothing to stop is not one of the ignored ones."""
        if self.ignored_stops == 0 or not self.running:
            return False
        self.ignored_stops -= 1
        return True

    def _schedule(self) -> None:
        self.next_ms = self._self_start_ms
        if not self.running:
            return
        if self._class is MachineClass.A and self.supervised:
            self.next_ms = min(self.next_ms, self.heard_ms + self._options.watchdog_ms)
        elif self._class is MachineClass.B and self._link_lost_ms is not None:
            self.next_ms = min(self.next_ms, self._link_lost_ms + LINK_SUPERVISION_MS)
