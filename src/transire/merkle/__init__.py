"""Merkle trees: the append-only tree of RFC 9162, and a sparse map that proves absence. Storage is passed in."""
