"""From a draft to the entry that is filed: its form, the checks over it, and the sources of its fields.

A draft may be wrong; the checks run over it all the same as far as it can be read, so that everything is told at once.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from hashlib import sha256
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from transire.desk.drafts import Draft, Source
from transire.desk.person import Person, Role
from transire.documents.catalogue import find_subject_problems
from transire.documents.entry import SCHEMA_ID, EntrySummary
from transire.documents.errors import Problem
from transire.documents.pointers import Places
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.checks import CaseFile, run_checks
from transire.procedures.entry_summary.gathering import gather_draft
from transire.procedures.findings import Finding

ASSUMED_TODAY = ("entryDate", "importDate", "summaryDate")
"""Days that the checks take to be today while nobody has given them."""

MISSING = "documents.required"
CHECKED_BETTER = frozenset({"/entryNumber", "/totalEnteredValue"})
"""Places of which a check says more than the schema does, or which are worked out."""


def keyed_by(person: Person) -> Source:
    """The source of a field that this person types: the entry names the role, never the person."""
    roles = [role for role in (Role.PREPARER, Role.SIGNING_OFFICIAL) if person.has_role(role)]
    return Source("keyed", person_id=person.id, detail=str(roles[0]) if roles else "person")


def corrected_entry(draft: Draft) -> str | None:
    """The entry that a draft corrects: the document that its number comes from."""
    source = draft.sources.get("/entryNumber")
    return None if source is None else source.document_id


def subject_of(draft: Draft) -> dict[str, Any]:
    """The credential subject that a draft stands for; a field without a value is left out."""
    content: dict[str, Any] = _without_nothing(draft.content)
    places = Places(content)
    known = [(field, source) for field, source in sorted(draft.sources.items()) if places.has(field)]
    return {**content, "sources": [_source(field, source) for field, source in known]}


FIXED_ENDS = ("/lineNumber", "/totalEnteredValue", "/powerOfAttorney", "/issuedStatement", "/deliveredStatement")


def is_fixed(pointer: str) -> bool:
    """What is counted, summed or proved is not for typing."""
    return pointer.endswith(FIXED_ENDS) or pointer.startswith("/invoices/") or "/invoice/" in pointer


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a draft, and the case that it was found in; None where the draft cannot be read as an entry."""

    findings: tuple[Finding, ...]
    case: CaseFile | None


class ReadDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it reads: its credential subject, what its schema says of it, and the entry that it is.

    `entry` is None where the draft is too far from an entry to be read as one. Shared: nobody changes it.
    """

    subject: dict[str, Any]
    problems: tuple[Problem, ...]
    entry: EntrySummary | None


_READ: Final[OrderedDict[tuple[bytes, date], ReadDraft]] = OrderedDict()
_MOST_READ: Final = 4
"""Drafts that are kept as they were read: a few persons are at work, each on one."""


def read_draft(draft: Draft, today: date) -> ReadDraft:
    """The draft as it reads, worked out once for what it says: no view of it finds anything else.

    `today` stands in for the days that nobody has given yet. What is held beside the draft has no part in it. It is
    kept under its content, not its version: one that was written in a transaction that failed is written anew.
    """
    key = sha256(msgspec.json.encode((draft.content, draft.sources))).digest(), today
    known = _READ.get(key)
    if known is None:
        known = _READ[key] = _as_it_reads(draft, today)
        while len(_READ) > _MOST_READ:
            _READ.popitem(last=False)
    return known


def _as_it_reads(draft: Draft, today: date) -> ReadDraft:
    subject = subject_of(draft)
    problems = find_subject_problems(SCHEMA_ID, subject)
    return ReadDraft(subject=subject, problems=problems, entry=_entry(subject, problems, today))


def examine_draft(tenant: Tenant, tx: sa.Connection, draft: Draft) -> Examined:
    """Everything that stands in the way of filing, and what to look at before it."""
    today = tenant.now().date()
    read = read_draft(draft, today)
    if read.entry is None:
        return Examined(findings=tuple(_finding(problem) for problem in read.problems), case=None)
    case = gather_draft(tenant, tx, read.entry, corrects=corrected_entry(draft) or draft.document_id)
    findings = run_checks(case)
    assumed = {f"/{name}" for name in _assumed(today) if name not in read.subject}
    told = [_finding(problem) for problem in read.problems if not _is_told(problem, findings)]
    return Examined(findings=(*told, *(one for one in findings if one.where not in assumed)), case=case)


def _entry(subject: dict[str, Any], problems: tuple[Problem, ...], today: date) -> EntrySummary | None:
    """The draft as an entry; None where it is too far from one."""
    if any(problem.code != MISSING and problem.where not in CHECKED_BETTER for problem in problems):
        return None
    try:
        return msgspec.convert({**_assumed(today), **subject}, EntrySummary)
    except msgspec.ValidationError:
        return None  # what is missing has been told by the problems of the form


def _assumed(today: date) -> dict[str, str]:
    """What stands in for fields that are still asked for; what is found at them is left out."""
    return {"entryNumber": "", **dict.fromkeys(ASSUMED_TODAY, today.isoformat())}


def _is_told(problem: Problem, findings: list[Finding]) -> bool:
    """Whether a check has said the same of the same place."""
    is_mistaken = problem.code != MISSING and problem.where in CHECKED_BETTER
    return is_mistaken and any(found.where == problem.where for found in findings)


def _finding(problem: Problem) -> Finding:
    is_missing = problem.code == MISSING
    return Finding(
        code=problem.code,
        severity="error",
        sentence="No document that is held gives this field." if is_missing else problem.sentence,
        fix="Fill it in." if is_missing else "Correct this field.",
        got=problem.got or "",
        expected="" if is_missing else problem.expected or "",
        where=problem.where,
        citation="19 CFR 142.11-142.12; CBP Form 7501",
    )


def _source(field: str, source: Source) -> dict[str, str]:
    if source.origin == "keyed":
        return {"field": field, "keyedBy": source.detail or "person"}
    if source.document_id is not None and source.pointer is not None:
        return {"field": field, "document": source.document_id, "pointer": source.pointer}
    return {"field": field, "computed": source.detail or "taken from the filer's particulars"}


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nothing(member) for name, member in value.items() if member not in (None, "")}
    if isinstance(value, list):
        return [_without_nothing(element) for element in value]
    return value
