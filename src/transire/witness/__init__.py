"""A witness: an organisation outside of a network that watches its log and countersigns what it saw.

It sees how much was accepted and under which root, never what. Its countersignature says: at this time I saw this log,
and it continued every one that I saw before. With it a receipt is proof against all validators together: whoever shows
somebody another past shows two logs of one size, and a witness has signed one of them (spec/checkpoint.md).
"""
