"""What an operator may choose about the pair of node and CometBFT."""

from __future__ import annotations

import msgspec


class StateSync(msgspec.Struct, frozen=True, kw_only=True):
    """Where a new node begins instead of block 1: a block that its operator was told by somebody it trusts."""

    servers: tuple[str, ...]
    """RPC addresses (http://host:port) of two nodes that check one another, as CometBFT's light client asks."""
    trust_height: int
    trust_hash: str
    """Hash of that block's header, in hex digits."""


class PairSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How CometBFT runs beside the node. Defaults are for a network of organisations that talk all day."""

    moniker: str = "transire"
    """Name shown to the other nodes."""
    p2p_host: str = "127.0.0.1"
    """Address on which the other nodes reach this one."""
    p2p_port: int = 26656
    external_address: str = ""
    """host:port under which others reach it, where that differs."""
    peers: tuple[str, ...] = ()
    """The other nodes: id@host:port."""
    binary: str = ""
    """The CometBFT program; empty: the one that is found."""
    commit_ms: int = 250
    """How long a node waits for late votes before the next block: 200 to 500 ms, and so about a block's length."""
    idle_s: float = 5.0
    """An idle network makes an empty block this often, so that no time is staler (LEDGER.md 6)."""
    propose_ms: int = 3000
    """How long the others wait for a proposal before the next validator has its turn."""
    silence_s: float = 30.0
    """CometBFT is started again when it was silent for so long: six times as long as an idle network ever is."""
    rpc_listen: str = ""
    """host:port on which other nodes may ask for light blocks (state sync); never public. Empty: a unix socket only."""
    state_sync: StateSync | None = None
    """Set only for the first start of a node that joins from a snapshot."""
    snapshot_every: int = 1000
    """Blocks between two snapshots that new nodes can join from; 0 makes none."""
    keep_blocks: int = 0
    """Blocks that stay with CometBFT; older ones are kept by the node alone, in less room. 0: all stay."""
    metrics_listen: str = ""
    """host:port for CometBFT's Prometheus figures; empty: none."""
    gossip_to: int = 0
    """Peers to which each waiting action is passed on; 0: all. 1 carries more under load, and a lone action waits."""
