"""Nodes that are killed, and what must hold of them afterwards.

A `Nursery` is a process that forks node processes (`faults/node_child.py`), each with a `Life` to live: under which
load, on which folder, to be killed where. `Aftermath` is that folder opened again in the process of the test: it
settles what the dead left under way and holds it to the promises of DESIGN rule 6.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from transire.demo import world as demo
from transire.demo.story import Story, grant_power, import_once, sign_once
from transire.demo.telling import Telling
from transire.demo.world import Actor, World
from transire.desk.persons import list_accounts
from transire.ledger.verify import verify_receipt
from transire.node.doctor import examine
from transire.node.node import NewMember, Node
from transire.node.rebuilding import rebuilt_digest, records_digest
from transire.node.receipts import statement_receipt
from transire.node.tenant import Tenant
from transire.vault import acts, journal, outbox
from transire.vault.tables import acts as act_rows
from transire.vault.tables import documents, pools, statements
from transire.vault.tables import outbox as outbox_rows

CHILD: Final = Path(__file__).parent / "faults" / "node_child.py"
LONG_S: Final = 60.0
"""Longer than anything here takes on a machine that ten others use as well."""
RECEIPTS: Final = 60
"""Of so many acts, the latest, receipts are checked after each crash; they were of others after the crash before."""
DELIVERED: Final = "document.delivered/1"
DISK: Final = "disk"
"""The doctor's word on free space is about this machine, not about the node."""


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """Where a process kills itself: a function ("module:Class.function") entered or left, or a step of a commit.

    With the edge "fails" it is not killed: from then on that function finds the disk full.
    """

    place: str
    edge: str
    number: int = 1


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What a node process is to do. The load ends after so many acts in all, or failures, and the node closes.

    `clock_s`: by how many seconds its clocks are wrong, one after the other, half a second each, the last for good.
    """

    home: str
    said: str
    load: Sequence[str] = ()
    seed: int = 0
    acts: int = 1_000_000
    failures: int = 1_000_000
    settles: bool = True
    kill: Kill | None = None
    clock_s: Sequence[int] = (0,)
    map_bytes: int | None = None


class Nursery:
    """Lets one node process live at a time."""

    def __init__(self, *wrapper: str) -> None:
        self._process = subprocess.Popen(
            [*wrapper, sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def greet(self) -> None:
        """Wait until the nursery is there: what wraps it has done its work."""
        self._write("greet")
        self._answer("hello")

    def live(self, life: Life) -> int:
        """Let a node live until it ends or kills itself; returns its signal, negative, or its exit status."""
        self.begin(life)
        return self.end()

    def begin(self, life: Life) -> int:
        """Begin a life and return its process id; `end` must follow."""
        self._write(json.dumps(msgspec.to_builtins(life)))
        return int(self._answer("pid"))

    def end(self) -> int:
        """Wait until the life that was begun has ended."""
        return os.waitstatus_to_exitcode(int(self._answer("ended")))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LONG_S)
        self._process.stdout.close()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _answer(self, word: str) -> str:
        assert self._process.stdout is not None
        said, _, rest = self._process.stdout.readline().rstrip("\n").partition(" ")
        assert said == word, f"expected {word}, the nursery said {said!r}"
        return rest


class Place:
    """A node's folder, and what its processes said. `seen_as`: that folder as the processes see it."""

    def __init__(
        self, folder: Path, template: Path, *, said_in: Path | None = None, seen_as: Path | None = None
    ) -> None:
        self.home = folder / "node"
        self.said_in = said_in or folder / "said"
        self._seen_as = (seen_as or folder) / "node"
        folder.mkdir(exist_ok=True)
        shutil.copytree(template / "node", self.home)

    def life(self, **facts: Any) -> Life:
        return Life(home=str(self._seen_as), said=str(self.said_in), **facts)

    def said(self, *acts: str) -> list[dict[str, Any]]:
        """What was said, of these acts or all; a last line that the kill cut off was not said."""
        if not self.said_in.exists():
            return []
        lines = self.said_in.read_bytes().split(b"\n")[:-1]
        found = [json.loads(line) for line in lines]
        return [one for one in found if not acts or one["act"] in acts]

    def wait_until_said(self, act: str, number: int = 1) -> None:
        deadline = time.monotonic() + LONG_S
        while len(self.said(act)) < number:
            assert time.monotonic() < deadline, f"never said {act}:\n{self.log()}"
            time.sleep(0.005)

    def log(self) -> str:
        """The last words that processes here wrote to standard output and error."""
        path = Path(f"{self.said_in}.log")
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    @contextmanager
    def aftermath(self) -> Iterator[Aftermath]:
        """The node opened in this process, running and settled."""
        world = open_world(self.home)
        with world.node as node:
            node.settle(LONG_S)
            yield Aftermath(world, self.said())

    def check(self) -> None:
        """Start again and hold everything to its promises."""
        with self.aftermath() as after:
            after.check()
            after.check_records()
            after.check_receipts()


