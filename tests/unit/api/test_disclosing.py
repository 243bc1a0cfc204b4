"""Disclosing on a real node: the file proves itself offline, and holds nothing that was not chosen."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_world import Told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transire.api import disclosing, documents, proofs
from transire.api.errors import DisclosureImpossible
from transire.credentials.concealed import CONCEALED, compare_concealed, conceal_credential, disclose
from transire.credentials.errors import DisclosureRefused, NothingDisclosed, PointerUnmatched
from transire.credentials.resolve import member_resolver
from transire.credentials.sd_jwt import read_sd_jwt, revealed_claims
from transire.crypto.did import multikey
from transire.crypto.keys import SigningKey
from transire.demo.stage import today
from transire.demo.story import Story
from transire.demo.world import World, make_world
from transire.desk.errors import PermissionDenied
from transire.desk.person import Person
from transire.documents.commitment import commitment_of, open_representation
from transire.ledger.disclosure import check_disclosure, read_disclosure, write_disclosure
from transire.ledger.proof.errors import NotAReceipt
from transire.ledger.verify import Verification, verify_receipt
from transire.portal.app import create_app
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import service as power

pytestmark = pytest.mark.xdist_group("disclosing")

SHOWN = ["/goods/0/description", "/goods/0/tariffNumber", "/agreement"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(Path(tmp_path_factory.mktemp("disclosing")), port=8400)
    producer = made.actors["bajio"]
    origin.import_products(
        producer.tenant, producer.person, made.read("mx-producer/products.csv"), made.read("mx-producer/materials.csv")
    )
    yield made
    made.node.close()


def certify(world: World) -> str:
    producer = world.actors["bajio"]
    draft = origin.draft_certification(
        producer.tenant,
        producer.person,
        agreement="usmca",
        importer_did=world.actors["riogrande"].did,
        importer=world.party_of("riogrande"),
        goods=world.goods_of("bajio")[:2],
        blanket=(today(), today() + timedelta(days=300)),
    )
    issued = origin.sign_certification(producer.tenant, producer.person, draft)
    world.node.settle()
    return issued.document_id


@pytest.fixture(scope="module")
def certified(world: World) -> str:
    return certify(world)


def judge(world: World, raw: bytes) -> tuple[Verification, dict[str, Any]]:
    """As `transire verify` does, with nothing but the file and the network's file."""
    disclosure = read_disclosure(raw)
    verified = verify_receipt(disclosure.receipt, proofs.trust_root(world.actors["customs"].tenant))
    check, claims = check_disclosure(disclosure, verified)
    assert check.passed is bool(claims)
    return verified, claims


def test_a_recipient_proves_chosen_parts_to_an_outsider(world: World, certified: str, tmp_path: Path) -> None:
    importer = world.actors["riogrande"]
    raw = disclosing.disclose_document(importer.tenant, importer.person, certified, SHOWN)
    verified, claims = judge(world, raw)
    content = documents.show_document(importer.tenant, importer.person, certified).content
    assert content is not None
    said = content["credentialSubject"]
    good = said["goods"][0]
    assert claims["credentialSubject"] == {
        "agreement": said["agreement"],
        "goods": [{"description": good["description"], "tariffNumber": good["tariffNumber"]}],
    }
    assert claims["issuer"] == content["issuer"]
    assert verified.check("status").found.startswith("not withdrawn")
    # No secret of the document: what the ledger shows to anybody, and what tells which credential this is.
    always = {name: value for name, value in claims.items() if name != "credentialSubject"}
    public = json.dumps([json.loads(raw)["receipt"]["members"], always], ensure_ascii=False)
    hidden = {value for value in hidden_of(said, claims["credentialSubject"]) if value not in public}
    assert {said["importers"][0]["name"], said["goods"][1]["description"], "importers"} <= hidden
    assert leaks(raw, hidden - {"certifier"}) == []

    (tmp_path / "some.disclosure.json").write_bytes(raw)
    (tmp_path / "network.json").write_bytes(proofs.trust_root(importer.tenant))
    done = transire(tmp_path, "verify", "some.disclosure.json", "--network", "network.json", "--require", "status")
    assert done.returncode == 0, done.stdout + done.stderr
    assert good["description"] in done.stdout
    assert said["importers"][0]["name"] not in done.stdout
    done = transire(tmp_path, "verify", "some.disclosure.json", "--network", "network.json", "--json")
    assert json.loads(done.stdout)["disclosed"]["credentialSubject"]["agreement"] == said["agreement"]
    # The token alone is a presentation of the ecosystem's own form, for any verifier that resolves the issuer.
    (tmp_path / "token.txt").write_text(json.loads(raw)["presentation"])
    done = transire(tmp_path, "credential", "verify", "token.txt")
    assert done.returncode == 0, done.stdout + done.stderr


