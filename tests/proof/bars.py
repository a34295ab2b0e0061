"""What the proof is measured against: the bars, and the figures that others have published.

Each bar reads the result of one kind of run (`tests/proof/results.py`) and says in words what was
found and whether that is enough. A run that covered less than it set out for does not meet its bar.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of docs/safety/figures.md."""

    result: str
    """The name of the result it reads."""
    what: str
    anchor: str
    """What the projects that we look up to have shown."""
    wanted: str
    found: Callable[[Figures], str]
    met: Callable[[Figures], bool]
    target: str
    """What makes it again."""


def _coverage(f: Figures) -> str:
    return (
        f"{f['lines_percent']:.2f} % of {f['lines']:,} lines, {f['branches_percent']:.2f} % of "
        f"{f['branches']:,} branches"
    )


def _mutation(f: Figures) -> str:
    return (
        f"{f['mutants']:,} mutants: {f['killed']:,} killed, {f['timed_out']:,} timed out, "
        f"{f['crashed']:,} crashed, {f['equivalent']:,} equivalent with a proof, "
        f"{f['survived']:,} survived, {f['not_run']:,} not run"
    )


def _matrix(f: Figures) -> str:
    return (
        f"{f['run']:,} of {f['possible']:,} possible cells run ({f['faults']} faults x "
        f"{f['states']} states x {f['machines_and_modes']} machines and modes x {f['phases']} "
        f"phases; {f['impossible']:,} cannot be): {f['passed']:,} passed, "
        f"{f['never_events']} never-events"
    )


def _matrix_met(f: Figures) -> bool:
    return bool(f["run"] == f["passed"] == f["possible"] >= 18_000 and not f["never_events"])


def _pairs(f: Figures) -> str:
    return (
        f"{f['run']:,} of {f['possible']:,} possible pairs run ({f['faults']} faults, both orders, "
        f"{f['gaps']} gaps, {f['states']} states): {f['passed']:,} passed"
    )


def _soak(f: Figures) -> str:
    return (
        f"{f['virtual_h']:,} h in {f['sessions']:,} sessions, {f['courses']} of "
        f"{f['courses_of']} plans on machines: {f['false_stops']} false stops"
    )


def _soak_met(f: Figures) -> bool:
    return bool(f["virtual_h"] >= 10_000 and f["flawless"] == f["sessions"])


def _chaos(f: Figures) -> str:
    return (
        f"{f['events']:,} events: {f['verdicts'].get('kept', 0):,} kept, "
        f"{f['verdicts'].get('broken', 0):,} broken, {f['starved']:,} not judged because the "
        f"simulator itself starved, {f['verdicts'].get('not done', 0):,} could not be done; "
        f"longest stop {f['worst_stop_ms']:,.0f} ms, {f['worst_distance_m']:.2f} m"
    )


def _fuzz(f: Figures) -> str:
    return (
        f"{f['targets']} decoders, {f['bytes']:,} bytes, at least {f['least_bytes']:,} over each; "
        f"{f['mutated_files']:,} files; slowest {f['slowest_ms']:.0f} ms; {f['found']} found"
    )


