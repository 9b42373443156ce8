"""Seccomp: a filter, in the kernel's BPF, for the system calls of this process."""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator, Sequence

from threebath.render.sandbox.syscalls import (
    ALLOWED,
    AUDIT,
    CLONE,
    CLONE3,
    FCNTL,
    REFUSED,
    TGKILL,
    Numbers,
)

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24
X32 = 0x40000000
"""Numbers from here on are calls of the x32 interface, which would slip through."""
THREAD = (0x3D0F00, 0x7D0F00)
"""What glibc and musl give to ``clone`` for a thread. Without some of these flags it would
have a table of descriptors of its own, which no limit counts."""
COMMANDS = (0, 1, 2, 3, 1030)
"""Of ``fcntl``: duplicate, and look at flags. Others have a signal sent to any process of
the same user, or leave a lease on the spool, for which its owner would wait."""
SECCOMP_CALL = Numbers(317, 277)
SET_MODE_FILTER, TSYNC = 1, 1

_Instruction = tuple[int, int, int, int]


def is_known(machine: str) -> bool:
    """Say whether there is a table of numbers for this processor."""
    return machine in Numbers._fields


def program(machine: str, pid: int) -> bytes:
    """Write the filter for a processor (`platform.machine`) and the process *pid*.

    Threads may be started, processes may not; glibc is told that ``clone3`` does not
    exist, whose flags a filter cannot see, and falls back to ``clone``. Signals reach the
    process itself (``abort`` sends one) and no other: older Landlocks do not see to that.
    """
    return b"".join(
        struct.pack("=HBBI", code, yes, no, operand)
        for code, yes, no, operand in _instructions(machine, pid)
    )


def _instructions(machine: str, pid: int) -> Iterator[_Instruction]:
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, getattr(AUDIT, machine)
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    if machine == "x86_64":
        yield AT_LEAST, 0, 1, X32
        yield RETURN, 0, 0, KILL
    verdicts = [(one, ALLOW) for one in ALLOWED.values()]
    verdicts += [(one, ERRNO | errno.EACCES) for one in REFUSED.values()]
    verdicts += [(CLONE3, ERRNO | errno.ENOSYS)]
    for numbers, verdict in verdicts:
        number = getattr(numbers, machine)
        if number is not None:
            yield EQUAL, 0, 1, number
            yield RETURN, 0, 0, verdict
    yield from _only(getattr(CLONE, machine), FIRST, THREAD, ERRNO | errno.EPERM)
    yield from _only(getattr(FCNTL, machine), SECOND, COMMANDS, ERRNO | errno.EPERM)
    yield from _only(getattr(TGKILL, machine), FIRST, (pid,), KILL)
    yield RETURN, 0, 0, KILL


def _only(
    number: int, argument: int, values: Sequence[int], otherwise: int
) -> Iterator[_Instruction]:
    """Allow a call whose argument is one of *values*; go on where it is another call."""
    yield EQUAL, 0, len(values) + 3, number
    yield LOAD, 0, 0, argument
    for left, value in zip(reversed(range(len(values))), values, strict=True):
        yield EQUAL, left + 1, 0, value
    yield RETURN, 0, 0, otherwise
    yield RETURN, 0, 0, ALLOW


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict() -> None:  # pragma: no cover - in the child alone
    """Put all threads of this process under the filter, for good.

    Raises:
        OSError: the kernel has no seccomp, or the processor is not in the tables.
    """
    machine = platform.machine()
    if not is_known(machine):
        raise OSError(errno.ENOSYS, "no table of system calls for this processor")
    code = program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    told = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    number = getattr(SECCOMP_CALL, machine)
    if libc.syscall(number, SET_MODE_FILTER, TSYNC, ctypes.byref(told)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp is refused")
