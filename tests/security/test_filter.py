"""The filter for system calls, run by an interpreter of our own."""

import errno
import struct

import pytest

from threebath.render.sandbox.seccomp import is_known, program
from threebath.render.sandbox.syscalls import (
    ALLOWED,
    AUDIT,
    CLONE,
    CLONE3,
    FCNTL,
    REFUSED,
    TGKILL,
)

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
MACHINES = ("x86_64", "aarch64")
DEADLY = {
    "x86_64": {
        "execve": 59, "fork": 57, "vfork": 58, "socket": 41, "connect": 42, "kill": 62,
        "ptrace": 101, "setuid": 105, "unlink": 87, "execveat": 322, "io_uring": 425,
        "bpf": 321, "process_vm_readv": 310, "mount": 165, "setrlimit": 160,
    },
    "aarch64": {
        "execve": 221, "socket": 198, "connect": 203, "kill": 129, "ptrace": 117,
        "setuid": 146, "unlinkat": 35, "execveat": 281, "io_uring": 425, "bpf": 280,
        "process_vm_readv": 270, "mount": 40,
    },
}  # fmt: skip


PID = 4711


def run(machine, number, *arguments, architecture=None):
    """Interpret the filter as the kernel does: the few instructions that it uses."""
    wanted = getattr(AUDIT, machine) if architecture is None else architecture
    data = struct.pack("=IIQ6Q", number, wanted, 0, *arguments, *[0] * (6 - len(arguments)))
    code = program(machine, PID)
    steps = [struct.unpack_from("=HBBI", code, place) for place in range(0, len(code), 8)]
    place, held = 0, 0
    while True:
        operation, yes, no, operand = steps[place]
        place += 1
        match operation:
            case 0x20:
                (held,) = struct.unpack_from("=I", data, operand)
            case 0x06:
                return operand
            case 0x15:
                place += yes if held == operand else no
            case 0x35:
                place += yes if held >= operand else no


@pytest.mark.parametrize("machine", MACHINES)
def test_only_what_is_listed_is_allowed(machine):
    """Of a thousand numbers, the listed ones pass or are refused; all others kill."""
    allowed = {getattr(one, machine) for one in ALLOWED.values()} - {None}
    refused = {getattr(one, machine) for one in REFUSED.values()} - {None}
    special = {getattr(one, machine) for one in (CLONE, CLONE3, FCNTL, TGKILL)}
    for number in set(range(1000)) - special:
        wanted = ALLOW if number in allowed else KILL
        wanted = ERRNO | errno.EACCES if number in refused else wanted
        assert run(machine, number) == wanted, number


@pytest.mark.parametrize("machine", MACHINES)
def test_what_attackers_want_kills(machine):
    """Programs, processes, sockets, other processes' memory."""
    for name, number in DEADLY[machine].items():
        assert run(machine, number) == KILL, name


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_start_and_processes_do_not(machine):
    """clone as the C libraries call it is a thread; clone3 pretends not to exist."""
    number = getattr(CLONE, machine)
    for flags in (0x3D0F00, 0x7D0F00):
        assert run(machine, number, flags) == ALLOW
    without_files, process = 0x3D0F00 & ~0x400, 0x11
    for flags in (without_files, process, 0x3D0F00 | 0x10000000, 0x10000):
        assert run(machine, number, flags) == ERRNO | errno.EPERM
    assert run(machine, getattr(CLONE3, machine)) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_signals_reach_nobody_else(machine):
    """A process may abort; it has no other's number to send to, directly or not."""
    number, control = getattr(TGKILL, machine), getattr(FCNTL, machine)
    assert run(machine, number, PID) == ALLOW
    assert run(machine, number, PID + 1) == KILL
    set_flags, set_owner, set_signal, lease, owner_ex = 4, 8, 10, 1024, 15
    for command in (set_flags, set_owner, set_signal, lease, owner_ex, 1033):
        assert run(machine, control, 3, command) == ERRNO | errno.EPERM
    for command in (0, 1, 2, 3, 1030):
        assert run(machine, control, 3, command) == ALLOW


def test_other_interfaces_are_no_way_around():
    """The 32-bit tables and x32 have other numbers for everything."""
    assert run("x86_64", 1, architecture=0x40000003) == KILL
    assert run("x86_64", 0x40000000 | 1) == KILL
    assert run("aarch64", 64, architecture=0x40000028) == KILL


def test_unknown_processors_are_said_to_be():
    """No table, no filter: the pool is told that the lock is missing."""
    assert is_known("x86_64")
    assert not is_known("riscv64")
