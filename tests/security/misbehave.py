"""Loaded into workers by tests alone: does what a picture that took over might do."""

import array
import ctypes
import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

MARK = b"MISBEHAVE:"
LIE = b"LIE:"
WRITE = os.write
BY_THE_WAY = b"BY THE WAY:"
NOBODY_STOPPED_IT = 77
"""What a worker exits with that did what it must not be able to do."""
FINE = "it may"


def _eat():
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _ptrace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0) != 0:
        raise PermissionError


def _say(*texts):
    for text in texts:
        os.write(_line().fileno(), text)
    return FINE


def _chatter():
    _say(b'{"format":"image/jpeg"')
    time.sleep(60)


def _signal_by_descriptor(command):
    """Have the kernel send a signal to the parent when something is to be read."""
    line = _line().fileno()
    fcntl.fcntl(line, command, os.getppid())


def _thread_of_its_own():
    """Start a thread whose descriptors are counted by themselves."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(56, 0x3D0F00 & ~0x400, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno())


def _tgkill():
    libc = ctypes.CDLL(None)
    libc.syscall(234, os.getppid(), os.getppid(), 9)


def _send_files():
    fds = array.array("i", [_line().fileno()] * 100)
    files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]
    _line().sendmsg([b"{"], files)


def _hoard():
    """Keep more files open than a worker needs."""
    for _ in range(20):
        os.dup(_line().fileno())


def _answer_and(then):
    """Answer as it should, and do something else at once."""

    def write(fd, text):
        WRITE(fd, text)
        os.write = WRITE
        then(fd, text)

    os.write = write


def _overwrite():
    for fd in range(64):
        with suppress(OSError):
            os.pwrite(fd, b"overwritten", 0)
        with suppress(OSError):
            os.ftruncate(fd, 1)
    return FINE


def _line():
    return next(one for one in gc.get_objects() if isinstance(one, socket.socket))


DEEDS = {
    "crash": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "loop": lambda: sum(iter(int, 1)),
    "sleep": lambda: time.sleep(100),
    "eat memory": _eat,
    "leave": lambda: FINE,
    "read a file": lambda: Path("/etc/passwd").read_bytes(),
    "read the code": lambda: Path(__file__).read_bytes(),
    "write a file": lambda: Path("/tmp/threebath-was-here").write_text("x"),
    "list a folder": lambda: list(Path("/").iterdir()),
    "fork": os.fork,
    "run a program": lambda: subprocess.run(["true"], check=False),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "open a socket": socket.socket,
    "open a pair": socket.socketpair,
    "kill its parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "look at its parent": _ptrace,
    "say nonsense": lambda: _say(b"nonsense\n"),
    "never stop talking": lambda: _say(*[b"x" * 60_000] * 99),
    "send files": _send_files,
    "hoard": _hoard,
    "keep what no limit counts": lambda: os.memfd_create("x"),
    "kill its parent by a thread": _tgkill,
    "have its parent signalled": lambda: _signal_by_descriptor(8),
    "choose a signal": lambda: _signal_by_descriptor(10),
    "lease its picture": lambda: fcntl.fcntl(5, 1024, 1),
    "start a thread of its own": _thread_of_its_own,
    "say half": _chatter,
    "hang up": lambda: (_line().close(), time.sleep(60)),
    "become root": lambda: os.setuid(0),
    "ask for more": lambda: __import__("resource").setrlimit(9, (-1, -1)),
    "mount": lambda: ctypes.CDLL(None).mount(b"a", b"/", b"tmpfs", 0, None),
    "write to its picture": _overwrite,
    "write too much": lambda: os.pwrite(int(sys.argv[2]), b"x", 1 << 26),
}
WELL = {
    "answer and die": lambda: _answer_and(lambda *_: os._exit(0)),
    "answer twice": lambda: _answer_and(WRITE),
}
"""What begins like a good answer."""


def _lie(text):
    """Have the worker answer what the file says, whatever the picture is."""
    told = json.loads(text)
    chunks = [bytes.fromhex(told["content"])]
    sys.modules["__main__"].answer = lambda *_: (told["message"], chunks)


def before(data):
    """Do the deed whose name stands in the file, or tell the lie."""
    if data.startswith(LIE):
        _lie(data[len(LIE) :])
    if BY_THE_WAY in data:
        WELL[data.rpartition(BY_THE_WAY)[2].decode()]()
    if data.startswith(MARK):
        done = DEEDS[data[len(MARK) :].decode()]()
        os._exit(0 if done == FINE else NOBODY_STOPPED_IT)
