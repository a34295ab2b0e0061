"""Turns a form into functions without a loop or a question, once; the rest is looked up.

The source of these functions is put together from the table in `_layout.py` and from integers.
Nothing a device says becomes a name in it. It is what `namedtuple` does, for the same reason: a
loop over the table costs dozens of times the `struct` call in it, these cost four to six times
(benchmarks/bench_ftms_codec.py).
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from firmware_protocols.ftms._layout import Field, Form, fields_of

Row = tuple[Any, ...]

_CODES: Final = {
    (1, False): "B",
    (2, False): "H",
    (2, True): "h",
    (3, False): "HB",
}


def reader(flags: int, form: Form, names: tuple[str, ...], kind: type[Row]) -> Callable[[Any], Any]:
    """Return the function that makes a *kind* of the bytes of a record with these *flags*.

    *names* are those of its members: the flags, fields by name, and the anomalies.
    """
    taken: list[str] = []
    values = {"flags": str(flags), "anomalies": "anomalies" if form.anomalies else "()"}
    for field in form.fields:
        if field.size == 3:
            taken += [f"{field.name}_low", f"{field.name}_high"]
            values[field.name] = f"{field.name}_low | {field.name}_high << 16"
        else:
            taken.append(field.name)
            values[field.name] = _unless_unavailable(field)
    # What never changes is a default argument: that is the fastest name a function has.
    source = (
        "def read(data, unpack=unpack, new=new, kind=kind, anomalies=anomalies):\n"
        f"    [{', '.join(taken)}] = unpack(data)\n"
        f"    return new(kind, ({', '.join(values.get(name, 'None') for name in names)},))\n"
    )
    return _function(
        source,
        "read",
        unpack=_struct("2x", form.fields, form.trailing).unpack,
        new=tuple.__new__,
        kind=kind,
        anomalies=form.anomalies,
    )


def writer(flags: int, names: tuple[str, ...], *, wide_pace: bool) -> Callable[[Row], bytes | None]:
    """Return the function that makes bytes of a record with these flags, or None of one that
    holds what its flags do not announce, or holds the number that means "not available".

    It raises `struct.error` or `TypeError` for a value that is missing or too large.
    """
    fields = fields_of(flags, wide_pace=wide_pace)
    said = {field.name for field in fields}
    unsaid = [name for name in names if name not in said | {"flags", "anomalies"}]
    wrong = [f"{name} is not None" for name in unsaid]
    given = ["flags"]
    for field in fields:
        if field.size == 3:
            given += [f"{field.name} & 0xFFFF", f"{field.name} >> 16"]
        elif field.unavailable:
            given.append(f"{field.unavailable[0]} if {field.name} is None else {field.name}")
            wrong += [f"{field.name} == {value}" for value in field.unavailable]
        else:
            given.append(field.name)
    source = (
        "def write(record, pack=pack):\n"
        f"    {', '.join(names)} = record\n"
        f"    if {' or '.join(wrong)}:\n"
        "        return None\n"
        f"    return pack({', '.join(given)})\n"
    )
    return _function(source, "write", pack=_struct("H", fields, 0).pack)


def _unless_unavailable(field: Field) -> str:
    if not field.unavailable:
        return field.name
    unavailable = " or ".join(f"{field.name} == {value}" for value in field.unavailable)
    return f"None if {unavailable} else {field.name}"


def _struct(flags: str, fields: tuple[Field, ...], trailing: int) -> Struct:
    codes = "".join(_CODES[field.size, field.signed] for field in fields)
    return Struct(f"<{flags}{codes}{trailing}x")


def _function(source: str, name: str, **known: object) -> Callable[[Any], Any]:
    namespace: dict[str, Any] = dict(known)
    exec(source, namespace)
    made: Callable[[Any], Any] = namespace[name]
    return made
