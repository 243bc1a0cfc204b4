"""The vault of a member: its documents encrypted off the ledger, its statements, and envelopes to and from others.

`vault` keeps documents; `journal` statements and where they stand on the ledger; `outbox` what is on its way;
`envelope` is what travels and `delivery` judges what arrives. Every function takes the open transaction, and every
step can be run again after a crash. What it is not: it sends nothing and asks no clock; the node does.
"""