class Aftermath:
    """A world after a crash, settled, and what had been acknowledged in it."""

    def __init__(self, world: World, said: list[dict[str, Any]]) -> None:
        self.world = world
        self.node = world.node
        self.said = said

    def check(self) -> None:
        self.check_ledger()
        for tenant in self.node.tenants.values():
            self.check_nothing_under_way(tenant)
            self.check_deliveries(tenant)
        for one in self.said:
            ACKNOWLEDGED.get(one["act"], lambda after, said: None)(self, one)

    def check_ledger(self) -> None:
        """No action twice, and each member's witnessed pools are those of its journal: none twice, none unknown."""
        outcomes = [outcome for block in self.node.engine.events(1) for outcome in block.outcomes]
        ids = [outcome.action_id for outcome in outcomes]
        assert len(ids) == len(set(ids)), "an action was applied twice"
        events = [event for outcome in outcomes for event in outcome.events]
        ended = [(event["by"], event["version"]) for event in events if event["event"] == "ended"]
        assert len(ended) == len(set(ended))
        for tenant in self.node.tenants.values():
            on_ledger = [e["pool"] for e in events if e["event"] == "witnessed" and e["by"] == tenant.did]
            assert sorted(on_ledger) == sorted(own_pools(tenant)), f"{tenant.slug}: ledger and journal disagree"

    def check_nothing_under_way(self, tenant: Tenant) -> None:
        with tenant.database.reading() as view:
            states = Counter(view.execute(sa.select(statements.c.state)).scalars())
            assert set(states) <= {journal.ACCEPTED}, f"{tenant.slug}: {states}"
            rows = Counter(view.execute(sa.select(outbox_rows.c.state)).scalars())
            assert set(rows) <= {outbox.DELIVERED}, f"{tenant.slug}: {rows}"
            done = Counter(view.execute(sa.select(act_rows.c.state)).scalars())
            assert set(done) <= {acts.DONE}, f"{tenant.slug}: {done}"

    def check_deliveries(self, tenant: Tenant) -> None:
        """Every version that came is stated as delivered once, and every statement that was sent is there."""
        with tenant.database.reading() as view:
            found = [one.statement for one in journal.all_accepted(view)]
            came = {(row.issuer, row.commitment) for row in view.execute(sa.select(documents))}
            sent = view.execute(sa.select(outbox_rows.c.recipient, outbox_rows.c.statement)).all()
        bodies = [one.body for one in found if one.kind == DELIVERED and one.by == tenant.did]
        versions = Counter((b["issuer"], b["commitment"]) for b in bodies if "commitment" in b)
        alone = Counter(b["statement"] for b in bodies if "commitment" not in b)
        assert set(versions) == {key for key in came if key[0] != tenant.did}
        assert all(count == 1 for count in (*versions.values(), *alone.values())), f"{tenant.slug}: delivered twice"
        for recipient, statement in sent:
            assert self.tenant_of(recipient).located(statement).statement.id == statement

    def check_records(self) -> None:
        """The records are what a rebuild would make of journal, vault and ledger."""
        for tenant in self.node.tenants.values():
            assert records_digest(tenant) == rebuilt_digest(tenant), f"{tenant.slug}: records differ from a rebuild"

    def check_receipts(self) -> None:
        """Every acknowledged statement has a receipt that a stranger believes."""
        network = self.node.home.network.read_bytes()
        for one in self.said[-RECEIPTS:]:
            if "statement" in one:
                receipt = statement_receipt(self.node.tenant(one["by"]), one["statement"])
                assert verify_receipt(receipt, network).holds

    def check_stated(self, one: Mapping[str, Any]) -> None:
        place = self.node.tenant(one["by"]).located(one["statement"]).place
        for slug in one["to"]:
            tenant = self.node.tenant(slug)
            assert tenant.located(one["statement"]).place == place
            if "document" in one:
                with tenant.database.reading() as view:
                    assert tenant.vault.open(view, one["document"]).credential is not None

    def check_ended(self, one: Mapping[str, Any]) -> None:
        did = self.node.tenant(one["by"]).did
        assert self.node.engine.state(f"ended/{did}/{one['version']}") is not None, "an ending was lost"

    def check_drafted(self, one: Mapping[str, Any]) -> None:
        """What was saved last is what is there, or something later that nobody was told of."""
        from fault_load import content_of

        tenant = self.node.tenant(one["by"])
        with tenant.database.reading() as view:
            from transire.desk.drafts import find_draft

            found = find_draft(view, one["draft"])
        assert found.version >= one["version"]
        if found.version == one["version"]:
            assert content_of(found) == one["content"]

    def check_joined(self, one: Mapping[str, Any]) -> None:
        assert self.node.tenant(one["by"]).did == one["did"]
        assert self.node.engine.member(one["did"]) is not None

    def host_the_rest(self) -> None:
        """Host those whose joining was cut off, again; each of them can act."""
        for slug in sorted(path.name for path in (self.node.home.path / "members").iterdir()):
            if slug not in self.node.tenants:
                member = NewMember(slug, f"Trader {slug}", ("importer",))
                joined = self.node.add_member(member, registrar=self.node.tenant("customs"))
                body = {"statement": "A" * 43, "recipient": joined.did, "envelope": "A" * 43}
                with joined.transaction() as tx:
                    joined.state(tx, None, "document.held/1", body, about=["A" * 43])

    def tenant_of(self, did: str) -> Tenant:
        return next(tenant for tenant in self.node.tenants.values() if tenant.did == did)


