"""Pages of issuing a document of the trade: the type, its form made from the schema, replacing and withdrawing one.

The form needs no script: rows are added by sending it back, and a table, or a document in the words of the
traceability vocabulary, is taken from a file into the form, where it can be looked at before it is signed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from transire.api import documents, issuing, network
from transire.desk.permissions import require
from transire.documents.catalogue import document_type, free_types
from transire.documents.differences import is_deep
from transire.documents.form import MOST_ROWS, Table, form_of, read_table, subject_of, values_of
from transire.documents.traceability import from_traceability, their_types
from transire.portal.errors import FieldUnsuitable, PageNotFound
from transire.portal.forms import MAX_FIELD_BYTES, Form
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement, await_version

PAGES = Pages(
    Place("/documents/new", N_("Issue a document"), N_("Documents"), "documents.issue"),
    told={
        "document-issued": N_("Signed. It is brought to those whom you named."),
        "document-withdrawn": N_("Withdrawn. Whoever was given it is told."),
    },
    kinds={"document.withdrawn/1": N_("withdrew it")},
    items={"document.withdrawn": Item(N_("A document that you were given was withdrawn"), "/documents/{document_id}")},
)

PREFIX = "f:"
"""Before the pointer of a field in its name on the form: other fields have names of their own."""
EMPTY_ROWS = 1
"""Rows that a table shows which must not stay empty."""


@PAGES.get("/documents/new", operation="documents.issue")
def show_types(visit: Visit) -> Response:
    """The types that this member may issue here, and where the others are issued."""
    require(visit.actor, "documents.issue")
    return visit.show("issue_types.html", types=issuing.list_free_types(visit.tenant, visit.actor), slug_of=_slug)


@PAGES.get("/documents/new/{type_name}", operation="documents.issue")
def show_form(visit: Visit) -> Response:
    """The form, empty, with what a document says that is replaced, or as it was sent."""
    require(visit.actor, "documents.issue")
    schema_id = _schema_of(visit)
    replaced = _replaced(visit)
    values = _sent(visit.form) if visit.form.fields else _begun(visit, schema_id, replaced)
    return _form(visit, schema_id, values, rows=_rows_sent(visit.form), replaced=replaced)


@PAGES.post("/documents/new/{type_name}", operation="documents.issue", again=show_form)
def issue(visit: Visit) -> Response:
    """Add a row, take a file into the form, or sign what it says."""
    schema_id, form = _schema_of(visit), visit.form
    step, values = form.optional("step") or "sign", _sent(form)
    if step.startswith("row:"):
        rows = _rows_sent(form)
        table = step.removeprefix("row:")
        return _form(visit, schema_id, values, rows={**rows, table: rows.get(table, 0) + 1}, replaced=_replaced(visit))
    if step.startswith("table:"):
        name = step.removeprefix("table:")
        kept = {pointer: text for pointer, text in values.items() if not pointer.startswith(f"/{name}/")}
        rows_read = read_table(schema_id, name, form.file(f"table:{name}"))
        return _form(visit, schema_id, {**kept, **values_of({name: rows_read})}, rows={}, replaced=_replaced(visit))
    if step == "file":
        return _take_file(visit, schema_id)
    new = issuing.NewDocument(
        schema=schema_id,
        subject=subject_of(schema_id, values),
        recipients=tuple(form.all("recipients")),
        replaces=form.optional("replaces"),
    )
    issued = issuing.issue_document(visit.tenant, visit.actor, new)
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/documents/{issued.document_id}", told="document-issued")


@PAGES.get("/documents/{document_id}/withdraw", operation="documents.withdraw")
def show_withdraw(visit: Visit) -> Response:
    """What withdrawing does, and the reason to give."""
    line = documents.find_line(visit.tenant, visit.actor, visit.named("document_id"))
    return visit.show("withdraw.html", line=line)


@PAGES.post("/documents/{document_id}/withdraw", operation="documents.withdraw", again=show_withdraw)
def withdraw(visit: Visit) -> Response:
    """Withdraw it."""
    document_id = visit.named("document_id")
    told = issuing.withdraw_document(visit.tenant, visit.actor, document_id, visit.form.text("reason"))
    await_statement(visit.tenant, told)
    return visit.go(f"/documents/{document_id}", told="document-withdrawn")


def _slug(schema_id: str) -> str:
    return schema_id.rsplit("/", 1)[0]


def _schema_of(visit: Visit) -> str:
    """The type of the address, if this member may issue it."""
    named = visit.named("type_name")
    for schema_id in free_types(visit.tenant.roles):
        if _slug(schema_id) == named:
            return schema_id
    raise PageNotFound(got=named[:80], expected="a type of document that your organisation issues by its form")


def _replaced(visit: Visit) -> documents.DocumentView | None:
    """The document of which the new one is the next version."""
    named = visit.form.optional("replaces") or visit.asked("replaces")
    return documents.show_document(visit.tenant, visit.actor, named) if named else None


def _begun(visit: Visit, schema_id: str, replaced: documents.DocumentView | None) -> dict[str, str]:
    """What a new form holds already: what the replaced document says, else the organisation's own particulars."""
    if replaced is not None:
        return values_of(documents.subject_of(replaced))
    return values_of(issuing.begun_subject(visit.tenant, visit.actor, schema_id))


