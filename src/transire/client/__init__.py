"""The client: how a program speaks to a node, with a token or by signing each request (RFC 9421)."""
