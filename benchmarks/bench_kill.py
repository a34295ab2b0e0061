"""kill -9 of the core and of the gate while the belt moves: how soon is it told to stop?

    python benchmarks/bench_kill.py [--quick] [--kills N] [--lanes N]

Every kill is a whole run of `treadctl run --simulate` in real time, nothing skipped: quarantine,
checklist, strap pull, countdown, start. A random time after the start frame one process is killed.
The first frame of the stop reaction (safety.md 4.8.2) and the standstill are read from the truth
file. Its time is the simulator's; the offset to ours is the smallest seen between the time of a
line and the moment we could read it, so that every figure is too long rather than too short.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from figures import heading, load, row, spread, verdict
from product import ProductRun, frames, is_state, kill

from tests.proof import results

BAR_MS: Final = 400.0
VICTIMS: Final = ("core", "gate")
MOVING_S: Final = (0.3, 12.0)
"""From the start frame to the kill: the hold at starting speed, and the ramp that follows it."""
START_WITHIN_S: Final = 90.0
STAND_WITHIN_S: Final = 15.0
AFTER_S: Final = 0.5
"""What stands has to stay so."""
WATCH_S: Final = 0.8
POLL_S: Final = 0.002
SPEED: Final = 0xA3
STOPS: Final = (0xAA, 0xA2)


ATTEMPTS: Final = 4
"""A run that stood when it should have been killed is told, and replaced."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kill of a moving belt. None: it never came."""

    first_frame_ms: float | None
    standstill_ms: float | None


class NotMovingError(Exception):
    """There was nothing to be stopped; the message says why."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 kills of each, at once")
    parser.add_argument("--kills", type=int, default=200, help="of each of core and gate")
    parser.add_argument("--lanes", type=int, default=6, help="runs at a time")
    options = parser.parse_args()
    if options.quick:
        options.kills = 2
    heading(f"kill -9 while moving, {options.lanes} runs at a time, to the first frame of the stop")
    chance = random.Random(options.kills)
    jobs = [
        (victim, seed, chance.uniform(*MOVING_S))
        for seed in range(options.kills)
        for victim in VICTIMS
    ]
    with ThreadPoolExecutor(options.lanes) as pool:
        outcomes = list(pool.map(lambda job: one_kill(*job), jobs))
    figures: dict[str, Any] = {"load": load()}
    for victim in VICTIMS:
        of = [o for job, o in zip(jobs, outcomes, strict=True) if job[0] == victim]
        figures[victim] = show(victim, of)
    results.write("kill", f"make latency KILLS={options.kills}", figures, seed=options.kills)
    row("load", load())
    return 0


def show(victim: str, attempts: list[tuple[Outcome | None, list[str]]]) -> dict[str, Any]:
    killed = [outcome for outcome, _ in attempts if outcome is not None]
    whys = Counter(why for _, reasons in attempts for why in reasons)
    first_ms = [o.first_frame_ms for o in killed if o.first_frame_ms is not None]
    stood_ms = [o.standstill_ms for o in killed if o.standstill_ms is not None]
    row(f"{victim}: first frame", spread(first_ms))
    row(f"{victim}: standstill", spread(stood_ms))
    row(f"{victim}: runs replaced", ", ".join(f"{why} {n}" for why, n in whys.items()) or "none")
    in_time = len(first_ms) == len(attempts) and max(first_ms) <= BAR_MS
    verdict(f"{victim}: every first frame <= {BAR_MS:.0f} ms", in_time)
    stands = f"{victim}: {len(stood_ms)} of {len(attempts)} stand in the truth"
    verdict(stands, len(stood_ms) == len(attempts))
    return {
        "kills": len(attempts),
        "told": len(first_ms),
        "stood": len(stood_ms),
        "longest_ms": max(first_ms, default=None),
    }


def one_kill(victim: str, seed: int, after_s: float) -> tuple[Outcome | None, list[str]]:
    """Kill *victim* in a run that moves. Also returns why earlier attempts did not count."""
    whys: list[str] = []
    for attempt in range(ATTEMPTS):
        try:
            return kill_in_a_run(victim, seed + attempt * 1_000, after_s), whys
        except NotMovingError as error:
            whys.append(str(error))
    return None, whys


def kill_in_a_run(victim: str, seed: int, after_s: float) -> Outcome:
    """Run the product, kill *victim* some time after the start frame, and see what comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        run = ProductRun(Path(folder), "--seed", str(seed))
        held = -1
        try:
            if not run.wait_for(is_state("starting"), START_WITHIN_S):
                raise NotMovingError(why_it_stands(run))
            pids = run.pids()
            # The simulator ends with its parent, as soon as its belt stands. Held open, its
            # stdin lets it live on, so that the standstill is seen as well.
            held = os.open(f"/proc/{pids['simulator']}/fd/0", os.O_WRONLY)
            time.sleep(max(0.0, after_s - WATCH_S))
            offset_ms = watch(run.truth_path, WATCH_S)
            killed_ms = time.monotonic_ns() / 1e6 - offset_ms
            kill(pids[victim])
            await_standstill(run, killed_ms)
            outcome = judge(run.truth(), killed_ms)
            if outcome is None:
                raise NotMovingError(why_it_stands(run))
            return outcome
        except (KeyError, OSError) as error:  # a process that has ended before its time
            raise NotMovingError(why_it_stands(run)) from error
        finally:
            if held >= 0:
                os.close(held)
            run.close()


