"""The network: its members, its latest blocks as a small picture, the proposals that its governors vote on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import Response

from transire.api import changes, governing, network, proofs
from transire.crypto.canonical import canonical_bytes, parse_json
from transire.crypto.did import did_key
from transire.ledger.parameters import PARAMETERS
from transire.node.enrolment import CUSTODIAN_KEY
from transire.portal.errors import FieldUnsuitable
from transire.portal.forms import Form
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

if TYPE_CHECKING:
    from transire.api.network import BlockLine

PAGES = Pages(
    Place("/network", N_("Network"), N_("Organisation"), "network.read"),
    told={
        "proposed": N_("The proposal is open, with your approval."),
        "approved": N_("Your approval is on the ledger."),
        "enrolled": N_("The member is enrolled, and can act from the next block on."),
        "suspended": N_("The member is suspended: nothing that it signs enters the ledger."),
        "readmitted": N_("The member can act again from the next block on."),
    },
)

MOST = 999_999_999
"""The largest number that a form takes."""
LARGEST_FORM = 64 * 1024
"""An enrolment or a change is smaller than an action may be."""

STEP, TALL, BASE = 34, 66, 84
"""Of the picture of blocks, in user units: from block to block, the tallest bar, the ground line."""
BLOCKS_DRAWN = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One block in the picture."""

    block: BlockLine
    x: int
    y: int
    height: int


@PAGES.get("/network", operation="network.read")
def show_network(visit: Visit) -> Response:
    """Everything that every member sees."""
    hosted = frozenset(tenant.did for tenant in visit.portal.node.tenants.values())
    view = network.show_network(visit.tenant, visit.actor, hosted)
    custodian = did_key(visit.portal.node.keys.signing_key(CUSTODIAN_KEY).public)
    names = {member.did: member.name for member in view.members}
    keepers = {
        did: visit.say(N_("node of %(organisation)s")) % {"organisation": name} for did, name in keepers_of(view)
    }
    return visit.show(
        "network.html",
        network=view,
        bars=draw(view.blocks[:BLOCKS_DRAWN]),
        names=names,
        keepers=keepers | {custodian: visit.say(N_("this node"))},
        said={each.id: sentence(visit, changes.change_words(each.change, names)) for each in view.proposals},
        step=STEP,
        base=BASE,
        registers=visit.tenant.did in network.office_holders(visit.tenant.engine, "registrar", view.height + 1),
    )


@PAGES.get("/network/propose", operation="network.govern")
def show_propose(visit: Visit) -> Response:
    """A form for each kind of change."""
    members = network.list_members(visit.tenant, visit.actor)
    numbers = {name: rule for name, rule in PARAMETERS.items() if rule.voted}
    return visit.show(
        "propose.html",
        members=[(member.did, member.name) for member in members],
        offices=[("governor", visit.say(N_("governor"))), ("registrar", visit.say(N_("registrar")))],
        numbers=[
            (name, f"{name} ({changes.parameter_value(visit.tenant, name)}; {rule.least} - {rule.most})")
            for name, rule in numbers.items()
        ],
        height=visit.tenant.engine.height,
    )


def appointed(form: Form) -> dict[str, Any]:
    kind, office = form.one_of("what", ("appoint", "dismiss")), form.one_of("office", ("governor", "registrar"))
    return {"type": kind, "office": office, "member": form.text("member")}


def numbered(form: Form) -> dict[str, Any]:
    value = form.whole("value", least=0, most=MOST)
    return {"type": "parameter", "name": form.one_of("name", tuple(PARAMETERS)), "value": value}


def seated(form: Form) -> dict[str, Any]:
    file = as_object(parse_json(form.file("validator"), limit=LARGEST_FORM), "validator")
    return changes.validator_change(file, form.whole("power", least=0, most=MOST))


def ruled(form: Form) -> dict[str, Any]:
    version, height = form.whole("version", least=1, most=MOST), form.whole("height", least=1, most=MOST)
    return {"type": "rules", "version": version, "height": height}


CHANGES: Final[Mapping[str, Callable[[Form], dict[str, Any]]]] = {
    "office": appointed,
    "parameter": numbered,
    "validator": seated,
    "rules": ruled,
}
"""The change that each form of the page stands for."""


@PAGES.post("/network/proposals/check", operation="network.govern", again=show_propose)
def check_proposal(visit: Visit) -> Response:
    """What a change would do, and a button that proposes it."""
    change = CHANGES[visit.form.one_of("kind", tuple(CHANGES))](visit.form)
    step = governing.proposing(change)
    carried = ("change", change)
    return asked_once_more(
        visit, step, N_("Propose this change?"), N_("Propose"), "/network/proposals", carried=carried
    )


@PAGES.post("/network/proposals", operation="network.govern", again=show_network)
def propose_change(visit: Visit) -> Response:
    """Open a vote; the change is written as the ledger has it."""
    change = parse_json(visit.form.text("change").encode(), limit=LARGEST_FORM)
    governing.take(visit.tenant, visit.actor, governing.proposing(as_object(change, "change")))
    return visit.go("/network", told="proposed")


