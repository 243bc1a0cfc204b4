"""Envelopes travel between two nodes over HTTP, signed both ways; what is forged, replayed or astray is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from transire.node.tenant import Tenant
from transire.vault import outbox
from two_nodes import TwoNodes, two_nodes, until

SOMETHING = "A" * 43


@pytest.fixture(scope="module")
def pair(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    with two_nodes(template, tmp_path_factory.mktemp("pair")) as running:
        yield running


def say(tenant: Tenant, *recipients: str) -> str:
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        return tenant.state(tx, None, "document.held/1", body, about=[SOMETHING], recipients=recipients)


def waiting(tenant: Tenant) -> int:
    with tenant.database.reading() as view:
        return outbox.count_waiting(view)


def has(tenant: Tenant, statement: str) -> bool:
    with tenant.database.reading() as view:
        return journal_has(view, statement)


def journal_has(view: object, statement: str) -> bool:
    from transire.vault import journal

    return journal.locate(view, statement) is not None  # type: ignore[arg-type]


def test_a_statement_reaches_a_member_on_another_node_and_back(pair: TwoNodes) -> None:
    customs, importer = pair.customs.node.tenant("customs"), pair.importer.node.tenant("importer")
    there, back = say(customs, importer.did), say(importer, customs.did)
    until(lambda: has(importer, there) and has(customs, back))
    until(lambda: not waiting(customs) and not waiting(importer))
