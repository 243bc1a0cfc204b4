"""The catalogue of document types, and the check of a whole document against its type.

A type is one JSON Schema 2020-12 under `schemas/`, with the rules that a schema cannot say in `rules`. Schemas name
each other by absolute id and are resolved from the package alone: nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from jsonschema_rs import Draft202012Validator, Registry

from transire.documents.codes import FORMATS
from transire.documents.errors import DocumentInvalid, DocumentTypeUnknown, Problem
from transire.documents.problems import find_floats, find_schema_problems
from transire.documents.rules import find_broken_rules

SCHEMA_BASE: Final = "https://w3id.org/transire/schemas/"
MEDIA_TYPE: Final = "application/vc"  # as W3C registered it (VCDM 2.0 C.1)

_FILES: Final = {
    "certification-of-origin/usmca/1": "certification-of-origin.usmca.1.json",
    "certification-of-origin/cafta-dr/1": "certification-of-origin.cafta-dr.1.json",
    "certification-of-origin/nafta/1": "certification-of-origin.nafta.1.json",
    "commercial-invoice/1": "commercial-invoice.1.json",
    "cost-sheet/1": "cost-sheet.1.json",
    "power-of-attorney/1": "power-of-attorney.1.json",
    "entry-summary/1": "entry-summary.1.json",
    "evidence/1": "evidence.1.json",
    "origin-determination/1": "origin-determination.1.json",
    "customs-determination/1": "customs-determination.1.json",
    "packing-list/1": "packing-list.1.json",
    "bill-of-lading/1": "bill-of-lading.1.json",
    "air-waybill/1": "air-waybill.1.json",
    "purchase-order/1": "purchase-order.1.json",
    "mill-test-report/1": "mill-test-report.1.json",
    "phytosanitary-certificate/1": "phytosanitary-certificate.1.json",
    "disclosed-parts/1": "disclosed-parts.1.json",
}


_NUMBERS: Final = {"commercial-invoice/1": "invoiceNumber", "entry-summary/1": "entryNumber"}
"""What schemas say as `x-number` that were released after these: a released schema is never edited."""


class DocumentType(msgspec.Struct, frozen=True, kw_only=True):
    """One type of document: its schema, its credential type, and the fields that records may hold in clear."""

    schema_id: str
    title: str
    number_field: str | None
    """The field that people call a document of this type by."""
    description: str
    type_name: str
    media_types: tuple[str, ...]
    indexable_fields: tuple[str, ...]
    issued_by: tuple[str, ...]
    """The roles on the ledger of which an issuer has one; empty where a procedure says it, or any member may."""
    issuer_is: Mapping[str, str]
    """Which party of the document an issuer of a role is: a form begins with it filled in."""


@cache
def _schema(schema_id: str) -> dict[str, Any]:
    return _read_schema(_FILES[schema_id])


def _subject_schema(schema_id: str) -> dict[str, Any]:
    subject: dict[str, Any] = _schema(schema_id)["properties"]["credentialSubject"]
    return subject


def _read_schema(file_name: str) -> dict[str, Any]:
    raw = (files("transire.documents") / "schemas" / file_name).read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Any])


@cache
def _common() -> dict[str, Any]:
    return _read_schema("common.1.json")


@cache
def _registry() -> Registry:
    return Registry([(SCHEMA_BASE + "common/1", _common())])


@cache
def _validator(schema_id: str) -> Draft202012Validator:
    return _compile(_schema(schema_id))


@cache
def _subject_validator(schema_id: str) -> Draft202012Validator:
    return _compile(_subject_schema(schema_id))


def _compile(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema, formats=dict(FORMATS), validate_formats=True, registry=_registry(), offline=True
    )


def subject_schema(schema_id: str) -> Mapping[str, Any]:
    """The schema of a type's credential subject, as it is shipped; references lead to `common_definition`."""
    return _subject_schema(document_type(schema_id).schema_id)


def common_definition(name: str) -> Mapping[str, Any]:
    """A building block that the schemas have in common."""
    found: Mapping[str, Any] = _common()["$defs"][name]
    return found


def free_types(roles: Collection[str]) -> tuple[str, ...]:
    """The types that a member with one of these roles issues by filling in their form, in no procedure of their own.

    >>> free_types({"agency"})
    ('phytosanitary-certificate/1',)
    """
    return tuple(each for each in _FILES if not set(roles).isdisjoint(document_type(each).issued_by))


def schema_ids() -> tuple[str, ...]:
    """The schema ids of every document type, in the order of the catalogue."""
    return tuple(_FILES)


