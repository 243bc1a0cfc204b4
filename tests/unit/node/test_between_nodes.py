"""Envelopes travel between two nodes over HTTP, signed both ways; what is forged, replayed or astray is refused."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
import structlog
from msgspec.structs import replace

from certificates import certificate
from transire.api.tables import nonces
from transire.crypto.did import did_key
from transire.crypto.http_signatures import HttpRequest, sign_answer, sign_request
from transire.crypto.keys import SigningKey
from transire.errors import TransireError
from transire.node.addresses import read_endpoint, resolve
from transire.node.courier import Courier
from transire.node.deliveries import (
    LARGEST_ANSWER,
    MEDIA_TYPE,
    NETWORK_HEADER,
    key_id_of,
    loads,
    path_of,
    read_answers,
    read_delivery,
    write_answers,
    write_delivery,
)
from transire.node.errors import AnswerUnfit, DeliveryMalformed, EndpointUnfit, RecipientUnreachable
from transire.node.post import Reply
from transire.node.recovery import ask_everybody
from transire.node.settings import DeliverySettings
from transire.node.tenant import Tenant
from transire.vault import journal, outbox
from transire.vault.tables import about as vault_about
from transire.vault.tables import statements as vault_statements
from two_nodes import TwoNodes, free_port, two_nodes, until

SOMETHING = "A" * 43
STRANGER = SigningKey.from_seed(bytes(range(32)))


@pytest.fixture(scope="module")
def pair(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    with two_nodes(template, tmp_path_factory.mktemp("pair")) as running:
        yield running


@pytest.fixture
def customs(pair: TwoNodes) -> Tenant:
    return pair.customs.node.tenant("customs")


@pytest.fixture
def importer(pair: TwoNodes) -> Tenant:
    return pair.importer.node.tenant("importer")


def say(tenant: Tenant, *recipients: str) -> str:
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        return tenant.state(tx, None, "document.held/1", body, about=[SOMETHING], recipients=recipients)


def waiting(tenant: Tenant) -> int:
    with tenant.database.reading() as view:
        return outbox.count_waiting(view)


def holds(tenant: Tenant, statement: str) -> bool:
    with tenant.database.reading() as view:
        return journal.locate(view, statement) is not None


def envelope(sender: Tenant, recipient: Tenant) -> bytes:
    """An envelope of the sender's for the recipient, which the sender's own outbox knows nothing of."""
    statement = say(sender)
    until(lambda: holds(sender, statement))
    with sender.database.reading() as view:
        return sender.envelope(view, outbox.OutboxRow(0, recipient.did, statement, (), (), "filing", 0))


class Bringer:
    """Brings deliveries as a member's node does, or as somebody would who is none."""

    def __init__(self, sender: Tenant, recipient: Tenant, url: str) -> None:
        self.sender, self.recipient, self.url = sender, recipient, url
        self.key_id = key_id_of(sender.did, "transport-1")
        self.key = sender.keys.signing_key("transport-1")
        self.network = sender.engine.network
        self.did = recipient.did

    def signed(self, body: bytes, **headers: str) -> dict[str, str]:
        base = {"content-type": MEDIA_TYPE, NETWORK_HEADER: self.network} | headers
        asked = HttpRequest.of("PUT", self.url + path_of(self.did), base)
        return base | sign_request(asked, body, key_id=self.key_id, key=self.key, now=datetime.now(UTC))

    def send(self, body: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        return httpx2.put(
            self.url + path_of(self.did),
            content=body,
            headers=self.signed(body) if headers is None else headers,
            timeout=30,
        )

    def refused(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        answer = self.send(body, headers)
        return answer.status_code, str(answer.json()["code"])


@pytest.fixture
def bringer(pair: TwoNodes, customs: Tenant, importer: Tenant) -> Bringer:
    return Bringer(customs, importer, pair.importer.node.settings.origin)


# What is meant to work.


def test_a_statement_reaches_a_member_on_another_node_and_back(customs: Tenant, importer: Tenant) -> None:
    there, back = say(customs, importer.did), say(importer, customs.did)
    until(lambda: holds(importer, there) and holds(customs, back))
    until(lambda: not waiting(customs) and not waiting(importer))


def test_a_node_that_is_away_gets_what_waited_when_it_is_back(
    pair: TwoNodes, customs: Tenant, importer: Tenant
) -> None:
    pair.importer.stop_serving()
    try:
        statement = say(customs, importer.did)
        until(lambda: holds(customs, statement))
        here = pair.customs.node.tenant("producer")
        beside = say(customs, here.did)
        until(lambda: holds(here, beside))  # whoever can be reached does not wait for it
        assert not holds(importer, statement)
    finally:
        pair.importer.serve_again()
    until(lambda: holds(importer, statement))
    until(lambda: not waiting(customs))


def test_an_envelope_that_is_brought_twice_is_taken_twice_and_kept_once(
    bringer: Bringer, customs: Tenant, importer: Tenant
) -> None:
    body = write_delivery([envelope(customs, importer)])
    for _ in range(2):  # signed anew: as when the sender lost the answer
        answer = bringer.send(body)
        assert (answer.status_code, answer.json()) == (200, {"answers": [{"outcome": "taken"}]})


def test_what_was_lost_is_given_back_when_it_is_asked_for(pair: TwoNodes, customs: Tenant, importer: Tenant) -> None:
    lost = say(customs, importer.did)
    until(lambda: holds(importer, lost) and not waiting(customs) and not waiting(importer))
    with importer.database.transaction() as tx:  # as after a restore of an older backup
        tx.execute(sa.delete(vault_about).where(vault_about.c.statement == lost))
        tx.execute(sa.delete(vault_statements).where(vault_statements.c.id == lost))
    assert not holds(importer, lost)
    answers = {each.name: each for each in ask_everybody(pair.importer.node, importer)}
    assert set(answers) == {"Customs", "Producer"}
    assert (answers["Customs"].envelopes or 0) > 0
    until(lambda: holds(importer, lost))
    until(lambda: not waiting(customs) and not waiting(importer))


# What must be refused.


def test_an_unsigned_delivery_is_refused(bringer: Bringer, customs: Tenant, importer: Tenant) -> None:
    body = write_delivery([envelope(customs, importer)])
    headers = {"content-type": MEDIA_TYPE, NETWORK_HEADER: bringer.network}
    assert bringer.refused(body, headers) == (401, "crypto.http-signature-missing")


def test_a_request_that_was_overheard_is_good_for_nothing(
    pair: TwoNodes, bringer: Bringer, customs: Tenant, importer: Tenant
) -> None:
    body = write_delivery([envelope(customs, importer)])
    headers = bringer.signed(body)
    assert bringer.send(body, headers).status_code == 200
    assert bringer.refused(body, headers) == (401, "api.signature-replayed")
    pair.importer.stop_serving()
    pair.importer.serve_again()
    assert bringer.refused(body, headers) == (401, "api.signature-replayed")


def test_spent_nonces_are_forgotten_when_their_signatures_have_ended(bringer: Bringer, importer: Tenant) -> None:
    old = {"key_id": "k", "nonce": "n", "ends_at": datetime.now(UTC) - timedelta(hours=1)}
    with importer.database.transaction() as tx:
        tx.execute(sa.insert(nonces).values(old))
    bringer.send(write_delivery([b"{}"]))
    with importer.database.reading() as view:
        assert view.execute(sa.select(nonces).where(nonces.c.nonce == "n")).first() is None


def forged(bringer: Bringer) -> None:
    bringer.key = STRANGER


def by_a_stranger(bringer: Bringer) -> None:
    bringer.key, bringer.key_id = STRANGER, key_id_of(did_key(STRANGER.public), "transport-1")


def by_an_act_key(bringer: Bringer) -> None:
    bringer.key, bringer.key_id = bringer.sender.keys.signing_key("act-1"), key_id_of(bringer.sender.did, "act-1")


def of_another_network(bringer: Bringer) -> None:
    bringer.network = f"other-{bringer.network}"[:50]


def for_nobody_here(bringer: Bringer) -> None:
    bringer.did = bringer.sender.did


def under_another_address(bringer: Bringer) -> None:
    """A delivery to one node that somebody passes on to another."""
    plain = bringer.signed

    def signed(body: bytes, **headers: str) -> dict[str, str]:
        there, bringer.url = bringer.url, "http://other.example"
        try:
            return plain(body, **headers)
        finally:
            bringer.url = there

    bringer.signed = signed  # type: ignore[method-assign]


ATTACKS: dict[Callable[[Bringer], None], tuple[int, str]] = {
    forged: (401, "crypto.http-signature-invalid"),
    by_a_stranger: (401, "node.bringer-unknown"),
    by_an_act_key: (401, "node.bringer-unknown"),
    of_another_network: (421, "node.network-differs"),
    for_nobody_here: (404, "node.unknown-tenant"),
    under_another_address: (401, "crypto.http-signature-invalid"),
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_is_not_brought_by_its_member_is_refused(
    bringer: Bringer, customs: Tenant, importer: Tenant, attack: Callable[[Bringer], None]
) -> None:
    statement = envelope(customs, importer)
    attack(bringer)
    assert bringer.refused(write_delivery([statement])) == ATTACKS[attack]


def test_a_refusal_is_logged_once(bringer: Bringer) -> None:
    bringer.key_id = key_id_of(bringer.sender.did, "transport-77")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            assert bringer.refused(b"{}\n") == (401, "node.bringer-unknown")
    said = [line for line in logs if line["event"] == "delivery refused at the door"]
    assert [(line["code"], line["log_level"]) for line in said] == [("node.bringer-unknown", "warning")]


def test_nobody_brings_another_member_s_envelope(bringer: Bringer, pair: TwoNodes, importer: Tenant) -> None:
    producer = pair.customs.node.tenant("producer")
    answer = bringer.send(write_delivery([envelope(producer, importer)]))
    assert answer.json() == {"answers": [{"outcome": "refused", "code": "node.bringer-differs"}]}


def test_what_is_malformed_is_refused_alone(bringer: Bringer, customs: Tenant, importer: Tenant) -> None:
    good = envelope(customs, importer)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            answer = bringer.send(write_delivery([b'{"no":"envelope"}', good, b"\xff\xfe", good[:-2]]))
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["envelope refused"] * 3  # each once
    codes = [(each["outcome"], each.get("code")) for each in answer.json()["answers"]]
    assert codes == [
        ("refused", "vault.envelope-malformed"),
        ("taken", None),
        ("refused", "vault.envelope-malformed"),
        ("refused", "vault.envelope-malformed"),
    ]


@pytest.mark.parametrize("body", [b"", b"{}", b"\n", b"{}\n\n", b"{}\n" * 33])
def test_a_delivery_out_of_its_form_is_refused(bringer: Bringer, body: bytes) -> None:
    status, code = bringer.refused(body)
    assert (status, code) in {(400, "node.delivery-malformed"), (422, "api.request-invalid")}


def test_a_delivery_that_is_too_large_is_not_read(bringer: Bringer) -> None:
    lines = bringer.signed(b"x") | {"host": "node", "content-length": str(64 << 20)}
    head = f"PUT {path_of(bringer.did)} HTTP/1.1\r\n" + "".join(f"{name}: {lines[name]}\r\n" for name in lines)
    port = int(bringer.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(f"{head}\r\n".encode())
        assert plain.recv(100).startswith(b"HTTP/1.1 413 ")


# Answers: whoever stands between can make none up.


class Impostor:
    """A server that answers whatever it is told to, at an address that the recipient's record names."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"", dict[str, str]()
        self.sign: Callable[[HttpRequest, bytes], dict[str, str]] = lambda asked, body: {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        outer = self

        class Door(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                asked = HttpRequest.of("PUT", f"{outer.url}{self.path}", list(self.headers.items()))
                self.send_response(outer.status)
                for name, value in (outer.headers | outer.sign(asked, outer.body)).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Door)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def impostor(pair: TwoNodes, importer: Tenant) -> Iterator[Impostor]:
    made = Impostor()
    importer.announce(made.url)
    yield made
    importer.announce(pair.importer.node.settings.origin)
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def courier(pair: TwoNodes) -> Iterator[Courier]:
    made = Courier(replace(pair.customs.node.settings, delivery=DeliverySettings(timeout_s=2)))
    yield made
    made.close()


TAKEN = write_answers([Reply()])


def test_a_genuine_answer_is_believed(impostor: Impostor, courier: Courier, customs: Tenant, importer: Tenant) -> None:
    key = importer.keys.signing_key("transport-1")
    impostor.body = TAKEN
    impostor.sign = lambda asked, body: sign_answer(
        asked, 200, body, key_id=key_id_of(importer.did, "transport-1"), key=key, now=datetime.now(UTC)
    )
    assert courier.bring(customs, importer.did, [b"{}"]) == [Reply()]
    impostor.body = write_answers([Reply(), Reply()])
    with pytest.raises(AnswerUnfit, match="2 answers"):
        courier.bring(customs, importer.did, [b"{}"])


def unsigned(impostor: Impostor, importer: Tenant) -> None:
    impostor.body = TAKEN


def signed_by_a_stranger(impostor: Impostor, importer: Tenant) -> None:
    impostor.body = TAKEN
    impostor.sign = lambda asked, body: sign_answer(
        asked, 200, body, key_id=key_id_of(importer.did, "transport-1"), key=STRANGER, now=datetime.now(UTC)
    )


def redirected(impostor: Impostor, importer: Tenant) -> None:
    impostor.status, impostor.headers = 307, {"location": f"{impostor.url}/elsewhere"}


def without_end(impostor: Impostor, importer: Tenant) -> None:
    impostor.body = b"x" * (LARGEST_ANSWER + 1)


def no_http(impostor: Impostor, importer: Tenant) -> None:
    impostor.server.shutdown()
    impostor.server.server_close()


@pytest.mark.parametrize(
    "fault", [unsigned, signed_by_a_stranger, redirected, without_end, no_http], ids=lambda fault: fault.__name__
)
def test_an_answer_that_the_recipient_did_not_give_is_none(
    impostor: Impostor, courier: Courier, customs: Tenant, importer: Tenant, fault: Callable[[Impostor, Tenant], None]
) -> None:
    fault(impostor, importer)
    with pytest.raises(TransireError):
        courier.bring(customs, importer.did, [b"{}"])


# TLS: the name is checked, though the connection goes to a resolved address.


@pytest.mark.parametrize(("name", "reached"), [("localhost", True), ("other.example", False)])
def test_the_recipient_s_certificate_must_bear_its_name(
    pair: TwoNodes, customs: Tenant, importer: Tenant, impostor: Impostor, tmp_path: Path, name: str, reached: bool
) -> None:
    file = certificate(tmp_path, name)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    impostor.server.socket = tls.wrap_socket(impostor.server.socket, server_side=True)
    importer.announce(f"https://localhost:{impostor.port}")
    key = importer.keys.signing_key("transport-1")
    impostor.body, impostor.url = TAKEN, f"https://localhost:{impostor.port}"
    impostor.sign = lambda asked, body: sign_answer(
        asked, 200, body, key_id=key_id_of(importer.did, "transport-1"), key=key, now=datetime.now(UTC)
    )
    courier = Courier(replace(pair.customs.node.settings, delivery=DeliverySettings(ca_file=str(file))))
    try:
        if reached:
            assert courier.bring(customs, importer.did, [b"{}"]) == [Reply()]
        else:
            with pytest.raises(RecipientUnreachable):
                courier.bring(customs, importer.did, [b"{}"])
    finally:
        courier.close()


# Addresses and forms.


@pytest.mark.parametrize(
    "url", ["http://node.example", "https://user@node.example", "https://node.example/?a=1", "ftp://node.example"]
)
def test_an_endpoint_that_no_production_node_delivers_to(url: str) -> None:
    with pytest.raises(EndpointUnfit):
        read_endpoint(url, plain_http=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]", "[fd00::1]"])
def test_no_service_inside_of_our_own_network_is_reached_through_a_record(host: str) -> None:
    with pytest.raises(EndpointUnfit, match="public Internet"):
        resolve(read_endpoint(f"https://{host}:8400", plain_http=False), private=False)
    if host == "127.0.0.1":
        assert resolve(read_endpoint(f"https://{host}", plain_http=False), private=True) == host


def test_a_name_that_nobody_has_is_not_reached_now() -> None:
    with pytest.raises(RecipientUnreachable):
        resolve(read_endpoint("https://nobody.invalid", plain_http=False), private=False)


def test_deliveries_are_read_as_they_were_written() -> None:
    envelopes = [b'{"n":%d}' % number for number in range(70)]
    parts = list(loads(envelopes))
    assert [len(part) for part in parts] == [32, 32, 6]
    assert [one for part in parts for one in read_delivery(write_delivery(part))] == envelopes
    assert [len(part) for part in loads([b"x" * (20 << 20)] * 2)] == [1, 1]
    replies = [Reply(), Reply(refused_with="a.b"), Reply(not_yet="c.d")]
    assert read_answers(write_answers(replies), 3) == replies
    with pytest.raises(DeliveryMalformed):
        read_delivery(b"{}")
    for answer in (b"", b"[]", b'{"answers":[{"outcome":"refused"}]}', b'{"answers":[{"outcome":"maybe"}]}'):
        with pytest.raises(AnswerUnfit):
            read_answers(answer, 1)
