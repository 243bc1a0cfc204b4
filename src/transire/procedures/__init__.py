"""The customs procedures, one room each, all of the same shape; `catalogue` names them.

A procedure's room holds `statements.py` (what members may state in it), `checks` (cross-document checks, pure),
`tables.py` (its rows), `service.py` (what a node does for it) and its doors `routes.py` and `pages.py`. Procedures do
not import one another: what two of them read is a document and lives in `transire.documents`.
"""