@cache
def document_type(schema_id: str) -> DocumentType:
    """What is known of one type of document.

    >>> document_type("commercial-invoice/1").type_name
    'CommercialInvoice'
    """
    if schema_id not in _FILES:
        raise DocumentTypeUnknown(got=repr(schema_id)[:80], expected=", ".join(_FILES))
    schema, subject = _schema(schema_id), _subject_schema(schema_id)
    return DocumentType(
        schema_id=schema_id,
        title=schema["title"],
        number_field=schema.get("x-number", _NUMBERS.get(schema_id)),
        description=schema["description"],
        type_name=schema["x-type-name"],
        media_types=(MEDIA_TYPE,),
        indexable_fields=tuple(path.replace("/*", "").strip("/") for path in _indexable_paths(subject, "")),
        issued_by=tuple(schema.get("x-issued-by", ())),
        issuer_is=schema.get("x-issuer-is", {}),
    )


def schema_url(schema_id: str) -> str:
    """The absolute id of a schema, for `credentialSchema`."""
    return SCHEMA_BASE + document_type(schema_id).schema_id


def schema_bytes(schema_id: str) -> bytes:
    """The schema as it is shipped, for publication."""
    name = _FILES[document_type(schema_id).schema_id]
    return (files("transire.documents") / "schemas" / name).read_bytes()


def schema_id_of(document: Mapping[str, Any]) -> str:
    """The schema id of a document, told by its credential type.

    >>> schema_id_of({"type": ["VerifiableCredential", "CostSheet"]})
    'cost-sheet/1'
    """
    named = document.get("type")
    names = {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
    found = [schema_id for schema_id in _FILES if document_type(schema_id).type_name in names]
    if len(found) != 1:
        raise DocumentTypeUnknown(got=f"type {named!r}"[:120], expected="exactly one type of the catalogue")
    return found[0]


def find_problems(schema_id: str, document: object) -> tuple[Problem, ...]:
    """Everything that is wrong with a whole credential of this type; nothing is raised for it."""
    document_type(schema_id)
    found = _found_by_schema(_validator(schema_id), document, _schema(schema_id))
    subject = document.get("credentialSubject") if isinstance(document, dict) else None
    return (*found, *_found_beyond_schema(schema_id, subject, "/credentialSubject", sound=not found))


def find_subject_problems(schema_id: str, subject: object) -> tuple[Problem, ...]:
    """Everything that is wrong with a credential subject alone, before it is issued; pointers start at it."""
    document_type(schema_id)
    found = _found_by_schema(_subject_validator(schema_id), subject, _subject_schema(schema_id))
    return (*found, *_found_beyond_schema(schema_id, subject, "", sound=not found))


def validate_document(schema_id: str, document: object) -> None:
    """Refuse a credential that is not a document of this type, naming every problem at once."""
    problems = find_problems(schema_id, document)
    if problems:
        raise DocumentInvalid(schema_id, problems)


def validate_subject(schema_id: str, subject: object) -> None:
    """Refuse a credential subject that is not one of this type, naming every problem at once."""
    problems = find_subject_problems(schema_id, subject)
    if problems:
        raise DocumentInvalid(schema_id, problems)


def indexable(schema_id: str, document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The values of the fields that records may hold in clear, by the name of the field.

    A field below a list has one value for each of its places, in order.

    >>> indexable("evidence/1", {"credentialSubject": {"answeredOn": "2026-11-22", "answer": "kept out"}})
    {'answeredOn': ('2026-11-22',)}
    """
    document_type(schema_id)
    found = {}
    for name, path in _indexable_fields(schema_id):
        values = tuple(_values_at(document["credentialSubject"], path))
        if values:
            found[name] = values
    return found


@cache
def _indexable_fields(schema_id: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Name and path of each field that records may hold in clear."""
    paths = _indexable_paths(_subject_schema(schema_id), "")
    return tuple((path.replace("/*", "").strip("/"), tuple(path.split("/")[1:])) for path in paths)


def _found_by_schema(validator: Draft202012Validator, document: object, root: Mapping[str, Any]) -> tuple[Problem, ...]:
    return find_schema_problems(validator, document, root=root, common=_common())


def _found_beyond_schema(schema_id: str, subject: object, base: str, *, sound: bool) -> tuple[Problem, ...]:
    floats = tuple(find_floats(subject, base))
    return (*floats, *find_broken_rules(schema_id, subject, base, sound=sound and not floats))


def _indexable_paths(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Walk a schema to every place marked `x-indexable`; `*` stands for the places of a list."""
    if schema.get("x-indexable"):
        yield path
        return
    schema = _resolved(schema)
    for name, member in schema.get("properties", {}).items():
        if isinstance(member, dict):
            yield from _indexable_paths(member, f"{path}/{name}")
    if isinstance(schema.get("items"), dict):
        yield from _indexable_paths(schema["items"], f"{path}/*")


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference into the common definitions, and an `allOf` that only adds requirements to one."""
    while True:
        reference = schema.get("$ref")
        if reference is None and "allOf" in schema and "properties" not in schema:
            reference = schema["allOf"][0].get("$ref")
        if reference is None:
            return schema
        schema = _common()["$defs"][reference.rsplit("/", 1)[1]]


def _values_at(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        yield str(value)
    elif path[0] == "*" and isinstance(value, list):
        for element in value:
            yield from _values_at(element, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _values_at(value[path[0]], path[1:])
