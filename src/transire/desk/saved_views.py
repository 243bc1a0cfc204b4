"""Saved views: the filters and columns that a person keeps for a list page, under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.errors import ViewUnknown
from transire.desk.person import Person
from transire.desk.text import tidy_line


def save_view(tx: Connection, person: Person, page: str, name: str, query: Mapping[str, Any]) -> None:
    """Keep a view under a name; one of that name is replaced."""
    title = tidy_line(name, "name")
    tx.execute(_mine(sa.delete(t.saved_views), person, page).where(t.saved_views.c.name == title))
    values = {"person_id": person.id, "page": page, "name": title, "query": dict(query)}
    tx.execute(sa.insert(t.saved_views).values(values))


def saved_views(tx: Connection, person: Person, page: str) -> dict[str, dict[str, Any]]:
    """The person's views of a page: name to query, by name."""
    row = t.saved_views.c
    wanted = sa.select(row.name, row.query).where(row.person_id == person.id, row.page == page)
    return {found.name: found.query for found in sorted(tx.execute(wanted), key=lambda found: found.name)}


def remove_view(tx: Connection, person: Person, page: str, name: str) -> None:
    """Forget a view."""
    removal = _mine(sa.delete(t.saved_views), person, page).where(t.saved_views.c.name == name)
    if tx.execute(removal).rowcount != 1:
        raise ViewUnknown(got=name)


def _mine(statement: sa.Delete, person: Person, page: str) -> sa.Delete:
    return statement.where(t.saved_views.c.person_id == person.id, t.saved_views.c.page == page)
