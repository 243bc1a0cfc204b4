"""What the story is told on: the actors with what each can do, and the example files that they use.

An act is what a person could do in the portal or through the API. `world` has actors whose services run in this
process; `transire.network.story` has actors that act through the API of their own organisation's node.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from transire.documents.parties import Party
from transire.node.tenant import Issued
from transire.procedures.entry_summary.draft_views import DraftPage
from transire.procedures.entry_summary.views import EntryPage
from transire.procedures.findings import Finding

WRITTEN_ON = date(2026, 11, 22)
"""The day for which the dates of the example invoices were written."""

ISO_DATE = re.compile(rb"\b20\d\d-\d\d-\d\d\b")


class Actor(Protocol):
    """A member with the person who acts for it in the story."""

    @property
    def did(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def person_name(self) -> str: ...

    def import_products(self, products: bytes, materials: bytes) -> tuple[int, int]:
        """The numbers of goods added, and of materials."""

    def goods(self) -> list[str]:
        """The numbers of all products in the member's master."""

    def determine_origin(self, goods: Sequence[str], agreement: str) -> dict[str, Issued]:
        """The determinations that were made, by product number."""

    def outcomes(self, agreement: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        """The outcome of each product under an agreement, and which facts are missing."""

    def draft_certification(
        self, *, agreement: str, importer_did: str, importer: Party, goods: Sequence[str], blanket: tuple[date, date]
    ) -> str: ...
    def sign_certification(self, draft: str) -> Issued: ...
    def replace_certification(self, document_id: str, changes: Mapping[str, Any], *, reason: str) -> Issued: ...
    def withdraw_certification(self, document_id: str, reason: str) -> None: ...
    def bring_in_certification(self, subject: Mapping[str, Any], *, importer_did: str) -> Issued: ...
    def grant_authority(
        self, *, broker_did: str, broker: Party, filer_code: str | None, valid: tuple[date, date]
    ) -> None: ...
    def issue_invoice(self, content: bytes, *, importer_did: str) -> Issued: ...
    def draft_entry(self, *, importer_did: str, invoices: Sequence[str]) -> str: ...
    def show_draft(self, draft: str) -> DraftPage: ...
    def findings(self, draft: str) -> list[Finding]:
        """All that the checks say of a draft."""

    def set_field(self, draft: str, pointer: str, value: str) -> None: ...
    def discard_draft(self, draft: str) -> None: ...
    def file_entry(self, draft: str) -> Issued:
        """Raises `EntryRefused` with all findings while there are errors."""

    def show_entry(self, document_id: str) -> EntryPage:
        """Raises `EntryUnknown` until it has arrived."""

    def accept_claim(self, document_id: str, line: int) -> None: ...
    def ask(self, document_id: str, line: int, question: str) -> str: ...
    def answer(self, request: str, text: str, documents: Sequence[str]) -> None: ...
    def flagged(self) -> list[str]:
        """The numbers of the entries that rest on something that has ended."""

    def receipt(self, statement_id: str, *, status: bool) -> bytes:
        """The receipt of a statement with its document opened, and with the status of its version if asked for."""


class Stage:
    """The actors by their slugs, and the example files."""

    actors: Mapping[str, Actor]
    entries: Mapping[str, Mapping[str, Any]]
    examples: Path

    @property
    @abstractmethod
    def network(self) -> str:
        """The network's id."""

    @property
    @abstractmethod
    def height(self) -> int:
        """The height of its ledger."""

    @property
    @abstractmethod
    def trust_root(self) -> bytes:
        """`network.json`."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until nothing is on its way any more."""

    def read(self, name: str) -> bytes:
        """An example file."""
        return (self.examples / name).read_bytes()

    def read_of_this_week(self, name: str) -> bytes:
        """An example file with its dates moved to this week, so that the story can be told on any day."""
        moved = today() - WRITTEN_ON
        return ISO_DATE.sub(lambda found: _moved(found[0], moved), self.read(name))

    def party_of(self, slug: str) -> Party:
        """Name and address of a member, as its business partners know it."""
        return msgspec.convert(self.entries[slug]["party"], Party)


def examples_folder() -> Path:
    """The example files: inside the installed package, or beside the sources of a checkout."""
    installed = Path(__file__).parent / "examples"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "examples"


def party_entries() -> dict[str, dict[str, Any]]:
    """The members of the story by their slugs, with names and addresses."""
    parties = json.loads((examples_folder() / "parties.json").read_text(encoding="utf-8"))["parties"]
    return {entry["slug"]: entry for entry in parties}


def today() -> date:
    """The day on the wall of the demo's people."""
    return date.today()  # noqa: DTZ011 - no ledger time


def _moved(found: bytes, by: timedelta) -> bytes:
    return (date.fromisoformat(found.decode()) + by).isoformat().encode()
