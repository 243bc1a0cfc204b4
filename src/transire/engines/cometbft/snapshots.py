"""Snapshots (state sync)."""

from __future__ import annotations

from typing import Any

from transire.ledger.machine import Machine


class Snapshots:
    def listed(self) -> list[Any]:
        return []

    def chunk(self, height: int, format: int, index: int) -> bytes:
        return b""

    def offered(self, snapshot: Any, app_hash: bytes) -> int:
        return 3

    def apply(self, index: int, chunk: bytes, sender: str) -> tuple[dict[str, Any], Machine | None]:
        return {"result": 2}, None
