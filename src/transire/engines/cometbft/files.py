"""The files that CometBFT begins with: its genesis.json, its config.toml, and keys that never touch a disk.

Everything is written anew at each start, from the ledger's own genesis and the settings; nothing is edited by hand. The
validator's key and the node's key reach CometBFT through memory files that it inherits (`KeyFiles`): in the key store
they lie encrypted, and nowhere else.
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import msgspec

from transire.crypto.encoding import unb64url
from transire.crypto.keys import SigningKey
from transire.engines.cometbft import parcels
from transire.engines.cometbft.settings import PairSettings
from transire.ledger.chain import validator_address
from transire.ledger.genesis import Genesis

PUBLIC_TYPE: Final = "tendermint/PubKeyEd25519"
PRIVATE_TYPE: Final = "tendermint/PrivKeyEd25519"
COMETBFT_FOLDER: Final = "cometbft"
"""CometBFT's own folder, below that of the ledger."""
ABCI_SOCKET: Final = "app.sock"
RPC_SOCKET: Final = "rpc.sock"
EVIDENCE_BLOCKS: Final = 10_000_000
EVIDENCE_SECONDS: Final = 180 * 24 * 3600
"""How old a proof of double signing may be: a ledger with legal effect asks for longer than CometBFT's 48 hours."""
EVIDENCE_BYTES: Final = 1 << 20
MAX_BODY_BYTES: Final = 16 << 20
"""Of one RPC request: a batch of actions travels in base64."""
MEMPOOL_PARCELS: Final = 10_000
MEMPOOL_BYTES: Final = 6 << 20
"""Some 17,000 of the smallest actions. With what waits in the node's own pool fewer than the signatures that are
remembered (`ledger.admission`): were they more, each look at the mempool would forget the signatures that the next one
needs, and verify all of them anew."""


def node_id(public: bytes) -> str:
    """A node's name among its peers: the address of its key, in hex.

    >>> node_id(bytes(32))
    '66687aadf862bd776c8fc18b8e9f8e2008971485'
    """
    return validator_address(public).hex()


