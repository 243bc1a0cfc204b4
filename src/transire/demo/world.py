"""The world of the demo: one node with five members, their persons and particulars, from `examples/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from transire.demo.hosted import HostedActor
from transire.demo.stage import Stage, examples_folder, party_entries
from transire.desk.particulars import Particulars, write_particulars
from transire.desk.person import Person, Role
from transire.desk.persons import add_person
from transire.desk.products import list_products
from transire.desk.sign_in_links import create_sign_in_link
from transire.documents.parties import Party, SigningOfficial
from transire.node.home import write_new_secret
from transire.node.node import NewMember, Node
from transire.node.settings import NodeSettings
from transire.node.tenant import Tenant

NETWORK = "transire-demo"
FOUNDER = "customs"
WORLD = frozenset({"node", "secret"})
"""What stands in the folder of a world."""

TRADER_ROLES = (Role.ADMINISTRATOR, Role.PREPARER, Role.SIGNING_OFFICIAL)
OFFICE_ROLES = (Role.ADMINISTRATOR, Role.OFFICER, Role.SUPERVISOR)


Actor = HostedActor


@dataclass(frozen=True)
class World(Stage):
    """The node, and the five actors by their slugs."""

    node: Node
    actors: dict[str, HostedActor]
    entries: dict[str, dict[str, Any]]
    examples: Path

    @property
    def network(self) -> str:
        return self.node.engine.network

    @property
    def height(self) -> int:
        return self.node.engine.height

    @property
    def trust_root(self) -> bytes:
        return self.node.home.network.read_bytes()

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        self.node.settle()

    def goods_of(self, slug: str) -> list[str]:
        """The numbers of all products in a member's master."""
        with self.actors[slug].tenant.database.reading() as view:
            return [line.number for line in list_products(view)]

    def sign_in_links(self) -> dict[str, str]:
        """One link for each member; each signs in once, without a password."""
        links = {}
        for slug, actor in self.actors.items():
            with actor.tenant.transaction() as tx:
                token = create_sign_in_link(tx, actor.person.id, now=actor.tenant.now(), production=False)
            links[slug] = f"{self.node.settings.origin}/m/{slug}/enter/{token}"
        return links


def make_world(folder: Path, *, port: int) -> World:
    """A new node in an empty folder, running, with all five members enrolled."""
    by_slug = party_entries()
    write_new_secret(folder / "secret")
    settings = NodeSettings(profile="demo", port=port, secret_file=str(folder / "secret"))
    founder = _member(by_slug[FOUNDER])
    node = Node.create(folder / "node", settings, network=NETWORK, founder=founder, keys_cost="test").start()
    registrar = node.tenant(FOUNDER)
    for slug, entry in by_slug.items():
        if slug != FOUNDER:
            node.add_member(_member(entry), registrar=registrar)
    actors = {
        slug: HostedActor(
            node.tenant(slug),
            enter_particulars(node.tenant(slug), entry, customs=None if slug == FOUNDER else registrar.did),
        )
        for slug, entry in by_slug.items()
    }
    return World(node, actors, by_slug, examples_folder())


def _member(entry: dict[str, Any]) -> NewMember:
    return NewMember(entry["slug"], entry["party"]["name"], tuple(entry["roles"]))


def enter_particulars(tenant: Tenant, entry: Mapping[str, Any], *, customs: str | None) -> Person:
    """Enter the member's person and particulars: what an administrator does once, on the first day."""
    particulars = Particulars(
        party=msgspec.convert(entry["party"], Party),
        official=(official := msgspec.convert(entry["signingOfficial"], SigningOfficial)),
        importer_number=entry.get("importerNumber"),
        principal_kind=entry.get("principalKind"),
        organized_under=entry.get("organizedUnder"),
        filer_code=entry.get("filerCode"),
        customs=customs,
    )
    with tenant.transaction() as tx:
        person = add_person(
            tx,
            name=official.name,
            login=entry["signingOfficial"]["email"],
            roles=OFFICE_ROLES if "customs" in entry["roles"] else TRADER_ROLES,
            now=tenant.now(),
            language=entry["language"],
        )
        write_particulars(tx, person, particulars, now=tenant.now())
    return person
