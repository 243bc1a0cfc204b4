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


@pytest.mark.skipif(not can_typeset(), reason="NOT TESTED: the typesetter (transire[pdf]) is not installed")
def test_draft_and_entry_are_printed(trade: Trade, invoice: Issued, desk: Desk) -> None:
    draft = desk.get(f"{desk.base}/entry-drafts/{trade.draft(invoice)}/7501.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    filed = trade.file(invoice)
    trade.settle()
    assert f"/entries/{filed.document_id}/7501.pdf" in desk.page(f"/entries/{filed.document_id}")
    printed = desk.get(f"{desk.base}/entries/{filed.document_id}/7501.pdf")
    assert printed.content.startswith(b"%PDF-")
    assert ".7501.pdf" in printed.headers["content-disposition"]
    assert desk.get(f"{desk.base}/entries/{filed.document_id}/7501.pdf").content == printed.content
