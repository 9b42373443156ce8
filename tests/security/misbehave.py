"""Loaded into workers by tests alone: does what a picture that took over might do."""

import ctypes
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


def _eat():
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _ptrace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0) != 0:
        raise PermissionError


def _chatter():
    line = _line()
    line.sendmsg([b'{"format":"image/jpeg"'])
    time.sleep(60)


def _overwrite():
    for fd in range(64):
        with suppress(OSError):
            os.pwrite(fd, b"overwritten", 0)
        with suppress(OSError):
            os.ftruncate(fd, 1)


def _line():
    return next(one for one in gc.get_objects() if isinstance(one, socket.socket))


DEEDS = {
    "crash": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "loop": lambda: sum(iter(int, 1)),
    "sleep": lambda: time.sleep(100),
    "eat memory": _eat,
    "leave": lambda: os._exit(3),
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
    "say nonsense": lambda: _line().sendmsg([b"nonsense\n"]),
    "never stop talking": lambda: [_line().sendmsg([b"x" * 60_000]) for _ in range(99)],
    "say half": _chatter,
    "hang up": lambda: (_line().close(), time.sleep(60)),
    "become root": lambda: os.setuid(0),
    "ask for more": lambda: __import__("resource").setrlimit(9, (-1, -1)),
    "mount": lambda: ctypes.CDLL(None).mount(b"a", b"/", b"tmpfs", 0, None),
    "write to its picture": _overwrite,
    "write too much": lambda: os.pwrite(os.memfd_create("x"), b"x", 1 << 40),
}


def _lie(text):
    """Have the worker answer what the file says, whatever the picture is."""
    told = json.loads(text)
    chunks = [bytes.fromhex(told["content"])]
    sys.modules["__main__"].answer = lambda *_: (told["message"], chunks)


def before(data):
    """Do the deed whose name stands in the file, or tell the lie."""
    if data.startswith(LIE):
        _lie(data[len(LIE) :])
    if data.startswith(MARK):
        DEEDS[data[len(MARK) :].decode()]()
        raise SystemExit(f"nobody stopped {data!r}")
