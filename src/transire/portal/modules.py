"""Every module of pages: the portal's own, and each procedure's `pages`, found through the catalogue."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from transire.portal import (
    account,
    destroying,
    documents,
    envelopes,
    home,
    network,
    particulars,
    persons,
    proofs,
    rules,
    sharing,
    signin,
    tariff,
)
from transire.portal.registry import Pages
from transire.procedures.catalogue import procedures


def page_modules() -> list[Pages]:
    """In the order in which they stand in the way around."""
    return [
        home.PAGES,
        envelopes.PAGES,
        *procedure_pages(),
        documents.PAGES,
        sharing.PAGES,
        destroying.PAGES,
        proofs.PAGES,
        tariff.PAGES,
        network.PAGES,
        rules.PAGES,
        particulars.PAGES,
        persons.PAGES,
        account.PAGES,
        signin.PAGES,
    ]


def procedure_pages() -> list[Pages]:
    """The pages of the procedures that have some."""
    names = [f"transire.procedures.{procedure.name}.pages" for procedure in procedures()]
    found: list[Pages] = [import_module(name).PAGES for name in names if find_spec(name)]
    return found
