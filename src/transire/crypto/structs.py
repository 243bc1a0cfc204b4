"""Having every typed struct ready before threads read them.

msgspec works out how to read a struct when one is read for the first time, and keeps what it has so far where other
threads find it: one that reads the same struct meanwhile meets half of it, and the process ends by SIGSEGV (msgspec
0.22). A node that is started under load is in just that place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from typing import Final

import msgspec

_OURS: Final = "transire."
_ready: set[type[msgspec.Struct]] = set()
_preparing: Final = Lock()


def prepare_structs() -> int:
    """Have msgspec work out every struct of this program that is imported by now; how many were new.

    To be called before the first thread that reads any of them.

    >>> prepare_structs() >= 0, prepare_structs()
    (True, 0)
    """
    with _preparing:
        fresh = [kind for kind in _below(msgspec.Struct) if kind not in _ready]
        for kind in fresh:
            # One that no decoder can be made for (a name that is imported for types alone) is read by none either.
            with suppress(TypeError, NameError):
                msgspec.json.Decoder(kind)
        _ready.update(fresh)
        return len(fresh)


def _below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith(_OURS):
            yield one
        yield from _below(one)
