"""Following the ledger: what it decides comes into one tenant's records, and what follows from that is derived.

The height is written together with what was projected, and otherwise only now and then: blocks that end nothing are
cheap to read again, and a transaction for each block of the network would not be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from transire.engines.base import BlockEvents, Engine, Outcome, UnseenPast
from transire.node.anchor import read_time
from transire.node.projection import is_ending, project_ending
from transire.node.tenant import Tenant
from transire.procedures.catalogue import derivations
from transire.records.project import finish_height, projected_height
from transire.records.project import project_ending as project_ending_row
from transire.records.rows import EndingRow, Place

HEIGHTS_UNWRITTEN = 1000
"""Blocks that may have to be read again after a crash, because nothing in them concerned the records."""


def known_events(engine: Engine, from_height: int) -> Iterator[BlockEvents]:
    """The blocks whose time is known. The last one's is told by header H+1, whose commit wakes whoever follows."""
    for block in engine.events(from_height):
        if any(outcome.accepted_at is None for outcome in block.outcomes):
            return
        yield block


def replay_endings(tx: sa.Connection, engine: Engine) -> int:
    """Project every ending of the past; returns the height up to which that is done."""
    unseen = engine.unseen_past()
    height = 0 if unseen is None else project_unseen(tx, engine, unseen)
    for block in known_events(engine, height + 1):
        for outcome in filter(is_ending, block.outcomes):
            project_ending(tx, outcome)
        height = block.height
    finish_height(tx, height)
    return height


def project_unseen(tx: sa.Connection, engine: Engine, unseen: UnseenPast) -> int:
    """Project what ended in blocks that were never here: the node began with an image of the state, which names each
    version and the height of its end. Place and time are bounds, for no root binds them; pages say so."""
    at_the_latest = read_time(unseen.time)
    for ended in engine.ended_versions(unseen.height):
        place = Place(unseen.log_size - 1, 0, ended.height, at_the_latest)
        row = EndingRow(issuer=ended.issuer, commitment=ended.version, place=place, successor=ended.successor)
        project_ending_row(tx, row)
    return unseen.height


class Follower:
    """Follows for one tenant. Its calls never overlap: the beat sees to it."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        with tenant.database.reading() as view:
            self._read = self._written = projected_height(view)

    def follow(self) -> None:
        """Read the blocks since the last call, then derive what has become due."""
        unseen = self._tenant.engine.unseen_past()
        if unseen is not None and self._read < unseen.height:
            self._take_in(unseen)
        for block in known_events(self._tenant.engine, self._read + 1):
            if any(is_ending(outcome) for outcome in block.outcomes):
                self._write(block.height, block.outcomes)
            elif block.height - self._written >= HEIGHTS_UNWRITTEN:
                self._write(block.height, ())
            self._read = block.height
        self._derive()

    def _write(self, height: int, outcomes: Sequence[Outcome]) -> None:
        with self._tenant.database.transaction() as tx:
            for outcome in filter(is_ending, outcomes):
                project_ending(tx, outcome)
            finish_height(tx, height)
        self._written = height

    def _take_in(self, unseen: UnseenPast) -> None:
        with self._tenant.database.transaction() as tx:
            finish_height(tx, project_unseen(tx, self._tenant.engine, unseen))
        self._read = self._written = unseen.height

    def _derive(self) -> None:
        """Each in its order, since one may be due by what another derived; while none is, one look is enough."""
        waiting = derivations()
        while waiting:
            with self._tenant.database.reading() as view:
                due = (place for place, one in enumerate(waiting) if one.is_due(self._tenant, view, self._read))
                place = next(due, None)
            if place is None:
                return
            with self._tenant.database.transaction() as tx:
                waiting[place].derive(self._tenant, tx, self._read)
            waiting = waiting[place + 1 :]
