"""The catalogue of procedures: adding one is adding its folder and one line here.

A procedure registers itself as `PROCEDURE` in the `__init__.py` of its folder. What needs a database or the node is
named by its place ("module:attribute") and loaded when asked for, so that reading the catalogue stays cheap and a
command that needs one fact of it starts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

    from transire.ledger.kinds import Kind
    from transire.storage.migrations import Branch

ROOMS: tuple[str, ...] = (
    "origin_determination",
    "origin_certification",
    "power_of_attorney",
    "entry_summary",
    "origin_verification",
    "solicitation",
)


class Projector(Protocol):
    """Writes a procedure's rows for one statement that this member has stated or received.

    It runs inside the SQL transaction that records the statement, must not depend on the order in which statements
    arrive, and may run twice for one statement.
    """

    def __call__(self, tx: Connection, context: Any, statement: Any, documents: Any, /) -> None: ...


class Derivation(Protocol):
    """Makes the rows that follow from many statements at once, and from what the ledger had decided before them.

    It runs when the records have followed the ledger up to a height, in a turn of the beat and at the end of a rebuild
    alike. Its rows are a function of what stands in journal, vault and records, not of the order of arrival: equal
    content gives equal rows. It states nothing.
    """

    def is_due(self, tenant: Any, view: Connection, height: int) -> bool:
        """Whether rows are wanting that can be made now; cheap, for it is asked in every turn."""

    def derive(self, tenant: Any, tx: Connection, height: int) -> None:
        """Make them."""


class Chore(Protocol):
    """Does for a member what falls due by the clock, such as reminding; returns when it wants to be called again.

    It is called in turns of the beat, at the latest every hour, and may be called at any time: it looks at what is
    there, and does nothing twice.
    """

    def __call__(self, tenant: Any, /) -> datetime | None: ...


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """One customs procedure: its words, its law, its kinds of statement and document, and where its parts are.

    `projects` and `reacts_to` name the kinds of statement, its own and others', of which its projector makes rows and
    to which `received_at` reacts: neither is called for any other. What `received_at` does is done once, when a
    statement arrives: it states things. Rows are the work of projector and derivation, which a rebuild runs again.
    `products_changed_at` is what is done when products on the desk were replaced by others, `chore_at` what the node
    does by its clock.
    """

    name: str
    title: str
    summary: str
    law: tuple[str, ...]
    not_this: tuple[str, ...]
    kinds: tuple[Kind, ...]
    documents: tuple[str, ...]
    tables_at: str
    branch_at: str
    projector_at: str
    projects: tuple[str, ...]
    derivation_at: str | None = None
    received_at: str | None = None
    reacts_to: tuple[str, ...] = ()
    products_changed_at: str | None = None
    chore_at: str | None = None

    def metadata(self) -> MetaData:
        """The SQL tables of this procedure."""
        found: MetaData = load(self.tables_at)
        return found

    def branch(self) -> Branch:
        """The migrations that bring a database to these tables."""
        found: Branch = load(self.branch_at)
        return found

    def projector(self) -> Projector:
        """The function that turns its statements into rows."""
        found: Projector = load(self.projector_at)
        return found

    def derivation(self) -> Derivation | None:
        """What makes rows of several statements together."""
        return None if self.derivation_at is None else load(self.derivation_at)

    def on_received(self) -> Callable[..., None] | None:
        """What the node calls, in the same transaction, for each document that it has received and projected."""
        return None if self.received_at is None else load(self.received_at)


def load(place: str) -> Any:
    """The object at "module:attribute".

    >>> load("transire.errors:TransireError").code
    'transire.error'
    """
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


@cache
def procedures() -> tuple[Procedure, ...]:
    """Every procedure of this installation, in the order of the catalogue.

    >>> " ".join(procedure.name for procedure in procedures())
    'origin_determination origin_certification power_of_attorney entry_summary origin_verification solicitation'
    """
    return tuple(load(f"{__package__}.{room}:PROCEDURE") for room in ROOMS)


def procedure(name: str) -> Procedure:
    """The procedure of that name; KeyError when this installation has none."""
    for found in procedures():
        if found.name == name:
            return found
    raise KeyError(name)


def modules_of(door: str) -> list[str]:
    """The modules of a door ("pages" or "routes") in every procedure's room: the one of that name, then the others.

    >>> [name.rpartition(".")[2] for name in modules_of("pages") if "entry_summary" in name][:2]
    ['pages', 'officer_pages']
    """
    found: list[str] = []
    for room in ROOMS:
        package = f"{__package__}.{room}"
        stems = [each.name for each in iter_modules(import_module(package).__path__)]
        own = [stem for stem in stems if stem == door or stem.endswith(f"_{door}")]
        found += [f"{package}.{stem}" for stem in sorted(own, key=lambda stem: (stem != door, stem))]
    return found


@cache
def projectors(kind: str) -> tuple[Projector, ...]:
    """What makes rows of statements of a kind."""
    return tuple(found.projector() for found in procedures() if kind in found.projects)


@cache
def derivations() -> tuple[Derivation, ...]:
    """What makes rows of several statements together, of every procedure."""
    wanting = (found.derivation() for found in procedures())
    return tuple(derivation for derivation in wanting if derivation is not None)


@cache
def reactions(kind: str) -> tuple[Callable[..., None], ...]:
    """What reacts to statements of a kind."""
    wanting = (found.on_received() for found in procedures() if kind in found.reacts_to)
    return tuple(react for react in wanting if react is not None)


@cache
def product_reactions() -> tuple[Callable[..., None], ...]:
    """What is called, in the same transaction, with the numbers of the products that were changed on the desk."""
    places = (found.products_changed_at for found in procedures())
    return tuple(load(place) for place in places if place is not None)


@cache
def chores() -> tuple[Chore, ...]:
    """What the node does by its clock, of every procedure."""
    return tuple(load(found.chore_at) for found in procedures() if found.chore_at is not None)


def kinds() -> Sequence[Kind]:
    """The kinds of statement of every procedure; the generic ones of documents are the vault's."""
    return [kind for found in procedures() for kind in found.kinds]
