"""The seven steps of the demo, each an act that a person could do in the portal or through the API.

Nothing here knows more than its actors do: every step calls the services of the procedures as one of the five members,
and reads what that member holds.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from transire.demo.telling import Telling
from transire.demo.world import Actor, World, today
from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.errors import EntryRefused, EntryUnknown
from transire.procedures.entry_summary.views import EntryPage
from transire.procedures.findings import errors_among
from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_determination import service as determination
from transire.procedures.power_of_attorney import service as power

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
PAGE_WITHIN_S = 30.0
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


def import_once(world: World, telling: Telling, story: Story) -> None:
    """Products and bills of material come in as the producers' own systems export them."""
    with telling.step(1, "Import once"):
        for slug, folder in PRODUCERS.items():
            actor = world.actors[slug]
            with telling.timed(f"{actor.tenant.name}: products.csv, materials.csv"):
                report = origin.import_products(
                    actor.tenant,
                    actor.person,
                    world.read(f"{folder}/products.csv"),
                    world.read(f"{folder}/materials.csv"),
                )
            telling.say(f"  {len(report.added)} goods, {report.materials} materials")
            story.facts[f"products of {slug}"] = len(report.added)
        for slug, agreement in DETERMINED_UNDER.items():
            determine_origin(world, telling, story, slug, agreement)
        with telling.timed("determinations delivered to customs alone"):
            world.node.settle()


def determine_origin(world: World, telling: Telling, story: Story, slug: str, agreement: str) -> None:
    """The engine says of each product whether it originates; the answer is kept, signed, for customs to see."""
    actor, goods = world.actors[slug], world.goods_of(slug)
    with telling.timed(f"{actor.person.name} has {len(goods)} goods determined under {agreement}"):
        made = determination.determine_origin(actor.tenant, actor.person, goods, agreement)
    outcomes = {
        number: determination.show_origin(actor.tenant, actor.person, number, agreement).answer for number in goods
    }
    story.determinations |= made.issued
    for word in ("originating", "not_originating", "undetermined"):
        found = [number for number, answer in outcomes.items() if answer.outcome == word]
        if found:
            telling.say(
                f"  {len(found)} {word.replace('_', ' ')}" + (f": {', '.join(found)}" if len(found) < 4 else "")
            )
        story.facts[f"{word} of {slug}"] = len(found)
    for number, answer in outcomes.items():
        for missing in answer.missing:
            telling.show(f"{number}: missing {missing.fact}: {missing.why}")


def sign_once(world: World, telling: Telling, story: Story) -> None:
    """Each producer's official signs a blanket certification; the cost sheet goes to customs alone."""
    blanket = (today() - timedelta(days=30), today() + timedelta(days=334))
    importer = world.actors["riogrande"]
    wanted = {
        "usmca-1": ("bajio", "usmca", SHIPPED_AT_ONCE),
        "usmca-2": ("bajio", "usmca", SHIPPED_LATER),
        "cafta-dr": ("valle", "cafta_dr", tuple(world.goods_of("valle"))),
    }
    with telling.step(2, "Sign once"):
        for name, (slug, agreement, goods) in wanted.items():
            actor = world.actors[slug]
            with telling.timed(f"{actor.person.name} signs {name}: {len(goods)} goods, {blanket[0]} to {blanket[1]}"):
                draft = origin.draft_certification(
                    actor.tenant,
                    actor.person,
                    agreement=agreement,
                    importer_did=importer.did,
                    importer=world.party_of("riogrande"),
                    goods=goods,
                    blanket=blanket,
                )
                story.certifications[name] = origin.sign_certification(actor.tenant, actor.person, draft)
            taken = origin.show_draft(actor.tenant, actor.person, draft).sources.values()
            from_determinations = sum(1 for source in taken if source.origin == "document")
            telling.say(f"  {from_determinations} fields of it from determinations, criterion and rule of each good")
        with telling.timed("delivered to importer and customs, cost sheets to customs only"):
            world.node.settle()


