"""What every command refuses.

TransireError
└── FileUnusable    cli.file-unusable    the operating system does not let it be read or written
"""

from __future__ import annotations

from transire.errors import TransireError


class FileUnusable(TransireError):
    code = "cli.file-unusable"
    sentence = "A file or folder cannot be used."
    fix = "Check its name, that the folder around it exists, and that you may read or write there."
