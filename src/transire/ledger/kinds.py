"""Kinds of statements: what a procedure adds to the ledger's language (LEDGER.md 3).

Every party that receives a statement checks it against its kind: the body's schema, who may state it, what must have
been stated before. The machine never imports this module: the ledger knows no kind, and a test holds it to that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

import jsonschema_rs
import msgspec

from transire.crypto.canonical import Json
from transire.ledger.errors import KindRefused, KindUnknown
from transire.ledger.statement import KIND, Statement

_KIND: Final = re.compile(rf"\A{KIND}\Z")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of statement. An empty `stated_by` means that any member may state it.

    `follows`: kinds of which at least one must be known about a subject of the statement, or be that of a subject that
    is a statement itself; or none is demanded.
    `unhurried`: nobody waits for it, so it is anchored after a random while and its time betrays nothing.
    """

    name: str
    body_schema: dict[str, Json]
    stated_by: frozenset[str] = frozenset()
    follows: tuple[str, ...] = ()
    unhurried: bool = False


class KindRegistry:
    """The kinds that a node knows; each schema is compiled once.

    >>> said = Kind(name="entry.filed/1", body_schema={"type": "object"}, stated_by=frozenset({"broker"}))
    >>> [kind.name for kind in KindRegistry([said])]
    ['entry.filed/1']
    """

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._kinds: dict[str, tuple[Kind, jsonschema_rs.Draft202012Validator]] = {}
        for kind in kinds:
            self.register(kind)

    def __iter__(self) -> Iterator[Kind]:
        return (kind for kind, _ in self._kinds.values())

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def register(self, kind: Kind) -> None:
        """Add a kind; a name has one meaning for ever, so a second definition of another content is refused."""
        if not _KIND.match(kind.name):
            raise KindUnknown(got=kind.name, expected="a name such as entry.filed/1")
        known = self._kinds.get(kind.name)
        if known is not None and known[0] != kind:
            raise KindRefused(got=f"a second definition of {kind.name}", expected="one meaning for each name")
        validator = jsonschema_rs.Draft202012Validator(kind.body_schema, validate_formats=True)
        self._kinds[kind.name] = (kind, validator)

    def find(self, name: str) -> Kind:
        """The kind of that name."""
        return self._find(name)[0]

    def check_statement(self, statement: Statement, roles: Collection[str], known: Collection[str]) -> None:
        """Refuse a statement that its kind does not allow.

        `roles`: the roles of its `by` at the height where it was anchored. `known`: the kinds of the statements that
        this party holds about the subjects of the statement, each anchored before it.
        """
        kind, validator = self._find(statement.kind)
        if kind.stated_by and not kind.stated_by.intersection(roles):
            expected = " or ".join(sorted(kind.stated_by))
            raise KindRefused(got=f"{kind.name} by {', '.join(sorted(roles)) or 'nobody'}", expected=expected)
        problems = [
            f"/body{_pointer(found.instance_path)}: {found.message}" for found in validator.iter_errors(statement.body)
        ]
        if problems:
            raise KindRefused(got="; ".join(sorted(problems)), where="/body")
        if kind.follows and not set(kind.follows).intersection(known):
            raise KindRefused(got="nothing of the kind", expected=f"{' or '.join(kind.follows)} before {kind.name}")

    def _find(self, name: str) -> tuple[Kind, jsonschema_rs.Draft202012Validator]:
        found = self._kinds.get(name)
        if found is None:
            raise KindUnknown(got=name)
        return found


def check_statement(kinds: KindRegistry, statement: Statement, roles: Collection[str], known: Collection[str]) -> None:
    """`KindRegistry.check_statement`, for callers that pass the registry around."""
    kinds.check_statement(statement, roles, known)


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
