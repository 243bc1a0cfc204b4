"""A node: one installation that hosts members, walled off from one another, and keeps one replica of the ledger.

It composes the rooms below it into what a member can do (`tenant`), brings statements to the ledger and documents
to their recipients (`anchor`, `delivery`, `beat`), and looks after itself (`settings`, `doctor`, `backup`).
It knows procedures only through `transire.procedures.catalogue`, never by name.
"""
