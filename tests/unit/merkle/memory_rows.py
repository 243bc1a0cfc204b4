"""The simplest store for the sparse map, which can count its reads."""

from __future__ import annotations


class Rows(dict[bytes, bytes]):
    reads = 0

    def get(self, key: bytes) -> bytes | None:  # type: ignore[override]
        self.reads += 1
        return super().get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self[key] = value

    def delete(self, key: bytes) -> None:
        self.pop(key, None)

    def of(self, letter: bytes) -> set[bytes]:
        """The keys of the rows of one kind."""
        return {key for key in self if key.startswith(letter)}
