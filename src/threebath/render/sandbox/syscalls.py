"""The system calls that a worker may make, by number; everything else kills it.

The numbers are those of the kernel's tables for x86-64 and for the generic 64-bit
interface (arm64). ``None`` where an architecture has no such call.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Numbers(NamedTuple):
    """One call's numbers."""

    x86_64: int | None
    aarch64: int | None


ALLOWED: Mapping[str, Numbers] = MappingProxyType(
    {
        "read": Numbers(0, 63),
        "write": Numbers(1, 64),
        "close": Numbers(3, 57),
        "fstat": Numbers(5, 80),
        "poll": Numbers(7, None),
        "lseek": Numbers(8, 62),
        "mmap": Numbers(9, 222),
        "mprotect": Numbers(10, 226),
        "munmap": Numbers(11, 215),
        "brk": Numbers(12, 214),
        "rt_sigaction": Numbers(13, 134),
        "rt_sigprocmask": Numbers(14, 135),
        "rt_sigreturn": Numbers(15, 139),
        "pread64": Numbers(17, 67),
        "pwrite64": Numbers(18, 68),
        "readv": Numbers(19, 65),
        "writev": Numbers(20, 66),
        "sched_yield": Numbers(24, 124),
        "mremap": Numbers(25, 216),
        "madvise": Numbers(28, 233),
        "dup": Numbers(32, 23),
        "nanosleep": Numbers(35, 101),
        "getpid": Numbers(39, 172),
        "recvmsg": Numbers(47, 212),
        "exit": Numbers(60, 93),
        "ftruncate": Numbers(77, 46),
        "gettimeofday": Numbers(96, 169),
        "getrusage": Numbers(98, 165),
        "sysinfo": Numbers(99, 179),
        "times": Numbers(100, 153),
        "getppid": Numbers(110, 173),
        "sigaltstack": Numbers(131, 132),
        "sched_getparam": Numbers(143, 121),
        "sched_getscheduler": Numbers(145, 120),
        "gettid": Numbers(186, 178),
        "futex": Numbers(202, 98),
        "sched_getaffinity": Numbers(204, 123),
        "restart_syscall": Numbers(219, 128),
        "clock_gettime": Numbers(228, 113),
        "clock_nanosleep": Numbers(230, 115),
        "exit_group": Numbers(231, 94),
        "ppoll": Numbers(271, 73),
        "set_robust_list": Numbers(273, 99),
        "getcpu": Numbers(309, 168),
        "getrandom": Numbers(318, 278),
        "membarrier": Numbers(324, 283),
        "rseq": Numbers(334, 293),
    }
)

REFUSED: Mapping[str, Numbers] = MappingProxyType(
    {
        "open": Numbers(2, None),
        "stat": Numbers(4, None),
        "lstat": Numbers(6, None),
        "ioctl": Numbers(16, 29),
        "access": Numbers(21, None),
        "uname": Numbers(63, 160),
        "getcwd": Numbers(79, 17),
        "readlink": Numbers(89, None),
        "getuid": Numbers(102, 174),
        "getgid": Numbers(104, 176),
        "geteuid": Numbers(107, 175),
        "getegid": Numbers(108, 177),
        "setpriority": Numbers(141, 140),
        "sched_setscheduler": Numbers(144, 119),
        "prctl": Numbers(157, 167),
        "sched_setaffinity": Numbers(203, 122),
        "getdents64": Numbers(217, 61),
        "openat": Numbers(257, 56),
        "newfstatat": Numbers(262, 79),
        "readlinkat": Numbers(267, 78),
        "faccessat": Numbers(269, 48),
        "prlimit64": Numbers(302, 261),
        "memfd_create": Numbers(319, 279),  # memory that no limit counts
        "statx": Numbers(332, 291),
        "faccessat2": Numbers(439, 439),
    }
)
"""Refused with EACCES instead: libraries ask, and go on without."""

CLONE = Numbers(56, 220)
FCNTL = Numbers(72, 25)
TGKILL = Numbers(234, 131)
"""Allowed with some arguments: see `seccomp`."""

CLONE3 = Numbers(435, 435)
AUDIT = Numbers(0xC000003E, 0xC00000B7)
"""The architecture as the kernel tells it to a filter."""
