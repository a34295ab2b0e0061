"""`make soak HOURS=n`: sessions in which nothing is wrong, until there are n virtual hours of them.

    python -m tests.soak [--hours N] [--jobs N] [--seed N] [--only NUMBER]

Finished sessions are kept; a later run of the same source goes on after them.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from multiprocessing import get_context
from typing import Final

from tests.proof import results as proof
from tests.proof.ledger import Ledger
from tests.soak.courses import course
from tests.soak.session import Walked, as_json, walk
from tests.soak.stretch import (
    HOUR_MS,
    Line,
    Source,
    figures,
    hours,
    numbers,
    source,
    stretch,
    valid,
)

LEDGER: Final = proof.FOLDER / "soak.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=10.0, help="virtual ones, with those before")
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="walk this one session again, and tell all of it")
    options = parser.parse_args()
    if options.only is not None:
        return _show(options.only, options.seed)
    ledger, of = Ledger(LEDGER), source(options.seed)
    before = valid(ledger.lines(), of)
    print(f"{hours(before):.1f} of {options.hours:g} virtual hours were walked before.")
    began_s = time.monotonic()
    _walk_on(options.hours, options.jobs, of, ledger, before)
    wall_s = round(time.monotonic() - began_s)
    walked = valid(ledger.lines(), of)
    found = figures(walked)
    command = f"make soak HOURS={options.hours:g} SEED={options.seed}"
    proof.write("soak", command, found, seed=options.seed)
    for session in (session for line in walked for session in line["flawed"]):
        print(f"\nsession {session['number']}, {session['course']}: exit {session['exit_code']}")
        print(f"  {session['stops']} {session['violations']}")
        print(f"    python -m tests.soak --seed {options.seed} --only {session['number']}")
    print(
        f"\n{found['virtual_h']} virtual hours in {found['sessions']} sessions; {wall_s} s for "
        f"those of now.\n{found['false_stops']} false stops that latch, {found['soft_stops']} "
        f"false soft stops, {found['not_completed']} sessions not completed, "
        f"{found['never_events']} never-events."
    )
    enough = hours(walked) >= options.hours
    return 0 if enough and found["flawless"] == found["sessions"] else 1


def _walk_on(
    wanted_h: float, jobs: int, of: Source, ledger: Ledger, before: Sequence[Line]
) -> None:
    """Walk the sessions that are missing, in the order of their numbers, until it is enough."""
    known = numbers(before)
    missing: Iterator[int] = (number for number in count() if number not in known)
    walked_h, done, flawed = hours(before), len(known), 0
    running: dict[Future[Walked], int] = {}
    began_s = time.monotonic()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while walked_h < wanted_h or running:
            while walked_h < wanted_h and len(running) < jobs:
                number = next(missing)
                running[pool.submit(walk, number, of.seed)] = number
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for each in finished:
                session = each.result()
                ledger.add(stretch(running.pop(each), as_json(session), of))
                walked_h += session.ran_ms / HOUR_MS
                done, flawed = done + 1, flawed + (not session.flawless)
                passed_s = time.monotonic() - began_s
                print(
                    f"{walked_h:9.2f} of {wanted_h:g} h  {passed_s:6.0f} s  {done} sessions, "
                    f"{flawed} with a flaw  {session.course}",
                    flush=True,
                )


def _show(number: int, seed: int) -> int:
    session = walk(number, seed)
    print(f"session {number}, {course(number).name}, seed {session.dice_seed}")
    for name, value in as_json(session).items():
        print(f"  {name}: {value}")
    return 0 if session.flawless else 1


if __name__ == "__main__":
    sys.exit(main())
