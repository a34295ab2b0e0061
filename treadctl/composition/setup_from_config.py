"""From a declared treadmill to what its gate is told."""

from treadctl.causes import Cause
from treadctl.config import TreadmillConfig
from treadctl.config_strap import StrapConfig, StrapSourceKind
from treadctl.errors import Refused
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts, StrapKind, StrapSource
from treadctl.model import Mode


def to_gate_setup(treadmill: TreadmillConfig, mode: Mode) -> GateSetup:
    """What one gate process needs to know about *treadmill*.

    Without a qualification record every machine is class C (SR-54), which also refuses
    belt-reverse. A treadmill without a strap source gets a setup that only monitors (SR-16).
    """
    if mode is Mode.BELT_REVERSE:
        raise Refused(
            Cause.REVERSE_UNAVAILABLE.value,
            f"{treadmill.name} has no qualification record, which belt-reverse needs. "
            "Use turn-around mode.",
        )
    defaults = MachineFacts(treadmill.protocol)
    return GateSetup(
        name=treadmill.name,
        machine=MachineFacts(
            protocol=treadmill.protocol,
            machine_class=MachineClass.C,
            min_ckmh=treadmill.min_speed_ckmh or defaults.min_ckmh,
            max_ckmh=treadmill.max_speed_ckmh or defaults.max_ckmh,
            unit=treadmill.unit,
            profile=treadmill.bluetooth.profile if treadmill.bluetooth else "",
        ),
        link_url=treadmill.link_url,
        strap=_strap(treadmill.strap),
        limits=treadmill.limits,
        mode=mode,
    )


def _strap(strap: StrapConfig | None) -> StrapSource | None:
    if strap is None:
        return None
    if strap.source is StrapSourceKind.MACHINE:
        return StrapSource(StrapKind.MACHINE)
    return StrapSource(StrapKind.MODEM_LINE, strap.url, strap.line)
