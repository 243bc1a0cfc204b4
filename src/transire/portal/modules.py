"""Every module of pages: the portal's own, and those of each procedure, found through the catalogue."""

from __future__ import annotations

from importlib import import_module

from transire.portal import (
    account,
    checking,
    destroying,
    documents,
    envelopes,
    home,
    issuing,
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
from transire.procedures.catalogue import modules_of


def page_modules() -> list[Pages]:
    """In the order in which they stand in the way around."""
    return [
        home.PAGES,
        envelopes.PAGES,
        *procedure_pages(),
        issuing.PAGES,  # before the pages of single documents: /documents/new is none
        documents.PAGES,
        sharing.PAGES,
        destroying.PAGES,
        proofs.PAGES,
        checking.PAGES,
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
    found: list[Pages] = [import_module(name).PAGES for name in modules_of("pages")]
    return found
