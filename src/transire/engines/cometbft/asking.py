"""Asking a running pair from another process: through the unix socket in its folder, which only its user can open."""

from __future__ import annotations

from pathlib import Path

from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.files import COMETBFT_FOLDER, RPC_SOCKET
from transire.engines.cometbft.process import rejections_in
from transire.engines.cometbft.rpc import RpcClient, RpcRefused


def ask_pair(ledger: Path) -> dict[str, object]:
    """Network, height, hashes, time, peers, why others are none; refused when the node does not run."""
    folder = ledger / COMETBFT_FOLDER
    if not folder.is_dir():
        raise BlocksUnavailable(got=f"no folder {COMETBFT_FOLDER}", expected="a node on the network engine")
    rpc = RpcClient(folder, RPC_SOCKET)
    try:
        status, peers = rpc.ask_all([("status", {}), ("net_info", {})])
    finally:
        rpc.close()
    for answer in (status, peers):
        if isinstance(answer, RpcRefused):
            raise BlocksUnavailable(got=answer)
    sync = status["sync_info"]
    return {
        "network": status["node_info"]["network"],
        "node": status["node_info"]["id"],
        "release": status["node_info"]["version"],
        "height": int(sync["latest_block_height"]),
        "first_block": int(sync["earliest_block_height"]),
        "time": sync["latest_block_time"],
        "header_hash": sync["latest_block_hash"].lower(),
        "app_hash": sync["latest_app_hash"].lower(),
        "catching_up": bool(sync["catching_up"]),
        "power": int(status["validator_info"]["voting_power"]),
        "peers": sorted(peer["node_info"]["moniker"] for peer in peers["peers"]),
        "refused": rejections_in(folder),
    }
