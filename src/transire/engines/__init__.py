"""How blocks come to be: `embedded` with one local validator key, `cometbft` with many. Same bytes, same machine."""
