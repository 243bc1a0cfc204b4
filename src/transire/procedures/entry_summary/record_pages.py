"""The pages of records for the customs system and its answers, and of what a person adds to a draft.

A cargo release and its form; numbers of chapters 98 and 99, taxes and fees, and blocks that no document gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from transire.portal.registry import N_, Pages
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.portal.visit import Visit
from transire.procedures.entry_summary import adding, printing
from transire.procedures.entry_summary.catair.answer import EntryAnswer
from transire.procedures.entry_summary.catair.entry import Records
from transire.procedures.entry_summary.form3461 import release_file, release_pdf
from transire.procedures.entry_summary.form7501 import name_of_file
from transire.procedures.entry_summary.pages import show_draft
from transire.procedures.lookalike import LookAlike

PAGES = Pages(
    told={
        "number-added": N_("The number was added, and the duty worked out again."),
        "fee-stated": N_("The tax or fee was added as you state it."),
        "block-filled": N_("The block was filled in."),
    },
)


@PAGES.get("/entries/{document_id}/records", operation="entries.read")
def show_records(visit: Visit) -> Response:
    """The records of an entry, what they do not say, and where an answer is handed in."""
    return _records_page(visit, None)


@PAGES.post("/entries/{document_id}/records", operation="entries.read", again=show_records)
def read_answer(visit: Visit) -> Response:
    """What the customs system answered, at the lines it speaks of; nothing of it is kept."""
    answer = printing.read_answer(visit.tenant, visit.named("document_id"), visit.actor, visit.form.file("answer"))
    return _records_page(visit, answer)


@PAGES.get("/entries/{document_id}/records.txt", operation="entries.read")
def download_records(visit: Visit) -> Response:
    """The records as a file: one a line."""
    document_id = visit.named("document_id")
    return _file(printing.filed_records(visit.tenant, document_id, visit.actor), document_id, is_draft=False)


@PAGES.get("/entries/{document_id}/3461.pdf", operation="entries.read")
def print_release(visit: Visit) -> Response:
    """The entry on a look-alike of CBP Form 3461."""
    verify_at = f"{visit.portal.node.settings.origin}{VERIFY_PATH}"
    return _printed(
        printing.entry_release_form(visit.tenant, visit.named("document_id"), visit.actor, verify_at=verify_at)
    )


@PAGES.get("/entry-drafts/{draft_id}/release", operation="entries.check")
def show_release(visit: Visit) -> Response:
    """The cargo release of a draft: its records, and what they lack."""
    draft_id = visit.named("draft_id")
    records = printing.draft_release_records(visit.tenant, visit.actor, draft_id)
    return visit.show("entry_summary/release.html", records=records, draft_id=draft_id)


@PAGES.get("/entry-drafts/{draft_id}/release.txt", operation="entries.check")
def download_release(visit: Visit) -> Response:
    """The records of a release as a file."""
    draft_id = visit.named("draft_id")
    return _file(printing.draft_release_records(visit.tenant, visit.actor, draft_id), draft_id, is_draft=True)


@PAGES.get("/entry-drafts/{draft_id}/3461.pdf", operation="entries.check")
def print_release_draft(visit: Visit) -> Response:
    """The draft on a look-alike of CBP Form 3461."""
    return _printed(printing.draft_release_form(visit.tenant, visit.actor, visit.named("draft_id")))


@PAGES.post("/entry-drafts/{draft_id}/numbers", operation="entries.draft", again=show_draft)
def add_number(visit: Visit) -> Response:
    """A number of chapter 98 or 99 on one line."""
    draft_id, line = visit.named("draft_id"), _line(visit)
    adding.add_number(
        visit.tenant,
        visit.actor,
        draft_id,
        line,
        visit.form.text("number"),
        value=visit.form.optional("value"),
        acts=visit.form.optional("acts"),
    )
    return visit.go(f"/entry-drafts/{draft_id}", told="number-added", anchor=f"line-{line}", query={"line": str(line)})


@PAGES.post("/entry-drafts/{draft_id}/fees", operation="entries.draft", again=show_draft)
def state_fee(visit: Visit) -> Response:
    """A tax or fee that the filer states for one line."""
    draft_id, line = visit.named("draft_id"), _line(visit)
    adding.state_fee(
        visit.tenant, visit.actor, draft_id, line, visit.form.text("class"), amount=visit.form.text("amount")
    )
    return visit.go(f"/entry-drafts/{draft_id}", told="fee-stated", anchor=f"line-{line}", query={"line": str(line)})


@PAGES.post("/entry-drafts/{draft_id}/blocks", operation="entries.draft", again=show_draft)
def fill_block(visit: Visit) -> Response:
    """A block of the form that no document gives."""
    draft_id = visit.named("draft_id")
    adding.fill_block(visit.tenant, visit.actor, draft_id, visit.form.text("block"), visit.form.text("value"))
    return visit.go(f"/entry-drafts/{draft_id}", told="block-filled")


_SEVERITY_LOOKS: Final[Mapping[str, str]] = {"fatal": "bad", "warning": "warn"}


def _records_page(visit: Visit, answer: EntryAnswer | None) -> Response:
    document_id = visit.named("document_id")
    return visit.show(
        "entry_summary/records.html",
        records=printing.filed_records(visit.tenant, document_id, visit.actor),
        document_id=document_id,
        answer=answer,
        looks=_SEVERITY_LOOKS,
    )


def _line(visit: Visit) -> int:
    return visit.form.whole("line", least=1, most=999)


def _printed(form: LookAlike) -> Response:
    return _attached(release_pdf(form), "application/pdf", release_file(form))


def _file(records: Records, name: str, *, is_draft: bool) -> Response:
    told = name_of_file(name, f"{records.chapter}.not-certified", "txt", is_draft=is_draft)
    return _attached(records.as_bytes(), "text/plain; charset=us-ascii", told)


def _attached(raw: bytes, media_type: str, name: str) -> Response:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type=media_type, headers=headers)
