"""Over random documents and choices: what is shown verifies, and nothing that was not chosen can be found in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from credential_world import KEYS, did_of, method_of, unsigned
from transire.credentials.canonical import jcs
from transire.credentials.contexts import pinned_contexts
from transire.credentials.envelope import open_sd_jwt
from transire.credentials.proofs import sign_document, verify_proofs
from transire.credentials.resolve import resolve_did_key
from transire.credentials.sd_jwt import issue_sd_jwt, show_sd_jwt
from transire.credentials.selective import derive
from transire.crypto.encoding import unb64url

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
