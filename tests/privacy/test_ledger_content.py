"""The content of the ledger reveals no pair of partners, recipient, kind, decision or content of a document.

LEDGER.md 11, DESIGN rule 5. Everything that any validator has after the demo's story is searched: state, log, map,
events, results, headers and blocks. *Timing* is not content, and is spoken of in docs/explanation.
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from transire.crypto.canonical import canonical_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.documents.catalogue import schema_ids
from transire.documents.commitment import commitment_of
from transire.engines.archive import action_of
from transire.ledger.action import parse_action
from transire.ledger.tables import decode_height
from transire.merkle.tree import leaf_hash
from transire.procedures.catalogue import kinds
from transire.vault.statements import KINDS

from .conftest import Known, Ledger, words_of

SHORTEST = 5
"""Shorter words stand by chance in a megabyte of digests; they are guessed at as digests all the same."""

SAID_OF_MEMBERS = frozenset({"broker", "carrier", "customs", "exporter", "importer", "producer"})
"""Roles: the ledger says of each member which it has, and of nothing else."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def everything_said(members: dict[str, Known]) -> set[str]:
    """Every word and number in every document and statement of every member."""
    said = {word for known in members.values() for document in known.documents for word in document.words}
    for known in members.values():
        for raw in known.statements:
            statement = orjson.loads(raw)
            said.update(words_of(statement["body"]))
            said.update((statement["kind"], statement["actor"], statement["salt"]))
    return said


@pytest.fixture(scope="session")
def guarded(members: dict[str, Known], public: set[str]) -> set[str]:
    """What must not be on the ledger. Days are: every action says when it expires."""
    said = everything_said(members) - public - SAID_OF_MEMBERS
    return {word for word in said if not DAY.match(word)}


def test_the_story_is_there_and_the_search_finds_what_stands_on_the_ledger(
    ledger: Ledger, members: dict[str, Known], guarded: set[str]
) -> None:
    customs = members["customs"]
    assert customs.name.encode() in ledger.content
    assert len(guarded) > 500
    assert {word[:4] for word in guarded} >= {"8413", "8414"}  # tariff numbers, to name but one kind of secret
    some_action = next(key for key, _ in ledger.table("actions"))
    assert ledger.shows(some_action)
    tip = orjson.loads(next(value for key, value in ledger.table("state") if key.startswith(b"member/")))
    assert ledger.shows(unb64url(tip["keys"][0]["public"], length=32))
    assert not ledger.shows(sha256(b"something that nobody ever said"))


@pytest.mark.parametrize(
    ("planted", "finds"),
    [
        (b'{"for":"8413.70.20.04"}', lambda shown: b"8413.70.20.04" in shown.content),
        (b"xx" + sha256(b"8413.70.20.04") + b"xx", lambda shown: shown.shows(sha256(b"8413.70.20.04"))),
        (
            b'"xx' + b64url(sha256(b"8413.70.20.04")).encode() + b'"',
            lambda shown: shown.shows(sha256(b"8413.70.20.04")),
        ),
        (sha256(b"8413.70.20.04").hex().encode(), lambda shown: shown.shows(sha256(b"8413.70.20.04"))),
        *(
            (base64.urlsafe_b64encode(b"-" * shift + b"8413.70.20.04 and more"), lambda shown: in_text(shown.content))
            for shift in range(3)
        ),
    ],
)
def test_what_is_planted_is_found(planted: bytes, finds: Callable[[Ledger], bool]) -> None:
    assert finds(Ledger([("state", b"some/row", planted)]))
    assert not finds(Ledger([("state", b"some/row", bytes(200))]))


def in_text(content: bytes) -> bool:
    return any(part in content for part in in_base64(b"8413.70.20.04"))


def test_no_word_of_a_document_or_statement_stands_there(ledger: Ledger, guarded: set[str]) -> None:
    found = {word for word in guarded if len(word) >= SHORTEST and word.encode() in ledger.content}
    assert found == set()


def test_nor_does_one_in_base64_or_hexadecimal(ledger: Ledger, guarded: set[str]) -> None:
    long = [word for word in guarded if len(word) >= SHORTEST + 1]
    assert [word for word in long if word.encode().hex().encode() in ledger.content] == []
    found = [word for word in long if any(part in ledger.content for part in in_base64(word.encode()))]
    assert found == []


