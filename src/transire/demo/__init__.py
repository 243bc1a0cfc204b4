"""The demo: five members on one node, and the whole way from the producer's signature to an offline proof.

A development part: its key stores are cheap, its sign-in links need no password, and its five members live on one
machine. It says so, and none of it starts under the production profile.
"""