BARS: Final = (
    Bar(
        "coverage",
        "coverage of kernel, gate and codecs",
        "opendbc: all lines, branches not asked for",
        "100 % of lines and branches",
        _coverage,
        lambda f: f["lines_percent"] == f["branches_percent"] == 100.0,
        "make coverage",
    ),
    Bar(
        "mutation",
        "mutants of kernel, gate and codecs",
        "opendbc: 3,086 sites, 3 accepted survivors",
        "0 survivors, 0 not run",
        _mutation,
        lambda f: f["mutants"] > 0 and f["survived"] == f["not_run"] == 0,
        "make mutate",
    ),
    Bar(
        "matrix",
        "every fault in every state on every machine",
        "ArduPilot: about 191 scenarios, with retries",
        "18,000 runs without one retry",
        _matrix,
        _matrix_met,
        "make matrix",
    ),
    Bar(
        "pairs",
        "every pair of core faults on every machine",
        "none of them",
        "no stop later or milder than alone",
        _pairs,
        lambda f: f["run"] == f["passed"] == f["possible"] > 0,
        "make matrix",
    ),
    Bar(
        "soak",
        "sessions in which nothing is wrong, virtual time",
        "none publish it",
        "no false stop in 10,000 h",
        _soak,
        _soak_met,
        "make soak HOURS=10000",
    ),
    Bar(
        "suite",
        "all of `make test`, the seeded parts of all this among it",
        "none",
        "< 15 minutes on 2 cores",
        lambda f: (
            f"{f['wall_s'] // 60} min {f['wall_s'] % 60} s, "
            f"{f['cpu_s'] / 60:.1f} min of processor, "
            f"{'all passed' if f['exit_code'] == 0 else 'not all passed'}"
        ),
        lambda f: f["exit_code"] == 0 and f["wall_s"] < 900,
        "make test",
    ),
    Bar(
        "scenarios",
        "scenario tests in which something goes wrong",
        "Klipper: 1 of 37 scripts",
        ">= 60 %",
        lambda f: f"{f['troubled']:,} of {f['scenarios']:,}, {f['failed']} failed",
        lambda f: 0.6 * f["scenarios"] <= f["troubled"] > 0 and f["failed"] == 0,
        "make test",
    ),
    Bar(
        "claims",
        "claims that every driver and machine inherits",
        "opendbc: 50",
        ">= 40, and bad drivers fail them",
        lambda f: f"{f['claims']} claims on {f['wires']} wires, {f['failed']} failed",
        lambda f: f["claims"] >= 40 and f["failed"] == 0,
        "make test",
    ),
    Bar(
        "explore",
        "states of the kernel reached, with all that can happen in each",
        "none of them does",
        ">= 10^6 in 5 minutes, and no never-event among them",
        lambda f: (
            f"{f['distinct_states']:,} states, {f['kernel_ticks']:,} ticks, "
            f"{f['scenes_to_their_end']} of {f['scenes']} scenes to their end, "
            f"{f['never_events']} never-events, {f['seconds']} s"
        ),
        lambda f: (
            f["never_events"] == 0 and f["distinct_states"] >= 1_000_000 and f["seconds"] <= 300
        ),
        "make explore",
    ),
    Bar(
        "together",
        "session and kernel together, from every change of state in a led session",
        "none of them does",
        "every 3 happenings in a row, and no never-event among them",
        lambda f: (
            f"{f['distinct_states']:,} states, {f['ticks']:,} ticks: every {f['depth']} of "
            f"{f['happenings']} happenings in a row from {f['moments']} moments, "
            f"{f['session_states']} session states, {f['never_events']} never-events, "
            f"{f['seconds']} s"
        ),
        lambda f: f["never_events"] == 0 and f["depth"] >= 3 and f["moments"] > 0,
        "make explore",
    ),
    Bar(
        "releases",
        "strap released at every tick of whole sessions, to the stop at the machine, virtual time",
        "Klipper: a lease of 25 to 250 ms",
        "p99.9 <= 100 ms, longest <= 200 ms, 10^5 releases",
        lambda f: (
            f"p99.9 {f['p999_ms']:.0f} ms, longest {f['max_ms']:.0f} ms, {f['releases']:,} releases"
        ),
        lambda f: f["p999_ms"] <= 100 and f["max_ms"] <= 200 and f["releases"] >= 100_000,
        "make releases",
    ),
    Bar(
        "latency",
        "strap released while moving, to the stop on the wire, real processes over RFC 2217",
        "Klipper: a lease of 25 to 250 ms",
        "p99.9 <= 100 ms, longest <= 200 ms",
        lambda f: (
            f"p50 {f['p50_ms']:.1f} ms, p99.9 {f['p999_ms']:.1f} ms, longest {f['max_ms']:.1f} ms, "
            f"{f['releases']:,} releases"
        ),
        lambda f: f["p999_ms"] <= 100 and f["max_ms"] <= 200 and f["releases"] >= 1_000,
        "make latency",
    ),
    Bar(
        "kill",
        "`kill -9` of core or gate while moving, to the first frame of the stop",
        "panda: a heartbeat of 5 s",
        "every one <= 400 ms, every belt stands",
        lambda f: ", ".join(
            f"{victim}: longest {f[victim]['longest_ms']:.0f} ms, {f[victim]['stood']} of "
            f"{f[victim]['kills']} stand"
            for victim in ("core", "gate")
        ),
        lambda f: all(
            f[victim]["stood"] == f[victim]["told"] == f[victim]["kills"]
            and f[victim]["longest_ms"] <= 400
            for victim in ("core", "gate")
        ),
        "make latency",
    ),
    Bar(
        "fuzz",
        "hostile bytes and files at everything that reads any",
        "none of them",
        "10^8 bytes over each decoder, nothing found",
        _fuzz,
        lambda f: f["least_bytes"] >= 100_000_000 and not f["found"] and f["slowest_ms"] <= 1_000,
        "make fuzz",
    ),
    Bar(
        "chaos",
        "kill, freeze, starve, unplug: running processes over RFC 2217, pty and virtual air",
        "panda: 29 tests on hardware",
        "1,000 events judged, none broken",
        _chaos,
        lambda f: f["judged"] >= 1_000 and not f["verdicts"].get("broken"),
        "make chaos",
    ),
    Bar(
        "seeded",
        "plausible bugs, most of which happened to somebody",
        "opendbc injects MISRA violations",
        ">= 50, each caught",
        lambda f: f"{f['caught']} of {f['bugs']} caught, by {f['tests']} tests",
        lambda f: f["caught"] == f["bugs"] >= 50,
        "make seeded",
    ),
)
