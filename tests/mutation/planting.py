"""How changed source becomes running code, without a file being touched.

A change inside functions is planted in place: the functions that are already imported, and
that tables and other modules already hold, get the new code. A change of anything that runs at
import needs an interpreter that has not imported the module yet, and an import hook.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

Sources = Mapping[str, str]
"""The changed text of each module, by its dotted name."""


class CannotPlant(Exception):
    """A changed function is not where it could be found."""


def path_of(root: Path, module: str) -> Path:
    """Where the source of *module* is below *root*."""
    plain = root.joinpath(*module.split(".")).with_suffix(".py")
    return plain if plain.exists() else root.joinpath(*module.split("."), "__init__.py")


def changes_functions_only(before: str, after: str) -> bool:
    """Whether importing either text does the same, the insides of functions aside."""
    old, new = compile(before, "module", "exec"), compile(after, "module", "exec")
    return _surface(old) == _surface(new)


def plant_in_place(module: ModuleType, before: str, after: str) -> None:
    """Give the functions of the imported *module* the code that *after* has for them."""
    name = str(module.__file__)
    old = dict(_functions(compile(before, name, "exec")))
    new = dict(_functions(compile(after, name, "exec")))
    changed = {key: code for key, code in new.items() if _content(code) != _content(old[key])}
    if not changed:
        raise CannotPlant("nothing differs")
    living = _living(module)
    for key, code in changed.items():
        found = [f for f in living if _content(f.__code__) == _content(old[key])]
        found = [f for f in found if f.__code__.co_qualname == code.co_qualname]
        if not found:
            raise CannotPlant(code.co_qualname)
        for function in found:
            if len(function.__code__.co_freevars) != len(code.co_freevars):
                raise CannotPlant(code.co_qualname)
            function.__code__ = code


def plant_at_import(root: Path, sources: Sources) -> None:
    """Let every later import of these modules run the changed text."""
    loaded = [module for module in sources if module in sys.modules]
    if loaded:
        raise CannotPlant(f"already imported: {loaded}")
    sys.meta_path.insert(0, _Finder(root, sources))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, root: Path, sources: Sources) -> None:
        self._root = root
        self._sources = sources

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._sources:
            return None
        place = path_of(self._root, fullname)
        loader = _Loader(fullname, str(place), self._sources[fullname])
        return importlib.util.spec_from_file_location(fullname, place, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        # Never from a cache, and nothing is written to one.
        return compile(self._source, self.path, "exec", dont_inherit=True)


Key = tuple[str, int]


def _functions(code: CodeType) -> Iterator[tuple[Key, CodeType]]:
    """The functions that live on: of modules and classes, not those inside functions."""
    counts: dict[str, int] = {}
    stack = [code]
    while stack:
        for constant in stack.pop().co_consts:
            if not isinstance(constant, CodeType):
                continue
            if _is_class_body(constant):
                stack.append(constant)
                continue
            nth = counts.get(constant.co_qualname, 0)
            counts[constant.co_qualname] = nth + 1
            yield (constant.co_qualname, nth), constant


def _is_class_body(code: CodeType) -> bool:
    return "__module__" in code.co_names and "__qualname__" in code.co_names


def _content(code: CodeType) -> tuple[object, ...]:
    """What *code* does, wherever it stands."""
    return (
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_argcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_exceptiontable,
        tuple(_constant(each) for each in code.co_consts),
    )


def _constant(value: object) -> object:
    if isinstance(value, CodeType):
        return _content(value)
    return (type(value), repr(value))  # True is no 1 here


def _surface(code: CodeType) -> tuple[object, ...]:
    """What running *code* at import does, with its functions known by name and signature only."""
    inner: list[object] = []
    for value in code.co_consts:
        if not isinstance(value, CodeType):
            inner.append((type(value), repr(value)))
        elif _is_class_body(value):
            inner.append(_surface(value))
        else:
            inner.append(
                (
                    value.co_qualname,
                    value.co_varnames[: value.co_argcount + value.co_kwonlyargcount],
                    value.co_freevars,
                    value.co_flags,
                )
            )
    return (code.co_code, code.co_names, code.co_exceptiontable, tuple(inner))


def _living(module: ModuleType) -> list[FunctionType]:
    found: dict[int, FunctionType] = {}
    stack: list[object] = list(vars(module).values())
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        match value:
            case FunctionType():
                found[id(value)] = value
                if hasattr(value, "__wrapped__"):
                    stack.append(value.__wrapped__)
            case type() if value.__module__ == module.__name__:
                stack.extend(vars(value).values())
            case staticmethod() | classmethod():
                stack.append(value.__func__)
            case property():
                stack.extend((value.fget, value.fset, value.fdel))
            case cached_property():
                stack.append(value.func)
            case dict():
                stack.extend(value.values())
            case tuple() | list():
                stack.extend(value)
            case _ if hasattr(value, "__wrapped__") and not isinstance(value, type):
                stack.append(value.__wrapped__)
            case _:
                pass
    return list(found.values())
