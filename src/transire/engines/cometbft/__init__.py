"""The network engine: CometBFT decides the order, this process is its application (ABCI 2.0 over a unix socket)."""
