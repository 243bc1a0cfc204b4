"""Where a member's rows and blobs are kept: one SQL database a member, one store of encrypted blobs.

It knows no trade words and no table of its own. The modules are imported one by one and not from here: SQLAlchemy
takes half a second to import, and `transire verify` must answer in less.
"""
