"""The catalogue of document types: schemas, the whole of what is wrong, and what records may hold in clear."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from sample_documents import SUBJECTS, credential

from transire.documents.catalogue import (
    SCHEMA_BASE,
    document_type,
    find_problems,
    find_subject_problems,
    indexable,
    schema_bytes,
    schema_id_of,
    schema_ids,
    schema_url,
    validate_document,
    validate_subject,
)
from transire.documents.errors import DocumentInvalid, DocumentTypeUnknown

every_type = pytest.mark.parametrize("schema_id", SUBJECTS)


def test_the_samples_are_of_every_type() -> None:
    assert tuple(SUBJECTS) == schema_ids()


def _second_validator(schema_id: str, common: dict[str, Any]) -> jsonschema.protocols.Validator:
    """The schema read by another implementation, which knows nothing of our formats."""
    schema = json.loads(schema_bytes(schema_id))
    jsonschema.Draft202012Validator.check_schema(schema)
    registry = Registry().with_resource(SCHEMA_BASE + "common/1", Resource.from_contents(common))
    return jsonschema.Draft202012Validator(schema, registry=registry)


@pytest.fixture(scope="module")
def common() -> dict[str, Any]:
    from importlib.resources import files

    found: dict[str, Any] = json.loads((files("transire.documents") / "schemas" / "common.1.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@every_type
def test_a_sample_is_valid_for_us_and_for_another_implementation(schema_id: str, common: dict[str, Any]) -> None:
    document = credential(schema_id)
    validate_document(schema_id, document)
    validate_subject(schema_id, document["credentialSubject"])
    _second_validator(schema_id, common).validate(document)


@every_type
def test_the_type_is_told_by_the_credential_type(schema_id: str) -> None:
    assert schema_id_of(credential(schema_id)) == schema_id
    assert json.loads(schema_bytes(schema_id))["$id"] == schema_url(schema_id)


def _objects(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield pointer, value
        for name, member in value.items():
            yield from _objects(member, f"{pointer}/{name}")
    elif isinstance(value, list):
        for at, element in enumerate(value):
            yield from _objects(element, f"{pointer}/{at}")


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@every_type
def test_a_misspelt_member_is_refused_wherever_it_stands(schema_id: str) -> None:
    for pointer, _ in _objects(SUBJECTS[schema_id]()):
        subject = SUBJECTS[schema_id]()
        _at(subject, pointer)["descripton/x"] = "a"
        (problem,) = find_subject_problems(schema_id, subject)
        assert (problem.where, problem.code) == (f"{pointer}/descripton~1x", "documents.additional-properties")


@every_type
def test_a_member_that_is_left_out_is_either_not_needed_or_named(schema_id: str, common: dict[str, Any]) -> None:
    """Against the second implementation: whatever it refuses, we refuse, and we name the place of the member."""
    second = _second_validator(schema_id, common)
    refused = 0
    for pointer, found in _objects(SUBJECTS[schema_id]()):
        for name in found:
            document = credential(schema_id)
            del _at(document["credentialSubject"], pointer)[name]
            problems = find_problems(schema_id, document)
            if not second.is_valid(document):
                refused += 1
                places = {problem.where for problem in problems}
                here = f"/credentialSubject{pointer}"
                instead = f"{here}/{name.removesuffix('Statement')}s"  # producers, for producerStatement
                assert places & {here, f"{here}/{name}", instead}, (pointer, name)
    assert refused >= 3


@every_type
def test_a_value_of_another_kind_is_refused_wherever_it_stands(schema_id: str) -> None:
    for pointer, found in _objects(SUBJECTS[schema_id]()):
        for name, old in found.items():
            for wrong in (None, 7.5, [], {}, "\x07", True if old is not False else "no"):
                if isinstance(old, bool) or (wrong in ([], {}) and isinstance(old, type(wrong))):
                    continue
                subject = SUBJECTS[schema_id]()
                _at(subject, pointer)[name] = wrong
                problems = find_subject_problems(schema_id, subject)
                assert problems, (pointer, name, wrong)
                assert any(problem.where.startswith(f"{pointer}/{name}") for problem in problems)


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"credentialSubject": None}, {"credentialSubject": []}])
@every_type
def test_what_is_no_document_at_all_is_refused_with_problems(schema_id: str, document: Any) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        validate_document(schema_id, document)
    assert refused.value.problems
    assert refused.value.as_problem()["problems"][0]["code"].startswith("documents.")


def test_all_problems_are_told_at_once_each_with_place_got_and_expected() -> None:
    subject = SUBJECTS["certification-of-origin/usmca/1"]()
    subject["goods"][0]["tariffNumber"] = "84.13"
    subject["goods"][0]["originCriterion"] = "E"
    subject["exporter"]["address"]["country"] = "QQ"
    subject["blanketPeriod"]["until"] = "2027-02-01"
    subject["certificationStatement"] = "I certify."
    del subject["certificationDate"]
    problems = find_subject_problems("certification-of-origin/usmca/1", subject)
    assert [(problem.where, problem.got, problem.expected) for problem in problems] == [
        ("/certificationDate", None, "19 CFR 182.12(d): the date of signing."),
        ("/certificationStatement", "I certify.", _shown_statement()),
        ("/exporter/address/country", "QQ", "two capital letters of ISO 3166-1, as MX"),
        ("/goods/0/originCriterion", "E", '["A","B","C","D"]'),
        ("/goods/0/tariffNumber", "84.13", "an HTSUS number as 8413.70 or 8413.70.20.04"),
        ("/blanketPeriod/until", "2027-02-01", "2026-12-31 or earlier"),
        ("/exporter/address/country", "QQ", "US, CA, MX"),
    ]


def _shown_statement() -> str:
    from transire.origin.agreements import agreement

    return agreement("usmca").statement[:119] + "…"


def test_the_error_says_how_many_and_the_first_of_them() -> None:
    with pytest.raises(DocumentInvalid, match=r"got 3 problems \(/answer: .*Mend every place") as refused:
        validate_subject("evidence/1", {})
    assert [problem.where for problem in refused.value.problems] == ["/answer", "/answeredOn", "/request"]


@pytest.mark.parametrize(
    "document",
    [{}, {"type": "CostSheet"}, {"type": ["VerifiableCredential"]}, {"type": ["CostSheet", "EntrySummary"]}],
)
def test_a_credential_of_no_known_type_or_of_two_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DocumentTypeUnknown):
        schema_id_of(document)


def test_an_unknown_schema_id_is_refused_everywhere() -> None:
    for ask in (document_type, schema_url, schema_bytes):
        with pytest.raises(DocumentTypeUnknown):
            ask("carnet/1")
    for look in (find_problems, find_subject_problems, indexable):
        with pytest.raises(DocumentTypeUnknown):
            look("carnet/1", {})


def test_a_document_is_not_changed_by_being_checked() -> None:
    document = credential("entry-summary/1")
    before = copy.deepcopy(document)
    validate_document("entry-summary/1", document)
    indexable("entry-summary/1", document)
    assert document == before


# What records hold in clear is read by whoever can read the database, and outlives the erasure of the document.
SECRET = ("address", "phone", "email", "taxNumber", "amount", "quantity", "unitPrice", "answer", "signingOfficial")


@every_type
def test_no_secret_field_is_indexable(schema_id: str) -> None:
    for field in document_type(schema_id).indexable_fields:
        assert not set(SECRET) & set(field.split("/")), field


def test_the_index_of_a_cost_sheet_tells_no_cost() -> None:
    assert set(document_type("cost-sheet/1").indexable_fields) == {
        "producer/id",
        "producer/name",
        "period/from",
        "period/until",
        "goods/productNumber",
    }


def test_the_index_holds_the_values_of_every_good_in_order() -> None:
    found = indexable("certification-of-origin/usmca/1", credential("certification-of-origin/usmca/1"))
    assert found["goods/tariffNumber"] == ("8413.70", "0804.40")
    assert found["goods/productNumber"] == ("BV-CP200",)
    assert found["blanketPeriod/until"] == ("2026-12-31",)
    assert found["certifier/id"] == ("did:web:bajio.example",)
    assert set(found) <= set(document_type("certification-of-origin/usmca/1").indexable_fields)
