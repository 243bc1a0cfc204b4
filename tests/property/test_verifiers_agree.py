"""Whatever is done to receipts, both verifiers say the same of every check.

Two kinds of attack. *Mutations* alter genuine receipts: any place gets any value, parts of one receipt are grafted
into another, lists are re-ordered, cut and doubled. *Genuine oddities* are receipts that a hostile member can have:
statements with any body and documents of any content, really signed, anchored and proved, so that no check fails too
early to tell.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from javascript import Judge, Question
from ledger_world import CUSTOMS, IMPORTER, PRODUCER, digest, signing_key
from receipt_world import Chain, credential_document, network, tell
from transire.credentials.proofs import sign_document
from transire.credentials.resolve import verification_method_of
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.encoding import b64url
from transire.documents.commitment import commitment_of
from transire.errors import TransireError
from transire.ledger.receipt import OpenedDocument, StatementEvidence
from transire.ledger.statement import Pool, make_statement, statement_bytes

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "receipt"
NAMES = sorted(path.name.removesuffix(".receipt.json") for path in FOLDER.glob("*.receipt.json"))
RECEIPTS = {name: json.loads((FOLDER / f"{name}.receipt.json").read_bytes()) for name in NAMES}
NETWORKS = {name: (FOLDER / f"{name}.network.json").read_bytes() for name in NAMES}

together = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as asked:
        yield asked


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**32 - 1, 2**53 - 1, 2**53, 2**63, -(2**63), 10**25]),
    st.text(max_size=6),
    st.sampled_from(
        [PRODUCER, CUSTOMS, "did:web:a..b", "did:key:z6Mk", digest("v1"), "A" * 43, "", "key:x", "ended/a/b"]
    ),
    st.sampled_from(
        ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "statement/1", "witness/1"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, element in inner:
        yield from places(element, (*path, name))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def put(receipt: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    at(receipt, path[:-1])[path[-1]] = value
    return receipt


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes, bytes]:
    """A receipt with one to three things done to it, and a network file, mostly its own."""
    name = draw(st.sampled_from(NAMES))
    receipt = copy.deepcopy(RECEIPTS[name])
    for _ in range(draw(st.integers(1, 3))):
        receipt = draw(mutations(receipt))
    trusted = json.loads(NETWORKS[draw(st.sampled_from([name, name, name, *NAMES]))])
    if draw(st.sampled_from([False, False, True])):
        trusted = draw(mutations(trusted))
    return name, written(draw, receipt), written(draw, trusted)


@st.composite
def mutations(draw: st.DrawFn, receipt: Any) -> Any:
    path = draw(st.sampled_from(list(places(receipt))))
    found = at(receipt, path)
    manner = draw(st.sampled_from(["value", "graft", "shuffle", "double", "drop", "nudge", "swap", "add"]))
    if manner == "value":
        return put(receipt, path, draw(values))
    if manner == "graft":
        other = RECEIPTS[draw(st.sampled_from(NAMES))]
        try:
            return put(receipt, path, copy.deepcopy(at(other, path)))
        except (KeyError, IndexError, TypeError):
            return receipt
    if manner == "swap":
        second = draw(st.sampled_from(list(places(receipt))))
        if path[: len(second)] == second or second[: len(path)] == path:
            return receipt
        left, right = copy.deepcopy(found), copy.deepcopy(at(receipt, second))
        return put(put(receipt, path, right), second, left)
    return put(receipt, path, done(draw, manner, found))


def done(draw: st.DrawFn, manner: str, found: Any) -> Any:
    """The value after something that its type allows was done to it."""
    if isinstance(found, list):
        changed = {
            "shuffle": lambda: draw(st.permutations(found)),
            "double": lambda: [*found, *found],
            "drop": lambda: found[: draw(st.integers(0, len(found)))],
        }
        return changed.get(manner, lambda: [*found, draw(values)])()
    if isinstance(found, dict):
        name = draw(st.sampled_from(sorted(found))) if found else "x"
        if manner == "drop":
            return {key: value for key, value in found.items() if key != name}
        return {**found, draw(st.text(max_size=4)): draw(values)} if manner == "add" else found
    if isinstance(found, bool) or found is None:
        return draw(scalars)
    if isinstance(found, int):
        return found + draw(st.sampled_from([-1, 1, 256, -(2**31), 2**53]))
    return draw(st.sampled_from([found[:-1], found + "A", found.swapcase(), found[::-1], found + "\n", " " + found]))


def written(draw: st.DrawFn, receipt: Any) -> bytes:
    """Canonical, or formatted as somebody's editor does."""
    text = json.dumps(receipt, indent=draw(st.sampled_from([None, 1])))
    if draw(st.booleans()):
        return text.encode()
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


