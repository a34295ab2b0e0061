"""Every small change that is worth making to a module, as text.

A mutant replaces one stretch of source. Left alone is what no machine could tell from the
original: annotations, docstrings, sentences for people, decorators, assertions for the type
checker.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Enums = Mapping[str, tuple[str, ...]]
"""The members of each enum by its name, in the order of its definition."""

_COMPARISONS: Final[dict[type[ast.cmpop], ast.cmpop]] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
_ARITHMETIC: Final[dict[type[ast.operator], ast.operator]] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.FloorDiv(),
    ast.FloorDiv: ast.Mult(),
    ast.Div: ast.Mult(),
    ast.Mod: ast.FloorDiv(),
    ast.LShift: ast.RShift(),
    ast.RShift: ast.LShift(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
    ast.BitXor: ast.BitOr(),
}
_UNTOUCHED_NAMES: Final = frozenset({"__slots__", "__all__", "__match_args__"})
_UNTOUCHED_CALLS: Final = frozenset({"assert_never", "TypeVar", "NewType", "cast", "overload"})
_UNTOUCHED_BASES: Final = frozenset({"Protocol"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module."""

    module: str
    place: str
    """The function or class, dotted; for the module's own level the name that is bound there."""
    operator: str
    before: str
    after: str
    nth: int
    """Which of several equal changes in that place."""
    line: int
    end_line: int
    start: int
    end: int
    text: str
    within: int
    """The line on which the statement begins that this is a part of."""
    at_import: bool
    """The changed code runs when the module is imported, not when something is called."""

    @property
    def id(self) -> str:
        """A name that survives lines being added above."""
        return f"{self.module}|{self.place}|{self.operator}|{self.before}|{self.after}|{self.nth}"

    def source(self, original: str) -> str:
        """Return *original* with this change made."""
        raw = original.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()


