"""The portal: server-rendered pages for persons, under one address for each hosted member.

It works without scripts, under a content security policy that lets no inline script or style in. Pages of a customs
procedure live with the procedure (`procedures/*/pages.py` and `templates/`); here are the shell, the sign-in, and
the pages that every member has. What it is not: a place for rules. A page calls a service and shows what it gives.
"""
