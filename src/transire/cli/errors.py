"""What the commands refuse that no other room does.

TransireError
└── FileUnusable    cli.file-unusable
"""

from __future__ import annotations

from transire.errors import TransireError


class FileUnusable(TransireError):
    code = "cli.file-unusable"
    sentence = "A file or folder cannot be read or written."
    fix = "Look at its name, at who may use it, and at the room on the disk; then give the command again."
