"""Documents of the trade in the words of the W3C CCG traceability vocabulary, in both directions. Pure.

That vocabulary (its schemas are under `w3c-ccg/traceability-vocab`) writes numbers as numbers, measures with a unit
beside them, and every object with its type. Each pair of types is a table of links (`traceability_types`); this module
reads and writes by the tables. What has no place on the other side, or is not said there in a form that ours allows
(a country by name, a weight in an unknown unit), is never guessed and never dropped in silence: it is named in
`left_out`. Whether what was read is a whole document, the catalogue says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from transire.documents.differences import is_deep, leaves
from transire.errors import TransireError


class MappingUnknown(TransireError):
    """A type that no table knows."""

    code = "documents.mapping-unknown"
    sentence = "There is no document of the trade that says the same as this one."
    fix = "Bring a document whose type stands in the reference of documents, or fill in the form."
    status = 422


class Mapped(msgspec.Struct, frozen=True):
    """A subject in the words of the other side: its type there, and the pointers of what was not taken, or in part."""

    type: str
    subject: dict[str, Any]
    left_out: tuple[str, ...]


class Taken(NamedTuple):
    """A value as the other side writes it; `whole` is false where something of it was lost."""

    value: Any
    whole: bool = True


class Conversion(NamedTuple):
    """How a value crosses over. Both get the subject of ours as far as it is known; None: it cannot be said there."""

    read: Callable[[Any, Mapping[str, Any]], Taken | None]
    write: Callable[[Any, Mapping[str, Any]], Any]


class Link(NamedTuple):
    """One member of ours (`/` between names) and one of theirs (`name:Type` where the object there has a type)."""

    ours: str
    theirs: str
    by: Conversion
    read_only: bool = False
    """Read where nothing stands yet, never written: a second place where the others may have put it."""


class Joined(NamedTuple):
    """One member of ours that is several of theirs."""

    ours: str
    theirs: tuple[str, ...]
    read: Callable[[Sequence[Any]], Taken | None]
    write: Callable[[Any], Sequence[Any]]


class Nested(NamedTuple):
    """An object of ours and one of theirs; an empty path is the whole subject."""

    ours: str
    theirs: str
    links: Links


class Rows(NamedTuple):
    """A list of objects on both sides, of one type there; ours are numbered where `counted` names the member."""

    ours: str
    theirs: str
    type: str
    links: Links
    counted: str = ""


Links = Sequence["Link | Joined | Nested | Rows"]


class Table(NamedTuple):
    """A pair of types. `fixed` are members of ours that their type says by itself."""

    theirs: str
    schema_id: str
    links: Links
    fixed: Mapping[str, str] = {}


ROW_LIMIT: Final = 5000
"""The longest list that any of our documents holds."""


def from_traceability(subject: Mapping[str, Any]) -> Mapped:
    """A credential subject of theirs as one of ours; `Mapped.type` is the schema id.

    >>> theirs = {"type": ["PackingList"], "orderNumber": "PO-1", "totalNumberOfPackages": 3, "trackingNumber": "T"}
    >>> found = from_traceability(theirs)
    >>> found.type, found.subject, found.left_out
    ('packing-list/1', {'orderNumber': 'PO-1', 'totalPackages': 3}, ('/trackingNumber',))
    """
    names = subject.get("type")
    listed = names if isinstance(names, list) else [names]
    named = {name for name in listed if isinstance(name, str)}
    if is_deep(subject):
        raise MappingUnknown(got="more levels than any document has")
    for table in _tables():
        if table.theirs in named:
            reading = _Reading(dict(table.fixed))
            reading.take(table.links, subject, "", reading.root)
            return Mapped(table.schema_id, reading.root, tuple(reading.left_out(subject)))
    raise MappingUnknown(got=f"{names!r}"[:120], expected=", ".join(table.theirs for table in _tables()))


def to_traceability(schema_id: str, subject: Mapping[str, Any]) -> Mapped:
    """A credential subject of ours as one of theirs; `Mapped.type` is their type.

    >>> to_traceability("packing-list/1", {"orderNumber": "PO-1", "totalPackages": 3, "issuedOn": "2026-11-16"})
    Mapped(type='PackingList', subject={'type': ['PackingList'], 'orderNumber': 'PO-1', 'totalNumberOfPackages': 3}, \
left_out=('/issuedOn',))
    """
    for table in _tables():
        if table.schema_id == schema_id and all(subject.get(name) == said for name, said in table.fixed.items()):
            writing = _Writing(subject)
            made: dict[str, Any] = {"type": [table.theirs]}
            writing.put(table.links, subject, "", made)
            writing.said.update(f"/{name}" for name in table.fixed)
            return Mapped(table.theirs, made, tuple(writing.left_out()))
    raise MappingUnknown(got=schema_id, expected=", ".join(sorted({table.schema_id for table in _tables()})))


def their_types() -> tuple[str, ...]:
    """The types of theirs that can be read."""
    return tuple(table.theirs for table in _tables())


def _tables() -> Sequence[Table]:
    # Not before: the tables are written with the links that are defined here.
    from transire.documents.traceability_customs import CUSTOMS_TABLES
    from transire.documents.traceability_types import TABLES

    return (*TABLES, *CUSTOMS_TABLES)


_Step = tuple[str | int, str]


def _steps(path: str) -> list[_Step]:
    """`utilized:Equipment/0/number` as names or places, each with the type of the object that stands there."""
    steps: list[_Step] = []
    for part in path.split("/") if path else ():
        name, _, type_name = part.partition(":")
        steps.append((int(name) if name.isdigit() else name, type_name))
    return steps


def _at(value: Any, path: str) -> Any:
    for name, _ in _steps(path):
        if isinstance(name, int):
            value = value[name] if isinstance(value, list) and len(value) > name else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _pointer(where: str, path: str) -> str:
    return where + "".join(f"/{name}" for name, _ in _steps(path))


def _put(target: Any, path: str, value: Any) -> None:
    """Set a value at a path of an object, making the objects and lists on the way with their types."""
    steps = _steps(path)
    for at, (name, type_name) in enumerate(steps):
        last = at == len(steps) - 1
        made: Any = value if last else [] if isinstance(steps[at + 1][0], int) else {}
        if isinstance(made, dict) and type_name:
            made = {"type": [type_name], **made}
        if isinstance(name, int):
            if len(target) <= name:
                target.append(made)
        elif last or name not in target:
            target[name] = made
        target = target[name]


class _Reading:
    """One subject of theirs as it is read: what ours is so far, and which places of theirs have been taken."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.taken: set[str] = set()
        self.in_part: set[str] = set()

    def take(self, links: Links, theirs: Any, where: str, into: dict[str, Any]) -> None:
        for link in links:
            if isinstance(link, Rows):
                self._rows(link, theirs, where, into)
            elif isinstance(link, Nested):
                inner: dict[str, Any] = {}
                self.take(link.links, _at(theirs, link.theirs), _pointer(where, link.theirs), inner)
                if inner:
                    _put(into, link.ours, inner)
            elif isinstance(link, Joined):
                found = [_at(theirs, path) for path in link.theirs]
                if None not in found:
                    self._set(link.ours, link.read(found), [_pointer(where, path) for path in link.theirs], into)
            elif (value := _at(theirs, link.theirs)) is not None and _at(into, link.ours) is None:
                self._set(link.ours, link.by.read(value, self.root), [_pointer(where, link.theirs)], into)

    def _rows(self, link: Rows, theirs: Any, where: str, into: dict[str, Any]) -> None:
        found = _at(theirs, link.theirs)
        rows = []
        for at, each in enumerate(found[:ROW_LIMIT] if isinstance(found, list) else ()):
            row: dict[str, Any] = {link.counted: at + 1} if link.counted else {}
            self.take(link.links, each, f"{_pointer(where, link.theirs)}/{at}", row)
            rows.append(row)
        if rows:
            _put(into, link.ours, rows)

    def _set(self, ours: str, taken: Taken | None, places: list[str], into: dict[str, Any]) -> None:
        if taken is None:
            return
        _put(into, ours, taken.value)
        self.taken.update(places)
        if not taken.whole:
            self.in_part.update(places)

    def left_out(self, theirs: Mapping[str, Any]) -> Iterator[str]:
        for pointer, _ in leaves(theirs):
            # A type is said by the table.
            if "/type/" not in f"{pointer}/" and not _is_within(pointer, self.taken):
                yield pointer
        yield from sorted(self.in_part)


