"""A thousand things that happen to running processes, judged on the truth. Broken off, it goes on.

    python -m tests.chaos.drive [--events N] [--lanes N] [--seed N]

What it comes to is in build/proof/chaos.json, every case in build/proof/chaos.jsonl. Exit code 1 if
any rule was broken. Real processes in real time: half a minute each, so many at a time as there are
lanes. More lanes than the computer has time for are seen in the truth, and said.
"""

import argparse
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, Final

from tests.chaos import bout, whole
from tests.chaos.cases import Case, cases
from tests.chaos.outcome import BROKEN, KEPT, NOT_DONE, STARVED
from tests.proof import results
from tests.proof.ledger import Ledger, version_of

EVENTS: Final = 1_000
MOST_OF_WANTED: Final = 2
"""So many times the wanted cases at most: a computer on which nothing can be done ends as well."""
LEDGER: Final = results.FOLDER / "chaos.jsonl"
TREES: Final = ("firmware_protocols", "simulator", "tests/chaos", "treadctl")
"""The judge as well: what was judged otherwise has to be judged anew."""
_RIGS: Final = {"gate": bout.conduct, "screen": whole.conduct}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="that can be judged")
    parser.add_argument("--lanes", type=int, default=2 * (os.cpu_count() or 1), help="at a time")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # This was asked to survive its terminal. What is ignored is handed down to the processes
        # that are hung up on, what is handled is not.
        signal.signal(signal.SIGHUP, lambda *_: None)
    ledger = Ledger(LEDGER)
    done = {line["index"]: line for line in _valid(ledger, options.seed)}
    judged = sum(map(_is_judged, done.values()))
    upcoming = (
        case
        for case in cases(options.seed, MOST_OF_WANTED * options.events)
        if case.index not in done
    )
    print(f"{judged} of {options.events} were done before", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ThreadPoolExecutor(options.lanes) as lanes:
        try:
            for line in _lines(upcoming, options.events - judged, lanes):
                ledger.add({**line, "seed": options.seed, "version": version_of(TREES)})
                judged += _is_judged(line)
                _show(line, judged, options.events)
                if judged % 25 == 0:
                    _write(ledger, options)
        except KeyboardInterrupt:
            # Each ends what it has started: nothing may be left frozen, and no belt running.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            print("Broken off; what runs comes to its end first ...", flush=True)
            lanes.shutdown(cancel_futures=True)
            return 130
    figures = _write(ledger, options)
    for row in _table(figures["worst"]):
        print(row)
    print(", ".join(f"{count} {verdict}" for verdict, count in figures["verdicts"].items()))
    return 1 if figures["verdicts"].get(BROKEN) else 0


def _lines(upcoming: Iterator[Case], wanted: int, lanes: Executor) -> Iterator[dict[str, Any]]:
    """Cases as they end, until *wanted* of them are judged or there are no more.

    What did not come to its event, and what proves nothing, is followed by another case: never
    by the same one again.
    """
    running: set[Future[dict[str, Any]]] = set()
    while True:
        missing = islice(upcoming, max(0, wanted - len(running)))
        running |= {lanes.submit(_one, case) for case in missing}
        if not running:
            return
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for each in finished:
            line = each.result()
            wanted -= _is_judged(line)
            yield line


def _is_judged(line: Mapping[str, Any]) -> bool:
    return line["verdict"] in (KEPT, BROKEN)


def _one(case: Case) -> dict[str, Any]:
    return _RIGS[case.rig](case).line(case)


def _valid(ledger: Ledger, seed: int) -> Iterable[dict[str, Any]]:
    """What was done with this seed and this very code; of what was done twice, the last."""
    version = version_of(TREES)
    for line in ledger.lines():
        if line["seed"] == seed and line["version"] == version:
            yield line


def _write(ledger: Ledger, options: argparse.Namespace) -> dict[str, Any]:
    lines = {line["index"]: line for line in _valid(ledger, options.seed)}
    found = figures(lines.values())
    results.write("chaos", f"make chaos EVENTS={options.events}", found, seed=options.seed)
    return found


def figures(lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What the cases come to: how many of each verdict, and the worst of each kind."""
    lines = list(lines)
    judged = [line for line in lines if _is_judged(line)]
    stopped = [line for line in judged if line["had_to_stop"] and line["stood_ms"] is not None]
    kinds: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in judged:
        kinds[line["victim"], line["event"], line["transport"]].append(line)
    return {
        "events": len(lines),
        "judged": len(judged),
        "verdicts": dict(Counter(line["verdict"] for line in lines)),
        "not_done": dict(Counter(line["why"] for line in lines if line["verdict"] == NOT_DONE)),
        "starved": sum(line["verdict"] == STARVED for line in lines),
        "worst_first_frame_ms": _worst(stopped, "first_frame_ms"),
        "worst_stop_ms": _worst(stopped, "stood_ms"),
        "worst_distance_m": _worst(stopped, "distance_m"),
        "fastest_ckmh": _worst(judged, "speed_ckmh"),
        "worst": [
            {
                "victim": victim,
                "event": event,
                "transport": transport,
                "cases": len(each),
                "broken": sum(line["verdict"] == BROKEN for line in each),
                "first_frame_ms": _worst(each, "first_frame_ms"),
                "stop_ms": _worst(each, "stood_ms"),
                "distance_m": _worst([x for x in each if x["stood_ms"]], "distance_m"),
            }
            for (victim, event, transport), each in sorted(kinds.items())
        ],
    }


def _worst(lines: Iterable[dict[str, Any]], key: str) -> float | None:
    values = [line[key] for line in lines if line[key] is not None]
    return round(max(values), 3) if values else None


def _show(line: dict[str, Any], judged: int, of: int) -> None:
    stood = "" if line["stood_ms"] is None else f" stood after {line['stood_ms']:.0f} ms"
    print(
        f"[{judged}/{of}] {line['transport']} {line['machine']} "
        f"{line['victim']}: {line['event']}: {line['verdict']}{stood} {line['why']}".rstrip(),
        flush=True,
    )


def _table(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    yield "VICTIM     EVENT            BY       CASES  FRAME ms  STOP ms      m"
    for row in rows:
        yield (
            f"{row['victim']:<10} {row['event']:<16} {row['transport']:<8} {row['cases']:>5} "
            f"{_number(row['first_frame_ms'], 0):>9} {_number(row['stop_ms'], 0):>8} "
            f"{_number(row['distance_m'], 2):>6}"
        )


def _number(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"


if __name__ == "__main__":
    sys.exit(main())
