"""The VC API: issue, verify, derive and present credentials over HTTP, resolve did:key, publish status lists.

Other programs' door to credentials, after the W3C Community Group's VC API 0.7 and, for `/1.0/identifiers`, the DIF
Universal Resolver. One instance has several issuers, each with a key of its own and a path: `/ecdsa-rdfc-2019/...`,
`/status/...`. It is a product and the target of the official test suites alike.

What it is not: it knows no ledger, no person and no permission. Whoever can reach it can sign with its keys, so that it
listens on the loopback address unless told otherwise, and belongs behind a proxy that asks who is there.
"""
