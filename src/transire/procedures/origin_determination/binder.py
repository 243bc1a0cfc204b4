"""The audit binder: everything that a determination rests on, in the order in which an auditor asks for it.

The rule in our rendering with citation and edition; every input with where it came from and who answers for it; every
figure; each test with what was needed and found; the time line with receipts; and whether this node, asked the same,
answers the same. Nothing in it depends on when it is opened: the same records give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from transire.documents.determination import SCHEMA_ID, Determination, read_determination
from transire.node.own_rules import own_rules
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement, agreements
from transire.origin.answer import Answer, Missing, RuleUsed, Tested
from transire.origin.case import RuleText
from transire.procedures.origin_determination import tables as t
from transire.procedures.origin_determination.asking import answer_to
from transire.procedures.origin_determination.errors import DeterminationUnknown
from transire.procedures.origin_determination.picturing import figures_told
from transire.procedures.papers import open_version
from transire.records.documents import DocumentFilter, DocumentLine, every_document, versions_of
from transire.records.errors import DocumentUnknown
from transire.records.statements import StatementLine, find_statement, statements_about

Recomputed = Literal["same", "same_by_text", "differs"]
"""Whether this node's engine, asked the same, answers the same; or, where the rule is of an edition that the node does
not hold, comes to the same outcome and figures by the text of the rule."""


class BinderInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact of the case: its place (JSON pointer), its value, where it came from, who signed for it.

    `signed_by` is the issuer of the determination, which answers for all of it; `document` names a paper of somebody
    else that states the fact, and `document_by` its issuer where this member holds it.
    """

    place: str
    value: str
    comes_from: str
    signed_by: str
    document: str | None = None
    document_by: str | None = None
    document_statement: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a member stated; its receipt is asked for by `statement_id`."""

    at: datetime
    what: str
    about: Literal["determination", "certification"]
    subject: str
    by: str
    by_name: str
    statement_id: str


class BinderVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the determination, for the way between them."""

    number: int
    version: str
    outcome: str
    determined_for: str
    is_current: bool


class Binder(msgspec.Struct, frozen=True, kw_only=True):
    """The binder of one version of a determination."""

    document_id: str
    version: str
    number: int
    is_current: bool
    issuer: str
    issuer_name: str
    issued_statement: str
    accepted_at: datetime | None
    agreement: str
    agreement_title: str
    agreement_citation: str
    product_number: str
    description: str
    tariff_number: str
    determined_for: date
    determined_by: str
    outcome: str
    criterion: str | None
    criterion_title: str | None
    criterion_citation: str | None
    method: str | None
    rule: RuleUsed | None
    inputs: tuple[BinderInput, ...]
    figures: dict[str, str]
    tests: tuple[Tested, ...]
    missing: tuple[Missing, ...]
    notices: tuple[str, ...]
    time_line: tuple[Event, ...]
    certifications: tuple[str, ...]
    versions: tuple[BinderVersion, ...]
    recomputed: Recomputed
    case: str
    answer: str


def binder_of(tenant: Tenant, tx: sa.Connection, document_id: str, number: int | None = None) -> Binder:
    """The binder of a version that this member holds, the newest by default."""
    versions = _versions(tx, document_id)
    line = next((one for one in versions if number in (None, one.version)), None)
    paper = None if line is None else open_version(tenant, tx, line.commitment)
    if line is None or paper is None:
        raise DeterminationUnknown(got=document_id if number is None else f"{document_id} version {number}")
    content = read_determination(paper.credential)
    certifications = _certifications(tx, line, content)
    law = agreement(content.agreement)
    answer = content.answer
    criterion = law.criteria.get(answer.criterion or "")
    return Binder(
        document_id=document_id,
        version=line.commitment,
        number=line.version,
        is_current=line.is_current,
        issuer=line.issuer,
        issuer_name=tenant.name_of(line.issuer),
        issued_statement=line.issued_statement,
        accepted_at=line.accepted_at,
        agreement=law.id,
        agreement_title=law.title,
        agreement_citation=law.citation,
        product_number=content.product_number,
        description=content.description,
        tariff_number=content.tariff_number,
        determined_for=content.determined_for,
        determined_by=content.determined_by,
        outcome=content.outcome,
        criterion=answer.criterion,
        criterion_title=None if criterion is None else criterion.title,
        criterion_citation=None if criterion is None else criterion.citation,
        method=answer.method,
        rule=answer.rule,
        inputs=tuple(_inputs(tx, content, line)),
        figures=figures_told(answer),
        tests=answer.tests,
        missing=answer.missing,
        notices=answer.notices,
        time_line=tuple(_time_line(tenant, tx, document_id, certifications)),
        certifications=certifications,
        versions=tuple(_version(one) for one in versions),
        recomputed=_recomputed(tenant, content),
        case=content.origin_case,
        answer=content.origin_answer,
    )


