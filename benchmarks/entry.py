"""An entry summary: drafting, pricing and checking it, its pages and its form.

    python -m benchmarks.entry

Goals: an entry of 999 lines drafted, priced and checked below 1 s; 300 entries of 10 lines priced and checked a second
a core; the page of an entry of 999 lines below 300 ms at the server; the form 7501 as PDF below 200 ms. The node is a
real one with the example's documents. CPU time of this process counts, the best of some runs: it is what one core does.
(The schedule's own goals are measured in `benchmarks.tariff`.)
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from starlette.testclient import TestClient

from benchmarks.filing import GIVE_UP_S, INVOICE, prepared_world, quieten
from transire.demo.stage import today
from transire.demo.world import Actor, World
from transire.desk.persons import add_person
from transire.portal.app import create_app
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.checks import run_checks
from transire.procedures.entry_summary.checks.case import CaseFile
from transire.procedures.entry_summary.examination import case_of
from transire.procedures.entry_summary.filing import _READ
from transire.procedures.entry_summary.filings import find_filing
from transire.procedures.entry_summary.form7501 import form_pdf
from transire.procedures.findings import Finding
from transire.tariff.pricing import price_line

MOST, SMALL, FORM = 999, 10, 6
RUNS = 3
T = TypeVar("T")
PASSWORD = "fog over the canal 1914"
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
VERIFY_AT = "https://node.example/verify"


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    quieten()
    with tempfile.TemporaryDirectory() as folder:
        world = prepared_world(Path(folder))
        try:
            return {**big(world), **small(world), **forms(world)}
        finally:
            world.node.close()


def big(world: World) -> dict[str, str]:
    """An entry of the most lines that there may be, from its invoice to the officer's page."""
    broker, customs = world.actors["gateway"], world.actors["customs"]
    invoice = invoiced(world, "BIG", MOST)
    drafting, drafts = timed(lambda: drafted(world, invoice))
    draft = drafts[-1]
    pricing, _ = timed(lambda: fresh(lambda: entry.price_draft(broker.tenant, broker.person, draft)))
    checking, found = timed(lambda: fresh(lambda: entry.check_draft(broker.tenant, draft)))
    address = f"/entry-drafts/{draft}"
    draft_page = page_of(world, broker, address)
    changed_page = page_of(world, broker, address, before=lambda: change(world, draft))
    far_page = page_of(world, broker, f"{address}?line={MOST}")
    arrive(world, draft)
    filing, filed = timed(lambda: entry.file_entry(broker.tenant, broker.person, draft).document_id, runs=1)
    world.node.settle(GIVE_UP_S)
    officer = page_of(world, customs, f"/entries/{filed[0]}")
    unseen = page_of(world, customs, f"/entries/{filed[0]}", before=forget)
    return {
        f"an entry of {MOST} lines drafted, priced and checked": shown(drafting + pricing + checking),
        "of it drafted": shown(drafting),
        "of it priced": shown(pricing),
        f"of it checked ({len(found[-1])} findings)": shown(checking),
        "a page of its draft": shown(draft_page),
        "its last page of lines": shown(far_page),
        "the first view after a field was changed": shown(changed_page),
        "filed": shown(filing),
        "the officer's page of it": shown(officer),
        "the officer's page of it, nothing of it priced before": shown(unseen),
    }


def small(world: World) -> dict[str, str]:
    """Entries of ten lines, their papers at hand: priced and checked, as a node of customs does on receipt."""
    customs = world.actors["customs"]
    document = filed_entry(world, "SMALL", SMALL)
    with customs.tenant.database.reading() as view:
        filing = find_filing(view, document)
        assert filing is not None
        case = case_of(customs.tenant, view, filing.statement_id, filing.version)
        gathering, _ = timed(lambda: case_of(customs.tenant, view, filing.statement_id, filing.version))
    assert case is not None
    each, _ = timed(lambda: [_priced_and_checked(case) for _ in range(100)])
    return {
        f"entries of {SMALL} lines priced and checked": f"{100 / each:,.0f} a second",
        "putting the case of one together before": shown(gathering),
    }


def _priced_and_checked(case: CaseFile) -> tuple[object, list[Finding]]:
    """As for an entry that has just come in: nothing that an earlier round worked out is used again."""
    forget()
    anew = msgspec.structs.replace(case)
    return anew.duty, run_checks(anew)


def forget() -> None:
    """What was remembered of lines that were priced and of drafts that were read is gone."""
    price_line.cache_clear()
    _READ.clear()


