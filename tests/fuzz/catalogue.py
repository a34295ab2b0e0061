"""Every target by its name."""

from typing import Final

from tests.fuzz import ftms_targets, ipc_targets, serial_targets, session_targets
from tests.fuzz.targets import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for module in (serial_targets, ftms_targets, session_targets, ipc_targets)
    for target in module.TARGETS
}