@together
@given(mutated())
def test_of_mutations(judge: Judge, case: tuple[str, bytes, bytes]) -> None:
    name, receipt, trusted = case
    judge.agree(Question(name, receipt, trusted))


class Hostile:
    """The producer, on a network of its own, who states and issues whatever it likes."""

    def __init__(self) -> None:
        self.chain = Chain(network())

    def question(self, body: dict[str, Json], kind: str, document: OpenedDocument | None = None) -> Question:
        """The genuine receipt of a statement with this body, about this document, both shown."""
        about = [] if document is None else [document.commitment]
        said = make_statement(kind, body, about=about, by=PRODUCER, actor="x", salt=bytes(32))
        pool = Pool.build(self.chain.genesis.network, PRODUCER, [said], salt=bytes(32))
        action = self.chain.world.sign("witness/1", pool.body(), by=PRODUCER)
        self.chain.done(action)
        self.chain.block()
        evidence = StatementEvidence(raw=statement_bytes(said), index=0, path=(), opening=pool.opening())
        shown = [(PRODUCER, digest("v1") if document is None else document.commitment)]
        documents = [] if document is None else [document]
        receipt = self.chain.receipt(action, evidence, status_of=shown, documents=documents)
        return Question(kind, receipt, self.chain.trust_root)


@pytest.fixture(scope="module")
def hostile() -> Hostile:
    return Hostile()


bodies = st.dictionaries(
    st.sampled_from(["commitment", "issuer", "to", "note", "__proto__", "length", "\uffff"]),
    st.one_of(
        st.sampled_from([PRODUCER, CUSTOMS, IMPORTER, digest("v1"), digest("v2"), "did:web:nobody.example", "a/b"]),
        st.integers(-(2**53) + 1, 2**53 - 1),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.lists(st.sampled_from([PRODUCER, CUSTOMS, "did:web:z.example", None, True]), max_size=4),
    ),
    max_size=5,
)


@together
@given(body=bodies, kind=st.sampled_from(["document.issued/1", "document.delivered/1", "x.y/1"]))
def test_of_statements_with_any_body(judge: Judge, hostile: Hostile, body: dict[str, Json], kind: str) -> None:
    said = judge.agree(hostile.question(body, kind))
    assert said["checks"]["statement"] == ["holds", ""]