def genesis_document(genesis: Genesis) -> dict[str, Any]:
    """CometBFT's genesis of this network; the ledger's own genesis is its application state."""
    return {
        "genesis_time": genesis.time,
        "chain_id": genesis.network,
        "initial_height": str(genesis.height + 1),
        "consensus_params": {
            "block": {
                "max_bytes": str(genesis.consensus.block_max_bytes),
                "max_gas": str(genesis.consensus.block_max_gas),
            },
            "evidence": {
                "max_age_num_blocks": str(EVIDENCE_BLOCKS),
                "max_age_duration": str(EVIDENCE_SECONDS * 10**9),
                "max_bytes": str(EVIDENCE_BYTES),
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "0"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [
            {
                "address": validator.address.hex().upper(),
                "pub_key": {"type": PUBLIC_TYPE, "value": b64encode(validator.public_key).decode()},
                "power": str(validator.power),
                "name": operators[validator.public_key],
            }
            for operators in [{unb64url(one.public, length=32): one.operator for one in genesis.validators}]
            for validator in genesis.validator_set
        ],
        "app_hash": "",
        "app_state": msgspec.Raw(genesis.raw),
    }


def configuration(settings: PairSettings) -> dict[str, Any]:
    """The settings of CometBFT that differ from its own, by table; what is left out has CometBFT's default."""
    rpc = [f"unix://{RPC_SOCKET}", *([f"tcp://{settings.rpc_listen}"] if settings.rpc_listen else [])]
    return {
        "": {
            "proxy_app": f"unix://{ABCI_SOCKET}",
            "abci": "socket",
            "moniker": settings.moniker,
            "log_level": "info",
            "log_format": "plain",
            # Overridden by the environment (`KeyFiles`). If that failed, CometBFT must not make keys of its own.
            "priv_validator_key_file": os.devnull,
            "node_key_file": os.devnull,
        },
        "rpc": {
            "laddr": ",".join(rpc),
            # 0 lifts the limit of 10 requests in a batch; only this node speaks to the socket.
            "max_request_batch_size": 0,
            "max_body_bytes": MAX_BODY_BYTES,
        },
        "p2p": {
            "laddr": f"tcp://{settings.p2p_host}:{settings.p2p_port}",
            "external_address": settings.external_address,
            "persistent_peers": ",".join(settings.peers),
            # A network of known organisations: nobody is to be found, and several may share an address behind NAT.
            "pex": False,
            "addr_book_strict": False,
            "allow_duplicate_ip": True,
            "persistent_peers_max_dial_period": "5s",
            "flush_throttle_timeout": "10ms",
            "max_packet_msg_payload_size": 32768,
            "send_rate": 50 << 20,
            "recv_rate": 50 << 20,
        },
        "mempool": {
            # What expired while it waited leaves the mempool only by being checked again (docs/decisions/0013).
            "recheck": True,
            "size": MEMPOOL_PARCELS,
            "max_txs_bytes": MEMPOOL_BYTES,
            "cache_size": 4 * MEMPOOL_PARCELS,
            "max_tx_bytes": parcels.MAX_BYTES,
            "experimental_max_gossip_connections_to_persistent_peers": settings.gossip_to,
        },
        "consensus": {
            "timeout_propose": f"{settings.propose_ms}ms",
            "timeout_commit": f"{settings.commit_ms}ms",
            "create_empty_blocks": False,
            "create_empty_blocks_interval": f"{round(settings.idle_s * 1000)}ms",
            "peer_gossip_sleep_duration": "10ms",
        },
        "storage": {"discard_abci_responses": True},
        "tx_index": {"indexer": "null"},
        "instrumentation": {
            "prometheus": bool(settings.metrics_listen),
            "prometheus_listen_addr": settings.metrics_listen,
        },
        "statesync": _state_sync(settings),
    }


def write_files(home: Path, genesis: Genesis, settings: PairSettings, validator: bytes) -> None:
    """Write genesis.json and config.toml of CometBFT's folder, and the state file that a key's first start needs.

    What was signed last is remembered for each validator key by itself: a new key has signed nothing, and a key that
    comes back still has.
    """
    for folder in (home / "config", home / "data"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "config" / "genesis.json").write_bytes(msgspec.json.encode(genesis_document(genesis)))
    signed = home / "data" / f"signed-{validator_address(validator).hex()}.json"
    configured = configuration(settings)
    configured[""]["priv_validator_state_file"] = str(signed.relative_to(home))
    (home / "config" / "config.toml").write_text(toml(configured), encoding="utf-8")
    if not signed.exists():
        signed.write_text('{"height":"0","round":0,"step":0}')


def toml(tables: dict[str, dict[str, Any]]) -> str:
    """Tables of scalars as TOML; the table without a name comes first.

    >>> print(toml({"": {"a": "b"}, "t": {"on": True}}), end="")
    a = "b"
    [t]
    on = true
    """
    lines: list[str] = []
    for name, table in tables.items():
        lines += [f"[{name}]"] if name else []
        lines += [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in table.items()]
    return "".join(f"{line}\n" for line in lines)


class PairKeys(msgspec.Struct, frozen=True):
    """The key that votes, and the key by which a node is known to its peers."""

    validator: SigningKey
    node: SigningKey


class KeyFiles:
    """Both keys in memory files; the child inherits `descriptors` and reads them by `environment`."""

    def __init__(self, keys: PairKeys) -> None:
        validator = {
            "address": validator_address(keys.validator.public).hex().upper(),
            "pub_key": {"type": PUBLIC_TYPE, "value": b64encode(keys.validator.public).decode()},
            "priv_key": _private(keys.validator),
        }
        self._files = {
            "CMT_PRIV_VALIDATOR_KEY_FILE": _memory_file(validator),
            "CMT_NODE_KEY_FILE": _memory_file({"priv_key": _private(keys.node)}),
        }

    @property
    def descriptors(self) -> tuple[int, ...]:
        return tuple(self._files.values())

    @property
    def environment(self) -> dict[str, str]:
        return {name: f"/proc/self/fd/{descriptor}" for name, descriptor in self._files.items()}

    def close(self) -> None:
        """Let go of the keys; CometBFT has read them at its start."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files = {}


def _private(key: SigningKey) -> dict[str, str]:
    return {"type": PRIVATE_TYPE, "value": b64encode(key.seed + key.public).decode()}


def _memory_file(content: dict[str, Any]) -> int:
    descriptor = os.memfd_create("key", os.MFD_CLOEXEC)
    os.write(descriptor, msgspec.json.encode(content))
    return descriptor


def _state_sync(settings: PairSettings) -> dict[str, Any]:
    sync = settings.state_sync
    if sync is None:
        return {"enable": False}
    return {
        "enable": True,
        "rpc_servers": ",".join(sync.servers),
        "trust_height": sync.trust_height,
        "trust_hash": sync.trust_hash,
        "trust_period": "168h0m0s",
        "discovery_time": "5s",
        "chunk_request_timeout": "10s",
    }