def grant_power(world: World, telling: Telling, story: Story) -> None:
    """The importer empowers its broker: from now on the broker is given what entries are drafted from."""
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    with telling.timed(f"{importer.tenant.name} grants a power of attorney to {broker.tenant.name}"):
        power.grant_authority(
            importer.tenant,
            importer.person,
            broker_did=broker.did,
            broker=world.party_of("gateway"),
            filer_code=world.entries["gateway"].get("filerCode"),
            valid=(today(), today() + timedelta(days=365)),
        )
        world.node.settle()


def draft_not_key(world: World, telling: Telling, story: Story) -> None:
    """The exporters' invoices come in; the broker's entries are drafted from them and from the certifications."""
    broker, importer = world.actors["gateway"], world.actors["riogrande"]
    with telling.step(3, "Draft, not key"):
        grant_power(world, telling, story)
        for name, slug, file in INVOICES:
            seller = world.actors[slug]
            with telling.timed(f"{seller.tenant.name} issues {file}"):
                story.invoices[name] = entry.issue_invoice(
                    seller.tenant,
                    seller.person,
                    world.read_of_this_week(f"{PRODUCERS[slug]}/{file}"),
                    importer_did=importer.did,
                )
        world.node.settle()
        for name, _, _ in INVOICES:
            with telling.timed(f"{broker.tenant.name} drafts the entry of invoice {name}"):
                story.drafts[name] = entry.draft_entry(
                    broker.tenant,
                    broker.person,
                    importer_did=importer.did,
                    invoices=[story.invoices[name].document_id],
                )
            page = entry.show_draft(broker.tenant, broker.person, story.drafts[name])
            telling.say(f"  {page.filled} fields filled from the documents held, {page.keyed} keyed")


def errors_before_filing(world: World, telling: Telling, story: Story) -> None:
    """One entry is refused before it is filed, mended at its source, and filed; another passes at once."""
    broker, producer, importer = (world.actors[slug] for slug in ("gateway", "bajio", "riogrande"))
    with telling.step(4, "Errors before filing"):
        try:
            entry.file_entry(broker.tenant, broker.person, story.drafts["usmca"])
        except EntryRefused as refusal:
            telling.say(f"{broker.tenant.name} files the entry of invoice usmca: refused")
            for finding in errors_among(refusal.findings):
                telling.show(f"{finding.code} at {finding.where}: {finding.explain()}")
            story.facts["codes before filing"] = sorted({finding.code for finding in refusal.findings})
        with telling.timed(f"{producer.tenant.name} corrects its invoice; holders get the new version"):
            story.invoices["usmca"] = entry.issue_invoice(
                producer.tenant, producer.person, world.read_of_this_week(CORRECTED_INVOICE), importer_did=importer.did
            )
            world.node.settle()
        entry.discard_draft(broker.tenant, broker.person, story.drafts["usmca"])
        story.drafts["usmca"] = entry.draft_entry(
            broker.tenant, broker.person, importer_did=importer.did, invoices=[story.invoices["usmca"].document_id]
        )
        for name in FILED:
            _key_arrival(broker, story.drafts[name])
            page = entry.show_draft(broker.tenant, broker.person, story.drafts[name])
            telling.say(f"{name}: the day of arrival is keyed: {page.keyed} of {page.filled} fields, none twice")
            story.facts[f"fields of {name}"] = {"filled": page.filled, "keyed": page.keyed}
            with telling.timed(f"{broker.tenant.name} files the entry of invoice {name}"):
                story.entries[name] = entry.file_entry(broker.tenant, broker.person, story.drafts[name])
            for finding in entry.check_draft(broker.tenant, story.drafts[name]):
                telling.show(f"{finding.severity} {finding.code}: {finding.explain()}")


