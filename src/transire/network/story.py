"""The demo's story on a running network: each organisation acts on its own node, through that node's API.

The same steps as on one node (`demo.story`); only who acts is another: a program at each member's node, which signs
each request with its own key (RFC 9421). Documents travel from node to node; nothing here carries them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from transire.client.connection import Connection, Credentials
from transire.client.errors import NodeRefused
from transire.demo.leaving import leave_proofs
from transire.demo.run import STEPS
from transire.demo.stage import Stage, examples_folder, party_entries
from transire.demo.story import Story
from transire.demo.telling import Telling
from transire.documents.parties import Party
from transire.network.plan import Place, Plan
from transire.node.tenant import Issued
from transire.procedures.entry_summary.draft_views import DraftPage
from transire.procedures.entry_summary.errors import EntryRefused, EntryUnknown
from transire.procedures.entry_summary.views import EntryPage
from transire.procedures.findings import Finding

ACTORS: Final = ("customs", "bajio", "valle", "riogrande", "gateway")
SETTLED_WITHIN_S: Final = 120.0
LOOK_EVERY_S: Final = 0.05
A_TURN_S: Final = 0.5
"""A node that has applied a block follows it within one turn of its beat."""


@dataclass(frozen=True, slots=True)
class DistantActor:
    """A member at a node of its own, reached through its API (`demo.stage.Actor`)."""

    node: Connection
    did: str
    name: str
    person_name: str

    @classmethod
    def at(cls, credentials: Credentials) -> DistantActor:
        """The member for whom these credentials act."""
        node = credentials.connect()
        me = node.get("/me")
        return cls(node, me["member"]["did"], me["member"]["name"], me["person"]["name"])

    def is_busy(self) -> bool:
        """Whether something of this member is still on its way."""
        return any(self.node.get("/under-way").values())

    def import_products(self, products: bytes, materials: bytes) -> tuple[int, int]:
        report = self.node.post("/products/import", files={"products": products, "materials": materials})
        return len(report["added"]), report["materials"]

    def goods(self) -> list[str]:
        return [line["number"] for line in self.node.get("/products", limit=100)["items"]]

    def determine_origin(self, goods: Sequence[str], agreement: str) -> dict[str, Issued]:
        made = self.node.post("/origin/determine", {"agreement": agreement, "products": list(goods)})
        return {number: _issued(issued) for number, issued in made["issued"].items()}

    def outcomes(self, agreement: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {
            row["product"]["number"]: (cell["outcome"], tuple(cell["missing"]))
            for row in self.node.get("/origin", limit=100)["items"]
            for cell in row["cells"]
            if cell["agreement"] == agreement
        }

    def draft_certification(
        self, *, agreement: str, importer_did: str, importer: Party, goods: Sequence[str], blanket: tuple[date, date]
    ) -> str:
        draft = self.node.post(
            "/certification-drafts",
            {
                "agreement": agreement,
                "importer": importer_did,
                "importer_party": msgspec.to_builtins(importer),
                "goods": list(goods),
                "valid_from": blanket[0],
                "valid_until": blanket[1],
            },
        )
        return str(draft["id"])

    def sign_certification(self, draft: str) -> Issued:
        return _issued(self.node.post(f"/certification-drafts/{draft}/sign"))

    def replace_certification(self, document_id: str, changes: Mapping[str, Any], *, reason: str) -> Issued:
        body = {"changes": dict(changes), "reason": reason}
        return _issued(self.node.post(f"/certifications/{document_id}/replace", body))

    def withdraw_certification(self, document_id: str, reason: str) -> None:
        self.node.post(f"/certifications/{document_id}/withdraw", {"reason": reason})

    def bring_in_certification(self, subject: Mapping[str, Any], *, importer_did: str) -> Issued:
        return _issued(self.node.post("/certifications", {"subject": dict(subject), "importer": importer_did}))

    def grant_authority(
        self, *, broker_did: str, broker: Party, filer_code: str | None, valid: tuple[date, date]
    ) -> None:
        body = {
            "broker": broker_did,
            "broker_party": msgspec.to_builtins(broker),
            "valid_from": valid[0],
            "valid_until": valid[1],
        }
        self.node.post("/authorities", body | ({"filer_code": filer_code} if filer_code else {}))

    def issue_invoice(self, content: bytes, *, importer_did: str) -> Issued:
        return _issued(self.node.post("/invoices", {"importer": importer_did}, files={"invoice": content}))

    def draft_entry(self, *, importer_did: str, invoices: Sequence[str]) -> str:
        draft = self.node.post("/entry-drafts", {"importer": importer_did, "invoices": list(invoices)})
        return str(draft["draft_id"])

    def show_draft(self, draft: str) -> DraftPage:
        return msgspec.convert(self.node.get(f"/entry-drafts/{draft}"), DraftPage)

    def findings(self, draft: str) -> list[Finding]:
        page = self.show_draft(draft)
        return [*page.findings, *(finding for line in page.lines for finding in line.findings)]

    def set_field(self, draft: str, pointer: str, value: str) -> None:
        self.node.call("PATCH", f"/entry-drafts/{draft}", body={"pointer": pointer, "value": value})

    def discard_draft(self, draft: str) -> None:
        self.node.call("DELETE", f"/entry-drafts/{draft}")

    def file_entry(self, draft: str) -> Issued:
        try:
            return _issued(self.node.post(f"/entry-drafts/{draft}/file"))
        except NodeRefused as refusal:
            if refusal.refusal != EntryRefused.code:
                raise
            raise EntryRefused(msgspec.convert(refusal.problem["findings"], list[Finding])) from refusal

    def show_entry(self, document_id: str) -> EntryPage:
        try:
            return msgspec.convert(self.node.get(f"/entries/{document_id}"), EntryPage)
        except NodeRefused as refusal:
            if refusal.refusal != EntryUnknown.code:
                raise
            raise EntryUnknown(got=document_id) from refusal

    def accept_claim(self, document_id: str, line: int) -> None:
        self.node.post(f"/entries/{document_id}/lines/{line}/accept", {})

    def ask(self, document_id: str, line: int, question: str) -> str:
        asked = self.node.post(f"/entries/{document_id}/lines/{line}/requests", {"question": question})
        return str(asked["statement_id"])

    def answer(self, request: str, text: str, documents: Sequence[str]) -> None:
        self.node.post(f"/requests/{request}/answers", {"text": text, "documents": list(documents)})

    def flagged(self) -> list[str]:
        return [row["entry_number"] for row in self.node.get("/entries", view="flagged")["items"]]

    def receipt(self, statement_id: str, *, status: bool) -> bytes:
        answered, _, content = self.node.send(
            "GET", f"/receipts/{statement_id}", query={"status": "true" if status else "false"}
        )
        if answered != 200:
            raise NodeRefused(answered, msgspec.json.decode(content))
        return content


class NetworkStage(Stage):
    """The five actors of the story, each at the node where it acts."""

    actors: dict[str, DistantActor]

    def __init__(self, place: Place, plan: Plan) -> None:
        self.actors = {slug: DistantActor.at(Credentials.read(place.credentials(slug))) for slug in ACTORS}
        self.entries = party_entries()
        self.examples = examples_folder()
        self._place = place
        self._nodes = [Connection(node.url) for node in plan.nodes]
        self._cast = list(self.actors.values())

    @property
    def network(self) -> str:
        return str(self._nodes[0].get("/v1/status")["network"])

    @property
    def height(self) -> int:
        return max(self._heights())

    @property
    def trust_root(self) -> bytes:
        return self._place.network.read_bytes()

    def settle(self) -> None:
        """Wait until no member has anything on its way, twice in a row, and all nodes have the same last block."""
        deadline = time.monotonic() + SETTLED_WITHIN_S
        quiet = 0
        while quiet < 2:
            quiet = 0 if any(actor.is_busy() for actor in self._cast) else quiet + 1
            if time.monotonic() > deadline:
                busy = ", ".join(actor.name for actor in self._cast if actor.is_busy())
                raise TimeoutError(f"still on its way after {SETTLED_WITHIN_S:g} s: {busy}")
            time.sleep(LOOK_EVERY_S)
        wanted = max(self._heights())
        while min(self._heights()) < wanted and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)
        time.sleep(A_TURN_S)

    def close(self) -> None:
        """Let go of the connections."""
        for connection in (*self._nodes, *(actor.node for actor in self._cast)):
            connection.close()

    def _heights(self) -> list[int]:
        return [int(node.get("/v1/status")["height"]) for node in self._nodes]


def tell_on(place: Place, plan: Plan, out: Path) -> Story:
    """All seven steps; the proofs are left in `out` and verified there with the trust root alone."""
    telling = Telling()
    telling.headline(f"Transire: {len(plan.nodes)} organisations, a node pair each, one ledger")
    telling.say("A demonstration: made-up organisations on one machine, key stores without protection.")
    out.mkdir(parents=True, exist_ok=True)
    for left in out.glob("*.json"):
        left.unlink()
    stage = NetworkStage(place, plan)
    try:
        telling.say(f"network {stage.network}, at height {stage.height}")
        for slug in ACTORS:
            telling.say(f"{stage.actors[slug].name} acts on the node of {plan.host_of(slug).name}")
        story = Story()
        for step in STEPS:
            step(stage, telling, story)
        leave_proofs(stage, out, telling, story)
        return story
    finally:
        stage.close()


def _issued(answer: Any) -> Issued:
    return msgspec.convert(answer, Issued)
