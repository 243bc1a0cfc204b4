"""Receipts: evidence that a statement or an action was accepted, built by a node and verified by anybody, offline."""
