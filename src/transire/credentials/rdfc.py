"""RDF Dataset Canonicalization (RDFC-1.0, W3C Recommendation of 2024): one text for every spelling of the same graph.

Blank nodes get labels that follow from what is said of them. For ordinary documents a digest of a node's own lines
tells all nodes apart; only for those alike are their neighbours looked at, and there a hostile graph can ask for
factorial work. So that work has a budget, and the document that needs more is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import permutations
from typing import Final

from transire.credentials.errors import GraphTooComplex
from transire.credentials.quads import Quad, is_blank, line_of

MAX_STEPS: Final = 4_096
"""Neighbourhoods and orders of neighbours tried for one document; some 20 microseconds each."""
MAX_LEVELS: Final = 128
"""Neighbours of neighbours of blank nodes that are alike."""

Digest = Callable[[bytes], str]


def sha256_hex(data: bytes) -> str:
    """The digest of RDFC-1.0 unless a suite names another."""
    return hashlib.sha256(data).hexdigest()


def sha384_hex(data: bytes) -> str:
    """The digest that goes with P-384 (Data Integrity ECDSA Cryptosuites 3.2.3)."""
    return hashlib.sha384(data).hexdigest()


def canonical_lines(quads: Iterable[Quad], digest: Digest = sha256_hex) -> list[str]:
    """The canonical N-Quads of a dataset, sorted.

    >>> canonical_lines([Quad("_:x", "<urn:p>", "_:y"), Quad("_:y", "<urn:q>", '"1"')])
    ['_:c14n0 <urn:q> "1" .\\n', '_:c14n1 <urn:p> _:c14n0 .\\n']
    """
    listed = list(dict.fromkeys(quads))
    labels = canonical_labels(listed, digest)
    return relabelled(listed, labels)


def canonical_labels(quads: Iterable[Quad], digest: Digest = sha256_hex) -> dict[str, str]:
    """The canonical label of every blank node: `_:b7` to `_:c14n0`."""
    return _Canonicalizer(quads, digest).labels()


def relabelled(quads: Iterable[Quad], labels: dict[str, str]) -> list[str]:
    """The lines of quads under other labels, sorted by code point, each once."""
    renamed = labels.get
    return sorted({line_of(renamed(s, s), p, renamed(o, o), renamed(g, g)) for s, p, o, g in quads})


class _Issuer:
    """Gives labels in the order asked for (4.5); a copy goes its own way."""

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self._prefix = prefix
        self.issued = issued or {}

    def issue(self, node: str) -> str:
        label = self.issued.get(node)
        if label is None:
            label = self.issued[node] = f"{self._prefix}{len(self.issued)}"
        return label

    def copy(self) -> _Issuer:
        return _Issuer(self._prefix, dict(self.issued))


class _Canonicalizer:
    """The state of one canonicalisation (4.3)."""

    def __init__(self, quads: Iterable[Quad], digest: Digest) -> None:
        self._digest = digest
        self._steps = MAX_STEPS
        self._canonical = _Issuer("_:c14n")
        self._quads: dict[str, list[Quad]] = {}
        for quad in dict.fromkeys(quads):  # A dataset is a set.
            subject, _, object, graph = quad
            if is_blank(subject):
                self._quads.setdefault(subject, []).append(quad)
            if is_blank(object) and object != subject:
                self._quads.setdefault(object, []).append(quad)
            if is_blank(graph) and graph not in (subject, object):
                self._quads.setdefault(graph, []).append(quad)
        self._first = {node: self._hash_first_degree(node) for node in self._quads}

    def labels(self) -> dict[str, str]:
        """4.4.3: first the nodes whose own lines tell them apart, then the others by their neighbours."""
        by_hash: dict[str, list[str]] = {}
        for node, found in self._first.items():
            by_hash.setdefault(found, []).append(node)
        alike: list[list[str]] = []
        for found in sorted(by_hash):
            if len(by_hash[found]) == 1:
                self._canonical.issue(by_hash[found][0])
            else:
                alike.append(by_hash[found])
        for nodes in alike:
            self._label_alike(nodes)
        return self._canonical.issued

    def _label_alike(self, nodes: list[str]) -> None:
        results: list[tuple[str, _Issuer]] = []
        for node in nodes:
            if node not in self._canonical.issued:
                issuer = _Issuer("_:b")
                issuer.issue(node)
                results.append(self._hash_n_degree(node, issuer, 0))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _hash_first_degree(self, node: str) -> str:
        """4.6: the node's own lines, in which it is `_:a` and every other blank node `_:z`."""
        lines = []
        for subject, predicate, object, graph in self._quads[node]:
            # As many as the document has statements: what is called once for each of them is written out.
            first = "_:a" if subject == node else "_:z" if subject[:2] == "_:" else subject
            third = "_:a" if object == node else "_:z" if object[:2] == "_:" else object
            fourth = "_:a" if graph == node else "_:z" if graph[:2] == "_:" else graph
            lines.append(line_of(first, predicate, third, fourth))
        lines.sort()
        return self._digest("".join(lines).encode())

    def _hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """4.7: how a neighbour stands to the node."""
        label = self._canonical.issued.get(related) or issuer.issued.get(related) or self._first[related]
        predicate = "" if position == "g" else quad.predicate
        return self._digest(f"{position}{predicate}{label}".encode())

    def _hash_n_degree(self, node: str, issuer: _Issuer, level: int) -> tuple[str, _Issuer]:
        """4.8: the node by its neighbours, trying every order of neighbours that are alike."""
        self._spend(level)
        neighbours: dict[str, list[str]] = {}
        for quad in self._quads[node]:
            for position, related in (("s", quad.subject), ("o", quad.object), ("g", quad.graph)):
                if is_blank(related) and related != node:
                    neighbours.setdefault(self._hash_related(related, quad, issuer, position), []).append(related)
        data = ""
        for found in sorted(neighbours):
            path, issuer = self._shortest_path(neighbours[found], issuer, level)
            data += found + path
        return self._digest(data.encode()), issuer

    def _shortest_path(self, related: list[str], issuer: _Issuer, level: int) -> tuple[str, _Issuer]:
        chosen: tuple[str, _Issuer] | None = None
        for order in permutations(related):
            self._spend(level)
            tried = self._path(order, issuer.copy(), chosen[0] if chosen else None, level)
            if tried is not None and (chosen is None or tried[0] < chosen[0]):
                chosen = tried
        assert chosen is not None  # the first order is always taken
        return chosen

    def _path(
        self, order: tuple[str, ...], issuer: _Issuer, best: str | None, level: int
    ) -> tuple[str, _Issuer] | None:
        """The path of one order, or None once it cannot be the least any more."""
        path = ""
        unseen: list[str] = []
        for node in order:
            label = self._canonical.issued.get(node)
            if label is None:
                if node not in issuer.issued:
                    unseen.append(node)
                label = issuer.issue(node)
            path += label
            if _is_worse(path, best):
                return None
        for node in unseen:
            found, after = self._hash_n_degree(node, issuer, level + 1)
            path += f"{issuer.issue(node)}<{found}>"
            issuer = after
            if _is_worse(path, best):
                return None
        return path, issuer

    def _spend(self, level: int) -> None:
        self._steps -= 1
        if self._steps < 0 or level > MAX_LEVELS:
            raise GraphTooComplex(expected=f"at most {MAX_STEPS} steps and {MAX_LEVELS} levels", got="more")


def _is_worse(path: str, best: str | None) -> bool:
    return best is not None and len(path) >= len(best) and path > best
