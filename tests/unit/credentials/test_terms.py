"""The term check: what JSON-LD would drop without a word is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from transire.credentials import contexts
from transire.credentials.contexts import (
    MAX_CONTEXTS,
    OWN_CONTEXT,
    V2,
    abridge,
    pinned_contexts,
)
from transire.credentials.errors import (
    ContextMalformed,
    ContextNotPinned,
    CredentialMalformed,
    IdNotUrl,
    TermNotMapped,
    TermRedefined,
    TypeNotMapped,
)
from transire.credentials.terms import check_terms

DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"


def check(*more: Any, **members: Any) -> None:
    document = {"@context": [V2, *more], "type": ["VerifiableCredential"], **members}
    check_terms(document, pinned_contexts())


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"colour": "red"}, "/colour"),
        ({"credentialSubject": {"colour": "red"}}, "/credentialSubject/colour"),
        ({"credentialSubject": [{"name": "a"}, {"name": "b", "a/b~c": 1}]}, "/credentialSubject/1/a~1b~0c"),
        # The terms of a credential are scoped to its type: they mean nothing inside its subject.
        ({"credentialSubject": {"validFrom": "2026-01-01T00:00:00Z"}}, "/credentialSubject/validFrom"),
        ({"credentialSubject": {"seal:number": "7"}}, None),
        # A stray member of an official negative test: JCS issuers must find it too.
        ({"statusEntry": {"type": "BitstringStatusListEntry"}}, "/statusEntry"),
        (
            {"credentialStatus": {"type": "BitstringStatusListEntry", "statusIndex": "1"}},
            "/credentialStatus/statusIndex",
        ),
    ],
)
def test_a_word_without_meaning_is_refused(members: dict[str, Any], where: str | None) -> None:
    if where is None:
        check(**members)  # an absolute IRI of an unknown scheme is an identifier of its own
        return
    with pytest.raises(TermNotMapped) as refused:
        check(**members)
    assert refused.value.where == where


def test_every_word_of_a_status_entry_has_its_meaning() -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://producer.example/status/1",
        "statusMessage": [{"status": "0x0", "message": "valid"}],
    }
    check(credentialStatus=entry)


@pytest.mark.parametrize(
    ("odd", "refusal", "where"),
    [
        ({"lineNumber": 3, "colour": "red"}, TermNotMapped, "/credentialSubject/lines/7/colour"),
        ({"lineNumber": 3, "origin": {"colour": "red"}}, TermNotMapped, "/credentialSubject/lines/7/origin/colour"),
        ({"lineNumber": 3, "origin": [{"colour": "red"}]}, TermNotMapped, "/credentialSubject/lines/7/origin/0/colour"),
        ({"id": "line 3"}, IdNotUrl, "/credentialSubject/lines/7/id"),
        ({"type": "Line"}, TypeNotMapped, "/credentialSubject/lines/7/type"),
        ([{"colour": "red"}], TermNotMapped, "/credentialSubject/lines/7/0/colour"),
    ],
)
def test_one_odd_line_among_many_is_found(odd: Any, refusal: type[Exception], where: str) -> None:
    """The lines of an invoice are looked at all at once; one that differs must not pass with the others."""
    lines: list[Any] = [{"lineNumber": number, "quantity": "1"} for number in range(12)]
    check(OWN_CONTEXT, credentialSubject={"lines": lines})
    lines[7] = odd
    with pytest.raises(refusal) as refused:
        check(OWN_CONTEXT, credentialSubject={"lines": lines})
    assert refused.value.where == where  # type: ignore[attr-defined]


def test_a_type_scoped_context_does_not_reach_the_next_object() -> None:
    inner = {"type": "BitstringStatusListEntry", "statusMessage": {"statusListIndex": "1"}}
    with pytest.raises(TermNotMapped) as refused:
        check(credentialStatus=inner)
    assert refused.value.where == "/credentialStatus/statusMessage/statusListIndex"


def test_a_property_scoped_context_reaches_the_objects_below() -> None:
    context = {"seal": {"@id": "https://example.org/#seal", "@context": {"number": "https://example.org/#number"}}}
    check(context, credentialSubject={"seal": {"number": "7", "seal": {"number": "8"}}})
    with pytest.raises(TermNotMapped):
        check(context, credentialSubject={"number": "7"})


def test_a_context_inside_an_object_counts_there_only() -> None:
    local = {"@context": {"number": "https://example.org/#number"}, "number": "7"}
    check(credentialSubject=local)
    with pytest.raises(TermNotMapped) as refused:
        check(credentialSubject=[local, {"number": "7"}])
    assert refused.value.where == "/credentialSubject/1/number"


def test_types_are_terms_or_absolute_urls() -> None:
    check(type=["https://example.org/#Seal", "VerifiableCredential"])
    for wrong in ("Seal", "#Seal", "example.org/Seal"):
        with pytest.raises(TypeNotMapped) as refused:
            check(type=["VerifiableCredential", wrong])
        assert refused.value.where == "/type"
    with pytest.raises(TypeNotMapped) as refused:
        check(evidence={"type": "Nothing"})
    assert refused.value.where == "/evidence/type"


def test_references_are_absolute() -> None:
    with pytest.raises(IdNotUrl) as refused:
        check(issuer="producer")
    assert refused.value.where == "/issuer"
    with pytest.raises(IdNotUrl) as refused:
        check(credentialSubject={"id": "#1"})
    assert refused.value.where == "/credentialSubject/id"


@pytest.mark.parametrize(
    "context",
    [
        {"name": "https://example.org/#name"},
        {"VerifiableCredential": "https://example.org/#VerifiableCredential"},
        {"DataIntegrityProof": {"@id": "https://w3id.org/security#DataIntegrityProof"}},
        {"id": None},
        None,
    ],
)
def test_protected_words_keep_their_meaning(context: Any) -> None:
    with pytest.raises(TermRedefined):
        check(context)


def test_the_same_meaning_again_is_no_redefinition() -> None:
    check(V2, {"name": "https://schema.org/name"}, DATA_INTEGRITY)
    # Data Integrity v1 lacks the term previousProof: not the same definition, and refused.
    with pytest.raises(TermRedefined):
        check("https://w3id.org/security/data-integrity/v1")


def test_an_unprotected_word_may_be_defined_again() -> None:
    check({"seal": "https://example.org/#a"}, {"seal": "https://example.org/#b"}, credentialSubject={"seal": "7"})
    with pytest.raises(TermNotMapped):
        check({"seal": "https://example.org/#a"}, {"seal": None}, credentialSubject={"seal": "7"})


def test_an_unknown_context_is_never_fetched() -> None:
    with pytest.raises(ContextNotPinned) as refused:
        check("https://example.org/contexts/v1")
    assert refused.value.got == "https://example.org/contexts/v1"
    with pytest.raises(ContextNotPinned):
        check({"seal": {"@id": "https://example.org/#s", "@context": "https://example.org/c"}}, seal={"a": 1})


def test_a_stricter_reader_knows_fewer_contexts() -> None:
    document = {"@context": [V2, DATA_INTEGRITY], "type": "VerifiableCredential"}
    check_terms(document, pinned_contexts())
    with pytest.raises(ContextNotPinned):
        check_terms(document, pinned_contexts().restricted([V2, OWN_CONTEXT]))


@pytest.mark.parametrize(
    "context",
    [
        {"@import": "https://example.org/"},
        {"@base": "https://example.org/"},
        {"@propagate": False},
        {"a": {"@reverse": "https://example.org/#a"}},
        {"a": 7},
        {"a": {"@id": 7}},
        {"a": {"@id": "https://example.org/#a", "@protected": "yes"}},
        {"a": "b"},
        {"@vocab": 7},
        {"a": {"@id": "https://example.org/#a", "@container": ["@set", 7]}},
        {"a": {"@id": "https://example.org/#a", "@container": [{}]}},
        7,
        ["nested"],
    ],
)
def test_what_is_not_understood_of_a_context_is_refused(context: Any) -> None:
    with pytest.raises(ContextMalformed):
        check(context)


@pytest.mark.parametrize(
    "names", [["url", "VerifiableCredential"], ["named", "x"], ["scope", 1], ["plain"], [1], [True]]
)
def test_contexts_named_like_what_is_kept_of_others_are_not_known(names: list[Any]) -> None:
    for _ in range(2):
        with pytest.raises((ContextNotPinned, ContextMalformed)):
            check(credentialSubject={"@context": names, "name": "x"})
    check(credentialSubject={"name": "x"})


def test_contexts_are_bounded() -> None:
    with pytest.raises(ContextMalformed):
        check(*[V2] * MAX_CONTEXTS)
    deep: dict[str, Any] = {"a": "https://example.org/#a"}
    for _ in range(20):
        deep = {"a": {"@id": "https://example.org/#a", "@context": deep}}
    with pytest.raises(ContextMalformed):
        check(deep)


@pytest.mark.parametrize("wrap", [lambda inner: {"https://example.org/#in": inner}, lambda inner: [inner]])
def test_documents_are_bounded_in_depth(wrap: Callable[[Any], Any]) -> None:
    deep: Any = {"name": "x"}
    for _ in range(40):
        deep = wrap(deep)
    with pytest.raises(CredentialMalformed) as refused:
        check(credentialSubject=deep)
    assert refused.value.expected == "at most 32 levels"


def test_a_word_where_a_word_of_the_context_is_meant() -> None:
    check(proof={"type": "DataIntegrityProof", "proofPurpose": "assertionMethod"})
    with pytest.raises(TermNotMapped) as refused:
        check(proof={"type": "DataIntegrityProof", "proofPurpose": "anything"})
    assert refused.value.where == "/proof/proofPurpose"


def test_the_houses_own_context_is_pinned_too() -> None:
    with pytest.raises(ContextNotPinned) as refused:
        contexts._own({"file": "documents/context.jsonld", "sha256": "00" * 32})
    assert refused.value.where == "documents/context.jsonld"


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@nest", "@reverse", "@index", "@value"])
def test_other_keywords_are_not_members_of_a_document(keyword: str) -> None:
    with pytest.raises((ContextMalformed, TermNotMapped)):
        check(credentialSubject={keyword: {}, "name": "x"})


def test_value_objects() -> None:
    check(name={"@value": "Seal", "@language": "en"}, description={"@value": "x", "@type": "https://example.org/#t"})
    with pytest.raises(TermNotMapped):
        check(name={"@value": "Seal", "colour": "red"})
    with pytest.raises(TypeNotMapped):
        check(name={"@value": "Seal", "@type": "words"})


def test_prefixes_expand_also_inside_scopes() -> None:
    table = abridge(
        {
            "ex": "https://example.org/#",
            "sub": "ex:sub/",
            "Seal": {"@id": "ex:Seal", "@context": {"number": {"@id": "sub:number", "@type": "ex:text"}}},
        }
    )
    (scope,) = table["terms"]["Seal"]["scope"]
    assert scope["terms"]["number"] == {"iri": "https://example.org/#sub/number", "type": "https://example.org/#text"}


def test_json_literals_are_data() -> None:
    check({"raw": {"@id": "https://example.org/#raw", "@type": "@json"}}, credentialSubject={"raw": {"anything": [1]}})


def test_containers_have_data_as_keys() -> None:
    context = {"label": {"@id": "https://example.org/#label", "@container": "@language"}}
    check(context, credentialSubject={"label": {"en": "seal", "es": "sello"}})
