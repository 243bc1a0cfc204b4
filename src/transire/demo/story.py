"""The seven steps of the demo, each an act that a person could do in the portal or through the API.

Nothing here knows more than its actors do: every step calls the services of the procedures as one of the five members,
and reads what that member holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from transire.demo.telling import Telling
from transire.demo.world import World
from transire.node.tenant import Issued
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import service as power

PRODUCERS = {"bajio": "mx-producer", "valle": "cr-producer"}
"""Each producer's folder of example files."""

SHIPPED_AT_ONCE = ("BV-CP200", "BV-CF132", "BV-TK1100", "BV-RH019", "BV-PL120")
SHIPPED_LATER = ("BV-SB075", "BV-MS300", "BV-WF400", "BV-HC020", "BV-EL050", "BV-CR600")
"""The Mexican producer certifies in two blankets, as its two plants would; a control panel is in neither."""


@dataclass
class Story:
    """What the steps hand on to one another, and what ends up in `story.json`."""

    certifications: dict[str, Issued] = field(default_factory=dict)
    invoices: dict[str, Issued] = field(default_factory=dict)
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
            telling.say(f"  {report.added} goods added, {report.materials} materials")
            story.facts[f"products of {slug}"] = report.added


def sign_once(world: World, telling: Telling, story: Story) -> None:
    """Each producer's official signs a blanket certification; the cost sheet goes to customs alone."""
    today = date.today()  # noqa: DTZ011 - the day on the producer's wall
    blanket = (today - timedelta(days=30), today + timedelta(days=334))
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
        with telling.timed("delivered to importer and customs, cost sheets to customs only"):
            world.node.settle()


def grant_power(world: World, telling: Telling, story: Story) -> None:
    """The importer empowers its broker: from now on the broker is given what entries are drafted from."""
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    today = date.today()  # noqa: DTZ011 - the day on the importer's wall
    with telling.timed(f"{importer.tenant.name} grants a power of attorney to {broker.tenant.name}"):
        power.grant_authority(
            importer.tenant,
            importer.person,
            broker_did=broker.did,
            broker=world.party_of("gateway"),
            filer_code=world.entries["gateway"].get("filerCode"),
            valid=(today, today + timedelta(days=365)),
        )
        world.node.settle()