def customs_sees(world: World, telling: Telling, story: Story) -> None:
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
        with telling.timed(f"{customs.person.name} accepts the claim of line 1"):
            entry.accept_claim(customs.tenant, customs.person, filed, 1)
        with telling.timed(f"{customs.person.name} asks about line 4"):
            request = entry.ask(customs.tenant, customs.person, filed, 4, QUESTION)
            world.node.settle()
        with telling.timed(f"{broker.tenant.name} answers with the certification it holds"):
            entry.answer(broker.tenant, broker.person, request, ANSWER, [story.certifications["usmca-2"].document_id])
            world.node.settle()
        answered = entry.show_entry(customs.tenant, filed).lines[3].requests[0]
        telling.say(f"  answered by {answered.answers[0].by_name} with evidence, due by {answered.due_by}")
        story.facts["request"] = request


def correct(world: World, telling: Telling, story: Story) -> None:
    """One certification is replaced, another withdrawn: every holder is told, and the entries on them are flagged."""
    producer, other = world.actors["bajio"], world.actors["valle"]
    with telling.step(6, "Correct"):
        first, last = story.certifications["usmca-1"], story.certifications["cafta-dr"]
        with telling.timed(f"{producer.tenant.name} replaces certification usmca-1"):
            story.certifications["usmca-1"] = origin.replace_certification(
                producer.tenant,
                producer.person,
                first.document_id,
                {"/goods/0/description": BETTER_DESCRIPTION},
                reason="The description now names the series",
            )
        with telling.timed(f"{other.tenant.name} withdraws certification cafta-dr"):
            origin.withdraw_certification(
                other.tenant, other.person, last.document_id, "A supplier's declaration of origin proved wrong"
            )
        world.node.settle()
        for slug in ("gateway", "customs"):
            flagged = entry.list_entries(world.actors[slug].tenant, "flagged")
            telling.say(f"{world.actors[slug].tenant.name}: {len(flagged.rows)} entry flagged")
            story.facts[f"flagged at {slug}"] = [row.entry_number for row in flagged.rows]


def audit_of_2018(world: World, telling: Telling, story: Story) -> None:
    """A NAFTA certification of 2018 is brought in for an audit: the ledger proves nothing about the time before."""
    producer, importer, broker = (world.actors[slug] for slug in ("bajio", "riogrande", "gateway"))
    with telling.timed("a NAFTA certification of 2018 is brought in for an audit"):
        subject = json.loads(world.read("nafta-2018/certification.json"))
        story.certifications["nafta-2018"] = origin.bring_in_certification(
            producer.tenant, producer.person, subject, importer_did=importer.did
        )
        story.invoices["nafta-2018"] = entry.issue_invoice(
            producer.tenant, producer.person, world.read("nafta-2018/invoice-2018-0917.csv"), importer_did=importer.did
        )
        world.node.settle()
    draft = entry.draft_entry(
        broker.tenant,
        broker.person,
        importer_did=importer.did,
        invoices=[story.invoices["nafta-2018"].document_id],
    )
    for pointer in ("/importDate", "/entryDate", "/summaryDate"):
        entry.set_field(broker.tenant, broker.person, draft, pointer, ENTERED_IN_2018)
    found = {finding.code: finding for finding in entry.check_draft(broker.tenant, draft)}
    for code, finding in found.items():
        telling.show(f"{finding.severity} {code}: {finding.explain()}")
    story.facts["codes of the audit of 2018"] = sorted(found)


def _key_arrival(broker: Actor, draft: str) -> None:
    """When the goods arrived no document says yet: the two fields that a person keys."""
    for pointer, day in (("/importDate", today() - timedelta(days=1)), ("/entryDate", today())):
        entry.set_field(broker.tenant, broker.person, draft, pointer, day.isoformat())


def _wait_for_page(actor: Actor, document_id: str) -> EntryPage:
    """The entry as the member sees it, as soon as it does."""
    deadline = time.monotonic() + PAGE_WITHIN_S
    while True:
        try:
            return entry.show_entry(actor.tenant, document_id)
        except EntryUnknown:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
