"""Stops the belt when the gate process has died (SR-31). Started before the belt may move.

    python -I -S rescue.py CONTROL_FD LINK_FD HEX[,HEX...]

It shares the link that the gate has open, and otherwise only waits. On the control socket the
gate says `g` (goodbye: the belt stands) or `f` with a descriptor (the link was opened anew). If
that socket ends without a goodbye, the stop frames go out at once, each every 100 ms, for 30 s.
Standard library only, nothing imported that is slow, no signal that could end it early.
"""

import contextlib
import os
import signal
import socket
import sys
import time

STOP_MS = 30_000
REPEAT_MS = 100


def main(argv: list[str]) -> int:
    """Wait for the end of the gate, then stop the belt."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    link = int(argv[2])
    with socket.socket(fileno=int(argv[1])) as control:
        control.send(b"r")
        link = watch(control, link)
    if link >= 0:
        stop(link, [bytes.fromhex(frame) for frame in argv[3].split(",")])
    return 0


def watch(control: socket.socket, link: int) -> int:
    """Return the link to stop the belt on, or -1 after a goodbye."""
    while True:
        try:
            word, fds, _, _ = socket.recv_fds(control, 1, 1)
        except OSError:
            word, fds = b"", []
        if word == b"g":
            return -1
        if fds:
            os.close(link)
            link = fds[0]
        if not word:
            return link


def stop(link: int, frames: list[bytes]) -> None:
    """Write the frames in turn, so that a machine with room for one command takes each."""
    os.set_blocking(link, False)
    spacing = REPEAT_MS / 1_000 / len(frames)
    for turn in range(STOP_MS // REPEAT_MS * len(frames)):
        # Full, or gone for the moment: only trying again can help.
        with contextlib.suppress(OSError):
            os.write(link, frames[turn % len(frames)])
        time.sleep(spacing)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