ACKNOWLEDGED: Final[Mapping[str, Callable[[Aftermath, Mapping[str, Any]], None]]] = {
    "stated": Aftermath.check_stated,
    "ended": Aftermath.check_ended,
    "drafted": Aftermath.check_drafted,
    "joined": Aftermath.check_joined,
}


def own_pools(tenant: Tenant) -> list[str]:
    with tenant.database.reading() as view:
        query = sa.select(pools.c.pool).where(pools.c.by == tenant.did, pools.c.state == journal.ACCEPTED)
        return list(view.execute(query).scalars())


def check_doctor(home: Path) -> None:
    """`transire doctor --deep` finds nothing: roots, journal, documents, and records equal to a rebuild."""
    found = [(one.name, one.complaints) for one in examine(home, deep=True) if one.name != DISK and not one.healthy]
    assert found == []


def open_world(home: Path) -> World:
    """The world of the examples in a folder where it was made before; not running yet."""
    parties = json.loads((demo.examples_folder() / "parties.json").read_text(encoding="utf-8"))["parties"]
    node = Node.open(home)
    by_slug = {entry["slug"]: entry for entry in parties}
    actors = {slug: Actor(node.tenant(slug), _only_person(node.tenant(slug))) for slug in by_slug}
    return World(node, actors, by_slug, demo.examples_folder())


def _only_person(tenant: Tenant) -> Any:
    with tenant.database.reading() as view:
        return list_accounts(view)[0].person


def make_papers_world(folder: Path) -> None:
    """Five members who have nothing but one another."""
    demo.make_world(folder, port=8400).node.close()


def make_trade_world(folder: Path) -> None:
    """The five in the midst of their trade: products imported, certifications signed, a power of attorney granted."""
    world = demo.make_world(folder, port=8400)
    try:
        telling, story = Telling(), Story()
        for step in (import_once, sign_once, grant_power):
            step(world, telling, story)
        world.node.settle(LONG_S)
    finally:
        world.node.close()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
