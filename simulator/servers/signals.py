"""SIGINT, SIGTERM and SIGHUP as bytes on a descriptor, so that the loop sees them in its turn."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_signals() -> Iterator[int]:
    """Yield a descriptor that becomes readable when somebody asks the process to end."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    previous_fd = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    previous = {
        number: signal.signal(number, lambda signum, frame: None)
        for number in ENDING
        # nohup says that a closing terminal is none of our business.
        if not (number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN)
    }
    try:
        yield read_end
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(previous_fd)
        os.close(read_end)
        os.close(write_end)
