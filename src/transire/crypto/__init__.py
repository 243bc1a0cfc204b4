"""Canonical JSON, digests, keys and their store, DIDs, sealing. The ground floor: it knows no word of trade.

Standards: RFC 8785 (JSON), RFC 8032 and ZIP 215 (Ed25519), RFC 9180 (HPKE), RFC 5869 (HKDF), RFC 9106 (Argon2).
"""
