"""More room for what CometBFT writes to its socket: it is CometBFT's own socket that bounds it, and has no setting.

On Linux the bytes under way on a unix socket count against the buffer of whoever sends (`SO_SNDBUF`, unix(7)), 208 KiB
unless told otherwise: three parcels of actions, a third of a block. When it is full CometBFT's writer waits, and while
it waits its flush timer takes a core (`server`). The socket is opened inside CometBFT, so it is reached by its process:
`pidfd_getfd(2)` gives a parent, which could as well trace its child, a second descriptor of the child's socket.

Nothing depends on it. Where the system is another or does not allow it, all works as before, under load more slowly.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

WANTED_BYTES: Final = 4 << 20
"""A block, or what lies in a mempool and is looked at again. The system grants what `net.core.wmem_max` allows."""
_PIDFD_GETFD: Final = 438
"""The system call's number, one for all architectures that got it with Linux 5.6."""
_CREDENTIALS: Final = struct.Struct("iII")
"""`struct ucred`: process, user and group of a unix socket's other end."""


def widen_peer(connection: socket.socket) -> int:
    """Give the process at the other end more room for what it writes to us; how many bytes its socket has then.

    0 where that cannot be done.
    """
    if sys.platform != "linux":
        return 0
    granted, name = 0, connection.getsockname()
    # AttributeError: a Python or a C library that was built without one of the calls.
    with suppress(OSError, AttributeError), ExitStack() as opened:
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        process, _, _ = _CREDENTIALS.unpack(told)
        handle = os.pidfd_open(process)
        opened.callback(os.close, handle)
        for theirs in _sockets(process, handle):
            with theirs, suppress(OSError):
                if name and theirs.family == socket.AF_UNIX and theirs.getpeername() == name:
                    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WANTED_BYTES)
                    granted = theirs.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    return granted


def _sockets(process: int, handle: int) -> Iterator[socket.socket]:
    """Second descriptors of a process's sockets."""
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if os.readlink(entry).startswith("socket:"):
                yield socket.socket(fileno=_duplicate(handle, int(entry.name)))


def _duplicate(handle: int, descriptor: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    found: int = library.syscall(_PIDFD_GETFD, handle, descriptor, 0)
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    os.set_inheritable(found, False)
    return found
