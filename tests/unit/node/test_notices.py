"""Notices by e-mail and to programs: a real server with STARTTLS, a real receiver, and what becomes of failures."""

from __future__ import annotations

import base64
import hmac
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from certificates import certificate
from transire.api import notices as service
from transire.desk import notices as desk
from transire.desk import tables as t
from transire.desk.person import Person
from transire.desk.persons import add_person, erase_person, let_go
from transire.errors import TransireError
from transire.node.errors import NoticeUntold, SettingsInvalid
from transire.node.node import Node
from transire.node.notices.mail import Mailer, Told
from transire.node.notices.telling import Teller
from transire.node.notices.webhook import Hooks
from transire.node.settings import MailSettings, NodeSettings, WebhookSettings, settings_from
from transire.node.tenant import Tenant
from transire.node.workers import Workers
from transire.records.project import project_inbox_item, settle_inbox_item
from transire.records.rows import NOW, InboxRow, Place

SECRET_WORD = "a partner that nobody is to be told of"
PASSWORD = "kept in a file"
DUE = datetime(2026, 12, 2, 12, tzinfo=UTC)


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail as RFC 5321 says, offers STARTTLS, and asks for a password under it."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, tls: ssl.SSLContext, *, offers_tls: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), MailTalk)
        self.tls, self.offers_tls = tls, offers_tls
        self.mails: list[str] = []
        self.logins: list[str] = []
        self.talked_in_clear: list[str] = []


