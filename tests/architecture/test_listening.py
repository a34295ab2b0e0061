"""SR-48: no network. The one way in beside the terminal is a file that only its user may open."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.sources import ROOT, imports, module_name, python_files

SERVERS: Final = frozenset(
    {"create_server", "create_unix_server", "start_server", "start_unix_server"}
)
ATTACHED: Final = "treadctl/composition/spotter/sockets.py"
"""Where views attach (ADR 0023)."""
LIBRARIES: Final = ("http.server", "socketserver", "xmlrpc.server", "wsgiref")


def listeners(source: str, module: str) -> Iterator[int]:
    """Yield the lines of *source* on which something begins to listen."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in SERVERS | {"listen"}:
                yield node.lineno
            case ast.Name(id=name) if name in SERVERS:
                yield node.lineno
    for found in imports(source, module):
        if found.name.startswith(LIBRARIES):
            yield found.line


def test_sr48_nothing_in_the_product_listens_but_for_attached_views() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("treadctl", "firmware_protocols")
        for line in listeners(path.read_text(), module_name(path))
        if path != ROOT / ATTACHED
    ]
    assert found == []


def test_sr48_what_listens_for_attached_views_knows_no_network() -> None:
    source = (ROOT / ATTACHED).read_text()
    assert len(list(listeners(source, "treadctl.x"))) == 1
    families = {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr.startswith("AF_")
    }
    assert families == {"AF_UNIX"}


@pytest.mark.parametrize(
    "source",
    [
        "s.listen()",
        "await loop.create_server(f)",
        "await asyncio.start_unix_server(f)",
        "start_server(f)",
        "import http.server",
        "from socketserver import TCPServer",
    ],
)
def test_sr48_a_planted_listener_is_found(source: str) -> None:
    assert list(listeners(f"async def f():\n    {source}\n", "treadctl.x")) == [2]
