"""Over random documents and choices: what is shown verifies, and nothing that was not chosen can be found in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from credential_world import KEYS, did_of, method_of, unsigned
from transire.credentials.canonical import jcs
from transire.credentials.concealed import CONCEALED, conceal_credential, shown_pointers
from transire.credentials.contexts import pinned_contexts
from transire.credentials.envelope import open_sd_jwt
from transire.credentials.proofs import sign_document, verify_proofs
from transire.credentials.resolve import resolve_did_key
from transire.credentials.sd_jwt import issue_sd_jwt, show_sd_jwt
from transire.credentials.selective import derive
from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url, unb64url
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import commitment_of
from transire.vault.parts import parts_subject, shown_parts
from transire.vault.stored import OpenedDocument, StoredDocument

# Every value is told apart from every other, and from chance: a needle that base64 will not make up.
NAMES = ("buyer", "seller", "goods", "price", "formula")


@st.composite
def trees(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A subject of objects and lists whose leaves are different needles."""
    count = iter(range(10_000))

    def leaf() -> str:
        return f"<needle {next(count)} of nobody>"

    def tree(level: int) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
        made: dict[str, Any] = {}
        for name in chosen:
            kind = draw(st.sampled_from(["leaf", "tree", "list"])) if level else "leaf"
            if kind == "leaf":
                made[name] = leaf()
            elif kind == "tree":
                made[name] = tree(level - 1)
            else:
                made[name] = [tree(level - 1) for _ in range(draw(st.integers(1, 2)))]
        return made

    return tree(depth)


def places(value: Any, path: str) -> list[tuple[str, list[str]]]:
    """Every pointer, with the needles that it shows."""
    if isinstance(value, str):
        return [(path, [value])]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    below = [found for name, member in items for found in places(member, f"{path}/{name}")]
    return [(path, [needle for pointer, (needle, *rest) in below if not rest]), *below] if below else []


def needles(pointers: list[tuple[str, list[str]]]) -> set[str]:
    return {needle for _, shown in pointers for needle in shown}


@settings(max_examples=40)
@given(subject=trees(), data=st.data())
def test_ecdsa_sd_shows_what_was_chosen_and_nothing_else(subject: dict[str, Any], data: st.DataObject) -> None:
    every = [place for place in places(subject, "/credentialSubject") if place[0] != "/credentialSubject"]
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique_by=lambda place: place[0]))
    key = KEYS["P-256"]
    document = unsigned(issuer=did_of(key), credentialSubject=subject)
    suite = {"cryptosuite": "ecdsa-sd-2023", "mandatory": ["/issuer"], "created": None}
    signed = sign_document(document, key=key, verification_method=method_of(key), **suite)
    derived = derive(signed, signed["proof"], [pointer for pointer, _ in chosen], pinned_contexts())
    assert verify_proofs(derived)
    text = jcs(derived).decode()
    for needle in needles(every):
        assert (needle in text) is (needle in needles(chosen))


@settings(max_examples=40)
@given(subject=trees(), data=st.data())
def test_an_sd_jwt_shows_what_was_chosen_and_nothing_else(subject: dict[str, Any], data: st.DataObject) -> None:
    every = [place for place in places(subject, "/credentialSubject") if place[0] != "/credentialSubject"]
    withheld = [pointer for pointer, _ in every]
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique_by=lambda place: place[0]))
    key = KEYS["P-384"]
    document = unsigned(issuer=did_of(key), credentialSubject=subject)
    text = issue_sd_jwt(document, key=key, kid=method_of(key), pointers=withheld)
    assert open_sd_jwt(text, resolve_did_key).document == document
    shown = show_sd_jwt(text, [pointer for pointer, _ in chosen])
    seen = jcs(open_sd_jwt(shown, resolve_did_key).document).decode()
    head, payload, _ = shown.split("~")[0].split(".")
    readable = seen + "".join(unb64url(part).decode() for part in (head, payload, *shown.split("~")[1:-1]))
    for needle in needles(every):
        assert (needle in readable) is (needle in needles(chosen))


@settings(max_examples=40)
@given(subject=trees(), data=st.data())
def test_parts_for_a_member_hold_what_was_chosen_and_nothing_else(subject: dict[str, Any], data: st.DataObject) -> None:
    """What is sealed for a member that is given parts: neither value nor name of the rest, in the clear or encoded."""
    every = [place for place in places(subject, "") if place[0]]
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique_by=lambda place: place[0]))
    key = KEYS["P-256"]
    proof = {"proof": {"verificationMethod": method_of(key)}}
    document = unsigned(issuer=did_of(key), credentialSubject=subject) | proof
    salt = bytes(range(32))
    token = conceal_credential(document, salt=salt, key=key)
    assert token is not None
    held = {MEDIA_TYPE: canonical_bytes(document), CONCEALED: token}
    commitment = b64url(commitment_of(held, salt))
    opened = OpenedDocument(stored=_stored(commitment, did_of(key)), representations=held, salt=salt)
    made = parts_subject(opened, [pointer for pointer, _ in chosen])
    shown = shown_parts(made)["credentialSubject"]
    assert needles(places(shown, "")) == needles(chosen)
    assert sorted(shown_pointers(document, made["presentation"], salt=salt)) == sorted(
        pointer
        for pointer, kept in every
        if len(kept) == 1 and _is_leaf(subject, pointer) and kept[0] in needles(chosen)
    )
    head, payload, _ = made["presentation"].split("~")[0].split(".")
    sealed = canonical_bytes(made).decode()
    readable = sealed + "".join(
        unb64url(part).decode() for part in (head, payload, *made["presentation"].split("~")[1:-1])
    )
    for needle in needles(every):
        assert (needle in readable) is (needle in needles(chosen))
    names = {name for pointer, _ in every for name in pointer.split("/") if name in NAMES}
    near = {name for pointer, _ in chosen for name in _names_with(subject, pointer)}
    for name in names - near:
        assert f'"{name}"' not in readable


def _is_leaf(subject: Any, pointer: str) -> bool:
    return isinstance(_at(subject, pointer), str)


def _at(value: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _names_with(subject: Any, pointer: str) -> set[str]:
    """The names on the way to a part, and those inside of it."""
    inside = {name for below, _ in places(_at(subject, pointer), "") for name in below.split("/")}
    return {*pointer.split("/"), *inside}


def _stored(commitment: str, issuer: str) -> StoredDocument:
    return StoredDocument(
        issuer=issuer,
        commitment=commitment,
        document_id=commitment,
        version=1,
        schema_id="packing-list/1",
        media_types=(MEDIA_TYPE, CONCEALED),
        previous=None,
        ciphertext="A" * 43,
        issued_by="A" * 43,
    )
