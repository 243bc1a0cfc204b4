"""A second verifier of receipts, written from `spec/receipt.md` alone: the standard library and OpenSSL's Ed25519.

It shares no code with Transire, so the vectors are checked by two programs. It answers only whether the proofs lead
from the trust root to the statement; it does not judge custody, operators or credentials.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NO_TIME = {"seconds": -62_135_596_800, "nanos": 0}


class Refused(Exception):
    """The receipt proves nothing."""


def verify(receipt: dict[str, Any], trust: dict[str, Any]) -> None:
    """Refuse unless the receipt leads from the trust root to its statement or action."""
    require(receipt["network"] == trust["network"], "network")
    require(trust["network"].endswith(unb64(trust["genesis"]).hex()[:32]), "genesis")
    sets = [(1, ordered((unb64(one["public"]), one["power"]) for one in trust["validators"]))]
    for change in receipt["changes"]:
        header = final_header(change["header"], sets, trust["network"])
        new = [(unb64(one["public_key"]), one["power"]) for one in change["validators"]]
        require(validators_hash(new) == unb64(header["next_validators_hash"]), "change")
        sets.append((header["height"] + 1, new))
    accepted = final_header(receipt["accepted"], sets, trust["network"])
    proven = final_header(receipt["proven"], sets, trust["network"])
    require(accepted["height"] == receipt["log"]["height"] + 1 <= proven["height"], "heights")
    state(receipt, unb64(proven["app_hash"]))
    signed_by(receipt)
    if "statement" in receipt:
        pool(receipt)
    for document in receipt["documents"]:
        require(commitment(document) == document["commitment"], "document")


def final_header(signed: dict[str, Any], sets: list[tuple[int, Any]], network: str) -> dict[str, Any]:
    header, commit = signed["header"], signed["commit"]
    validators = [group for start, group in sets if start <= header["height"]][-1]
    require(header["chain_id"] == network, "chain id")
    require(validators_hash(validators) == unb64(header["validators_hash"]), "validators")
    named = commit["block_id"]
    require(commit["height"] == header["height"] and unb64(named["hash"]) == header_hash(header), "block id")
    require(len(commit["signatures"]) == len(validators), "votes")
    power = 0
    for vote, (public, weight) in zip(commit["signatures"], validators, strict=True):
        if vote["flag"] == 1:
            require(not vote["address"] and not vote["signature"] and vote["time"] == NO_TIME, "absent vote")
            continue
        require(unb64(vote["address"]) == sha(public)[:20], "address")
        block = named if vote["flag"] == 2 else None
        body = varint_field(1, 2) + fixed(2, commit["height"]) + fixed(3, commit["round"])
        body += (b"" if block is None else bytes_field(4, block_id(block), True)) + bytes_field(
            5, time(vote["time"]), True
        )
        body += bytes_field(6, network.encode())
        signature(public, varint(len(body)) + body, unb64(vote["signature"]))
        power += weight if block is not None else 0
    require(3 * power > 2 * sum(weight for _, weight in validators), "two thirds")
    return dict(header)


def state(receipt: dict[str, Any], app_hash: bytes) -> None:
    log, root = receipt["log"], unb64(receipt["map"]["root"])
    opened = b"transire/app/v1\n" + log["size"].to_bytes(8, "big") + unb64(log["root"]) + root
    require(sha(opened) == app_hash, "app_hash")
    leaf = {
        "action": b64(sha(canonical(receipt["action"]))),
        "events": b64(sha(canonical(log["events"]))),
        "height": log["height"],
        "index": log["index"],
    }
    require(inclusion(canonical(leaf), log["entry"], log["size"], log["path"]) == unb64(log["root"]), "log")
    for member in receipt["members"]:
        require(map_root(f"member/{member['did']}", member["record"], member["proof"]) == root, member["did"])
    for key in receipt["keys"]:
        require(map_root(key["key"], key["value"], key["proof"]) == root, key["key"])


def map_root(key: str, value: Any, proof: dict[str, Any]) -> bytes:
    """The root to which the proof of a key leads, present with a value or absent (LEDGER.md 6)."""
    path = sha(key.encode())
    bits = "".join(f"{octet:08b}" for octet in path)
    siblings = [unb64(one) for one in proof["siblings"]]
    leaf = None if proof["leaf"] is None else [unb64(one) for one in proof["leaf"]]
    if value is not None:
        require(leaf == [path, sha(canonical(value))], "leaf")
    elif leaf is not None:
        other = "".join(f"{octet:08b}" for octet in leaf[0])
        require(leaf[0] != path and other[: len(siblings)] == bits[: len(siblings)], "other leaf")
    node = bytes(32) if leaf is None else sha(b"\0" + leaf[0] + leaf[1])
    for depth in reversed(range(len(siblings))):
        pair = (siblings[depth], node) if bits[depth] == "1" else (node, siblings[depth])
        node = sha(b"\1" + pair[0] + pair[1])
    return node


def signed_by(receipt: dict[str, Any]) -> None:
    action, height = receipt["action"], receipt["log"]["height"]
    unsigned = {name: value for name, value in action.items() if name != "signature"}
    message = b"transire/action/v1\n" + canonical(unsigned)
    require(action["network"] == receipt["network"], "action's network")
    if action["by"].startswith("key:"):
        public = action["by"][4:]
        allowance = next(key for key in receipt["keys"] if key["key"] == f"allowance/{action['body']['allowance']}")
        require(public in allowance["value"]["keys"], "drawing key")
    else:
        record = next(member["record"] for member in receipt["members"] if member["did"] == action["by"])
        key = next(key for key in record["keys"] if key["name"] == action["key"])
        ends = [key[end] for end in ("retired_from", "distrusted_from") if key[end] is not None]
        require(key["valid_from"] <= height and all(height < end for end in ends), "key in force")
        require(key["purpose"] == ("govern" if action["action"].startswith("govern.") else "act"), "purpose")
        public = key["public"]
    signature(unb64(public), message, unb64(action["signature"]))


def pool(receipt: dict[str, Any]) -> None:
    opening, statement = receipt["pool"], receipt["statement"]
    require(b64(sha(b"transire/pool/v1\n" + canonical(opening))) == receipt["action"]["body"]["pool"], "opening")
    require(statement["by"] == opening["by"] == receipt["action"]["by"], "by")
    require(opening["network"] == receipt["network"], "pool's network")
    place = receipt["place"]
    found = inclusion(canonical(statement), place["index"], opening["count"], place["path"])
    require(found == unb64(opening["root"]), "pool")


def commitment(document: dict[str, Any]) -> str:
    leaves = []
    for one in document["representations"]:
        name = one["media_type"].encode()
        pseudorandom = hmac.digest(bytes(32), unb64(document["salt"]), "sha256")
        salt = hmac.digest(pseudorandom, name + b"\1", "sha256")
        leaves.append(name + b"\0" + hmac.digest(salt, unb64(one["content"]), "sha256"))
    return b64(root([sha(b"\0" + leaf) for leaf in sorted(leaves)]))


def inclusion(data: bytes, index: int, size: int, path: list[str]) -> bytes:
    """RFC 9162 2.1.3.2: the root to which the path leads."""
    require(0 <= index < size, "index")
    node, last = sha(b"\0" + data), size - 1
    for sibling in map(unb64, path):
        require(last > 0, "path too long")
        if index & 1 or index == last:
            node = sha(b"\1" + sibling + node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\1" + node + sibling)
        index, last = index >> 1, last >> 1
    require(last == 0, "path too short")
    return node


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1" + root(hashes[:split]) + root(hashes[split:]))


def header_hash(header: dict[str, Any]) -> bytes:
    names = ("last_commit_hash", "data_hash", "validators_hash", "next_validators_hash", "consensus_hash", "app_hash")
    fields = [
        varint_field(1, header["version"]["block"]) + varint_field(2, header["version"]["app"]),
        bytes_field(1, header["chain_id"].encode()),
        varint_field(1, header["height"]),
        time(header["time"]),
        block_id(header["last_block_id"]),
        *(bytes_field(1, unb64(header[name])) for name in names),
        *(bytes_field(1, unb64(header[name])) for name in ("last_results_hash", "evidence_hash", "proposer_address")),
    ]
    return root([sha(b"\0" + field) for field in fields])


def validators_hash(validators: Iterable[tuple[bytes, int]]) -> bytes:
    keys = [bytes_field(1, bytes_field(1, public), True) + varint_field(2, power) for public, power in validators]
    return root([sha(b"\0" + key) for key in keys])


def ordered(validators: Iterable[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
    return sorted(validators, key=lambda one: (-one[1], sha(one[0])[:20]))


def block_id(value: dict[str, Any]) -> bytes:
    parts = varint_field(1, value["parts"]["total"]) + bytes_field(2, unb64(value["parts"]["hash"]))
    return bytes_field(1, unb64(value["hash"])) + bytes_field(2, parts, True)


def time(value: dict[str, int]) -> bytes:
    return varint_field(1, value["seconds"]) + varint_field(2, value["nanos"])


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def varint_field(number: int, value: int) -> bytes:
    return bytes([number << 3]) + varint(value) if value else b""


def fixed(number: int, value: int) -> bytes:
    return bytes([number << 3 | 1]) + value.to_bytes(8, "little") if value else b""


def bytes_field(number: int, value: bytes, always: bool = False) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(value)) + value if value or always else b""


def signature(public: bytes, message: bytes, value: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(value, message)


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Refused(what)
