"""ABCI Query: a key of the state, or an entry of the log, with its proof.

    /state  data: a key of the state     value: its canonical JSON, or nothing
    /log    data: SHA-256 of an action   value: the leaf's place in the log, 8 bytes, or nothing

What is told is that of `height` (0: the newest); a proof stands under the app_hash of the header after it. Proofs have
types of their own, since neither tree is CometBFT's: `transire/map/1` is the canonical JSON of the sparse map's proof,
`transire/log/1` the audit path of RFC 9162, and both carry what makes the app_hash of their root.
"""

from __future__ import annotations

from typing import Any, Final

from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.encoding import b64url
from transire.errors import TransireError
from transire.ledger.block import Roots
from transire.ledger.errors import LedgerError
from transire.ledger.store import Reader, Store
from transire.ledger.tables import find_action, log_path, prove_state, read_height, read_tip

MAP_PROOF: Final = "transire/map/1"
LOG_PROOF: Final = "transire/log/1"


class QueryUnknown(LedgerError):
    code = "ledger.query-unknown"
    sentence = "The ledger cannot answer this question."
    fix = "Ask /state with a key of the state or /log with the SHA-256 of an action, at one of the last heights."
    status = 404


def answer_query(store: Store, path: str, data: bytes, height: int, *, prove: bool) -> dict[str, Any]:
    """The fields of ResponseQuery; a refusal is an answer with a code."""
    try:
        with store.reading() as reader:
            tip = read_tip(reader).height
            at = height or tip
            record = read_height(reader, at)
            if record is None or at > tip:
                raise QueryUnknown(got=f"height {height}", expected=f"at most {tip}")
            if path == "/state":
                value, proof = _state(reader, data, at, record.roots)
            elif path == "/log":
                value, proof = _log(reader, data, record.roots)
            else:
                raise QueryUnknown(got=path[:80])
    except (TransireError, ValueError) as error:
        code = error.code if isinstance(error, TransireError) else QueryUnknown.code
        return {"code": 1, "codespace": "transire", "log": str(error), "info": code}
    answer = {"key": data, "value": value, "height": at}
    return answer | {"proof_ops": {"ops": [proof]}} if prove else answer


def _state(reader: Reader, data: bytes, height: int, roots: Roots) -> tuple[bytes, dict[str, Any]]:
    proved = prove_state(reader, data.decode(), height)
    log: Json = {"size": roots.log_size, "root": b64url(roots.log_root)}
    shown: Json = {"log": log, "proof": proved.proof.as_json()}
    return proved.value_bytes or b"", {"type": MAP_PROOF, "key": data, "data": canonical_bytes(shown)}


def _log(reader: Reader, data: bytes, roots: Roots) -> tuple[bytes, dict[str, Any]]:
    place = find_action(reader, data)
    record = None if place is None else read_height(reader, place[0])
    index = None if record is None or place is None else record.result(place[1]).log_index
    if index is None or index >= roots.log_size:
        raise QueryUnknown(got=b64url(data[:32]), expected="an accepted action")
    shown: dict[str, Json] = {
        "map": b64url(roots.map_root),
        "path": [*map(b64url, log_path(reader, index, roots.log_size))],
        "size": roots.log_size,
    }
    return index.to_bytes(8, "big"), {"type": LOG_PROOF, "key": data, "data": canonical_bytes(shown)}
