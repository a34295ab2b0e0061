"""``make explore``: every scene as far as it goes, and the first never-event as a way to it.

First the kernel by itself, then session and kernel together.
"""

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Final

from tests.exploration import couples
from tests.exploration.couple import HAPPENINGS
from tests.exploration.explore import Found, explored, retell
from tests.exploration.world import SCENES
from tests.proof import results

AT_MOST: Final = 250_000
"""States of one scene: what does not end before is explored to a depth, and that is said."""
AT_MOST_TOGETHER: Final = 40_000
"""A session is slower to copy than a kernel."""


def main() -> int:
    """Explore every scene, two at a time, and print what was reached."""
    everything: list[Found] = []
    began = time.monotonic()
    print(f"{'SCENE':<12}{'STATES':>10}{'TICKS':>12}{'SECONDS':>9}  EXPLORED")
    with ProcessPoolExecutor(max_workers=2) as pool:
        for found in pool.map(explored, SCENES, repeat(AT_MOST)):
            everything.append(found)
            print(
                f"{found.scene:<12}{found.states:>10,}{found.steps:>12,}{found.seconds:>9.1f}  "
                f"{_how_far(found)}, {len(found.phases)} phases",
                flush=True,
            )
            if found.violation is not None:
                print(f"\n{found.violation}, after:\n")
                print("\n".join(retell(found.scene, found.way)))
    wall_s = time.monotonic() - began
    states = sum(found.states for found in everything)
    cpu_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(f"{'all':<12}{states:>10,} distinct states in {wall_s:.0f} s, {cpu_s:.0f} s of processor")
    _keep(everything, wall_s, cpu_s)
    together = _together()
    broken = any(found.violation for found in everything)
    return 1 if broken or any(found.violation for found in together) else 0


def _together() -> list[couples.Found]:
    everything: list[couples.Found] = []
    began = time.monotonic()
    print(f"\n{'LED':<18}{'STATES':>10}{'TICKS':>12}{'SECONDS':>9}  SESSION AND KERNEL EXPLORED")
    with ProcessPoolExecutor(max_workers=2) as pool:
        for found in pool.map(couples.explored, couples.SCENES, repeat(AT_MOST_TOGETHER)):
            everything.append(found)
            print(
                f"{found.scene:<18}{found.states:>10,}{found.ticks:>12,}{found.seconds:>9.1f}  "
                f"every {found.depth} happenings in a row from {found.beginnings} moments, "
                f"{len(found.session_states)} session states",
                flush=True,
            )
            if found.violation is not None:
                print(f"\n{found.violation}, after:\n")
                print("\n".join(couples.retell(found.begun, found.way)))
    figures = {
        "distinct_states": sum(found.states for found in everything),
        "ticks": sum(found.ticks for found in everything),
        "happenings": len(HAPPENINGS),
        "moments": sum(found.beginnings for found in everything),
        "depth": min(found.depth for found in everything),
        "session_states": len(set().union(*(found.session_states for found in everything))),
        "never_events": sum(found.violation is not None for found in everything),
        "seconds": round(time.monotonic() - began),
    }
    results.write("together", "make explore", figures)
    return everything


def _how_far(found: Found) -> str:
    if found.violation is not None:
        return "until a never-event"
    return "to its end" if found.complete else f"every {found.depth} events in a row"


def _keep(everything: list[Found], wall_s: float, cpu_s: float) -> None:
    """For the page of figures."""
    figures = {
        "scenes": len(everything),
        "distinct_states": sum(found.states for found in everything),
        "kernel_ticks": sum(found.steps for found in everything),
        "never_events": sum(found.violation is not None for found in everything),
        "scenes_to_their_end": sum(found.complete for found in everything),
        "depth_by_scene": {found.scene: found.depth for found in everything},
        "seconds": round(wall_s),
        "processor_seconds": round(cpu_s),
        "states_by_scene": {found.scene: found.states for found in everything},
    }
    results.write("explore", "make explore", figures)


if __name__ == "__main__":
    sys.exit(main())