def fresh(work: Callable[[], T]) -> T:
    """The work with nothing remembered from before."""
    forget()
    return work()


def change(world: World, draft: str) -> None:
    """Key the gross weight of a line: the draft gets another version."""
    broker = world.actors["gateway"]
    weight = f"{time.process_time_ns() % 1000 + 1}"
    entry.set_field(broker.tenant, broker.person, draft, "/lines/500/grossWeight", weight)


def forms(world: World) -> dict[str, str]:
    """The form as PDF: of an entry as most are, and of the largest one."""
    customs = world.actors["customs"]
    told = {}
    for lines in (FORM, MOST):
        document = filed_entry(world, f"FORM-{lines}", lines)
        form = entry.entry_form(customs.tenant, document, customs.person, verify_at=VERIFY_AT)
        form_pdf(form)  # loads the typesetter
        seconds, printed = timed(lambda form=form: form_pdf(form))  # type: ignore[misc]
        told[f"the form 7501 of {lines} lines ({len(printed[0]) / 1000:,.0f} kB)"] = shown(seconds)
    return told


def filed_entry(world: World, series: str, lines: int) -> str:
    """An entry of that many lines, filed and at customs; its document id."""
    broker = world.actors["gateway"]
    draft = drafted(world, invoiced(world, series, lines))
    arrive(world, draft)
    document = entry.file_entry(broker.tenant, broker.person, draft).document_id
    world.node.settle(GIVE_UP_S)
    return document


def invoiced(world: World, series: str, lines: int) -> str:
    """An invoice of that many lines, made of those of the example's in turn; its document id."""
    producer, importer = world.actors["bajio"], world.actors["riogrande"]
    rows = list(csv.DictReader(io.StringIO(world.read_of_this_week(INVOICE).decode())))
    made = [rows[at % len(rows)] | {"line": str(at + 1), "invoice_number": f"F-{series}"} for at in range(lines)]
    goods = sum(float(row["amount"]) for row in made)
    for row in made:
        row |= {
            "goods_total": f"{goods:.2f}",
            "total": f"{goods + float(row['freight']) + float(row['insurance']):.2f}",
        }
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(made)
    issued = entry.issue_invoice(producer.tenant, producer.person, table.getvalue().encode(), importer_did=importer.did)
    world.node.settle(GIVE_UP_S)
    return issued.document_id


def drafted(world: World, invoice: str) -> str:
    broker = world.actors["gateway"]
    importer = world.actors["riogrande"].did
    return entry.draft_entry(broker.tenant, broker.person, importer_did=importer, invoices=[invoice])


def arrive(world: World, draft: str) -> None:
    """Key what no document says: when it arrived."""
    broker = world.actors["gateway"]
    for pointer, day in (("/importDate", today() - timedelta(days=1)), ("/entryDate", today())):
        entry.set_field(broker.tenant, broker.person, draft, pointer, day.isoformat())


def page_of(world: World, actor: Actor, path: str, *, before: Callable[[], None] = lambda: None) -> float:
    """CPU seconds of one page at the server, for a person of this member that is signed in; `before` is not counted."""
    tenant, login = actor.tenant, f"clerk-{time.time_ns()}@{actor.tenant.slug}.example"
    with tenant.transaction() as tx:
        roles = ("preparer", "signing_official") if "broker" in tenant.roles else ("officer",)
        person = add_person(tx, name="Clerk of the benchmark", login=login, roles=roles, now=tenant.now())
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    with TestClient(create_app(world.node), base_url="http://testserver", follow_redirects=False) as browser:
        door = f"/m/{tenant.slug}/sign-in"
        token = TOKEN.search(browser.get(door).text)
        assert token is not None
        browser.post(door, data={"form_token": token[1], "login": login, "password": PASSWORD})

        def load() -> float:
            before()
            start = time.process_time()
            answer = browser.get(f"/m/{tenant.slug}{path}")
            assert answer.status_code == 200, answer.status_code
            return time.process_time() - start

        return min(load() for _ in range(RUNS + 2))


def timed(work: Callable[[], T], *, runs: int = RUNS) -> tuple[float, list[T]]:
    """CPU seconds of the best of some runs, and what each of them gave."""
    seconds, made = [], []
    for _ in range(runs):
        start = time.process_time()
        made.append(work())
        seconds.append(time.process_time() - start)
    return min(seconds), made


def shown(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


if __name__ == "__main__":
    for what, figure in measure().items():
        print(f"{what}: {figure}")
