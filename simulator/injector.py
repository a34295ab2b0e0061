"""Makes faults and acts happen to a treadmill, remembers which are active, and ends them."""

from collections.abc import Mapping
from math import inf

from simulator.belt import Blockage
from simulator.errors import FaultError
from simulator.faults import FAULTS, JAM_JUMP_CKMH_S, STRAP, WITHOUT_BELT, Lasts, check
from simulator.gatt_server import RIVAL
from simulator.heart import GARBAGE_BPM
from simulator.runner import PersonState
from simulator.treadmill import Treadmill


class Injector:
    def __init__(self, treadmill: Treadmill) -> None:
        self.next_ms = inf
        """When the next `for_s` is over."""
        self._treadmill = treadmill
        self._active: dict[str, float] = {}
        self._just_happened: list[str] = []
        self._key_cut_power = False

    def inject(self, t_ms: float, name: str, given: Mapping[str, object]) -> None:
        """Raises FaultError before anything happens."""
        values = self.check(name, given)
        fault = FAULTS[name]
        if name in self._active:
            self._end(t_ms, name)
        if fault.ends is not None:
            if fault.ends in self._active:
                self._end(t_ms, fault.ends)
            elif name == "strap-clip":
                self._treadmill.cord.clip()  # the person may have pulled it, not a fault
        self._begin(t_ms, name, {k: v for k, v in values.items() if v is not None})
        if fault.lasts is not Lasts.MOMENT:
            for_s = values.get("for_s")
            self._active[name] = inf if for_s is None else t_ms + for_s * 1000.0
        elif not fault.is_person:
            self._just_happened.append(name)
        self._schedule()

    def check(self, name: str, given: Mapping[str, object]) -> dict[str, float | None]:
        """Return every parameter with its value. Raises FaultError, also if it is not for this
        machine."""
        values = check(name, given)
        only, machine = FAULTS[name].only, self._treadmill.model.name
        worn = only == STRAP and self._treadmill.heart is not None
        if only is not None and only != machine and not worn:
            raise FaultError(f"{name} is a fault of {only}; a {machine} has no such thing")
        if not self._treadmill.model.has_belt and name not in WITHOUT_BELT and only is None:
            raise FaultError(f"{name} is a fault of treadmills; a {machine} has no such thing")
        return values

    def fire(self, t_ms: float) -> None:
        for name in [name for name, end_ms in self._active.items() if end_ms <= t_ms]:
            self._end(t_ms, name)
        self._schedule()

    def active(self) -> list[str]:
        """Return what is active, and what has happened since the last call."""
        if not self._active and not self._just_happened:
            return []
        if self._treadmill.wire.lost_acks == 0:
            self._active.pop("lost-ack", None)
        if self._treadmill.controller.ignored_stops == 0:
            self._active.pop("ignores-stop", None)
        names = sorted({*self._active, *self._just_happened})
        self._just_happened.clear()
        return names

    def _schedule(self) -> None:
        self.next_ms = min(self._active.values(), default=inf)

    def _begin(self, t_ms: float, name: str, values: dict[str, float]) -> None:
        plant = self._treadmill
        match name:
            case "strap-pull":
                plant.cord.pull(t_ms)
            case "cord-tangle":
                plant.cord.tangle_ms = values["delay_s"] * 1000.0
            case "key-pull":
                self._key_cut_power = plant.machine.pull_key(t_ms)
                if self._key_cut_power:
                    plant.cut_power(t_ms)
            case "console-stop":
                plant.console.press_stop(t_ms)
            case "console-start":
                plant.console.press_start(t_ms, values["speed_ckmh"])
            case "mute":
                plant.wire.mute = True
            case "deaf":
                plant.wire.deaf_share = values["share"]
            case "lost-ack":
                plant.wire.lost_acks = int(values["count"])
            case "garbled-bytes":
                plant.wire.garbled_share = values["share"]
            case "delayed-telemetry":
                plant.telemetry.extra_delay_ms = values["delay_s"] * 1000.0
            case "frozen-telemetry":
                plant.telemetry.freeze(t_ms)
            case "runaway":
                plant.belt.run_away(t_ms, values["to_ckmh"], values["ramp_ckmh_s"])
            case "creep-after-stop":
                plant.belt.creep(t_ms, values["speed_ckmh"])
            case "stall":
                plant.belt.block(t_ms, Blockage.STALLED)
            case "jam":
                plant.belt.block(t_ms, Blockage.JAMMED)
            case "self-start":
                plant.controller.self_start = (values["after_s"] * 1000.0, values["speed_ckmh"])
            case "ignores-stop":
                plant.controller.ignored_stops = int(values["count"])
            case "ignores-speed":
                plant.controller.ignores_speed = True
            case "wrong-unit":
                plant.units.wrong = True
            case "power-cut":
                plant.cut_power(t_ms)
            case "link-drop":
                plant.set_link(t_ms, up=False)
            case "control-revoke" if plant.server is not None:
                plant.server.revoke(t_ms)
            case "control-steal" if plant.server is not None:
                plant.server.let_rival_in(t_ms)
            case "heart-rate" if plant.heart is not None:
                plant.heart.directed = True
                plant.heart.go_to(t_ms, values["bpm"], values["over_s"] * 1000.0)
            case "no-contact" if plant.heart is not None:
                plant.heart.contact = False
            case "heart-garbage" if plant.heart is not None:
                plant.heart.garbage_bpm = GARBAGE_BPM
            case "heart-frozen" if plant.heart is not None:
                plant.heart.frozen = True
            case "heart-silent" if plant.heart is not None:
                plant.heart.silent = True
            case _ if name.startswith("person-"):
                self._direct(t_ms, name)

    def _direct(self, t_ms: float, name: str) -> None:
        runner = self._treadmill.runner
        match name:
            case "person-rails":
                runner.direct(t_ms, PersonState.RAILS)
            case "person-step-on":
                runner.direct(t_ms, PersonState.WALKING)
            case "person-step-off":
                runner.direct(t_ms, PersonState.OFF)
            case "person-turn":
                runner.turn()
            case "person-stop-walking":
                runner.stop_walking(t_ms)

    def _end(self, t_ms: float, name: str) -> None:
        plant = self._treadmill
        del self._active[name]
        match name:
            case "strap-pull":
                plant.cord.clip()
            case "cord-tangle":
                plant.cord.tangle_ms = 0.0
            case "key-pull":
                plant.machine.insert_key(t_ms)
                if self._key_cut_power:
                    plant.return_power(t_ms)
            case "mute":
                plant.wire.mute = False
            case "deaf":
                plant.wire.deaf_share = 0.0
            case "garbled-bytes":
                plant.wire.garbled_share = 0.0
            case "delayed-telemetry":
                plant.telemetry.extra_delay_ms = 0.0
            case "frozen-telemetry":
                plant.telemetry.thaw()
            case "runaway":
                plant.belt.obey(t_ms)
            case "creep-after-stop":
                plant.belt.creep(t_ms, 0.0)
            case "stall":
                plant.belt.free(t_ms)
            case "jam":
                plant.belt.free(t_ms, JAM_JUMP_CKMH_S)
            case "ignores-speed":
                plant.controller.ignores_speed = False
            case "wrong-unit":
                plant.units.wrong = False
            case "power-cut":
                plant.return_power(t_ms)
            case "link-drop":
                plant.set_link(t_ms, up=True)
            case "control-steal" if plant.server is not None:
                plant.server.disconnect(t_ms, RIVAL)
            case "no-contact" if plant.heart is not None:
                plant.heart.contact = True
            case "heart-garbage" if plant.heart is not None:
                plant.heart.garbage_bpm = None
            case "heart-frozen" if plant.heart is not None:
                plant.heart.frozen = False
            case "heart-silent" if plant.heart is not None:
                plant.heart.silent = False
