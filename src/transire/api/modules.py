"""Every module of operations: the API's own, and those of each procedure, found through the catalogue."""

from __future__ import annotations

from importlib import import_module

from transire.api import (
    delivery_routes,
    destruction_routes,
    document_routes,
    issuing_routes,
    ledger_routes,
    network_routes,
    node_routes,
    notice_routes,
    person_routes,
    rule_routes,
    sharing_routes,
    tariff_routes,
)
from transire.api.operations import Operations
from transire.procedures.catalogue import modules_of


def operation_modules() -> list[Operations]:
    """In the order of the contract."""
    return [
        node_routes.OPERATIONS,
        delivery_routes.OPERATIONS,
        ledger_routes.OPERATIONS,
        person_routes.OPERATIONS,
        notice_routes.OPERATIONS,
        document_routes.OPERATIONS,
        issuing_routes.OPERATIONS,
        sharing_routes.OPERATIONS,
        destruction_routes.OPERATIONS,
        network_routes.OPERATIONS,
        tariff_routes.OPERATIONS,
        rule_routes.OPERATIONS,
        *procedure_operations(),
    ]


def procedure_operations() -> list[Operations]:
    """The operations of the procedures that have some."""
    found: list[Operations] = [import_module(name).OPERATIONS for name in modules_of("routes")]
    return found