def enums_of(source: str) -> dict[str, tuple[str, ...]]:
    """Find the enums that *source* defines."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Enum", "Flag")) for base in node.bases
        ):
            members = tuple(
                target.id
                for statement in node.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            )
            if len(members) > 1:
                found[node.name] = members
    return found


def mutants_of(module: str, source: str, enums: Enums) -> list[Mutant]:
    """Return all mutants of one module, in the order of its lines."""
    return _Finder(module, source, enums).find()


class _Finder:
    def __init__(self, module: str, source: str, enums: Enums) -> None:
        self._module = module
        self._enums = enums
        self._starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._tree = ast.parse(source)
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._found: list[Mutant] = []
        self._within = 0

    def find(self) -> list[Mutant]:
        self._body(self._tree.body, "", at_import=True)
        return self._found

    def _body(self, body: list[ast.stmt], place: str, *, at_import: bool) -> None:
        rebound = _rebound(body)
        for statement in body:
            self._statement(statement, place, at_import, rebound)

    def _statement(
        self, node: ast.stmt, place: str, at_import: bool, rebound: frozenset[str]
    ) -> None:
        self._within = node.lineno
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for default in (*node.args.defaults, *node.args.kw_defaults):
                    if default is not None:
                        self._expression(default, _join(place, node.name), at_import)
                self._body(node.body, _join(place, node.name), at_import=False)
            case ast.ClassDef(name=name, bases=bases):
                if not any(ast.unparse(base) in _UNTOUCHED_BASES for base in bases):
                    self._body(node.body, _join(place, name), at_import=at_import)
            case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal():
                pass
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.Expr(value=ast.Constant()):
                pass  # a docstring, or the body of something abstract
            case ast.AnnAssign(value=None):
                pass
            case _:
                self._acting(node, place, at_import, rebound)

    def _acting(self, node: ast.stmt, place: str, at_import: bool, rebound: frozenset[str]) -> None:
        names = _bound_names(node)
        if names & _UNTOUCHED_NAMES or _calls(node, _UNTOUCHED_CALLS):
            return
        inner = place
        if at_import and names:
            inner = _join(place, "+".join(sorted(names)))
        if not at_import and _removable(node, names, rebound):
            self._add(node, inner, at_import, "removed", "pass")
        if isinstance(node, ast.If):
            self._add(node.test, inner, at_import, "condition", "True")
        if isinstance(node, ast.If | ast.While):
            self._add(node.test, inner, at_import, "condition", "False")
        if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            self._add(node, inner, at_import, "returned", "return None")
        for name, value in ast.iter_fields(node):
            if name in ("targets", "target"):
                for each in value if isinstance(value, list) else [value]:
                    self._target(each, inner, at_import)
            elif name == "annotation":
                continue
            else:
                self._field(value, inner, at_import, rebound)

    def _field(self, value: object, place: str, at_import: bool, rebound: frozenset[str]) -> None:
        match value:
            case ast.stmt():
                self._statement(value, place, at_import, rebound)
            case ast.expr():
                self._expression(value, place, at_import)
            case ast.AST():
                for _, below in ast.iter_fields(value):
                    self._field(below, place, at_import, rebound)
            case list():
                for each in value:
                    self._field(each, place, at_import, rebound)
            case _:
                pass

    def _target(self, node: ast.expr, place: str, at_import: bool) -> None:
        """Of what is assigned to, only the index can be wrong."""
        for below in ast.walk(node):
            if isinstance(below, ast.Subscript):
                self._expression(below.slice, place, at_import)

    def _expression(self, node: ast.expr, place: str, at_import: bool) -> None:
        if isinstance(node, ast.JoinedStr):
            return  # a sentence for people; its parts have no places of their own
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _UNTOUCHED_CALLS:
            return
        for operator, changed in _changes(node, self._enums):
            self._add(node, place, at_import, operator, changed)
        if isinstance(node, ast.IfExp):
            for constant in ("True", "False"):
                self._add(node.test, place, at_import, "condition", constant)
        if isinstance(node, ast.Lambda):
            self._expression(node.body, place, at_import)
            return
        for _, value in ast.iter_fields(node):
            for below in value if isinstance(value, list) else [value]:
                if isinstance(below, ast.expr):
                    self._expression(below, place, at_import)
                elif isinstance(below, ast.keyword):
                    self._expression(below.value, place, at_import)
                elif isinstance(below, ast.comprehension):
                    self._expression(below.iter, place, at_import)
                    for test in below.ifs:
                        self._add(test, place, at_import, "condition", "True")
                        self._expression(test, place, at_import)

    def _add(
        self, node: ast.stmt | ast.expr, place: str, at_import: bool, operator: str, after: str
    ) -> None:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        before = ast.unparse(node).splitlines()[0]
        kind = (place, operator, before, after)
        mutant = Mutant(
            self._module,
            place,
            operator,
            before,
            after,
            self._seen[kind],
            node.lineno,
            node.end_lineno,
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
            after if isinstance(node, ast.stmt) else f"({after})",
            self._within,
            at_import,
        )
        self._seen[kind] += 1
        self._found.append(mutant)


def _changes(node: ast.expr, enums: Enums) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for index, operation in enumerate(ops):
                changed = [*ops]
                changed[index] = _COMPARISONS[type(operation)]
                yield "comparison", ast.unparse(ast.Compare(left, changed, comparators))
        case ast.BoolOp(op=operation, values=values):
            other: ast.boolop = ast.Or() if isinstance(operation, ast.And) else ast.And()
            yield "boolean", ast.unparse(ast.BoolOp(other, values))
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                shorter = rest[0] if len(rest) == 1 else ast.BoolOp(operation, rest)
                yield "operand", ast.unparse(shorter)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not", ast.unparse(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield "sign", ast.unparse(operand)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            if not any(_is_text(side) or _is_type(side) for side in (left, right)):
                yield "arithmetic", ast.unparse(ast.BinOp(left, _ARITHMETIC[type(operator)], right))
        case ast.Constant(value=bool(value)):
            yield "constant", repr(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "constant", repr(value + 1)
            yield "constant", repr(value - 1)
        case ast.Constant(value=bytes(value)) if value:
            yield "constant", repr(bytes([value[0] ^ 1]) + value[1:])
        case ast.Attribute(value=ast.Name(id=name), attr=member):
            members = enums.get(name, ())
            if member in members:
                following = members[(members.index(member) + 1) % len(members)]
                yield "member", f"{name}.{following}"
        case _:
            pass


def _removable(node: ast.stmt, names: frozenset[str], rebound: frozenset[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            return True
        case ast.Return(value=None) | ast.Break() | ast.Continue():
            return True
        case ast.Assign() | ast.AnnAssign():
            # Without its only binding a name is unknown, which anybody would notice.
            return not names or names <= rebound
        case _:
            return False


def _bound_names(node: ast.stmt) -> frozenset[str]:
    targets: list[ast.expr]
    match node:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            targets = [target]
        case _:
            targets = []
    return frozenset(
        below.id
        for target in targets
        for below in ast.walk(target)
        if isinstance(below, ast.Name) and isinstance(below.ctx, ast.Store)
    )


def _rebound(body: list[ast.stmt]) -> frozenset[str]:
    counts = Counter(
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return frozenset(name for name, count in counts.items() if count > 1)


def _calls(node: ast.stmt, names: frozenset[str]) -> bool:
    return (
        isinstance(node, ast.Expr | ast.Return)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in names
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_type(node: ast.expr) -> bool:
    """One of a union of classes, by the way that names are spelt here."""
    return isinstance(node, ast.Name) and node.id[:1].isupper() and not node.id.isupper()


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
