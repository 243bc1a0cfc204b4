"""The trees of the pools whose statements were asked for last, so that many receipts of one pool read its tree once.

A tree takes some 64 bytes a statement and never changes under its pool's name, which commits to its root.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from typing import Final

import sqlalchemy as sa

from transire.vault.tables import pools

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all trees kept: those of a quarter of a million statements. A larger one is read each time."""

_TREE_OF = sa.select(pools.c.tree).where(pools.c.pool == sa.bindparam("of"))
_TREES_OF = sa.select(pools.c.pool, pools.c.tree).where(pools.c.pool.in_(sa.bindparam("pools", expanding=True)))


class KeptTrees:
    """Up to so many bytes of them, those asked for last. Share one between threads.

    >>> kept = KeptTrees(most=4)
    >>> for pool, tree in (("a", b"12"), ("b", b"34"), ("c", b"56"), ("d", b"too large")):
    ...     kept.keep(pool, tree)
    >>> kept.find("a"), kept.find("b"), kept.find("d")
    (None, b'34', None)
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._trees: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, pool: str) -> bytes | None:
        """The tree of that pool, if it is kept."""
        with self._lock:
            tree = self._trees.get(pool)
            if tree is not None:
                self._trees.move_to_end(pool)
            return tree

    def keep(self, pool: str, tree: bytes) -> None:
        """Keep the tree of that pool, and let go of others for it."""
        with self._lock:
            if len(tree) > self._most or pool in self._trees:
                return
            self._trees[pool] = tree
            self._bytes += len(tree)
            while self._bytes > self._most:
                _, forgotten = self._trees.popitem(last=False)
                self._bytes -= len(forgotten)


def read_tree(tx: sa.Connection, pool: str, kept: KeptTrees | None = None) -> bytes:
    """The tree of a pool, from those that are kept or from its row, and then it is kept."""
    tree = None if kept is None else kept.find(pool)
    if tree is None:
        tree = bytes(tx.execute(_TREE_OF, {"of": pool}).scalar_one())
        if kept is not None:
            kept.keep(pool, tree)
    return tree


def read_trees(tx: sa.Connection, of: Collection[str]) -> dict[str, bytes]:
    """The trees of these pools, each read once."""
    return {row.pool: bytes(row.tree) for row in tx.execute(_TREES_OF, {"pools": list(of)})} if of else {}
