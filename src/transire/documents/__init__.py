"""Trade documents that more than one procedure reads: their schemas, their words and their typed readers.

A document is a W3C Verifiable Credential. `catalogue` knows its type and checks the whole of it against a JSON Schema
2020-12; the readers (`certification`, `invoice`, `cost_sheet`, `authority`, `entry`, `evidence`, `product`) turn
what was checked into frozen structs, and their `*_subject` functions make the credential subject from the same
structs. What it is not: it signs nothing, stores nothing and compares no document with another.
"""
