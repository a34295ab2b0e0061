"""A gate that only holds things, to be killed: a link, its rescue process, and a belt that walks.

    python -m tests.drivers.bridge_holder URL

Prints the pids of the bridge and of the rescue process, then waits.
"""

import signal
import sys
from pathlib import Path
from typing import Final

from firmware_protocols.ftms.envelope import NOBODY, Write, encode
from firmware_protocols.ftms.uuids import CONTROL_POINT
from treadctl.drivers.bridge_link import BridgeLink
from treadctl.drivers.rescue_guard import RescueGuard
from treadctl.gate import rescue

START: Final = b"\x07"
STOP: Final = b"\x08\x01"
SPEED_ZERO: Final = b"\x02\x00\x00"
STOP_FRAMES: Final = tuple(
    encode(Write(NOBODY, CONTROL_POINT, value)) for value in (STOP, SPEED_ZERO)
)


def main(url: str) -> None:
    link = BridgeLink(url)
    guard = RescueGuard(Path(rescue.__file__), link.fileno(), STOP_FRAMES)
    link.write(encode(Write(1, CONTROL_POINT, START)))
    sys.stdout.write(f"{link.pid} {guard.pid}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