def transire(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transire", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_any_altered_part_is_refused(world: World, certified: str) -> None:
    importer = world.actors["riogrande"]
    raw = disclosing.disclose_document(importer.tenant, importer.person, certified, SHOWN)
    other = disclosing.disclose_document(importer.tenant, importer.person, certify(world), SHOWN)
    parsed, foreign = json.loads(raw), json.loads(other)
    token, *shown, _ = parsed["presentation"].split("~")
    inner = next(one for one in shown if b'"description"' in base64.urlsafe_b64decode(one + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(["c2FsdA", "agreement", "nafta"]).encode()).rstrip(b"=").decode()
    signed, _, signature = token.rpartition(".")
    unlike = f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    cases = {
        "another document's receipt": {**parsed, "receipt": foreign["receipt"]},
        "another document's opening": {**parsed, "opening": foreign["opening"]},
        "another document's token": {**parsed, "presentation": foreign["presentation"]},
        "a disclosure that was made up": {**parsed, "presentation": "~".join([token, *shown, forged, ""])},
        "a disclosure twice": {**parsed, "presentation": "~".join([token, *shown, shown[0], ""])},
        "an inner part without the outer": {**parsed, "presentation": "~".join([token, inner, ""])},
        "another signature": {**parsed, "presentation": "~".join([unlike, *shown, ""])},
    }
    for name, altered in cases.items():
        text = json.dumps(altered, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert judge(world, text)[1] == {}, name
    for bad in (b'{"disclosure":1}', b'{"disclosure":"disclosure/2"}', raw[:-1]):
        with pytest.raises(NotAReceipt):
            read_disclosure(bad)


def test_what_was_withdrawn_is_shown_as_withdrawn(world: World) -> None:
    producer = world.actors["bajio"]
    document = certify(world)
    origin.withdraw_certification(producer.tenant, producer.person, document, "a mistake")
    world.node.settle()
    raw = disclosing.disclose_document(producer.tenant, producer.person, document, SHOWN)
    verified, claims = judge(world, raw)
    assert verified.check("status").code == "ledger.withdrawn"
    assert claims == {}


def test_what_cannot_be_disclosed_is_refused_by_name(world: World, certified: str) -> None:
    producer = world.actors["bajio"]
    for pointers, refusal in (([], NothingDisclosed), (["/nothing"], PointerUnmatched), ([""], PointerUnmatched)):
        with pytest.raises(refusal):
            disclosing.disclose_document(producer.tenant, producer.person, certified, pointers)
    clerk = Person("p", "Clerk", frozenset({"preparer"}))
    with pytest.raises(PermissionDenied):
        disclosing.disclose_document(producer.tenant, clerk, certified, SHOWN)
    importer = world.actors["riogrande"]
    authority = power.grant_authority(
        importer.tenant,
        importer.person,
        broker_did=world.actors["gateway"].did,
        broker=world.party_of("gateway"),
        valid=(today(), None),
    )
    world.node.settle()
    with pytest.raises(DisclosureImpossible):
        disclosing.disclose_document(importer.tenant, importer.person, authority.document_id, ["/powers"])


def test_an_invoice_is_shown_without_its_prices(world: World) -> None:
    producer = world.actors["bajio"]
    table = world.read_of_this_week("mx-producer/invoice-2026-0419-corrected.csv")
    invoice = entry.issue_invoice(producer.tenant, producer.person, table, importer_did=world.actors["riogrande"].did)
    world.node.settle()
    raw = disclosing.disclose_document(
        producer.tenant, producer.person, invoice.document_id, ["/invoiceNumber", "/lines/0/description"]
    )
    _, claims = judge(world, raw)
    assert set(claims["credentialSubject"]) == {"invoiceNumber", "lines"}
    assert [set(line) for line in claims["credentialSubject"]["lines"]] == [{"description"}]


def test_over_the_api(world: World, certified: str) -> None:
    caller = Told(world, Story(), create_app(world.node)).caller("bajio")
    headers = {"idempotency-key": "disclose-0000000000000"}
    answer = caller.post(caller.at(f"/documents/{certified}/disclosures"), json={"fields": SHOWN}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert judge(world, answer.content)[1]["credentialSubject"]["agreement"] == "usmca"
    for bad in ({"fields": []}, {"fields": ["goods"]}, {}):
        answer = caller.post(caller.at(f"/documents/{certified}/disclosures"), json=bad)
        assert answer.status_code == 422


# The property: whatever the document and the choice, nothing undisclosed is in what leaves the node.

ODD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=4)
# Digests, so that no two begin alike however small an example gets, no name like a value either.
NUMBERS = st.integers(0, 10**9)


def mark(kind: str, of: object) -> str:
    return hashlib.sha256(f"{kind} {of}".encode()).hexdigest()[:16]


WORDS = st.tuples(NUMBERS, ODD).map(lambda made: mark("name", made) + made[1])
UNIQUE = NUMBERS.map(lambda number: mark("value", number) + "\u00e9x")
VALUES = st.recursive(
    UNIQUE | NUMBERS.map(lambda number: int(mark("number", number)[:12], 16)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
SUBJECTS = st.dictionaries(WORDS, VALUES, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subject=SUBJECTS, salt=st.binary(min_size=32, max_size=32), data=st.data())
def test_nothing_undisclosed_leaves_the_node(subject: dict[str, Any], salt: bytes, data: st.DataObject) -> None:
    key = SigningKey.from_seed(bytes(32))
    did = "did:web:producer.example"
    credential = signed(subject, key)
    token = conceal_credential(credential, salt=salt, key=key)
    assert token is not None
    compare_concealed(credential, token, salt=salt, resolve=member_resolver({did: [key.public]}.__getitem__))
    paths = list(pointers_of(subject))
    chosen = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3, unique=True))
    presentation = disclose(credential, token, salt=salt, pointers=chosen)
    representations = {"application/vc": json.dumps(credential).encode(), CONCEALED: token}
    assert commitment_of(representations, salt)
    opening = open_representation(representations, salt, CONCEALED)
    raw = write_disclosure(b'{"receipt":"none"}', opening, presentation)
    shown = revealed_claims(read_sd_jwt(presentation))["credentialSubject"]
    assert leaks(raw, hidden_of(subject, shown)) == []
    for needle in (salt, salt.hex().encode()):
        assert needle not in raw
    other = signed({**subject, "added": "1"}, key)
    with pytest.raises(DisclosureRefused):
        compare_concealed(other, token, salt=salt, resolve=member_resolver({did: [key.public]}.__getitem__))


def signed(subject: dict[str, Any], key: SigningKey) -> dict[str, Any]:
    """A credential over any names at all, which no context would map: concealing does not ask what they mean."""
    did = "did:web:producer.example"
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "credentialSubject": subject,
        "proof": {"verificationMethod": f"{did}#{multikey(key.public)}"},
    }


def pointers_of(value: Any, prefix: str = "") -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        place = f"{prefix}/{str(step).replace('~', '~0').replace('/', '~1')}"
        yield place
        yield from pointers_of(inner, place)


def leaves_of(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        names, inner = (set(value), value.values()) if isinstance(value, dict) else (set[str](), value)
        return names | {leaf for each in inner for leaf in leaves_of(each)}
    return {str(value)}


def hidden_of(said: Any, shown: Any) -> set[str]:
    """Values and names that are told nowhere in what is shown, long enough not to stand anywhere by chance."""
    return {leaf for leaf in leaves_of(said) - leaves_of(shown) if len(leaf) >= 8}


def leaks(raw: bytes, hidden: set[str]) -> list[str]:
    """Which hidden values can be read out of a file: in clear, in any base64 of any offset, or inside its base64."""
    haystacks = [raw, *decoded_in(raw)]
    return [value for value in hidden if any(form in hay for hay in haystacks for form in forms_of(value))]


def forms_of(value: str) -> Iterator[bytes]:
    for text in (value, json.dumps(value)[1:-1]):
        plain = text.encode()
        yield plain
        for offset in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                # Of the three alignments only the middle is certain: the ends depend on what stands beside it.
                whole = encode(bytes(offset) + plain)
                yield whole[4 : len(whole) - 4] if len(whole) > 12 else whole


def decoded_in(raw: bytes, depth: int = 2) -> Iterator[bytes]:
    """Whatever in a file can be read as base64url, decoded, and what can in that."""
    for word in set(raw.replace(b'"', b" ").replace(b".", b" ").replace(b"~", b" ").split()):
        if len(word) < 8:
            continue
        try:
            inner = base64.urlsafe_b64decode(word + b"=" * (-len(word) % 4))
        except ValueError:
            continue
        yield inner
        if depth > 1:
            yield from decoded_in(inner, depth - 1)


def test_the_search_for_leaks_finds_what_leaks() -> None:
    secret = "Secret123456789012"
    inner = base64.urlsafe_b64encode(json.dumps(["c2FsdA", "price", secret]).encode()).rstrip(b"=")
    for raw in (
        secret.encode(),
        b'{"a":"' + inner + b'"}',
        b"x~" + inner + b"~",
        base64.b64encode(b"zz" + secret.encode()),
    ):
        assert leaks(raw, {secret}) == [secret]
    assert leaks(b"nothing", {secret}) == []
