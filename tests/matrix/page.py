"""The heat map: one HTML file that needs nothing else."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from tests.matrix.cells import Cell
from tests.matrix.expected import UNSTOPPABLE
from tests.matrix.faults import FAULTS, Fault
from tests.matrix.figures import Results, reaction_ms
from tests.matrix.walk import PHASES, STATES, WAYS, Way, impossible_state
from tests.proof.results import commit, machine
from treadctl.core.machine import SessionState

SLOW_MS: Final = 3_000
FAR_M: Final = 1.5
"""The warm end of the scales."""
STYLE: Final = """
:root{color-scheme:light dark;font:14px/1.4 system-ui,sans-serif}
body{margin:2rem auto;max-width:110rem;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 2rem}
th,td{border:1px solid #8886;padding:0}
thead th{writing-mode:vertical-rl;transform:rotate(180deg);padding:.4rem .2rem;font-weight:600}
tbody th{text-align:left;padding:.1rem .5rem;font-weight:500;white-space:nowrap}
td{min-width:4.2rem;text-align:center;font-variant-numeric:tabular-nums;color:#111}
td span{display:block;padding:.05rem .3rem}
td.none{background:#8882;color:inherit}
td.not{background:repeating-linear-gradient(45deg,#8883 0 4px,#8881 4px 8px)}
td.bad{outline:3px solid #c00;outline-offset:-3px}
dt{font-weight:600}
pre{overflow:auto}
"""


def page(numbers: Mapping[str, Any], results: Results, seed: int) -> str:
    """Everything that a run found, for a browser."""
    body = [
        "<h1>Fault matrix</h1>",
        f"<p>{numbers['run']:,} of {numbers['possible']:,} cells run, "
        f"{numbers['failed'] + numbers['crashed']:,} failed, {numbers['not_run']:,} not run; "
        f"{numbers['impossible']:,} more cannot be and are not counted as run. "
        f"{numbers['never_events']:,} never-events. {numbers['virtual_h']:,} virtual hours. "
        f"Source {commit()}, seed {seed}, on {machine()}.</p>",
        "<p>Each field stands for one fault in one state, and for its ten moments there. Above: "
        "the longest time from the fault to the first frame of the stop, in ms. Below: the "
        "longest way of the belt from the fault until it stood, in m. Grey: it was not stopped "
        "and did not have to be. A number in brackets: in so many of its moments. "
        "<i>runs on</i>: no host can stop it, and the alarm says so. Hatched: impossible. "
        "Framed in red: a cell failed.</p>",
    ]
    for way in WAYS:
        if way.impossible is None:
            body += _table(way, results)
    body.append(_legend())
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Fault matrix</title>"
        f"<style>{STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _table(way: Way, results: Results) -> list[str]:
    states = [state for state in STATES if impossible_state(way, state) is None]
    head = "".join(f"<th>{state.value.replace('_', ' ')}</th>" for state in states)
    rows = [
        f'<tr><th title="{escape(fault.what)}">{fault.name}</th>'
        + "".join(_field(way, state, fault, results) for state in states)
        + "</tr>"
        for fault in FAULTS.values()
    ]
    return [
        f"<h2>{way.machine}, {way.mode.value}</h2>",
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
    ]


def _field(way: Way, state: SessionState, fault: Fault, results: Results) -> str:
    cells = [Cell(way, state, phase, fault) for phase in range(PHASES)]
    if cells[0].impossible is not None:
        return f'<td class=not title="{escape(cells[0].impossible)}"></td>'
    found = [results[cell.key] for cell in cells if cell.key in results]
    bad = [why for result in found for why in result["why"]]
    marked = " class=bad" if bad else ""
    title = f' title="{escape(chr(10).join(bad))}"' if bad else ""
    stopped = [result for result in found if result.get("told_ms") is not None]
    if not stopped:
        quiet = "bad" if bad else "none"
        return f"<td class={quiet}{title}>{'' if found else '?'}</td>"
    longest_ms = max(reaction_ms(result) for result in stopped)
    share = f" ({len(stopped)})" if len(stopped) < len(found) else ""
    moved = [result["distance_m"] for result in stopped if result["stood_ms"] is not None]
    runs = len(moved) < len(stopped) and way.machine in UNSTOPPABLE.get(fault.name, frozenset())
    if runs:
        below = "<span style='background:#e66'>runs on</span>"
    else:
        far_m = max(moved, default=0.0)
        below = f"<span style='background:{_colour(far_m / FAR_M)}'>{far_m:.2f}</span>"
    above = f"<span style='background:{_colour(longest_ms / SLOW_MS)}'>{longest_ms}{share}</span>"
    return f"<td{marked}{title}>{above}{below}</td>"


def _colour(share: float) -> str:
    """From green to red, readable with black letters."""
    hue = 130 - 120 * min(1.0, max(0.0, share))
    return f"hsl({hue:.0f} 70% 72%)"


def _legend() -> str:
    rows = "".join(f"<dt>{f.name}</dt><dd>{escape(f.what)}</dd>" for f in FAULTS.values())
    return f"<h2>What the faults are</h2><dl>{rows}</dl>"