@PAGES.post("/network/proposals/{proposal_id}/approve", operation="network.govern", again=show_network)
def approve_proposal(visit: Visit) -> Response:
    """Approve an open proposal."""
    governing.take(visit.tenant, visit.actor, governing.approving(visit.named("proposal_id")))
    return visit.go("/network", told="approved")


@PAGES.post("/network/members/check", operation="network.enrol", again=show_network)
def check_enrolment(visit: Visit) -> Response:
    """Who would be entered, and a button that does it."""
    enrolment = as_object(parse_json(visit.form.file("enrolment"), limit=LARGEST_FORM), "enrolment")
    step = governing.enrolling(enrolment)
    facts = [(N_("Member"), str(enrolment["did"])), (N_("Roles"), ", ".join(enrolment["roles"]))]
    carried = ("enrolment", enrolment)
    return asked_once_more(
        visit, step, N_("Enrol this member?"), N_("Enrol"), "/network/members", carried=carried, facts=facts
    )


@PAGES.post("/network/members", operation="network.enrol", again=show_network)
def enrol_member(visit: Visit) -> Response:
    """Enter a member whose node sent its enrolment."""
    enrolment = parse_json(visit.form.text("enrolment").encode(), limit=LARGEST_FORM)
    governing.take(visit.tenant, visit.actor, governing.enrolling(as_object(enrolment, "enrolment")))
    return visit.go("/network", told="enrolled")


@PAGES.get("/network/members/{did}/suspend", operation="network.enrol")
def check_suspension(visit: Visit) -> Response:
    """What it would mean, and a button that does it."""
    did = visit.named("did")
    to = f"/network/members/{quote(did, safe='')}/suspend"
    return asked_once_more(visit, governing.suspending(did), N_("Suspend this member?"), N_("Suspend"), to)


@PAGES.get("/network/members/{did}/readmit", operation="network.enrol")
def check_readmission(visit: Visit) -> Response:
    """What it would mean, and a button that does it."""
    did = visit.named("did")
    to = f"/network/members/{quote(did, safe='')}/readmit"
    return asked_once_more(visit, governing.readmitting(did), N_("Let this member act again?"), N_("Readmit"), to)


@PAGES.post("/network/members/{did}/suspend", operation="network.enrol", again=show_network)
def suspend_member(visit: Visit) -> Response:
    """Suspend a member."""
    governing.take(visit.tenant, visit.actor, governing.suspending(visit.named("did")))
    return visit.go("/network", told="suspended")


@PAGES.post("/network/members/{did}/readmit", operation="network.enrol", again=show_network)
def readmit_member(visit: Visit) -> Response:
    """Let a suspended member act again."""
    governing.take(visit.tenant, visit.actor, governing.readmitting(visit.named("did")))
    return visit.go("/network", told="readmitted")


@PAGES.get("/network.json", operation="network.read")
def download_trust_root(visit: Visit) -> Response:
    """The file that an offline verifier trusts; that of an earlier network for the receipts of before a restore."""
    headers = {"Content-Disposition": 'attachment; filename="network.json"'}
    content = proofs.trust_root(visit.tenant, visit.asked("network") or None)
    return Response(content, media_type="application/json", headers=headers)


def asked_once_more(
    visit: Visit,
    step: governing.Step,
    title: str,
    button: str,
    to: str,
    *,
    carried: tuple[str, dict[str, Any]] | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> Response:
    """The page between a form and the act: what the ledger's rules say of it, before anything is signed."""
    said = [sentence(visit, each) for each in governing.check(visit.tenant, visit.actor, step)]
    return visit.show(
        "confirm.html",
        title=visit.say(title),
        button=visit.say(button),
        to=to,
        hidden=None if carried is None else (carried[0], canonical_bytes(carried[1]).decode()),
        said=said,
        facts=[(visit.say(name), value) for name, value in facts],
    )


def sentence(visit: Visit, said: changes.Saying) -> str:
    """In the language of the person who is asked."""
    return visit.say(said.sentence) % said.values


def keepers_of(view: network.NetworkView) -> Iterator[tuple[str, str]]:
    """Custodians that no member is, each with the name of the organisation whose node it is.

    A node's custodian key is on the ledger, its owner is not said there. But a member that operates a validator keeps
    its own keys on its own node: where one such member alone has its keys with a custodian, the node is that member's.
    """
    operators = {line.operator for line in view.signing}
    at_node: dict[str, list[str]] = {}
    for member in view.members:
        if member.did in operators:
            for did in member.custodians:
                at_node.setdefault(did, []).append(member.name)
    yield from ((did, names[0]) for did, names in at_node.items() if len(names) == 1)


def as_object(value: object, where: str) -> dict[str, Any]:
    """What was sent as JSON, as an object."""
    if not isinstance(value, dict):
        raise FieldUnsuitable(got=str(value)[:80], expected="a JSON object", where=where)
    return value


def draw(blocks: Sequence[BlockLine]) -> list[Bar]:
    """Blocks as bars, the oldest first; a bar's height is the number of actions, an empty block a flat stone."""
    most = max((block.actions for block in blocks), default=0)
    bars = []
    for place, block in enumerate(reversed(blocks)):
        height = 6 if block.actions == 0 else 12 + (TALL - 12) * block.actions // max(most, 4)
        bars.append(Bar(block, place * STEP, BASE - height, height))
    return bars
