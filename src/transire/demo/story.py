"""The seven steps of the demo, each an act that a person could do in the portal or through the API.

Nothing here knows more than its actors do: every step calls the services of the procedures as one of the five members,
and reads what that member holds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from transire.demo.stage import Actor, Stage, today
from transire.demo.telling import Telling
from transire.node.tenant import Issued
from transire.procedures.entry_summary.errors import EntryRefused, EntryUnknown
from transire.procedures.entry_summary.views import EntryPage
from transire.procedures.findings import errors_among

T = TypeVar("T")

PRODUCERS = {"bajio": "mx-producer", "valle": "cr-producer"}
"""Each producer's folder of example files."""

DETERMINED_UNDER = {"bajio": "usmca", "valle": "cafta_dr"}

SHIPPED_AT_ONCE = ("BV-CP200", "BV-CF132", "BV-TK1100", "BV-RH019", "BV-PL120")
SHIPPED_LATER = ("BV-SB075", "BV-MS300", "BV-WF400", "BV-HC020", "BV-EL050", "BV-CR600")
"""The Mexican producer certifies in two blankets, as its two plants would; a control panel is in neither."""

INVOICES = (
    ("usmca", "bajio", "invoice-2026-0419.csv"),
    ("cafta-dr", "valle", "invoice-2026-1107.csv"),
    ("usmca-open", "bajio", "invoice-2026-0418.csv"),
)
"""Three shipments. The first invoice does not add up; the last one stays a draft, for whoever opens the portal."""

CORRECTED_INVOICE = "mx-producer/invoice-2026-0419-corrected.csv"
FILED = ("usmca", "cafta-dr")
SEEN_WITHIN_S = 30.0
"""After this long without the officer's page something is broken."""

QUESTION = "Which bill of material shows that the compressor meets its rule? Please name the certification."
ENTERED_IN_2018 = "2018-09-24"
BETTER_DESCRIPTION = "Centrifugal pump, single-stage, close-coupled, 1.5 kW, outlet 40 mm, series 2"
ANSWER = "The certification covers it under the rule for subheading 8414.30; the producer's cost sheet is with you."


@dataclass
class Story:
    """What the steps hand on to one another, and what ends up in `story.json`."""

    determinations: dict[str, Issued] = field(default_factory=dict)
    certifications: dict[str, Issued] = field(default_factory=dict)
    invoices: dict[str, Issued] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Issued] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def import_once(world: Stage, telling: Telling, story: Story) -> None:
    """Products and bills of material come in as the producers' own systems export them."""
    with telling.step(1, "Import once"):
        for slug, folder in PRODUCERS.items():
            actor = world.actors[slug]
            with telling.timed(f"{actor.name}: products.csv, materials.csv"):
                goods, materials = actor.import_products(
                    world.read(f"{folder}/products.csv"), world.read(f"{folder}/materials.csv")
                )
            telling.say(f"  {goods} goods, {materials} materials")
            story.facts[f"products of {slug}"] = goods
        for slug, agreement in DETERMINED_UNDER.items():
            determine_origin(world, telling, story, slug, agreement)
        with telling.timed("determinations delivered to customs alone"):
            world.settle()


def determine_origin(world: Stage, telling: Telling, story: Story, slug: str, agreement: str) -> None:
    """The engine says of each product whether it originates; the answer is kept, signed, for customs to see."""
    actor = world.actors[slug]
    goods = actor.goods()
    with telling.timed(f"{actor.person_name} has {len(goods)} goods determined under {agreement}"):
        story.determinations |= actor.determine_origin(goods, agreement)
    outcomes = actor.outcomes(agreement)
    for word in ("originating", "not_originating", "undetermined"):
        found = [number for number, (outcome, _) in outcomes.items() if outcome == word]
        story.facts[f"{word} of {slug}"] = len(found)
        if found:
            named = f": {', '.join(found)}" if len(found) < 4 else ""
            telling.say(f"  {len(found)} {word.replace('_', ' ')}{named}")
    for number, (_, missing) in outcomes.items():
        if missing:
            telling.show(f"{number}: missing {', '.join(missing)}")


