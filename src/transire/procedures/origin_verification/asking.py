"""What customs does first: it asks importer and certifier, proposes a visit, gives more time, closes a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.clocks import ClockUnknown, Due, clock_on, customs_zone, due, local_day
from transire.procedures.origin_verification.errors import (
    AlreadyAnswered,
    DueDaysUnsuitable,
    NotExtended,
    NothingAsked,
    RequestUnknown,
)
from transire.procedures.origin_verification.gathering import (
    ClaimOfLine,
    StandingEntry,
    case_of,
    claim_of_line,
    ledger_time,
    opening_statement,
    parties_of,
    standing_entry,
    steps_of,
)
from transire.procedures.origin_verification.permitted import as_customs
from transire.procedures.origin_verification.questions import chosen, in_words
from transire.procedures.origin_verification.stages import REQUESTS, Act, Asked, asked_of_steps
from transire.procedures.origin_verification.statements import ASKED, CERTIFIER_ASKED, CLOSED, EXTENDED, VISIT

MOST_DAYS = 365
FORM = "CBP Form 28"

Outcome = Literal["sufficient", "insufficient", "withdrawn"]

_CLOCKS = {"usmca": "usmca-request", "nafta": "nafta-letter"}


class ClaimQuestions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about one claim: questions of the catalogue by their codes, and further words."""

    line: int
    questions: tuple[str, ...] = ()
    words: str = ""


def request_clock(agreement: str, tenant: Tenant) -> Due:
    """The clock of a request that is made now, by the law of the agreement; that of 19 USC 1509 where it has none."""
    now = tenant.now()
    wanted = _CLOCKS.get(agreement, "information-request")
    try:
        clock_on(wanted, local_day(now, customs_zone()))
    except ClockUnknown:
        wanted = "information-request"
    return due(wanted, now)


def ask_claims(
    tenant: Tenant,
    person: Person,
    entry_id: str,
    asked: Sequence[ClaimQuestions],
    *,
    due_days: int | None = None,
    basis: str | None = None,
) -> list[str]:
    """Ask importer and filer about claims of an entry (CBP Form 28), one request a claim; returns their ids.

    Without `due_days` the law's own clock runs; with it, the days count from the day of asking where customs decides.
    """
    require(person, "requests.ask", as_customs(tenant))
    if not asked:
        raise NothingAsked(got="no claim")
    with tenant.transaction() as tx:
        entry = standing_entry(tenant, tx, entry_id)
        return [_ask(tenant, tx, person, entry, one, due_days, basis) for one in asked]


def _ask(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    entry: StandingEntry,
    asked: ClaimQuestions,
    due_days: int | None,
    basis: str | None,
) -> str:
    claimed = claim_of_line(tenant, tx, entry, asked.line, needs_claim=False)
    _allow(tx, tenant, claimed, Act.ASK)
    body = _question(tenant, claimed, asked, due_days, basis or f"{{citation}}; {FORM}")
    recipients = parties_of(tenant, entry)
    return tenant.state(tx, person, ASKED.name, body, about=[entry.entry_id], recipients=recipients)


def ask_certifier(
    tenant: Tenant, person: Person, entry_id: str, asked: ClaimQuestions, *, due_days: int | None = None
) -> str:
    """Ask the exporter or producer who certified, past the importer; returns the request's id."""
    require(person, "requests.ask", as_customs(tenant))
    with tenant.transaction() as tx:
        claimed = claim_of_line(tenant, tx, standing_entry(tenant, tx, entry_id), asked.line)
        held = claimed.certifier()
        _allow(tx, tenant, claimed, Act.ASK_CERTIFIER)
        body = _question(tenant, claimed, asked, due_days, "{citation}; 19 CFR 182.75(c)(1)")
        if claimed.claim is not None and claimed.claim.certification_good is not None:
            body["good"] = claimed.claim.certification_good
        about = [held.paper.document_id, entry_id]
        return tenant.state(tx, person, CERTIFIER_ASKED.name, body, about=about, recipients=[held.paper.issuer])


def propose_visit(tenant: Tenant, person: Person, entry_id: str, line: int, *, place: str, on: date) -> str:
    """Ask the certifier to consent to a visit of its premises (19 CFR 182.74); returns the statement's id."""
    require(person, "requests.ask", as_customs(tenant))
    with tenant.transaction() as tx:
        claimed = claim_of_line(tenant, tx, standing_entry(tenant, tx, entry_id), line)
        held = claimed.certifier()
        _allow(tx, tenant, claimed, Act.VISIT)
        clock = due("visit-consent", tenant.now())
        body: dict[str, Any] = {
            "line": line,
            "place": place,
            "on": on.isoformat(),
            "due_by": clock.due.isoformat(),
            "basis": clock.citation,
        }
        about = [held.paper.document_id, entry_id]
        return tenant.state(tx, person, VISIT.name, body, about=about, recipients=[held.paper.issuer])