KEY = signing_key(f"{PRODUCER} credential-1")
CREDENTIAL = json.loads(credential_document().representations["application/vc"])
odd_contexts = st.one_of(
    st.sampled_from(["https://w3id.org/transire/v1", "https://unknown.example/", None, 5, {"@vocab": None}]),
    st.dictionaries(
        st.sampled_from(["name", "shade", "issuer", "ex", "NoteX", "@vocab", "@protected", "@version", "@import"]),
        st.one_of(
            st.sampled_from(["https://example.org/#a", "ex:b", "@type", "@id", "", "shade", None, True, 7]),
            st.fixed_dictionaries(
                {"@id": st.sampled_from(["https://example.org/#c", "ex:d", None, "name"])},
                optional={
                    "@type": st.sampled_from(["@id", "@vocab", "@json", "ex:t", None]),
                    "@container": st.sampled_from(["@set", "@language", ["@index", "@set"], [7], "@list"]),
                    "@context": st.sampled_from([{"deep": "https://example.org/#deep"}, None, [None], "ex:x", 5]),
                    "@protected": st.sampled_from([True, False, 1]),
                },
            ),
        ),
        max_size=3,
    ),
)
odd_members = st.fixed_dictionaries(
    {},
    optional={
        "shade": st.sampled_from(
            ["red", 5, {"deep": "x"}, {"@value": "x"}, ["a", {"b": "c"}], "https://e.example/", None]
        ),
        "name": st.sampled_from(
            ["x", {"@value": "x", "@language": "en"}, {"@value": 5}, [None], {"@value": "x", "a": 1}]
        ),
        "id": st.sampled_from(["urn:uuid:1", "x", None, "https:x", "https://a b"]),
        "type": st.sampled_from(["VerifiableCredential", ["VerifiableCredential", "NoteX"], [], ["x"], None]),
        "validFrom": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01", "0001-01-01T00:00:00+14:00", None]),
        "validUntil": st.sampled_from(["2025-01-01T00:00:00.5Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"]),
        "issuer": st.sampled_from(
            [PRODUCER, CUSTOMS, {"id": PRODUCER, "name": "P"}, {"id": 5}, "did:web:nobody.example"]
        ),
        "credentialSubject": st.sampled_from([{}, [], {"name": "x"}, [{"name": "x"}, {}], "x", {"id": "y"}]),
        "credentialStatus": st.sampled_from(
            [{"type": "X"}, {"id": "https://a.example/", "type": "https://a.example/T"}, []]
        ),
        "credentialSchema": st.sampled_from(
            [{"id": "https://a.example/s", "type": "JsonSchema"}, {"type": "JsonSchema"}]
        ),
        "evidence": st.sampled_from([{"type": "Evidence"}, [], [[]], "x"]),
        "relatedResource": st.sampled_from(
            [
                {"id": "https://www.w3.org/ns/credentials/v2", "digestSRI": "sha256-x"},
                {"id": "https://a.example/", "digestSRI": "sha256-x"},
                [],
                {"id": "https://a.example/"},
            ]
        ),
    },
)
odd_options = st.fixed_dictionaries(
    {},
    optional={
        "created": st.sampled_from(["2026-01-01T00:00:00Z", "soon", "2026-01-01T00:00:00+15:00"]),
        "expires": st.sampled_from(["2020-01-01T00:00:00Z", 5]),
        "id": st.sampled_from(["urn:uuid:2", "x"]),
        "domain": st.sampled_from(["a.example", ["b"]]),
        "previousProof": st.sampled_from(["urn:uuid:2", [], [5], None]),
        "proofPurpose": st.sampled_from(["assertionMethod", "authentication", ""]),
    },
)


@settings(together, max_examples=200)
@given(
    contexts=st.lists(odd_contexts, max_size=2),
    members=odd_members,
    options=odd_options,
    media_type=st.sampled_from(["application/vc", "application/json", "text/x+json", "application/pdf"]),
)
def test_of_credentials_of_any_content(
    judge: Judge,
    hostile: Hostile,
    contexts: list[Any],
    members: dict[str, Any],
    options: dict[str, Any],
    media_type: str,
) -> None:
    unsigned = {name: value for name, value in CREDENTIAL.items() if name != "proof"} | members
    unsigned["@context"] = [*CREDENTIAL["@context"], *contexts]
    method = verification_method_of(PRODUCER, KEY)
    try:
        credential = sign_document(unsigned, key=KEY, verification_method=method, created=None, extra=options)
    except TransireError:
        reject()  # nobody can sign over an earlier proof that is not there
    representations = {media_type: canonical_bytes(credential)}
    commitment = b64url(commitment_of(representations, bytes(32)))
    document = OpenedDocument(commitment=commitment, salt=bytes(32), representations=representations)
    said = judge.agree(hostile.question({"commitment": commitment}, "document.issued/1", document))
    assert said["checks"]["document"] == ["holds", ""]


def test_a_genuine_credential_among_the_odd_ones_holds(judge: Judge) -> None:
    story = tell()
    said = judge.agree(Question("genuine", story.receipt(), story.chain.trust_root))
    assert said["checks"]["credential"] == ["holds", ""]
