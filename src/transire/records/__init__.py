"""A member's records: what the ledger and the received statements add up to, as rows that pages and lists read.

A projection: it can be dropped and rebuilt from vault and ledger with equal content, whatever the order in which
things arrived. It holds only fields that a document's schema marks as indexable, so that erasing a document erases it
here too. What it is not: it is no source of truth, and knows no procedure; procedures bring tables of their own.
"""