def _sent(form: Form) -> dict[str, str]:
    return {name.removeprefix(PREFIX): texts[0] for name, texts in form.fields.items() if name.startswith(PREFIX)}


def _rows_sent(form: Form) -> dict[str, int]:
    """How many rows of each table the form showed."""
    shown = {}
    for name, texts in form.fields.items():
        if name.startswith("rows:"):
            text = texts[0]
            if not (text.isascii() and text.isdigit() and len(text) < 5):
                raise FieldUnsuitable(got=text[:20], expected="a number of rows", where=name)
            shown[name.removeprefix("rows:")] = int(text)
    return shown


def _form(
    visit: Visit,
    schema_id: str,
    values: Mapping[str, str],
    *,
    rows: Mapping[str, int],
    replaced: documents.DocumentView | None,
    left_out: Sequence[str] = (),
) -> Response:
    tenant = visit.tenant
    others = [(each.did, each.name) for each in network.list_members(tenant, visit.actor) if each.did != tenant.did]
    parts = form_of(schema_id)
    return visit.show(
        "issue.html",
        kind=document_type(schema_id),
        slug=_slug(schema_id),
        parts=parts,
        rows={part.name: _row_count(part, values, rows) for part in parts if isinstance(part, Table)},
        values=values,
        prefix=PREFIX,
        others=sorted(others, key=lambda other: other[1]),
        chosen=visit.form.all("recipients"),
        replaced=replaced,
        left_out=left_out,
        foreign=", ".join(their_types()),
    )


def _row_count(table: Table, values: Mapping[str, str], rows: Mapping[str, int]) -> int:
    """Enough rows for what is filled in, those that were asked for, and one where the document needs one."""
    places = [
        int(place)
        for pointer in values
        if pointer.startswith(f"{table.pointer}/") and (place := pointer.split("/")[2]).isdigit() and len(place) < 5
    ]
    least = EMPTY_ROWS if table.required else 0
    wanted = max(max(places, default=-1) + 1, rows.get(table.name, 0), least)
    if wanted > MOST_ROWS:
        raise FieldUnsuitable(
            got=f"{wanted} rows", expected=f"at most {MOST_ROWS}; send longer tables over the API", where=table.name
        )
    return wanted


def _take_file(visit: Visit, schema_id: str) -> Response:
    """A document from a file into the form: a subject of ours, or one in the words of the traceability vocabulary."""
    raw = visit.form.file("document")
    if len(raw) > MAX_FIELD_BYTES:
        raise FieldUnsuitable(got=f"{len(raw)} bytes", expected=f"at most {MAX_FIELD_BYTES}", where="document")
    subject, left_out = _read_file(raw, schema_id)
    empty = dataclasses.replace(visit, form=Form({"recipients": visit.form.all("recipients")}))
    return _form(empty, schema_id, values_of(subject), rows={}, replaced=_replaced(visit), left_out=left_out)


def _read_file(raw: bytes, schema_id: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FieldUnsuitable(got=str(error)[:120], expected="a JSON document", where="document") from error
    subject = found.get("credentialSubject", found) if isinstance(found, dict) else found
    if not isinstance(subject, dict) or is_deep(subject):
        raise FieldUnsuitable(got=type(subject).__name__, expected="a JSON object", where="document")
    if "type" not in subject:
        return subject, ()
    read = from_traceability(subject)
    if read.type != schema_id:
        title = document_type(schema_id).title
        raise FieldUnsuitable(got=document_type(read.type).title, expected=title, where="document")
    return read.subject, read.left_out
