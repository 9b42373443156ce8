"""Landlock: no file, no address, no signal outside of this process."""

import ctypes
import errno
import os
import struct

CREATE, RESTRICT = 444, 446
"""System calls; the numbers are the same on all processors."""
VERSION = 1
FILES = ((1, 13), (2, 14), (3, 15), (5, 16))
"""Rights over files: from which version of Landlock on there are how many."""
NETWORK_FROM, NETWORK = 4, 0b11
SCOPES_FROM, SCOPES = 6, 0b11


def restrict() -> int:  # pragma: no cover - in the child alone
    """Deny everything that this kernel's Landlock knows; return its version, or 0.

    Raises:
        OSError: there is a Landlock, and it refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(CREATE, None, 0, VERSION))
    if version < 1:
        return 0
    rules = attributes(version)
    ruleset = libc.syscall(CREATE, rules, len(rules), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock refuses the rules")
    try:
        if libc.syscall(RESTRICT, ruleset, 0) != 0:
            raise OSError(ctypes.get_errno() or errno.EPERM, "Landlock is refused")
    finally:
        os.close(ruleset)
    return version


def attributes(version: int) -> bytes:
    """Write the rules for a version: handle everything, allow nothing.

    >>> len(attributes(1)), len(attributes(4)), len(attributes(7))
    (8, 16, 24)
    """
    files = (1 << max(count for since, count in FILES if version >= since)) - 1
    words = [files]
    if version >= NETWORK_FROM:
        words.append(NETWORK)
    if version >= SCOPES_FROM:
        words.append(SCOPES)
    return struct.pack(f"={len(words)}Q", *words)
