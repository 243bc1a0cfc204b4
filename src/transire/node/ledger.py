"""The ledger of a node: the engine that its settings choose, opened over the node's folder and keys."""

from __future__ import annotations

from pathlib import Path

from transire.crypto.keystore import KeyStore
from transire.engines.base import Engine
from transire.engines.cometbft.settings import PairSettings, StateSync
from transire.engines.embedded import EmbeddedEngine
from transire.engines.embedded import inspect as inspect_embedded
from transire.engines.inspection import Damage
from transire.ledger.genesis import Genesis, Previous
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


def inspect_ledger(home: Home, settings: LedgerSettings, *, deep: bool) -> list[Damage]:
    """Everything that is wrong with the ledger of a node that is not running; needs no key."""
    if settings.engine == "embedded":
        return inspect_embedded(home.ledger, deep=deep)
    from transire.engines.cometbft.inspecting import inspect

    return inspect(home.ledger, pair_settings(settings, home.path), deep=deep)


def disputed_state(home: Home, settings: LedgerSettings) -> str:
    """What validators did not agree about when the node stopped; empty where it went on, or is a network of one."""
    if settings.engine == "embedded":
        return ""
    from transire.engines.cometbft.files import COMETBFT_FOLDER
    from transire.engines.cometbft.process import disputed_in

    return disputed_in(home.ledger / COMETBFT_FOLDER)


def network_stands_at(home: Home, settings: LedgerSettings) -> tuple[Previous, int]:
    """How a network of several organisations stands at this node, and the time of its last block in whole seconds."""
    from transire.engines.cometbft.inspecting import stands_at

    return stands_at(home.ledger, pair_settings(settings, home.path))


def begin_again(home: Home, settings: LedgerSettings, keys: KeyStore, genesis: Genesis) -> None:
    """Begin with the genesis of a network of several organisations, in a folder without a ledger."""
    from transire.engines.cometbft.engine import CometBftEngine
    from transire.engines.cometbft.files import PairKeys

    pair = PairKeys(keys.signing_key(settings.validator_key), keys.signing_key(P2P_KEY))
    CometBftEngine.create(home.ledger, genesis, pair, pair_settings(settings, home.path)).close()


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
        keep_blocks=settings.keep_blocks,
        metrics_listen=settings.metrics_listen,
    )