class _Writing:
    """One subject of ours as it is written: which places of it have been said."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.said: set[str] = set()

    def put(self, links: Links, ours: Mapping[str, Any], where: str, into: dict[str, Any]) -> None:
        for link in links:
            value = _at(ours, link.ours)
            if value is None or (isinstance(link, Link) and link.read_only):
                continue
            if isinstance(link, Rows):
                self._rows(link, value, where, into)
            elif isinstance(link, Nested):
                target = _object_at(into, link.theirs)
                self.put(link.links, value, _pointer(where, link.ours), target)
            elif isinstance(link, Joined):
                for path, part in zip(link.theirs, link.write(value), strict=True):
                    _put(into, path, part)
                self.said.add(_pointer(where, link.ours))
            else:
                self._say(link, value, where, into)

    def _say(self, link: Link, value: Any, where: str, into: dict[str, Any]) -> None:
        written = link.by.write(value, self.root)
        if written is not None:
            _put(into, link.theirs, written)
            self.said.add(_pointer(where, link.ours))

    def _rows(self, link: Rows, rows: Sequence[Any], where: str, into: dict[str, Any]) -> None:
        made = []
        for at, row in enumerate(rows):
            here = f"{_pointer(where, link.ours)}/{at}"
            each: dict[str, Any] = {"type": [link.type]}
            self.put(link.links, row, here, each)
            if link.counted and row.get(link.counted) == at + 1:
                self.said.add(f"{here}/{link.counted}")  # the place in the list says it
            made.append(each)
        _put(into, link.theirs, made)

    def left_out(self) -> Iterator[str]:
        return (pointer for pointer, _ in leaves(self.root) if not _is_within(pointer, self.said))


def _object_at(into: dict[str, Any], path: str) -> dict[str, Any]:
    """The object at a path, made with its types where it is not there; the subject itself for no path."""
    if not path:
        return into
    if _at(into, path) is None:
        _put(into, path, {})
    found: dict[str, Any] = _at(into, path)
    return found


def _is_within(pointer: str, places: set[str]) -> bool:
    """Whether a place is one of these, or lies below one."""
    while pointer:
        if pointer in places:
            return True
        pointer = pointer.rpartition("/")[0]
    return False
