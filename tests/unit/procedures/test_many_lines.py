"""The pages of an entry of many lines over a real portal: a page of lines at a time, filters, jumps, the way back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from trading import Trade

from transire.desk.persons import add_person
from transire.portal.app import create_app
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.draft_sheets import draft_sheet
from transire.procedures.entry_summary.filing import read_draft

LINES = 60
INVOICE = "mx-producer/invoice-2026-0419-corrected.csv"
PASSWORD = "fog over the canal 1914"
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SHOWN = re.compile(r'id="line-([0-9]+)"')


@pytest.fixture(scope="module")
def draft(trade: Trade) -> str:
    """The draft of an invoice of sixty lines, made of those of the example's in turn."""
    trade.import_products()
    trade.certify()
    trade.empower()
    trade.settle()
    rows = list(csv.DictReader(io.StringIO(trade.world.read_of_this_week(INVOICE).decode())))
    made = [rows[at % len(rows)] | {"line": str(at + 1)} for at in range(LINES)]
    goods = sum(float(row["amount"]) for row in made)
    beside = sum(float(rows[0][name] or 0) for name in ("freight", "insurance"))
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | {"goods_total": f"{goods:.2f}", "total": f"{goods + beside:.2f}"} for row in made)
    producer = trade.bajio
    issued = entry.issue_invoice(
        producer.tenant, producer.person, table.getvalue().encode(), importer_did=trade.riogrande.did
    )
    trade.settle()
    return trade.draft(issued)


class Desk(TestClient):
    """A person of a member, signed in."""

    base = ""

    def page(self, path: str) -> str:
        answer = self.get(f"{self.base}{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def sheets(self, path: str) -> list[int]:
        """The numbers of the lines that a page shows with all their fields."""
        return [int(number) for number in SHOWN.findall(self.page(path))]

    def hand_in(self, path: str, page: str, **said: str) -> str:
        token = TOKEN.search(self.page(page))
        assert token is not None
        answer = self.post(f"{self.base}{path}", data={"form_token": token[1], **said})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


def desk_of(trade: Trade, slug: str, roles: tuple[str, ...]) -> Desk:
    tenant = trade.world.actors[slug].tenant
    login = f"lines@{slug}.example"
    with tenant.transaction() as tx:
        person = add_person(tx, name="Clerk of many lines", login=login, roles=roles, now=tenant.now())
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    browser = Desk(create_app(trade.world.node), base_url="http://testserver", follow_redirects=False)
    browser.base = f"/m/{tenant.slug}"
    browser.hand_in("/sign-in", "/sign-in", login=login, password=PASSWORD)
    return browser


@pytest.fixture(scope="module")
def desk(trade: Trade) -> Iterator[Desk]:
    with desk_of(trade, "gateway", ("preparer", "signing_official")) as browser:
        yield browser


def test_a_draft_is_shown_a_page_of_lines_at_a_time(desk: Desk, draft: str) -> None:
    path = f"/entry-drafts/{draft}"
    assert desk.sheets(path) == list(range(1, 26))
    assert desk.sheets(f"{path}?line=26") == list(range(26, 51))
    assert desk.sheets(f"{path}?line=60") == list(range(51, 61))
    assert desk.sheets(f"{path}?line=77777") == list(range(51, 61))
    assert desk.sheets(f"{path}?line=x") == list(range(1, 26))
    page = desk.page(path)
    assert "1 to 25 of 60 lines" in page
    assert f'href="{desk.base}{path}?show=all&amp;line=26#lines"' in page


def test_a_field_far_down_is_changed_on_its_page_and_its_errors_are_found(trade: Trade, desk: Desk, draft: str) -> None:
    path, pointer = f"/entry-drafts/{draft}", "/lines/41/tariffNumber"
    broker = trade.gateway
    right = entry.read_draft(broker.tenant, broker.person, draft).content["lines"][41]["tariffNumber"]
    editing = desk.page(f"{path}?edit={pointer}")
    assert 'id="field-value"' in editing
    version = re.search(r'name="version" value="([0-9]+)"', editing)
    assert version is not None
    said = {"pointer": pointer, "value": "0000.00.00.00", "version": version[1], "then": "field"}
    back = desk.hand_in(f"{path}/field", path, **said)
    assert back.endswith("line=42&told=entry-field-set#f-lines-41-tariffNumber")
    assert 42 in desk.sheets(f"{path}?{back.partition('?')[2].partition('#')[0]}")
    assert desk.sheets(f"{path}?show=errors") == [42]
    assert desk.sheets(f"{path}?show=keyed") == [42]
    first = desk.page(path)
    assert f'href="{desk.base}{path}?line=42#line-42"' in first  # the jump from a page that does not have it
    assert "Listed are those of the entry as a whole and of the lines on this page." in first
    assert 42 not in desk.sheets(f"{path}?show=warnings")
    entry.set_field(broker.tenant, broker.person, draft, pointer, right)


def test_a_version_is_read_once_and_a_change_is_seen_at_once(trade: Trade, draft: str) -> None:
    broker = trade.gateway
    before = entry.read_draft(broker.tenant, broker.person, draft)
    today = broker.tenant.now().date()
    assert read_draft(before, today) is read_draft(before, today)
    entry.set_field(broker.tenant, broker.person, draft, "/lines/0/grossWeight", "77.5")
    after = entry.read_draft(broker.tenant, broker.person, draft)
    assert read_draft(after, today).subject["lines"][0]["grossWeight"] == "77.5"
    assert read_draft(before, today).subject["lines"][0]["grossWeight"] != "77.5"


def test_figures_are_of_the_whole_entry_on_every_page(trade: Trade, draft: str) -> None:
    broker = trade.gateway
    whole = entry.price_draft(broker.tenant, broker.person, draft)
    page = entry.show_draft(broker.tenant, broker.person, draft)
    for at in (0, 59):
        sheet = draft_sheet(broker.tenant, broker.person, draft, at=at)
        assert sheet.duty == whole
        assert (sheet.filled, sheet.keyed) == (page.filled, page.keyed)
        assert [line.line for line in sheet.priced] == [place + 1 for place in sheet.page.places]
        assert sheet.found == len(page.findings) + sum(len(line.findings) for line in page.lines)


def test_the_officer_gets_pages_and_filters(trade: Trade, desk: Desk, draft: str) -> None:
    trade.key_arrival(draft)
    broker = trade.gateway
    entry.set_field(broker.tenant, broker.person, draft, "/lines/50/claim", None)
    filed = entry.file_entry(broker.tenant, broker.person, draft)
    trade.settle()
    path = f"/entries/{filed.document_id}"
    with desk_of(trade, "customs", ("officer",)) as officer:
        assert officer.sheets(path) == list(range(1, 26))
        assert officer.sheets(f"{path}?line=60") == list(range(51, 61))
        assert 51 not in officer.sheets(f"{path}?show=open&line=51")
        assert officer.page(path).count('data-label="Tariff number"') == LINES  # all of them at a glance
        assert officer.sheets(f"{path}?show=asked") == []
        assert "No line of this kind." in officer.page(f"{path}?show=asked")
        officer.hand_in(f"{path}/lines/3/accept", path, note="")
        trade.settle()
        assert 3 not in officer.sheets(f"{path}?show=open")
    assert desk.page(f"/entry-drafts/{draft}")  # filed: still to be read
