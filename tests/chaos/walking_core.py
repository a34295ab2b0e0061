"""A core process to be killed: starts a gate on argv[1] and asks it to walk, for ever."""

import select
import sys

from tests.chaos.rig import WALKER, request, setup_for
from treadctl.composition.gate_process import GateProcess


def main() -> None:
    gate = GateProcess.start(setup_for(sys.argv[1]), command=WALKER)
    sys.stdout.write(f"{gate.pid}\n")
    sys.stdout.flush()
    counter = 0
    while gate.alive:
        counter += 1
        gate.send(request(counter, setpoint_ckmh=100))
        select.select([gate.fileno()], [], [], 0.05)
        gate.receive()


if __name__ == "__main__":
    main()