def in_base64(octets: bytes) -> Iterator[bytes]:
    """How the octets look inside a longer base64url text, wherever they begin: without the characters at the seams."""
    for shift in range(3):
        text = base64.urlsafe_b64encode(bytes(shift) + octets).rstrip(b"=")
        yield text[(shift * 8 + 5) // 6 : len(text) - (1 if (shift + len(octets)) % 3 else 0)]


def test_no_kind_of_statement_or_document_is_named(ledger: Ledger) -> None:
    names = {kind.name for kind in (*KINDS, *kinds())} | set(schema_ids())
    assert len(names) > 15
    bare = {name.rpartition("/")[0] for name in names}
    telling = {name for name in bare if "." in name or "-" in name}  # "evidence" alone is a word of CometBFT's headers
    assert {name for name in names | telling if name.encode() in ledger.content} == set()


def test_no_digest_of_anything_that_can_be_guessed_stands_there(
    ledger: Ledger, members: dict[str, Known], guarded: set[str]
) -> None:
    """Whoever knows what a partner could have said must not be able to test it against the ledger."""
    assert [guess for guess in guesses(members, guarded) if ledger.shows(guess[1])] == []


def guesses(members: dict[str, Known], guarded: set[str]) -> Iterator[tuple[str, bytes]]:
    """What an attacker would try: with every secret known but the salts."""
    words = [*guarded, *(known.did for known in members.values()), *(known.name for known in members.values())]
    for word in words:
        yield from hashes(word, word.encode())
        yield from hashes(word, canonical_bytes(word))
    for pair in itertools.permutations([known.did for known in members.values()], 2):
        for seam in ("", "\n", "|", "/", ",", ":", "\x00"):
            yield from hashes("a pair of members", seam.join(pair).encode())
        yield from hashes("a pair of members", canonical_bytes(list(pair)))
    for known in members.values():
        for document in known.documents:
            yield from hashes("a document", document.raw)
            yield from hashes("a document", b"application/vc\x00" + document.raw)
            yield from hashes("a document", b"application/vc\x00" + sha256(document.raw))
            yield "a document with an empty salt", commitment_of({"application/vc": document.raw}, bytes(32))
        for raw in known.statements:
            yield from hashes("a statement", raw)
            yield from without_salt(orjson.loads(raw))


def without_salt(statement: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    name = f"{statement['kind']} without its salt"
    bare = {key: value for key, value in statement.items() if key != "salt"}
    for without in ((), ("actor",), ("about",), ("about", "actor")):
        value = {key: inner for key, inner in bare.items() if key not in without}
        yield from hashes(name, canonical_bytes(value))
        yield from hashes(name, canonical_bytes(value | {"salt": ""}))
    yield from hashes(name, canonical_bytes(statement["body"]))
    yield from hashes(name, canonical_bytes([statement["kind"], statement["body"]]))


def hashes(name: str, octets: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, sha256(octets)
    yield name, leaf_hash(octets)
    yield name, sha256(sha256(octets))


def test_no_row_event_or_action_names_two_members(ledger: Ledger, members: dict[str, Known]) -> None:
    """But for enrolment: a member's record names its registrar."""
    dids = {known.did for known in members.values()}
    (customs,) = [known.did for slug, known in members.items() if slug == "customs"]
    found = []
    for table in ("state", "heights", "bodies"):
        for key, value in ledger.table(table):
            for piece in pieces(table, value):
                named = {did for did in dids if did.encode() in key + piece} - {customs}
                if len(named) > 1:
                    found.append((table, key, named))
    assert found == []


def pieces(table: str, value: bytes) -> Iterator[bytes]:
    """A block's actions and events one by one: that two members stand in one block says only that it was one moment."""
    if table == "bodies":
        count = int.from_bytes(value[:4], "big")
        yield from (action_of(value, index) for index in range(count))
    elif table == "heights":
        yield from (bytes(raw) for raw in decode_height(value, 0).raw_results)
    else:
        yield value


def test_customs_is_named_beside_a_member_in_enrolments_only(ledger: Ledger, members: dict[str, Known]) -> None:
    customs = members["customs"].did
    others = {known.did for known in members.values()} - {customs}
    beside = set()
    for _, value in ledger.table("bodies"):
        for raw in pieces("bodies", value):
            if customs.encode() in raw and any(did.encode() in raw for did in others):
                beside.add(parse_action(raw).action)
    assert beside == {"member.enrol/1"}


def test_an_action_says_no_more_than_its_form(ledger: Ledger) -> None:
    """A witness carries one commitment, an ending one or two versions, all of 32 bytes; nothing else was ever sent."""
    bodies: dict[str, set[tuple[tuple[str, int], ...]]] = {}
    for _, value in ledger.table("bodies"):
        for raw in pieces("bodies", value):
            action = parse_action(raw)
            if action.action != "member.enrol/1":
                form = tuple(sorted((name, len(str(inner))) for name, inner in action.body.items()))
                bodies.setdefault(action.action, set()).add(form)
    assert bodies == {
        "witness/1": {(("pool", 43),)},
        "document.end/1": {(("successor", 43), ("version", 43)), (("version", 43),)},
    }


def test_an_allowed_digest_is_of_something_salted(ledger: Ledger, members: dict[str, Known], ended: set[str]) -> None:
    """The ids of ended versions are commitments: keyed with a salt that stands in no statement and on no ledger."""
    salts = {orjson.loads(raw)["salt"] for known in members.values() for raw in known.statements}
    assert len(salts) > 20
    assert not any(ledger.shows(unb64url(salt, length=32)) for salt in salts)
    commitments = {document.commitment for known in members.values() for document in known.documents}
    assert ended <= commitments
    assert {commitment for commitment in commitments if commitment.encode() in ledger.content} <= ended
