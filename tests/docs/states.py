"""The session's states as a diagram that fits a page, read from the declared machine.

The library's own drawing has every transition: over a hundred arrows, since stop, fault and
e-stop leave from nearly everywhere. Those are a table below the drawing instead.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from treadctl.core.machine import SessionMachine, SessionState

FROM_ANYWHERE: Final = ("stop", "fault", "e_stop", "lock", "finish", "connect")
_WORDS: Final = {state: state.value.replace("_", " ") for state in SessionState}


def transitions() -> Iterator[tuple[SessionState, str, SessionState]]:
    """Yield every declared change of state; asking for one is not a change."""
    for state in SessionMachine.states:
        for transition in state.transitions:
            if not transition.internal:
                for event in transition.event.split():
                    yield SessionState(state.value), event, SessionState(transition.target.value)


def diagram() -> str:
    """Return the mermaid drawing of the ordinary course of a session."""
    arrows: dict[tuple[SessionState, SessionState], list[str]] = defaultdict(list)
    for source, event, target in transitions():
        if event not in FROM_ANYWHERE or (event, source) == ("connect", SessionState.IDLE):
            arrows[source, target].append(event.replace("_", " "))
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> idle"]
    lines += [
        f"    {source.value} --> {target.value}: {' / '.join(events)}"
        for (source, target), events in arrows.items()
    ]
    return "\n".join([*lines, "```"])


def from_anywhere() -> str:
    """Return what leaves from nearly every state, as a table."""
    sources: dict[tuple[str, SessionState], list[SessionState]] = defaultdict(list)
    for source, event, target in transitions():
        if event in FROM_ANYWHERE:
            sources[event, target].append(source)
    rows = [
        f"| {event.replace('_', ' ')} | {_WORDS[target]} | {_places(among, target)} |"
        for (event, target), among in sources.items()
    ]
    return "\n".join(["| event | leads to | from |", "|---|---|---|", *rows])


def section() -> str:
    """Return drawing and table, the same for every page that shows them."""
    return "\n\n".join([diagram(), _NOT_DRAWN, from_anywhere()])


_NOT_DRAWN: Final = """\
Not drawn, because they leave from too many states. `stop` is legal in every state; where it is not
listed, nothing moves and it changes nothing. `connect` is the way back after a lost link."""


def _places(among: list[SessionState], target: SessionState) -> str:
    others = [s for s in SessionState if s not in among and s is not target]
    if len(among) <= len(others):
        return ", ".join(_WORDS[s] for s in among)
    return "every state but " + ", ".join(_WORDS[s] for s in others)
