"""Take every right away from the process that will decode: the order matters."""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Callable
from dataclasses import dataclass

from threebath.render.sandbox import landlock, seccomp

NOBODY = 65534
AMBIENT, CLEAR_ALL = 47, 4
CAPABILITIES_VERSION = 0x20080522
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_NO_NEW_PRIVILEGES = 1, 4, 38
MIB = 1024 * 1024
MAX_WRITTEN = 64 * MIB
"""Bytes of the one file that is written, which takes the renditions of a picture."""
MAX_DESCRIPTORS = 8
"""Open at a time, but for those that the process began with: what it keeps of the files
that it was lent stays in memory."""
MAX_THREADS = 2048
"""Of all workers of a machine together; each has about five."""


@dataclass(frozen=True, slots=True)
class Cage:
    """What the process may still use.

    Attributes:
        memory: bytes of address space; 0 for no limit.
        cpu: seconds of computing, over the process's whole life.
    """

    memory: int
    cpu: int


def lock_down(cage: Cage) -> list[str]:  # pragma: no cover - in the child alone
    """Give up all rights, one after the other; list the locks that could not be made.

    A lock that is merely missing is for the pool to judge. It must be called while
    the process has one thread: Landlock holds for the calling one and its children.
    """
    missing = []
    for name, lock in (
        ("death with the parent", _die_with_parent),
        ("an unprivileged user", _become_nobody),
        ("limits", lambda: _limit(cage)),
        ("no capabilities", _no_capabilities),
        ("no new privileges", _no_new_privileges),
        ("Landlock", _landlock),
        ("seccomp", seccomp.restrict),
    ):
        if not _holds(lock):
            missing.append(name)
    return missing


def _holds(lock: Callable[[], None]) -> bool:  # pragma: no cover - in the child alone
    try:
        lock()
    except (OSError, ValueError, AttributeError):
        return False
    return True


def _control(option: int, value: int) -> None:  # pragma: no cover - in the child alone
    if platform.system() != "Linux":
        raise OSError(platform.system())
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _die_with_parent() -> None:  # pragma: no cover - in the child alone
    """Have the kernel kill this process when the one that started it is gone."""
    _control(SET_DEATH_SIGNAL, signal.SIGKILL)


def _become_nobody() -> None:  # pragma: no cover - in the child alone
    """Change to the user nobody where that is possible, and to nobody's memory."""
    if os.geteuid() == 0:
        # Of another user this would also count what else that one has running.
        _lower(resource.RLIMIT_NPROC, MAX_THREADS)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _die_with_parent()  # the change of user has undone it
    _control(SET_DUMPABLE, 0)


def _limit(cage: Cage) -> None:  # pragma: no cover - in the child alone
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: MAX_WRITTEN,
        resource.RLIMIT_NOFILE: MAX_DESCRIPTORS,
        resource.RLIMIT_CPU: cage.cpu,
    }
    if cage.memory:
        limits[resource.RLIMIT_AS] = cage.memory
    for name, value in limits.items():
        _lower(name, value)


def _lower(name: int, value: int) -> None:  # pragma: no cover - in the child alone
    """Set a limit, unless there is a lower one, for good."""
    _, most = resource.getrlimit(name)
    least = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(name, (least, least))


def _no_capabilities() -> None:  # pragma: no cover - in the child alone
    """Drop what a service manager may have granted to a user who is not root."""
    _control(AMBIENT, CLEAR_ALL)
    header = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _no_new_privileges() -> None:  # pragma: no cover - in the child alone
    _control(SET_NO_NEW_PRIVILEGES, 1)


def _landlock() -> None:  # pragma: no cover - in the child alone
    if landlock.restrict() == 0:
        raise OSError("not in this kernel")