class MailTalk(socketserver.StreamRequestHandler):
    """One connection."""

    server: MailServer

    def handle(self) -> None:
        self.say("220 localhost")
        under_tls = False
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line.split(" ")[0].upper()
            if not under_tls:
                self.server.talked_in_clear.append(verb)
            if verb == "EHLO":
                more = ["STARTTLS"] if self.server.offers_tls and not under_tls else ["AUTH PLAIN"]
                self.say(*(f"250-{name}" for name in ("localhost", *more)), "250 SIZE 1000000")
            elif verb == "STARTTLS":
                self.say("220 go on")
                self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
                under_tls = True
            elif verb == "AUTH":
                self.server.logins.append(base64.b64decode(line.split(" ")[2]).decode())
                self.say("235 welcome")
            elif verb == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.read_mail())
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the one under TLS, which the server does not know

    def read_mail(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()


class Receiver(HTTPServer):
    """A program that is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Told_)
        self.statuses: list[int] = []
        self.told: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Told_(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told.append((dict(self.headers.items()), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("location", self.server.url)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def mails(authority: Path) -> Iterator[MailServer]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(authority)
    yield from serving(MailServer(tls))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    yield from serving(Receiver())


@pytest.fixture
def tenant(node: Node) -> Tenant:
    return node.tenant("importer")


@pytest.fixture
def person(tenant: Tenant) -> Person:
    with tenant.transaction() as tx:
        roles = ("administrator", "preparer")
        return add_person(
            tx, name="Clerk", login="clerk@importer.example", roles=roles, now=tenant.now(), language="es"
        )


def settings(node: Node, mails: MailServer, authority: Path, tmp_path: Path, **changes: Any) -> NodeSettings:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    mail = MailSettings(
        host="localhost",
        port=mails.server_address[1],
        ca_file=str(authority),
        sender="node@transire.example",
        username="node",
        password_file=str(tmp_path / "password"),
    )
    return replace(node.settings, mail=mail, webhooks=WebhookSettings(enabled=True), **changes)


def wait_for(tenant: Tenant, name: str, *, at: datetime | None = None) -> str:
    """An item of the inbox that presses and names a secret."""
    moment = at or tenant.now()
    row = InboxRow(
        kind="request.due",
        params={"line": 3, "words": SECRET_WORD},
        place=Place(1, 0, 1, moment),
        urgency=NOW,
        document_id=f"document-{name}",
        statement_id=name,
        due_at=DUE,
    )
    with tenant.transaction() as tx:
        project_inbox_item(tx, row)
    return row.id


def tell(teller: Teller, executor: Workers, now: datetime) -> None:
    """A round, and the end of all that it began."""
    teller.tell(now)
    done = threading.Event()
    executor.submit(done.set)  # one worker: it comes after all that was begun
    assert done.wait(10)
    executor.close(10)


def round_of(node: Node, tenant: Tenant, said: NodeSettings, now: datetime) -> None:
    executor = Workers(1, "notices")
    tell(Teller(tenant, said, executor), executor, now)


def outcomes(tenant: Tenant) -> dict[tuple[str, str], tuple[int, str | None]]:
    of = t.notices.c
    with tenant.database.reading() as view:
        rows = view.execute(sa.select(of.item_id, of.channel, of.tries, of.outcome)).all()
    return {(row.item_id, row.channel.partition(":")[0]): (row.tries, row.outcome) for row in rows}


def test_a_person_who_asked_for_it_is_mailed_once_under_tls_and_told_nothing_of_the_content(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    wait_for(tenant, "before", at=tenant.now() - timedelta(days=1))
    service.choose_mail(tenant, person, wanted=True)
    first, second = wait_for(tenant, "one"), wait_for(tenant, "two")
    round_of(node, tenant, said, tenant.now())
    round_of(node, tenant, said, tenant.now() + timedelta(minutes=1))
    [mail] = mails.mails
    assert "To: clerk@importer.example" in mail
    assert "Subject: Transire: 2 asuntos esperan a Importer" in mail
    assert "2026-12-02" in mail
    assert SECRET_WORD not in mail
    assert "document-" not in mail
    assert mails.talked_in_clear == ["EHLO", "STARTTLS"]
    assert mails.logins == [f"\x00node\x00{PASSWORD}"]
    assert outcomes(tenant) == {(first, "mail"): (0, "told"), (second, "mail"): (0, "told")}


def test_nothing_is_said_to_a_server_without_tls_and_it_is_tried_again(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    mails.offers_tls = False
    service.choose_mail(tenant, person, wanted=True)
    item = wait_for(tenant, "one")
    now = tenant.now()
    round_of(node, tenant, said, now)
    assert (mails.mails, mails.logins) == ([], [])
    assert outcomes(tenant) == {(item, "mail"): (1, None)}
    mails.offers_tls = True
    round_of(node, tenant, said, now + timedelta(seconds=30))
    assert mails.mails == []  # the pause is not over
    round_of(node, tenant, said, now + timedelta(minutes=2))
    assert len(mails.mails) == 1


def test_a_notice_is_given_up_at_last_and_none_is_sent_of_what_is_settled(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    mails.offers_tls = False
    service.choose_mail(tenant, person, wanted=True)
    lost, settled = wait_for(tenant, "one"), wait_for(tenant, "two")
    now = tenant.now()
    round_of(node, tenant, said, now)
    with tenant.transaction() as tx:
        settle_inbox_item(tx, settled, "an answer")
    for _ in range(len(desk.PAUSES)):
        now += timedelta(days=2)
        round_of(node, tenant, said, now)
    assert outcomes(tenant) == {(lost, "mail"): (7, "given-up"), (settled, "mail"): (1, "settled")}
    with tenant.database.reading() as view:
        assert desk.next_notice(view) is None


def test_a_program_is_told_with_the_signature_of_standard_webhooks(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, receiver: Receiver, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    made = service.name_webhook(tenant, person, said, receiver.url)
    item = wait_for(tenant, "one")
    receiver.statuses = [503, 302, 204]
    now = tenant.now()
    for minutes in (0, 2, 10, 60):
        round_of(node, tenant, said, now + timedelta(minutes=minutes))
    assert len(receiver.told) == 3  # refused, led elsewhere (which nobody follows), taken
    headers, body = receiver.told[-1]
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    version, _, signature = headers["webhook-signature"].partition(",")
    assert (version, signature) == ("v1", base64.b64encode(hmac.digest(key, signed, "sha256")).decode())
    assert {told[0]["webhook-id"] for told in receiver.told} == {item}
    told = json.loads(body)
    assert (told["type"], told["data"]["kind"], told["data"]["due_at"]) == (
        "inbox.item",
        "request.due",
        DUE.isoformat(),
    )
    assert SECRET_WORD.encode() not in body
    assert outcomes(tenant) == {(item, "hook"): (2, "told")}


def test_what_was_not_tried_counts_no_try_and_waits_for_the_shortest_pause(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, receiver: Receiver, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    service.name_webhook(tenant, person, said, receiver.url)
    items = {wait_for(tenant, "one"), wait_for(tenant, "two"), wait_for(tenant, "three")}
    receiver.statuses = [204, 503]
    now = tenant.now()
    round_of(node, tenant, said, now)
    assert len(receiver.told) == 2  # the second try failed, and the third notice was not tried
    round_of(node, tenant, said, now + timedelta(seconds=30))
    assert len(receiver.told) == 2
    round_of(node, tenant, said, now + timedelta(minutes=2))
    assert {told[0]["webhook-id"] for told in receiver.told} == items
    assert sorted(outcomes(tenant).values()) == [(0, "told"), (0, "told"), (1, "told")]


def test_a_receiver_that_is_gone_is_told_no_more(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, receiver: Receiver, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    service.name_webhook(tenant, person, said, receiver.url)
    wait_for(tenant, "one")
    receiver.statuses = [410]
    now = tenant.now()
    for minutes in (0, 2, 10):
        round_of(node, tenant, said, now + timedelta(minutes=minutes))
    assert len(receiver.told) == 1
    assert service.show_choices(tenant, person, said).webhook is None


def test_no_private_address_is_told_in_production_and_no_unfit_one_is_named(node: Node, receiver: Receiver) -> None:
    closed = replace(node.settings, profile="production", webhooks=WebhookSettings(enabled=True))
    with pytest.raises(NoticeUntold, match="endpoint-unfit"):
        Hooks(closed).tell(
            f"https://127.0.0.1:{receiver.server_port}/", b"k", "id", {}, now=datetime(2026, 11, 28, tzinfo=UTC)
        )
    assert receiver.told == []
    for url in ("http://programs.example/", "https://user@programs.example/", "ftp://programs.example/"):
        with pytest.raises(TransireError):
            Hooks(closed).check(url)


def test_who_does_not_ask_is_not_told_and_who_is_erased_leaves_nothing(
    node: Node, tenant: Tenant, person: Person, mails: MailServer, authority: Path, tmp_path: Path
) -> None:
    said = settings(node, mails, authority, tmp_path)
    service.choose_mail(tenant, person, wanted=True)
    service.choose_mail(tenant, person, wanted=False)
    wait_for(tenant, "one")
    round_of(node, tenant, said, tenant.now())
    assert (mails.mails, outcomes(tenant)) == ([], {})
    service.choose_mail(tenant, person, wanted=True)
    wait_for(tenant, "two")
    round_of(node, tenant, said, tenant.now())
    with tenant.transaction() as tx:
        add_person(tx, name="Other", login="o@importer.example", roles=("administrator",), now=tenant.now())
        let_go(tx, person.id, tenant.now())
        erase_person(tx, person.id)
        assert desk.mail_readers(tx) == []
    assert outcomes(tenant) == {}


def test_a_line_end_in_an_address_makes_no_second_header(mails: MailServer) -> None:
    mailer = Mailer(MailSettings(host="localhost", port=mails.server_address[1], sender="a@b.example", starttls=False))
    told = Told(member="M", items=1, first_due=None, address="https://node.example")
    with pytest.raises(NoticeUntold):
        mailer.send("a@b.example\r\nBcc: c@d.example", "en", told, now=datetime(2026, 11, 28, tzinfo=UTC))
    assert mails.mails == []


@pytest.mark.parametrize(
    "mail", [{"host": "mail.example"}, {"host": "mail.example", "sender": "a@b.example", "starttls": False}]
)
def test_mail_settings_that_would_leak_or_have_no_sender_are_refused(mail: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match="mail"):
        settings_from({"mail": mail}, where="test")
