"""``make statemachines``: runs to which anything may happen; or judge one that was run again."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from hypothesis.stateful import run_state_machine_as_test

from tests.proof import results
from tests.statemachines.machine import SEEN, Run
from tests.statemachines.profile import EXAMPLES, sized
from tests.statemachines.reproduction import judged

MANY: Final = 2_000


def main() -> int:
    """Return 1 where a never-event was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.statemachines", description=__doc__)
    parser.add_argument("--examples", type=int, default=MANY, help="so many runs")
    parser.add_argument("--judge", type=Path, help="a folder that a failure was written into")
    parser.add_argument("--machine", default="woodway-us", help="which one was run there")
    asked = parser.parse_args()
    if asked.judge is not None:
        return _judge(asked.machine, asked.judge)
    return _try(asked.examples)


def _judge(machine: str, folder: Path) -> int:
    found = judged(machine, folder)
    for each in found:
        print(f"{each.name} at {each.t_ms:.0f} ms: {each.detail}")
    print(f"{len(found)} never-events")
    return 1 if found else 0


def _try(examples: int) -> int:
    began = time.monotonic()
    print(f"Trying {examples:,} runs ...", flush=True)
    failed = ""
    try:
        run_state_machine_as_test(Run, settings=sized(max(examples, EXAMPLES)))
    except AssertionError as error:
        failed = str(error)
    figures = {
        "runs": SEEN["runs"],
        "faults": SEEN["faults"],
        "verbs": SEEN["verbs"],
        "hours": round(SEEN["seconds"] / 3_600, 1),
        "failures": int(bool(failed)),
        "seconds": round(time.monotonic() - began),
    }
    print(
        f"{figures['runs']:,} runs of {figures['hours']} hours in {figures['seconds']} s, with "
        f"{figures['faults']:,} faults and {figures['verbs']:,} verbs: {failed or 'no never-event'}"
    )
    command = f"make statemachines EXAMPLES={examples}"
    results.write("statemachines", command, figures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
