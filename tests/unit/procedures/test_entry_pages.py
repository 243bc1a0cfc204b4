"""The pages and files of an entry over a real portal: figures on the draft, the table of the transport, the form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from trading import Trade

from transire.desk.persons import add_person
from transire.node.tenant import Issued
from transire.portal.app import create_app
from transire.procedures.typesetting import can_typeset

PASSWORD = "fog over the canal 1914"
LOGIN = "entries@gateway.example"
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
TRANSPORT = b"transport_document,mode_of_transport,import_date\nBOL-77,30,2026-11-24\n"


class Desk(TestClient):
    """The broker's clerk, signed in."""

    base = ""

    def page(self, path: str) -> str:
        answer = self.get(f"{self.base}{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self, path: str) -> str:
        found = TOKEN.search(self.page(path))
        assert found, f"no form on {path}"
        return found[1]


@pytest.fixture(scope="module")
def invoice(trade: Trade) -> Issued:
    trade.import_products()
    trade.certify()
    trade.settle()
    trade.empower()
    trade.settle()
    issued = trade.invoice()
    trade.settle()
    return issued


@pytest.fixture(scope="module")
def desk(trade: Trade) -> Iterator[Desk]:
    tenant = trade.gateway.tenant
    with tenant.transaction() as tx:
        person = add_person(
            tx, name="Entry clerk", login=LOGIN, roles=("preparer", "signing_official"), now=tenant.now()
        )
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    with Desk(create_app(trade.world.node), base_url="http://testserver", follow_redirects=False) as browser:
        browser.base = f"/m/{tenant.slug}"
        token = browser.token("/sign-in")
        browser.post(f"{browser.base}/sign-in", data={"form_token": token, "login": LOGIN, "password": PASSWORD})
        yield browser


@pytest.fixture(scope="module")
def filed(trade: Trade, invoice: Issued) -> Issued:
    entry = trade.file(invoice)
    trade.settle()
    return entry


def test_the_draft_shows_its_figures_and_takes_the_transport(trade: Trade, invoice: Issued, desk: Desk) -> None:
    path = f"/entry-drafts/{trade.draft(invoice)}"
    page = desk.page(path)
    assert 'id="duty"' in page
    assert "No day of entry is given yet" in page
    sent = desk.post(
        f"{desk.base}{path}/transport",
        data={"form_token": desk.token(path), "confirm": "yes"},
        files={"transport": ("transport.csv", TRANSPORT, "text/csv")},
    )
    assert sent.status_code == 303, sent.text
    assert "stated by the broker: BOL-77" in desk.page(path)


def test_a_table_with_a_wrong_row_is_refused_on_the_page(trade: Trade, invoice: Issued, desk: Desk) -> None:
    path = f"/entry-drafts/{trade.draft(invoice)}"
    wrong = TRANSPORT.replace(b",30,", b",99,")
    sent = desk.post(
        f"{desk.base}{path}/transport",
        data={"form_token": desk.token(path), "confirm": "yes"},
        files={"transport": ("transport.csv", wrong, "text/csv")},
    )
    assert sent.status_code == 422
    assert "mode_of_transport" in sent.text


@pytest.mark.parametrize(
    ("form", "said", "shown"),
    [
        ("numbers", {"line": "1", "number": "9903.88.15", "value": "100"}, "9903.88.15"),
        ("fees", {"line": "1", "class": "056", "amount": "1.25"}, "056"),
        ("blocks", {"block": "ladingPort", "value": "20187"}, "20187"),
    ],
)
def test_what_no_document_gives_is_added_on_the_draft(
    trade: Trade, invoice: Issued, desk: Desk, form: str, said: dict[str, str], shown: str
) -> None:
    path = f"/entry-drafts/{trade.draft(invoice)}"
    sent = desk.post(f"{desk.base}{path}/{form}", data={"form_token": desk.token(path), **said})
    assert sent.status_code == 303, sent.text
    assert shown in desk.page(path)
    if form == "numbers":
        wrong = {"form_token": desk.token(path), "line": "1", "number": "98x"}
        refused = desk.post(f"{desk.base}{path}/{form}", data=wrong)
        assert (refused.status_code, "tariff.number-malformed" in refused.text) == (400, True)


def test_records_are_shown_and_an_answer_is_read_at_its_line(filed: Issued, desk: Desk) -> None:
    path = f"/entries/{filed.document_id}"
    assert f"{path}/records" in desk.page(path)
    assert "Not certified" in desk.page(f"{path}/records")
    records = desk.get(f"{desk.base}{path}/records.txt")
    assert ".AE.not-certified.txt" in records.headers["content-disposition"]
    lines = records.content.decode("ascii").split("\r\n")[:-1]
    assert {len(line) for line in lines} == {80}
    assert (lines[0][:2], lines[-1][:2]) == ("10", "90")
    number = f"{lines[0][3:6]} {lines[0][8:16]}"
    answer = f"E0 SUMMRY 000001 REF ID: {number}\nE0 LINITM 000002 REF ID: 001\nE1 F368   NUMBER UNKNOWN\n"

    def handed_in(answered: str) -> str:
        sent = desk.post(
            f"{desk.base}{path}/records",
            data={"form_token": desk.token(f"{path}/records")},
            files={"answer": ("answer.txt", answered.encode(), "text/plain")},
        )
        return f"{sent.status_code} {sent.text}"

    read = handed_in(answer)
    assert read.startswith("200")
    assert "NUMBER UNKNOWN" in read
    assert f"{path}?line=1#line-1" in read
    assert "entry.answer-of-another" in handed_in(answer.replace(number, "XXX 00000000"))


@pytest.mark.skipif(not can_typeset(), reason="NOT TESTED: the typesetter (transire[pdf]) is not installed")
def test_draft_and_entry_are_printed(trade: Trade, invoice: Issued, filed: Issued, desk: Desk) -> None:
    draft = desk.get(f"{desk.base}/entry-drafts/{trade.draft(invoice)}/7501.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    assert f"/entries/{filed.document_id}/7501.pdf" in desk.page(f"/entries/{filed.document_id}")
    printed = desk.get(f"{desk.base}/entries/{filed.document_id}/7501.pdf")
    assert printed.content.startswith(b"%PDF-")
    assert ".7501.pdf" in printed.headers["content-disposition"]
    assert desk.get(f"{desk.base}/entries/{filed.document_id}/7501.pdf").content == printed.content
    released = desk.get(f"{desk.base}/entries/{filed.document_id}/3461.pdf")
    assert released.content.startswith(b"%PDF-")
    assert ".3461.pdf" in released.headers["content-disposition"]
