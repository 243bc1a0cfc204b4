"""A network of organisations on one machine: several node pairs, each its own organisation's, that share one ledger.

For trying out, for demonstrations and tests: the organisations are made up, and all of their keys lie in one folder. In
a real network each organisation does on its own machine what `founding` does here for all of them, with the same
functions (`node.joining`, `docs/how-to/join-a-network.md`).
"""
