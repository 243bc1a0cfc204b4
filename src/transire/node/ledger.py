"""The ledger of a node: the engine that its settings choose, opened over the node's folder and keys."""

from __future__ import annotations

from pathlib import Path

from transire.crypto.keystore import KeyStore
from transire.engines.base import Engine
from transire.engines.cometbft.settings import PairSettings, StateSync
from transire.engines.embedded import EmbeddedEngine
from transire.node.home import Home
from transire.node.settings import LedgerSettings

P2P_KEY = "p2p-1"
"""The key by which the other nodes of a network know this one."""


def open_ledger(home: Home, settings: LedgerSettings, keys: KeyStore) -> Engine:
    """The engine of the node in a folder; nothing runs before its `start`."""
    validator = keys.signing_key(settings.validator_key)
    if settings.engine == "embedded":
        return EmbeddedEngine.open(home.ledger, validator)
    # Heavy, and a laptop never needs it: loaded only here.
    from transire.engines.cometbft.engine import CometBftEngine
    from transire.engines.cometbft.files import PairKeys

    pair = PairKeys(validator, keys.signing_key(P2P_KEY))
    return CometBftEngine.open(home.ledger, pair, pair_settings(settings, home.path))


def pair_settings(settings: LedgerSettings, home: Path) -> PairSettings:
    """What the settings of a node say about CometBFT."""
    sync = settings.state_sync
    return PairSettings(
        moniker=home.name,
        p2p_host=settings.p2p_host,
        p2p_port=settings.p2p_port,
        external_address=settings.external_address,
        peers=settings.peers,
        binary=settings.cometbft,
        commit_ms=settings.commit_ms,
        rpc_listen=settings.rpc_listen,
        state_sync=StateSync(servers=sync[:2], trust_height=int(sync[2]), trust_hash=sync[3]) if sync else None,
        snapshot_every=settings.snapshot_every,
        metrics_listen=settings.metrics_listen,
    )
