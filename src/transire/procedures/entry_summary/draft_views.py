"""What pages and the API show of a draft: every field beside its source, and what the checks say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from transire.desk import drafts as desk
from transire.documents.entry import Source, sources_by_field
from transire.procedures.entry_summary.filing import corrected_entry, subject_of
from transire.procedures.entry_summary.receivers import Receiver
from transire.procedures.entry_summary.views import FieldView, by_line, fields_of
from transire.procedures.findings import Finding


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a draft: its fields, and what the checks say of it."""

    at: int
    fields: tuple[FieldView, ...]
    findings: tuple[Finding, ...]


class DraftPage(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. `keyed` of `filled` fields were typed by a person; nothing is typed twice."""

    draft_id: str
    version: int
    state: str
    title: str
    corrects: str | None
    content: dict[str, Any]
    fields: tuple[FieldView, ...]
    lines: tuple[DraftLine, ...]
    findings: tuple[Finding, ...]
    keyed: int
    filled: int
    receivers: tuple[Receiver, ...] = ()
    """Who is given it when it is filed."""


def draft_page(draft: desk.Draft, findings: Sequence[Finding]) -> DraftPage:
    """A draft with the source of each field and what the checks say of it."""
    subject = subject_of(draft)
    sources = sources_by_field(msgspec.convert(subject.pop("sources"), list[Source]))
    at_line = by_line(findings)
    lines = subject.pop("lines", [])
    fields = tuple(fields_of(subject, sources, ""))
    shown = tuple(_draft_line(at, line, sources, at_line.get(at, ())) for at, line in enumerate(lines))
    filled = len(fields) + sum(len(line.fields) for line in shown)
    return DraftPage(
        draft_id=draft.id,
        version=draft.version,
        state=draft.state,
        title=draft.title,
        corrects=corrected_entry(draft),
        content=draft.content,
        fields=fields,
        lines=shown,
        findings=tuple(finding for finding in findings if not finding.where.startswith("/lines/")),
        keyed=len(draft.keyed_fields()),
        filled=filled,
    )


def _draft_line(at: int, line: dict[str, Any], sources: Mapping[str, Source], findings: Sequence[Finding]) -> DraftLine:
    return DraftLine(at=at, fields=tuple(fields_of(line, sources, f"/lines/{at}")), findings=tuple(findings))