def binder_json(binder: Binder) -> bytes:
    """The binder as a file: JSON, its members in a fixed order."""
    return msgspec.json.format(msgspec.json.encode(binder, order="deterministic"), indent=2) + b"\n"


def _recomputed(tenant: Tenant, content: Determination) -> Recomputed:
    """Whether this node finds the same by the same rule; how it words that may change with its version."""
    own, said = own_rules(tenant.origin_rules, content.agreement), content.answer
    for rules in (own, None) if own is not None else (None,):
        found, _ = answer_to(content.case, rules)
        if found.rule == said.rule and _agree(found, said):
            return "same"
    if said.rule is None or content.case.rule is not None:
        return "differs"
    by_text = msgspec.structs.replace(content.case, rule=RuleText(text=said.rule.text))
    found, _ = answer_to(by_text)
    return "same_by_text" if _agree(found, said) else "differs"


def _agree(found: Answer, said: Answer) -> bool:
    return (found.outcome, found.criterion, found.figures) == (said.outcome, said.criterion, said.figures)


def _versions(tx: sa.Connection, document_id: str) -> tuple[DocumentLine, ...]:
    try:
        found = versions_of(tx, document_id)
    except DocumentUnknown:
        found = ()
    if not found or found[0].schema_id != SCHEMA_ID:
        raise DeterminationUnknown(got=document_id)
    return found


def _version(line: DocumentLine) -> BinderVersion:
    return BinderVersion(
        number=line.version,
        version=line.commitment,
        outcome=line.fields["outcome"][0],
        determined_for=line.fields["determinedFor"][0],
        is_current=line.is_current,
    )


def _certifications(tx: sa.Connection, line: DocumentLine, content: Determination) -> tuple[str, ...]:
    """The certifications of the same issuer that rest on the determination, by document id."""
    wanted = DocumentFilter(
        schema_ids=(agreements()[content.agreement].schema_id,),
        issuers=(line.issuer,),
        fields={"goods/determination": line.document_id},
    )
    return tuple(sorted({found.document_id for found in every_document(tx, wanted)}))


def _inputs(tx: sa.Connection, content: Determination, line: DocumentLine) -> Iterator[BinderInput]:
    """Every scalar of the case, with the nearest source that the determination names for its place."""
    sources = {one.place: one for one in content.inputs}
    issuers: dict[str, DocumentLine | None] = {}
    for place, value in _scalars(msgspec.json.decode(content.origin_case), ""):
        source = next((sources[above] for above in _above(place) if above in sources), None)
        document = None if source is None else source.document
        if document is not None and document not in issuers:
            issuers[document] = _held(tx, document)
        stated = issuers.get(document) if document is not None else None
        yield BinderInput(
            place=place,
            value=value,
            comes_from="computed for the question" if source is None else source.comes_from,
            signed_by=line.issuer,
            document=document,
            document_by=None if stated is None else stated.issuer,
            document_statement=None if stated is None else stated.issued_statement,
        )


def _held(tx: sa.Connection, document_id: str) -> DocumentLine | None:
    try:
        return versions_of(tx, document_id)[0]
    except (DocumentUnknown, IndexError):
        return None


def _above(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition("/")[0]


def _scalars(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name in sorted(value):
            yield from _scalars(value[name], f"{place}/{name}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _scalars(inner, f"{place}/{at}")
    elif value is not None:
        yield place, str(value).lower() if isinstance(value, bool) else str(value)


def _time_line(tenant: Tenant, tx: sa.Connection, document_id: str, certifications: Sequence[str]) -> Iterator[Event]:
    """What was stated about the determination and about the certifications on it, in the order of the ledger."""
    found: list[tuple[StatementLine, Literal["determination", "certification"], str]] = [
        (line, "determination", document_id) for line in statements_about(tx, document_id)
    ]
    for certification in certifications:
        found += [(line, "certification", certification) for line in statements_about(tx, certification)]
        of = t.claims.c
        claimed = tx.execute(sa.select(of.statement_id).where(of.certification == certification).distinct()).scalars()
        found += [(find_statement(tx, each), "certification", certification) for each in claimed]
    for line, about, subject in sorted(found, key=lambda one: (one[0].log_index, one[0].position, one[0].id)):
        yield Event(
            at=line.accepted_at,
            what=line.kind,
            about=about,
            subject=subject,
            by=line.by,
            by_name=tenant.name_of(line.by),
            statement_id=line.id,
        )
