"""The replicated state machine, the statement and its tree, and the receipt. Pure; knows no procedure by name."""
