"""The plan of a network on one machine: which organisations, at which ports, and where each keeps what.

plan.json               this plan
network.json            the trust root
nodes/<slug>/           the home of a node
secrets/<slug>          the secret that unlocks its keys
credentials/<slug>.json for whom a program acts that speaks to the node as this member (`client.Credentials`)
logs/<slug>.log         what the node writes
running/<slug>.json     the process that runs it
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from transire.network.errors import NetworkExists, NetworkMissing, NodeUnknown, PortsTaken

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 8500
P2P_ABOVE: Final = 100
"""A node's port for its peers lies this far above that of its portal."""
MOST_VALIDATORS: Final = 7


class Hosted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member on another organisation's node, and the organisation that enrols it."""

    slug: str
    registrar: str


class PlannedNode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation with a node of its own."""

    slug: str
    name: str
    roles: tuple[str, ...]
    port: int
    registers: bool = False
    hosts: tuple[Hosted, ...] = ()
    validates: bool = True
    node_id: str = ""
    did: str = ""

    @property
    def p2p_port(self) -> int:
        return self.port + P2P_ABOVE

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def peer(self) -> str:
        return f"{self.node_id}@{HOST}:{self.p2p_port}"


FOUNDERS: Final[tuple[dict[str, Any], ...]] = (
    {"slug": "customs", "name": "U.S. Customs, demonstration office", "roles": ("customs",), "registers": True},
    {
        "slug": "aduana",
        "name": "Aduana de México, oficina de demostración",
        "roles": ("customs",),
        "registers": True,
        "hosts": (Hosted("bajio", "aduana"),),
    },
    {
        "slug": "brokers",
        "name": "Border Brokers' Association",
        "roles": ("association",),
        "registers": True,
        # Two registrars: a member may be enrolled by one organisation and hosted by another.
        "hosts": (Hosted("gateway", "brokers"), Hosted("valle", "customs")),
    },
    {"slug": "riogrande", "name": "Rio Grande Industrial and Medical Supply, Inc.", "roles": ("importer",)},
    {"slug": "fisheries", "name": "Fisheries Service, demonstration office", "roles": ("agency",)},
    {"slug": "chamber", "name": "Border Chamber of Commerce", "roles": ("chamber",), "registers": True},
    {"slug": "carrier", "name": "Two Bridges Carriers", "roles": ("carrier",)},
)
"""The organisations in the order in which a larger network takes them in. All are made up."""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network on one machine."""

    name: str
    nodes: tuple[PlannedNode, ...]
    witnesses: tuple[str, ...] = ()
    """Verifier keys of the outside witnesses whose countersignatures every node publishes."""

    @classmethod
    def of(cls, name: str, validators: int, first_port: int, witnesses: Sequence[str] = ()) -> Plan:
        """The plan of a new network with that many organisations."""
        founders = FOUNDERS[:validators]
        nodes = tuple(PlannedNode(port=first_port + place, **one) for place, one in enumerate(founders))
        return cls(name, nodes, tuple(witnesses))

    def node(self, slug: str) -> PlannedNode:
        """The organisation of that name."""
        for node in self.nodes:
            if node.slug == slug:
                return node
        raise NodeUnknown(got=slug, expected=", ".join(node.slug for node in self.nodes))

    def host_of(self, member: str) -> PlannedNode:
        """The organisation on whose node a member acts."""
        for node in self.nodes:
            if member == node.slug or any(member == hosted.slug for hosted in node.hosts):
                return node
        raise NodeUnknown(got=member)


class Place:
    """The folder of a network. Paths, and the plan in it."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()

    @property
    def network(self) -> Path:
        return self.home / "network.json"

    def node(self, slug: str) -> Path:
        return self.home / "nodes" / slug

    def secret(self, slug: str) -> Path:
        return self.home / "secrets" / slug

    def credentials(self, member: str) -> Path:
        return self.home / "credentials" / f"{member}.json"

    def log(self, slug: str) -> Path:
        return self.home / "logs" / f"{slug}.log"

    def running(self, slug: str) -> Path:
        return self.home / "running" / f"{slug}.json"

    @property
    def exists(self) -> bool:
        return (self.home / "plan.json").exists()

    def make(self) -> None:
        """The folders, for their owner alone: everybody's keys are in them. Something else's folder is left alone."""
        if self.home.exists() and any(self.home.iterdir()):
            raise NetworkExists(got="a folder with something else in it", where=str(self.home))
        for name in ("nodes", "secrets", "credentials", "logs", "running"):
            (self.home / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self) -> Plan:
        """The plan of the network that is here."""
        try:
            return msgspec.json.decode((self.home / "plan.json").read_bytes(), type=Plan)
        except (OSError, msgspec.DecodeError) as error:
            raise NetworkMissing(where=str(self.home)) from error

    def write(self, plan: Plan) -> None:
        """Write the plan, whole or not at all."""
        write_private(self.home / "plan.json", msgspec.json.format(msgspec.json.encode(plan), indent=1))


def write_private(path: Path, content: bytes) -> None:
    """A file that its owner alone may read."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)


def check_ports(nodes: Iterable[PlannedNode]) -> None:
    """Refuse to begin while somebody else listens where a node will."""
    taken = [port for node in nodes for port in (node.port, node.p2p_port) if not _is_free(port)]
    if taken:
        raise PortsTaken(got=", ".join(map(str, taken)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
