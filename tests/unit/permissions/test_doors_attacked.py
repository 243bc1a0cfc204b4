"""What somebody would try at the doors of a node: each attack was thought of once and is tried on every run."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from permission_world import ELSEWHERE, HERE, PAGES, Doors, filled
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from transire.api.operations import Call
from transire.api.reading import Sent
from transire.api.tables import requests
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.desk.persons import add_person
from transire.desk.sessions import NewSession
from transire.portal.app import route_of
from transire.portal.cookies import SESSION, Cookies
from transire.portal.forms import PUBLIC_BYTES, Form
from transire.portal.visit import Visit
from transire.records.export import harmless

EVIL = "evil.example"
SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
PASSWORD = "fog over the canal 1914"


def signed_in(doors: Doors, name: str = "everything") -> dict[str, str]:
    return {"cookie": f"{SESSION}={doors.sessions[HERE, name].token}"}


def bearer(doors: Doors, *scopes: str, name: str = "everything", **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {doors.token(HERE, name, *scopes)}", **more}


# The name of the host, and where a redirect leads.


def test_no_answer_names_the_host_that_the_request_names(doors: Doors) -> None:
    paths = [filled(f"/m/{{slug}}{page.path}", HERE) for page in PAGES if page.method == "GET"]
    more = [f"/m/{HERE}", f"/m/{HERE}/inbox/", "/m", "/v1/members/", f"/v1/m/{HERE}/products/", "/nothing", "/static"]
    for path in [*paths, *more]:
        answer = doors.ask("GET", path, {**signed_in(doors), "host": EVIL})
        assert EVIL not in answer.text + str(answer.headers), path


def test_the_address_without_a_last_slash_leads_to_the_member(doors: Doors) -> None:
    answer = doors.ask("GET", f"/m/{HERE}", {})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/m/{HERE}/")
    assert doors.ask("GET", "/m/nobody", {}).status_code == 404


def test_the_way_back_after_signing_in_cannot_be_forged_through_the_address(doors: Doors) -> None:
    answer = doors.ask("GET", f"/m/{HERE}/documents/a&next={EVIL}", {})
    wanted = parse_qs(urlsplit(answer.headers["location"]).query)
    assert wanted == {"next": [f"/documents/a&next={EVIL}"]}


@pytest.mark.parametrize(
    "back", [f"//{EVIL}", f"https://{EVIL}", f"/m/{HERE}/../..//{EVIL}", f"/m/{HERE}@{EVIL}", "\\"]
)
def test_choosing_a_language_leads_nowhere_else(doors: Doors, back: str) -> None:
    answer = doors.ask("GET", f"/m/{HERE}/language/es?back={back}", {})
    assert urlsplit(urljoin("http://testserver/m/", answer.headers["location"])).netloc == "testserver"


# What is sent by somebody who may not send it.


class Body:
    """A body without end in sight, which counts how often it was read."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.read < 64:
            self.read += 1
            yield b"x" * 65536


@pytest.mark.parametrize("path", [f"/m/{HERE}/products/import", f"/v1/m/{HERE}/products/import", f"/m/{HERE}/sign-in"])
def test_nothing_is_read_of_a_body_that_its_sender_may_not_send(doors: Doors, path: str) -> None:
    for headers in ({}, {**bearer(doors, name="auditor"), **signed_in(doors, "auditor")}):
        body = Body()
        answer = doors.ask("POST", path, headers, content=body)
        assert answer.status_code in (401, 403, 413), answer.text
        assert body.read <= 1, f"{body.read} pieces were read"


def test_a_sign_in_is_small(doors: Doors) -> None:
    answer = doors.ask("POST", f"/m/{HERE}/sign-in", {}, data={"login": "x" * PUBLIC_BYTES})
    assert (answer.status_code, "portal.body-too-large" in answer.text) == (413, True)


# API tokens.


