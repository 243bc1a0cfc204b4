"""W3C Verifiable Credentials 2.0: issue, verify, status lists, with contexts that are pinned and never fetched.

The proof is Data Integrity with `eddsa-jcs-2022`. That suite signs JSON, not meaning, so issuer and verifier both
check that every type and term is mapped by contexts whose bytes are known by their SHA-256.
What it is not: it validates no JSON Schema (`documents` does) and asks no ledger whether a document has ended.
"""
