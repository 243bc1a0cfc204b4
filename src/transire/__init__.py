"""Transire: a shared, tamper-evident ledger of trade documents."""

__version__ = "0.1.0"