def sign_once(world: Stage, telling: Telling, story: Story) -> None:
    """Each producer's official signs a blanket certification; the cost sheet goes to customs alone."""
    blanket = (today() - timedelta(days=30), today() + timedelta(days=334))
    importer = world.actors["riogrande"]
    wanted = {
        "usmca-1": ("bajio", "usmca", SHIPPED_AT_ONCE),
        "usmca-2": ("bajio", "usmca", SHIPPED_LATER),
        "cafta-dr": ("valle", "cafta_dr", tuple(world.actors["valle"].goods())),
    }
    with telling.step(2, "Sign once"):
        for name, (slug, agreement, goods) in wanted.items():
            actor = world.actors[slug]
            with telling.timed(f"{actor.person_name} signs {name}: {len(goods)} goods, {blanket[0]} to {blanket[1]}"):
                draft = actor.draft_certification(
                    agreement=agreement,
                    importer_did=importer.did,
                    importer=world.party_of("riogrande"),
                    goods=goods,
                    blanket=blanket,
                )
                story.certifications[name] = actor.sign_certification(draft)
        with telling.timed("delivered to importer and customs, cost sheets to customs only"):
            world.settle()


def grant_power(world: Stage, telling: Telling, story: Story) -> None:
    """The importer empowers its broker: from now on the broker is given what entries are drafted from."""
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    with telling.timed(f"{importer.name} grants a power of attorney to {broker.name}"):
        importer.grant_authority(
            broker_did=broker.did,
            broker=world.party_of("gateway"),
            filer_code=world.entries["gateway"].get("filerCode"),
            valid=(today(), today() + timedelta(days=365)),
        )
        world.settle()


def draft_not_key(world: Stage, telling: Telling, story: Story) -> None:
    """The exporters' invoices come in; the broker's entries are drafted from them and from the certifications."""
    broker, importer = world.actors["gateway"], world.actors["riogrande"]
    with telling.step(3, "Draft, not key"):
        grant_power(world, telling, story)
        for name, slug, file in INVOICES:
            seller = world.actors[slug]
            with telling.timed(f"{seller.name} issues {file}"):
                story.invoices[name] = seller.issue_invoice(
                    world.read_of_this_week(f"{PRODUCERS[slug]}/{file}"),
                    importer_did=importer.did,
                )
        world.settle()
        for name, _, _ in INVOICES:
            with telling.timed(f"{broker.name} drafts the entry of invoice {name}"):
                story.drafts[name] = broker.draft_entry(
                    importer_did=importer.did,
                    invoices=[story.invoices[name].document_id],
                )
            page = broker.show_draft(story.drafts[name])
            telling.say(f"  {page.filled} fields filled from the documents held, {page.keyed} keyed")


def errors_before_filing(world: Stage, telling: Telling, story: Story) -> None:
    """One entry is refused before it is filed, mended at its source, and filed; another passes at once."""
    broker, producer, importer = (world.actors[slug] for slug in ("gateway", "bajio", "riogrande"))
    with telling.step(4, "Errors before filing"):
        try:
            broker.file_entry(story.drafts["usmca"])
        except EntryRefused as refusal:
            telling.say(f"{broker.name} files the entry of invoice usmca: refused")
            for finding in errors_among(refusal.findings):
                telling.show(f"{finding.code} at {finding.where}: {finding.explain()}")
            story.facts["codes before filing"] = sorted({finding.code for finding in refusal.findings})
        with telling.timed(f"{producer.name} corrects its invoice; holders get the new version"):
            story.invoices["usmca"] = producer.issue_invoice(
                world.read_of_this_week(CORRECTED_INVOICE), importer_did=importer.did
            )
            world.settle()
        broker.discard_draft(story.drafts["usmca"])
        story.drafts["usmca"] = broker.draft_entry(
            importer_did=importer.did, invoices=[story.invoices["usmca"].document_id]
        )
        for name in FILED:
            _key_arrival(broker, story.drafts[name])
            page = broker.show_draft(story.drafts[name])
            telling.say(f"{name}: the day of arrival is keyed: {page.keyed} of {page.filled} fields, none twice")
            story.facts[f"fields of {name}"] = {"filled": page.filled, "keyed": page.keyed}
            with telling.timed(f"{broker.name} files the entry of invoice {name}"):
                story.entries[name] = broker.file_entry(story.drafts[name])
            for finding in broker.findings(story.drafts[name]):
                telling.show(f"{finding.severity} {finding.code}: {finding.explain()}")


