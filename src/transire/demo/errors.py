"""What the demo refuses.

TransireError
└── FolderTaken    demo.folder-taken
"""

from __future__ import annotations

from transire.errors import TransireError


class FolderTaken(TransireError):
    code = "demo.folder-taken"
    sentence = "In this folder stands something that no demo left, and the demo would remove it."
    fix = "Choose another folder with --out, or move away what is named."