def test_a_token_hands_on_no_more_than_it_carries(doors: Doors) -> None:
    person = doors.persons[HERE, "signing_official"]
    wanted = {
        "name": "more",
        "person_id": person.id,
        "scopes": ["certifications.sign"],
        "until": (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=9)).date().isoformat(),
    }
    answer = doors.ask("POST", f"/v1/m/{HERE}/tokens", bearer(doors, "tokens.manage"), json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (403, "desk.scope-missing")
    assert answer.json()["expected"] == "certifications.sign"
    both = bearer(doors, "tokens.manage", "certifications.sign")
    assert doors.ask("POST", f"/v1/m/{HERE}/tokens", both, json=wanted).status_code == 201


def test_a_token_for_receipts_alone_reads_no_document_by_the_way(doors: Doors) -> None:
    address = f"/v1/m/{HERE}/receipts/none"
    answer = doors.ask("GET", address, bearer(doors, "receipts.read"))
    assert (answer.status_code, answer.json().get("expected")) == (403, "documents.read")
    assert doors.ask("GET", f"{address}?reveal=false", bearer(doors, "receipts.read")).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/entry-drafts/none", {"pointer": "/portOfEntry", "value": "2704"}),
        ("POST", "/entry-drafts/none/refresh", None),
        ("POST", "/entry-drafts", {"importer": "did:key:z6Mk", "invoices": ["A" * 43]}),
    ],
)
def test_a_draft_is_not_changed_by_who_may_not_see_the_answer(
    doors: Doors, method: str, path: str, body: dict[str, str] | None
) -> None:
    answer = doors.ask(method, f"/v1/m/{HERE}{path}", bearer(doors, "entries.draft"), json=body)
    assert (answer.status_code, answer.json().get("expected")) == (403, "entries.check"), answer.text


# The Idempotency-Key.


def new_token(doors: Doors, headers: dict[str, str]) -> Response:
    until = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=9)).date().isoformat()
    person = doors.persons[HERE, "preparer"]
    wanted = {"name": "ERP", "person_id": person.id, "scopes": ["products.read"], "until": until}
    return doors.ask("POST", f"/v1/m/{HERE}/tokens", headers, json=wanted)


def test_a_secret_is_answered_once_and_not_kept(doors: Doors) -> None:
    first = new_token(doors, bearer(doors, **{"idempotency-key": "k-1"}))
    assert first.status_code == 201
    again = new_token(doors, bearer(doors, **{"idempotency-key": "k-1"}))
    assert (again.status_code, again.json()["code"]) == (409, "api.answer-shown")
    with doors.node.tenant(HERE).database.reading() as view:
        kept = [bytes(row.body or b"") for row in view.execute(requests.select())]
    assert all(first.json()["token"].encode() not in body for body in kept)


def test_a_key_of_one_person_says_nothing_to_another_or_to_a_narrower_token(doors: Doors) -> None:
    key = {"idempotency-key": "k-2"}
    assert new_token(doors, bearer(doors, **key)).status_code == 201
    narrow = new_token(doors, bearer(doors, "products.read", **key))
    assert (narrow.status_code, narrow.json()["code"]) == (403, "desk.scope-missing")
    other = bearer(doors, "tokens.manage", name="administrator", **key)
    refused = new_token(doors, other)
    assert refused.json()["code"] == "desk.scope-missing", "its own request, not the answer of the other"


def test_a_password_cannot_be_guessed_from_what_a_key_left_behind(doors: Doors) -> None:
    body = b'{"name":"New","login":"new@producer.example","roles":["auditor"],"password":"%s"}' % PASSWORD.encode()
    headers = bearer(doors, **{"idempotency-key": "k-3", "content-type": "application/json"})
    address = f"/v1/m/{HERE}/persons"
    assert doors.ask("POST", address, headers, content=body).status_code == 201
    guessed = b64url(sha256(*(sha256(part) for part in (f"POST {address}?".encode(), b"application/json", body))))
    with doors.node.tenant(HERE).database.reading() as view:
        assert guessed not in {row.digest for row in view.execute(requests.select())}


# Signing in.


def test_two_ways_to_write_an_address_share_their_failures(doors: Doors) -> None:
    tenant = doors.node.tenant(ELSEWHERE)
    login = "josé@importer.example"
    with tenant.transaction() as tx:
        add_person(tx, name="José", login=login, roles=["auditor"], now=tenant.now())
    codes = []
    for attempt in range(6):
        form = ("NFC", "NFD")[attempt % 2]
        page = doors.ask("GET", f"/m/{ELSEWHERE}/sign-in", {})
        token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
        cookie = page.headers["set-cookie"].partition(";")[0]
        sent = {"form_token": token, "login": unicodedata.normalize(form, login), "password": "wrong"}
        answer = doors.ask("POST", f"/m/{ELSEWHERE}/sign-in", {"cookie": cookie}, data=sent)
        codes.append(answer.status_code)
    assert codes == [401] * 5 + [429]


