"""Deciding many claims at once: all that were ticked are accepted in one transaction, or none of them is.

What an officer accepts together it has not looked at one by one. So a claim is taken only if nothing stands about it:
no error of the checks, no certification that has ended, no determination that has turned, no question that is open. Of
the others each is named with its reason, and can be accepted on the page of its entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import EntrySummary, find_line, read_entry_summary
from transire.errors import TransireError
from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.accepting import authority_relation, filed_entry, parties_of
from transire.procedures.entry_summary.errors import (
    ClaimAcceptedAlready,
    ClaimAskedAbout,
    ClaimFlagged,
    ClaimsRefused,
    ClaimWithErrors,
    EntryCorrectedSince,
    EntryUnknown,
    LineUnknown,
    LineWithoutClaim,
    NothingTicked,
    RefusedClaim,
)
from transire.procedures.entry_summary.filings import Filing
from transire.procedures.entry_summary.flags import ended_claims, turned_claims
from transire.procedures.entry_summary.statements import ACCEPTED

MOST_CLAIMS = 500
"""Claims accepted at once: a page of the work list, with the lines of its entries."""


class TickedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that was ticked. `version` is the version of the entry that the officer saw.

    Without a line: every claim of the entry that is not accepted yet.
    """

    entry: str
    version: str
    line: int | None = None


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """What stands about the claims of one entry."""

    filing: Filing
    entry: EntrySummary
    accepted: frozenset[int]
    asked: frozenset[int]
    flagged: frozenset[int]
    erring: tuple[str, ...]


def accept_claims(tenant: Tenant, person: Person, ticked: Sequence[TickedClaim], *, note: str = "") -> list[str]:
    """Accept all of these claims, or none; returns the statements' ids, in the order of the claims."""
    require(person, "claims.decide", authority_relation(tenant))
    claims = list(dict.fromkeys(ticked))
    if not 0 < len(claims) <= MOST_CLAIMS:
        raise NothingTicked(got=len(claims), expected=f"1 to {MOST_CLAIMS}")
    with tenant.transaction() as tx:
        cases = {entry: _case(tenant, tx, entry) for entry in dict.fromkeys(claim.entry for claim in claims)}
        claims = list(dict.fromkeys(each for claim in claims for each in _one_by_one(cases[claim.entry], claim)))
        refused = [found for claim in claims if (found := _refusal(cases[claim.entry], claim)) is not None]
        if refused:
            raise ClaimsRefused(refused)
        return [_accept(tenant, tx, person, cases[claim.entry], claim, note) for claim in claims]


def _one_by_one(case: _Case | None, claim: TickedClaim) -> list[TickedClaim]:
    """The claims that a ticked entry stands for; it itself where it has none to accept."""
    if case is None or claim.line is not None:
        return [claim]
    waiting = [
        line.line_number
        for line in case.entry.lines
        if line.claim is not None and line.line_number not in case.accepted
    ]
    return [msgspec.structs.replace(claim, line=number) for number in waiting] or [claim]


def _accept(
    tenant: Tenant, tx: sa.Connection, person: Person, case: _Case | None, claim: TickedClaim, note: str
) -> str:
    assert case is not None  # what is unknown was refused
    body: dict[str, Any] = {"line": claim.line, "version": case.filing.version} | ({"note": note} if note else {})
    recipients = parties_of(tenant, case.filing, case.entry)
    return tenant.state(tx, person, ACCEPTED.name, body, about=[claim.entry], recipients=recipients)


def _case(tenant: Tenant, tx: sa.Connection, entry_id: str) -> _Case | None:
    try:
        filing, paper = filed_entry(tenant, tx, entry_id)
    except EntryUnknown:
        return None
    flagged = ended_claims(tx, [filing.statement_id]) | turned_claims(tx, [filing.statement_id])
    return _Case(
        filing=filing,
        entry=read_entry_summary(paper.credential),
        accepted=frozenset(tx.execute(_accepted(filing)).scalars()),
        asked=frozenset(tx.execute(_asked(filing)).scalars()),
        flagged=frozenset(line for _, line in flagged),
        erring=tuple(tx.execute(_erring(filing)).scalars()),
    )


def _accepted(filing: Filing) -> sa.Select[Any]:
    of = t.acceptances.c
    return sa.select(of.line).where(of.entry == filing.entry, of.version == filing.version)


def _asked(filing: Filing) -> sa.Select[Any]:
    """The lines with a question that is not closed, answered or not."""
    of = t.requests.c
    closed = sa.select(t.closings.c.request).where(t.closings.c.request == of.statement_id)
    return sa.select(of.line).where(of.entry == filing.entry, ~closed.exists())


def _erring(filing: Filing) -> sa.Select[Any]:
    of = t.findings.c
    return sa.select(of.where).where(of.version == filing.version, of.severity == "error")


def _refusal(case: _Case | None, claim: TickedClaim) -> RefusedClaim | None:
    problem = next(_reasons(case, claim), None)
    if problem is None:
        return None
    number = "" if case is None else case.entry.entry_number
    return RefusedClaim(entry=claim.entry, entry_number=number, line=claim.line or 0, problem=problem)


def _reasons(case: _Case | None, claim: TickedClaim) -> Iterator[TransireError]:
    """Why a claim is not accepted with others, the weightiest reason first."""
    if case is None:
        yield EntryUnknown(got=claim.entry)
        return
    if claim.line is None:
        yield ClaimAcceptedAlready(got=case.entry.entry_number)
        return
    line = find_line(case.entry, claim.line)
    if line is None:
        yield LineUnknown(got=claim.line)
        return
    if case.filing.version != claim.version:
        yield EntryCorrectedSince(got=case.entry.entry_number)
    if line.claim is None:
        yield LineWithoutClaim(got=claim.line)
    if claim.line in case.accepted:
        yield ClaimAcceptedAlready(got=claim.line)
    if claim.line in case.flagged:
        yield ClaimFlagged(got=claim.line)
    if claim.line in case.asked:
        yield ClaimAskedAbout(got=claim.line)
    if any(_concerns(where, case.entry.lines.index(line)) for where in case.erring):
        yield ClaimWithErrors(got=claim.line)


def _concerns(where: str, at: int) -> bool:
    """Whether a place is in this line, or in the entry as a whole."""
    return not where.startswith("/lines/") or f"{where}/".startswith(f"/lines/{at}/")
