"""What a member says of itself in its documents: name and address, who signs, its customs numbers. Keyed once.

What it is not: the member's record on the ledger, which knows its keys and roles and no address.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.errors import ParticularsMissing
from transire.desk.person import Person
from transire.documents.authority import PrincipalKind
from transire.documents.parties import Party, SigningOfficial

_ONLY_ROW = 1
_FIND = sa.select(t.particulars.c.content).where(t.particulars.c.id == _ONLY_ROW)


class Particulars(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The member's own particulars. `customs` is the administration to which it shows its documents, `agencies` the
    members that are the partner agencies of the tariff, by their code."""

    party: Party
    official: SigningOfficial | None = None
    importer_number: str | None = None
    principal_kind: PrincipalKind | None = None
    organized_under: str | None = None
    filer_code: str | None = None
    customs: str | None = None
    agencies: dict[str, str] = {}


def write_particulars(tx: Connection, person: Person, particulars: Particulars, *, now: datetime) -> None:
    """Keep them; documents that were issued before stay what they are."""
    values: dict[str, Any] = {
        "content": msgspec.to_builtins(particulars),
        "updated_by": person.id,
        "updated_at": now,
    }
    changed = tx.execute(sa.update(t.particulars).where(t.particulars.c.id == _ONLY_ROW).values(values)).rowcount
    if not changed:
        tx.execute(sa.insert(t.particulars).values(values | {"id": _ONLY_ROW}))


def find_particulars(tx: Connection) -> Particulars | None:
    """The member's particulars, if it has written them."""
    row = tx.execute(_FIND).first()
    return None if row is None else msgspec.convert(row.content, Particulars)


def read_particulars(tx: Connection) -> Particulars:
    """The member's particulars; refused where a document needs them and they are not there."""
    found = find_particulars(tx)
    if found is None:
        raise ParticularsMissing
    return found


def take_number(tx: Connection, name: str) -> int:
    """The next number of a sequence, from 1 on; given out once, also if nothing comes of it."""
    of = t.sequences.c
    taken = tx.execute(sa.select(of.next).where(of.name == name)).scalar_one_or_none()
    if taken is None:
        tx.execute(sa.insert(t.sequences).values(name=name, next=2))
        return 1
    tx.execute(sa.update(t.sequences).where(of.name == name).values(next=taken + 1))
    return int(taken)
