"""A member's primary data: its persons and what they are permitted, products, drafts, notes, views, inbox state.

It is backed up and never rebuilt, as nothing else knows it; the node writes it in the same SQL transaction as what
follows from it. What it is not: the projection of the ledger and of received documents, which is `records`.
"""
