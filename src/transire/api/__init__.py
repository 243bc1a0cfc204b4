"""The REST API under /v1: what a person can do in the portal, a program can do here, under the same permissions.

The contract is `openapi.yaml`, written first; the routes are declared in `api/*_routes.py` and in each procedure's
`routes.py`, and a test holds the two to one another. What it is not: a place for rules, or a second error language:
refusals are the problems of RFC 9457 with the codes of the one catalogue.
"""