def test_cookies_of_a_production_node_are_closed() -> None:
    now = datetime.datetime.now(datetime.UTC)
    response = Response()
    Cookies(production=True).leave_session(response, HERE, NewSession("t", "c", now + datetime.timedelta(hours=1)), now)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Secure-transire_session=t;")
    for flag in ("HttpOnly", "Secure", "SameSite=lax", f"Path=/m/{HERE}"):
        assert flag in cookie


# Scripts, formulas, files, logs.


def test_no_script_in_a_name_runs_anywhere(doors: Doors, repository: Path) -> None:
    folder = repository / "examples" / "mx-producer"
    rows = list(csv.DictReader(io.StringIO((folder / "products.csv").read_text(encoding="utf-8"))))
    for row in rows:
        row["description"] = SCRIPT
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    files = {
        "products": ("products.csv", table.getvalue().encode()),
        "materials": ("materials.csv", (folder / "materials.csv").read_bytes()),
    }
    taken = doors.ask("POST", f"/v1/m/{HERE}/products/import", bearer(doors), files=files)
    assert taken.status_code == 200, taken.text
    tenant = doors.node.tenant(HERE)
    with tenant.transaction() as tx:
        add_person(tx, name=SCRIPT, login="<b>@producer.example", roles=["auditor"], now=tenant.now())
    seen = 0
    number = rows[0]["product_number"]
    words = f"?words={SCRIPT}&status={SCRIPT}&told={SCRIPT}&after={SCRIPT}"
    for path in (
        f"/products/{number}",
        "/certifications/new",
        "/persons",
        "/tokens",
        f"/{SCRIPT}",
        f"/requests/{SCRIPT}",
    ):
        seen += require_no_script(doors.ask("GET", f"/m/{HERE}{path}", signed_in(doors)))
    for path in ("/products", "/documents", "/certifications", "/invoices", "/inbox", "/sign-in"):
        for query in ("", words):
            require_no_script(doors.ask("GET", f"/m/{HERE}{path}{query}", signed_in(doors)))
    assert seen >= 4, "the pages that were looked at do not show the names"


def require_no_script(answer: Response) -> bool:
    assert "<script>" not in answer.text, answer.request.url
    assert "<img src=x" not in answer.text, answer.request.url
    return "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("head", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_of_an_export_is_a_formula(head: str) -> None:
    assert harmless(f"{head}HYPERLINK()") == f"'{head}HYPERLINK()"


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%2fetc/passwd", "/static//etc/"],
)
def test_no_file_outside_of_the_styles_is_served(doors: Doors, path: str) -> None:
    assert doors.ask("GET", path, {}).status_code == 404


def test_nothing_that_a_trace_could_print_shows_a_secret(doors: Doors) -> None:
    form = Form({"password": [PASSWORD]}, {"file": PASSWORD.encode()})
    sent = Sent(idempotency_key=None, if_match=None, media_type="", raw=PASSWORD.encode(), fields={"p": PASSWORD})
    call = Call(node=doors.node, hosted=None, caller=None, path={}, query={}, body={"password": PASSWORD})
    assert PASSWORD not in repr((form, sent, call, doors.sessions[HERE, "everything"]))
    assert {each.name for each in dataclasses.fields(Visit) if not each.repr} == {"secret", "form"}


def test_a_log_names_the_address_as_declared_and_not_what_was_filled_in() -> None:
    async def told(request: Request) -> Response:
        return PlainTextResponse(route_of(request))

    client = TestClient(Starlette(routes=[Route("/m/{slug}/enter/{token}", told)]))
    assert client.get("/m/producer/enter/a-sign-in-link").text == "/m/{slug}/enter/{token}"


@pytest.mark.parametrize(
    "path", ["/m/{slug}/certifications/none/compare?version=", "/m/{slug}/documents/none?version="]
)
def test_a_number_of_any_length_is_no_accident(doors: Doors, path: str) -> None:
    answer = doors.ask("GET", f"/m/{HERE}{path}" + "9" * 5000, signed_in(doors))
    assert 400 <= answer.status_code < 500