def customs_sees(world: Stage, telling: Telling, story: Story) -> None:
    """The entry is on the officer's page one block later; a claim is accepted, another one asked about and answered."""
    customs, broker = world.actors["customs"], world.actors["gateway"]
    filed = story.entries["usmca"].document_id
    with telling.step(5, "Customs sees"):
        with telling.timed("the entry is on the officer's page"):
            page = _wait_for_page(customs, filed)
        telling.say(f"  {page.row.entry_number}: {len(page.lines)} lines, {page.entry.total_entered_value} USD")
        for line in page.lines[:3]:
            claim = line.claim
            assert claim is not None  # every line of this entry claims
            found = f"{len(line.findings)} findings" if line.findings else "checks hold"
            determined = f"{claim.determined.outcome} as determined" if claim.determined else "not determined"
            text = f"line {line.line.line_number} {line.line.description[:38]:<38} {claim.agreement}"
            telling.show(f"{text}, {determined}, {found}")
        with telling.timed(f"{customs.person_name} accepts the claim of line 1"):
            customs.accept_claim(filed, 1)
        with telling.timed(f"{customs.person_name} asks about line 4"):
            request = customs.ask(filed, 4, QUESTION)
            world.settle()
        with telling.timed(f"{broker.name} answers with the certification it holds"):
            broker.answer(request, ANSWER, [story.certifications["usmca-2"].document_id])
            world.settle()
        answered = customs.show_entry(filed).lines[3].requests[0]
        telling.say(f"  answered by {answered.answers[0].by_name} with evidence, due by {answered.due_by}")
        story.facts["request"] = request


def correct(world: Stage, telling: Telling, story: Story) -> None:
    """One certification is replaced, another withdrawn: every holder is told, and the entries on them are flagged."""
    producer, other = world.actors["bajio"], world.actors["valle"]
    with telling.step(6, "Correct"):
        first, last = story.certifications["usmca-1"], story.certifications["cafta-dr"]
        with telling.timed(f"{producer.name} replaces certification usmca-1"):
            story.certifications["usmca-1"] = producer.replace_certification(
                first.document_id,
                {"/goods/0/description": BETTER_DESCRIPTION},
                reason="The description now names the series",
            )
        with telling.timed(f"{other.name} withdraws certification cafta-dr"):
            other.withdraw_certification(last.document_id, "A supplier's declaration of origin proved wrong")
        world.settle()
        for slug in ("gateway", "customs"):
            flagged = _wait_for(world.actors[slug].flagged)
            telling.say(f"{world.actors[slug].name}: {len(flagged)} entry flagged")
            story.facts[f"flagged at {slug}"] = flagged


def audit_of_2018(world: Stage, telling: Telling, story: Story) -> None:
    """A NAFTA certification of 2018 is brought in for an audit: the ledger proves nothing about the time before."""
    producer, importer, broker = (world.actors[slug] for slug in ("bajio", "riogrande", "gateway"))
    with telling.timed("a NAFTA certification of 2018 is brought in for an audit"):
        subject = json.loads(world.read("nafta-2018/certification.json"))
        story.certifications["nafta-2018"] = producer.bring_in_certification(subject, importer_did=importer.did)
        story.invoices["nafta-2018"] = producer.issue_invoice(
            world.read("nafta-2018/invoice-2018-0917.csv"), importer_did=importer.did
        )
        world.settle()
    draft = broker.draft_entry(
        importer_did=importer.did,
        invoices=[story.invoices["nafta-2018"].document_id],
    )
    for pointer in ("/importDate", "/entryDate", "/summaryDate"):
        broker.set_field(draft, pointer, ENTERED_IN_2018)
    found = {finding.code: finding for finding in broker.findings(draft)}
    for code, finding in found.items():
        telling.show(f"{finding.severity} {code}: {finding.explain()}")
    story.facts["codes of the audit of 2018"] = sorted(found)


def _key_arrival(broker: Actor, draft: str) -> None:
    """When the goods arrived no document says yet: the two fields that a person keys."""
    for pointer, day in (("/importDate", today() - timedelta(days=1)), ("/entryDate", today())):
        broker.set_field(draft, pointer, day.isoformat())


def _wait_for_page(actor: Actor, document_id: str) -> EntryPage:
    """The entry as the member sees it, as soon as it does."""

    def look() -> EntryPage | None:
        try:
            return actor.show_entry(document_id)
        except EntryUnknown:
            return None

    return _wait_for(look)


def _wait_for(look: Callable[[], T | None]) -> T:
    """What a member sees, as soon as it sees something: another one's act reaches it a block later."""
    deadline = time.monotonic() + SEEN_WITHIN_S
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing was seen after {SEEN_WITHIN_S:g} s")
        time.sleep(0.005)
    return found
