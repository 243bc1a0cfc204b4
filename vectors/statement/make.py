"""Writes the vectors of this folder: statements, pools with all their paths, and what must be refused.

.venv/bin/python vectors/statement/make.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ledger_world import BROKER, PRODUCER, digest  # noqa: E402
from transire.crypto.canonical import Json, canonical_bytes  # noqa: E402
from transire.crypto.digests import sha256  # noqa: E402
from transire.crypto.encoding import b64url  # noqa: E402
from transire.ledger.errors import LedgerError  # noqa: E402
from transire.ledger.statement import (  # noqa: E402
    Pool,
    make_statement,
    parse_statement,
    statement_bytes,
    statement_id,
    verify_pool_opening,
    verify_statement,
)

NETWORK = "transire-demo-3f9a5c2e71b04d68a1c5770b2e94d3f0"
SIZES = (1, 2, 3, 5, 8)


def said(number: int, by: str = PRODUCER) -> dict[str, Json]:
    body: dict[str, Json] = {"line": number, "note": "Ñandú €", "parts": [None, True, {"q": "1.5"}]}
    about = [digest(f"document {n}") for n in range(number % 3)]
    return make_statement("entry.filed/1", body, about=about, by=by, actor="a-17", salt=sha256(b"%d" % number))


def pools() -> list[dict[str, Any]]:
    found = []
    for size in SIZES:
        statements = [said(n) for n in range(size)]
        pool = Pool.build(NETWORK, PRODUCER, statements, salt=sha256(b"pool", bytes([size])))
        found.append(
            {
                "network": NETWORK,
                "by": PRODUCER,
                "statements": [statement_bytes(statement).decode() for statement in statements],
                "ids": [statement_id(statement) for statement in statements],
                "paths": [pool.path(index) for index in range(size)],
                "opening": pool.opening(),
                "pool": pool.commitment,
            }
        )
    return found


def refused() -> list[dict[str, Any]]:
    good = {"pool": pools()[3], "index": 2}
    pool = good["pool"]
    assert isinstance(pool, dict)
    foreign = Pool.of_ids(NETWORK, PRODUCER, [parse_id(said(0, by=BROKER))], salt=bytes(32))
    cases: dict[str, dict[str, Any]] = {
        "another place": proof(pool, 2) | {"index": 3},
        "a path too short": proof(pool, 2) | {"path": pool["paths"][2][:-1]},
        "a path too long": proof(pool, 2) | {"path": [*pool["paths"][2], digest("x")]},
        "another statement": proof(pool, 2) | {"statement": pool["statements"][1]},
        "another count": proof(pool, 2) | {"opening": pool["opening"] | {"count": 6}},
        "another salt": proof(pool, 2) | {"opening": pool["opening"] | {"salt": digest("x")}},
        "another network": proof(pool, 2) | {"network": "transire-demo-0"},
        "another member's action": proof(pool, 2) | {"by": BROKER},
        "a foreign statement in the pool": {
            "network": NETWORK,
            "by": PRODUCER,
            "pool": foreign.commitment,
            "opening": foreign.opening(),
            "statement": statement_bytes(said(0, by=BROKER)).decode(),
            "index": 0,
            "path": [],
        },
        "a statement with white space": proof(pool, 2) | {"statement": pool["statements"][2].replace(":", ": ", 1)},
        "a statement with an unknown member": proof(pool, 2)
        | {"statement": canonical_bytes(json.loads(pool["statements"][2]) | {"memo": 1}).decode()},
        "a kind without version": proof(pool, 2)
        | {"statement": canonical_bytes(json.loads(pool["statements"][2]) | {"kind": "entry.filed"}).decode()},
    }
    return [{"case": name, "code": code_of(case), **case} for name, case in cases.items()]


def parse_id(statement: dict[str, Json]) -> bytes:
    return sha256(b"\x00", statement_bytes(statement))


def proof(pool: dict[str, Any], index: int) -> dict[str, Any]:
    kept = {name: pool[name] for name in ("network", "by", "pool", "opening")}
    return kept | {"statement": pool["statements"][index], "index": index, "path": pool["paths"][index]}


def code_of(case: dict[str, Any]) -> str:
    """How Transire refuses; every case must be."""
    try:
        opening = verify_pool_opening(case["pool"], case["opening"], network=case["network"], by=case["by"])
        verify_statement(case["statement"].encode(), opening=opening, index=case["index"], path=case["path"])
    except LedgerError as error:
        return error.code
    raise AssertionError(case)


def write(name: str, cases: list[Any]) -> None:
    (HERE / name).write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    assert parse_statement(statement_bytes(said(1))).id == statement_id(said(1))
    assert b64url(parse_id(said(1))) == statement_id(said(1))
    write("pools.json", pools())
    write("refused.json", refused())
