"""Look-alikes of official forms as tagged PDF: blocks, tables and text under headings, marked on every page as no form.

A look-alike is a print of what the ledger holds, and a source of nothing. It bears the time that is handed over: the
same content gives the same bytes. Used by every procedure whose papers need no layout of their own.
"""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import Final

import msgspec
import segno

from transire.errors import TransireError
from transire.procedures.typesetting import can_typeset, typeset

UNKNOWN: Final = "not known"


class Block(msgspec.Struct, frozen=True):
    """One block of a form: its number where the form gives it one, its label, what stands in it."""

    number: str
    label: str
    value: str


def address_text(name: str | None, street: str | None, *place: str | None) -> str:
    """A party as a form prints it: name, street and place, each on a line of its own where it is known.

    >>> address_text("Acme", None, "Laredo", "TX", None, "US")
    'Acme\\nLaredo TX US'
    """
    return "\n".join(part for part in (name, street, " ".join(one for one in place if one)) if part)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Where a paper is verified: the page, the statement to ask a receipt for, the commitment of the version."""

    page: str
    statement: str
    commitment: str
    accepted_at: datetime

    @property
    def address(self) -> str:
        """The verify page; the statement stands behind the hash, which no server is sent."""
        return f"{self.page}#{self.statement}"

    def blocks(self, said: str) -> tuple[Block, ...]:
        """What a paper prints of it; `said` names what the statement did."""
        commitment = (Block("", "Commitment of this version", self.commitment),) if self.commitment else ()
        return (
            Block("", f"{said} on the ledger", f"{self.accepted_at:%Y-%m-%d %H:%M:%S} UTC"),
            Block("", "Statement (ask for its receipt)", self.statement),
            *commitment,
            Block("", "Verify at", self.page),
        )


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under one heading: blocks, `across` of them in a row; a table; paragraphs."""

    heading: str
    blocks: tuple[Block, ...] = ()
    across: int = 4
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: tuple[str, ...] = ()


class LookAlike(msgspec.Struct, frozen=True, kw_only=True):
    """A whole paper. `form` is the official form that it is not."""

    title: str
    form: str
    number: str
    is_draft: bool
    note: str
    sections: tuple[Section, ...]
    proof: tuple[Block, ...]
    verify_at: str
    at: datetime | None


def look_alike_pdf(paper: LookAlike, *, unavailable: type[TransireError]) -> bytes:
    """The paper as a tagged PDF (PDF/UA-1); refused, in the procedure's own words, where there is no typesetter."""
    if not can_typeset():
        raise unavailable
    source = (files("transire.procedures") / "lookalike.typ").read_bytes()
    code = segno.make(paper.verify_at, error="m").svg_inline(border=0) if paper.verify_at else ""
    content = msgspec.json.encode(paper, order="deterministic")
    return typeset(source, "paper", content, paper.at, pictures={"code": code})
