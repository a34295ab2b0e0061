"""A native serial port or a pty as a link. The one place that imports pyserial."""

import os

import serial

from treadctl.drivers import descriptor
from treadctl.errors import LinkError

BAUD = 4_800
"""Woodway US and Trackmaster; others are a setting of a later machine."""


class SerialLink:
    """4800 8N1, no handshake: hardware flow control would take DTR and RTS from the strap."""

    def __init__(self, path: str, *, baud: int = BAUD) -> None:
        try:
            self._port = serial.Serial(
                path,
                baud,
                timeout=0,
                write_timeout=0,
                rtscts=False,
                dsrdtr=False,
                xonxoff=False,
                exclusive=True,
            )
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise LinkError(f"{path} cannot be opened: {_reason(error)}") from error
        self._fd = self._port.fileno()

    def fileno(self) -> int:
        return self._fd

    def read_available(self) -> bytes:
        return descriptor.read_available(self._fd)

    def write(self, data: bytes) -> None:
        descriptor.write_all(self._fd, data)

    def close(self) -> None:
        """Release the port. May take long on a sick adapter: never called from the loop."""
        self._port.close()


def canonical(path: str) -> str:
    """Return the device behind the many names udev gives one port."""
    return os.path.realpath(path)


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