def extend_request(tenant: Tenant, person: Person, statement_id: str, due_by: date, reason: str) -> str:
    """Give more time for an answer; returns the statement's id."""
    require(person, "requests.ask", as_customs(tenant))
    with tenant.transaction() as tx:
        stated, asked = open_request(tx, statement_id)
        if not asked.due_by < due_by <= asked.due_by + timedelta(days=MOST_DAYS):
            raise NotExtended(got=due_by.isoformat(), expected=f"a day after {asked.due_by.isoformat()}")
        body: dict[str, Any] = {"due_by": due_by.isoformat(), "reason": reason}
        return _follow(tenant, tx, person, EXTENDED.name, stated, body)


def close_request(tenant: Tenant, person: Person, statement_id: str, outcome: Outcome, note: str) -> str:
    """Say that a request is settled, or that its answer does not suffice; returns the statement's id."""
    require(person, "requests.ask", as_customs(tenant))
    with tenant.transaction() as tx:
        stated = opening_statement(tx, statement_id)
        asked = asked_of_steps(steps_of(tx, stated.statement.about[-1]), statement_id)
        if asked is None or stated.statement.kind not in REQUESTS:
            raise RequestUnknown(got=statement_id)
        if asked.closing is not None:
            raise AlreadyAnswered(got="closed already")
        return _follow(tenant, tx, person, CLOSED.name, stated, {"outcome": outcome, "note": note})


def open_request(tx: sa.Connection, statement_id: str) -> tuple[Any, Asked]:
    """A request, visit or notice that still waits for its answer."""
    stated = opening_statement(tx, statement_id)
    asked = asked_of_steps(steps_of(tx, stated.statement.about[-1]), statement_id)
    if asked is None:
        raise RequestUnknown(got=statement_id)
    if asked.closing is not None or (asked.answers and stated.statement.kind == VISIT.name):
        raise AlreadyAnswered(got=statement_id)
    return stated, asked


def _follow(tenant: Tenant, tx: sa.Connection, person: Person, kind: str, stated: Any, body: dict[str, Any]) -> str:
    """State what follows a request, to those to whom the request went."""
    about = [stated.statement.id, *stated.statement.about]
    recipients = recipients_of(tenant, tx, stated)
    return tenant.state(tx, person, kind, body, about=about, recipients=recipients)


def recipients_of(tenant: Tenant, tx: sa.Connection, stated: Any) -> list[str]:
    """To whom a request went: the certifier alone, or filer and importer; and who made it. Without this member."""
    entry_id = stated.statement.about[-1]
    entry = standing_entry(tenant, tx, entry_id)
    if stated.statement.kind in (CERTIFIER_ASKED.name, VISIT.name):
        claimed = claim_of_line(tenant, tx, entry, int(stated.statement.body["line"]))
        return [claimed.certifier().paper.issuer]
    return parties_of(tenant, entry)


def _allow(tx: sa.Connection, tenant: Tenant, claimed: ClaimOfLine, act: Act) -> None:
    refusal = case_of(tx, claimed).refusal(act, ledger_time(tenant))
    if refusal is not None:
        raise refusal


def _question(
    tenant: Tenant, claimed: ClaimOfLine, asked: ClaimQuestions, due_days: int | None, basis: str
) -> dict[str, Any]:
    picked = chosen(asked.questions)
    question = in_words(picked, asked.words.strip())
    if not question:
        raise NothingAsked(got=f"line {asked.line}")
    clock = request_clock(claimed.agreement, tenant)
    body: dict[str, Any] = {
        "line": asked.line,
        "question": question,
        "due_by": _last_day(clock, due_days).isoformat(),
        "basis": basis.format(citation=clock.citation.removesuffix(f"; {FORM}")),
    }
    if picked:
        body["questions"] = [question.code for question in picked]
    return body


def _last_day(clock: Due, due_days: int | None) -> date:
    if due_days is None:
        return clock.due
    if not 1 <= due_days <= MOST_DAYS:
        raise DueDaysUnsuitable(got=due_days, expected=f"1 to {MOST_DAYS}")
    return clock.started + timedelta(days=due_days)