def why_it_stands(run: ProductRun) -> str:
    """The last stop, else the last refusal, else the state it had come to."""
    run.wait_for(is_state("finished"), within_s=0)
    for kind, key in (("stop", "cause"), ("refused", "cause"), ("state", "state")):
        told = [event[key] for event in run.events if event["event"] == kind]
        if told:
            return f"{kind} {told[-1]}"
    return "silent"


def watch(path: Path, for_s: float) -> float:
    """Return how far our clock is ahead of the truth's, in ms; too much, if anything."""
    size = path.stat().st_size
    offset_ms = float("inf")
    end_s = time.monotonic() + for_s
    with path.open("rb") as lines:
        lines.seek(size)
        rest = b""
        while time.monotonic() < end_s:
            *whole, rest = (rest + lines.read()).split(b"\n")
            now_ms = time.monotonic_ns() / 1e6
            for line in whole:
                if line.startswith(b'{"t_ms": '):  # else the tail of the line we came in on
                    t_ms = int(line[9 : line.index(b",")])
                    offset_ms = min(offset_ms, now_ms - t_ms)
            time.sleep(POLL_S)
    return offset_ms


def await_standstill(run: ProductRun, killed_ms: float) -> None:
    end_s = time.monotonic() + STAND_WITHIN_S
    while time.monotonic() < end_s:
        time.sleep(AFTER_S)
        truth = run.truth()
        if truth and truth[-1]["t_ms"] > killed_ms and truth[-1]["belt_ckmh"] == 0:
            break
    time.sleep(AFTER_S)


def judge(truth: list[dict[str, Any]], killed_ms: float) -> Outcome | None:
    """What the truth says of a kill at *killed_ms* of its own time; None: nothing moved."""
    last = [line for line in truth if line["t_ms"] <= killed_ms]
    if not last or last[-1]["belt_ckmh"] == 0:
        return None
    commanded, first_ms = b"", None
    for t_ms, frame in frames(truth):
        stops = frame[0] in STOPS or (frame[0] == SPEED and frame[1:] < commanded)
        if t_ms >= killed_ms and stops:
            first_ms = t_ms - killed_ms
            break
        if frame[0] == SPEED:
            commanded = frame[1:]  # four digits, of which the first says the direction
    moving = [line["t_ms"] for line in truth if line["belt_ckmh"] > 0]
    stood_ms = None
    if truth[-1]["belt_ckmh"] == 0:
        stood_ms = moving[-1] - killed_ms + 50  # the line after the last moving one
    return Outcome(first_ms, stood_ms)


if __name__ == "__main__":
    sys.exit(main())
