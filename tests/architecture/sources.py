"""Finds the project's own files and reads their imports without running them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("treadctl", "firmware_protocols", "simulator")
TEXT_SUFFIXES: Final = {".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".json", ".jsonl", ".tcss"}
TEXT_NAMES: Final = {"Makefile", "run", ".importlinter", ".gitattributes", ".gitignore"}
FOLDERS: Final = (*PACKAGES, "tests", "docs", "benchmarks", ".ci")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, absolute and dotted: ``from a import b`` is ``a.b``."""

    name: str
    line: int
    typing_only: bool
    """Inside ``if TYPE_CHECKING``: never executed."""


def within(module: str, place: str) -> bool:
    """Whether *module* is *place* or inside it; ``a.b_*`` is every name that begins so."""
    if place.endswith("*"):
        return module.startswith(place[:-1])
    return module == place or module.startswith(f"{place}.")


def python_files(*trees: str) -> list[Path]:
    """Return every Python file below *trees*, sorted."""
    return sorted(path for tree in trees for path in (ROOT / tree).rglob("*.py"))


def text_files() -> list[Path]:
    """Return every file of the project that a person reads, sorted."""
    places = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    places += ROOT.iterdir()
    return sorted(
        path
        for path in places
        if path.is_file() and (path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES)
    )


def module_name(path: Path) -> str:
    """Return the dotted name under which *path* is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str, module: str, *, is_package: bool = False) -> Iterator[Import]:
    """Yield what *source* imports, wherever it stands in the file.

    A call of ``__import__`` or ``importlib.import_module`` counts as an import of
    ``importlib``: what cannot be read cannot be judged.
    """
    package = module.split(".") if is_package else module.split(".")[:-1]
    tree = ast.parse(source)
    guarded = {id(node) for guard in ast.walk(tree) for node in _typing_only(guard)}
    for node in ast.walk(tree):
        typing_only = id(node) in guarded
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(alias.name, node.lineno, typing_only)
            case ast.ImportFrom(module=origin, names=names, level=level):
                base = package[: len(package) - level + 1] if level else []
                prefix = ".".join([*base, *([origin] if origin else [])])
                for alias in names:
                    yield Import(f"{prefix}.{alias.name}", node.lineno, typing_only)
            case ast.Call(func=ast.Name(id="__import__")):
                yield Import("importlib", node.lineno, typing_only)


def _typing_only(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            for statement in node.body:
                yield from ast.walk(statement)
