"""Any value that may travel between core and gate, for hypothesis."""

import types
from dataclasses import fields, is_dataclass
from typing import Any, Final, get_args, get_type_hints

from hypothesis import strategies as st

from treadctl.gate.ipc import Bye, Hello, Message
from treadctl.gate.setup import GateSetup
from treadctl.model import Report, Request

_INTS: Final = st.integers(-(2**53), 2**53)


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    """Anything of this type that may travel."""
    if annotation is int:
        return _INTS
    if is_dataclass(annotation) and isinstance(annotation, type):
        hints = get_type_hints(annotation)
        return st.builds(annotation, **{f.name: _values(hints[f.name]) for f in fields(annotation)})
    if isinstance(annotation, types.UnionType):
        return st.one_of(*map(_values, get_args(annotation)))
    return st.from_type(annotation)


messages: Final[st.SearchStrategy[Message]] = st.one_of(
    *map(_values, (Hello, GateSetup, Request, Report, Bye))
)
