"""One worker, as the pool sees it: a process, a socket to talk to it, and its tray."""

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from threebath.core.errors import RendererFailed
from threebath.render.judge import Distrusted, read_message
from threebath.render.parcel import send
from threebath.render.sandbox import memfd
from threebath.render.settings import RenderSettings
from threebath.render.wire import JOB, MAX_MESSAGE, pack

STARTUP = 15.0
"""Seconds that a worker may take to be ready; a busy machine is slow."""
PACKETS = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_STREAM)
MODULE = "threebath.render.worker"
SOURCES = Path(__file__).parents[2]
ENVIRONMENT = {
    "VIPS_CONCURRENCY": "1",
    "VIPS_DISC_THRESHOLD": "8g",  # libvips would spill large pictures to files
    "LC_ALL": "C.UTF-8",
}
DISPENSABLE = frozenset({"Landlock"})
"""A second wall behind seccomp's, which refuses files, sockets and signals as well."""
SPARE_CPU = 60
"""Seconds of computing that a worker may use beyond its files: to start, for one."""


class Gone(Exception):
    """The worker hung up."""


class NotHeard(Exception):
    """The worker never took what it was asked, so that the file is not the cause."""


class Line:
    """A worker process and what leads to it; made by `open_line`.

    Attributes:
        tray: the file that the worker puts its renditions in. It is ours: a worker has no
            other way to hold memory or files of this process.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", line: socket.socket, tray: int
    ) -> None:
        self.process = process
        self.socket = line
        self.tray = tray
        self.served = 0
        self.missing: tuple[str, ...] = ()
        self._ready: asyncio.Future[None] | None = None
        self._is_closed = False

    def is_silent(self) -> bool:
        """Say whether the worker is alive and has nothing to say, as it must be unasked."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    async def ask(self, message: Mapping[str, Any], source: int) -> dict[str, Any]:
        """Send a job with its file, and wait for the answer.

        Raises:
            Gone: the worker died.
            NotHeard: it had died before, or answers what it was not asked.
            Distrusted: what it says is not a message.
        """
        self.served += 1
        try:
            send(self.socket, pack({**message, JOB: self.served}), source)
            told = await self.hear()
        except (BrokenPipeError, ConnectionResetError) as error:
            # The kernel resets where the other side has left something unread.
            raise NotHeard from error
        except OSError as error:
            raise Gone from error
        if told.pop(JOB, None) != self.served:
            raise NotHeard
        return told

    async def hear(self) -> dict[str, Any]:
        """Wait for the worker's next message; files that come along are dropped.

        Raises:
            Gone: the worker died.
            OSError: it did, and has not read all that it was sent.
            Distrusted: what it says is not a message.
        """
        text = b""
        while not text.endswith(b"\n"):
            await self._readable()
            text += self.socket.recv(MAX_MESSAGE) or _hung_up()
            # A packet is a message, whole or not; only a stream may come in pieces.
            if PACKETS != socket.SOCK_STREAM or len(text) > MAX_MESSAGE:
                break
        return read_message(text)

    def take(self, lengths: Sequence[int]) -> list[bytes]:
        """Copy the pieces that lie in the tray, and only then look at them.

        Raises:
            Distrusted: there are not exactly that many bytes.
        """
        try:
            return memfd.read(self.tray, *lengths)
        except OSError as error:
            raise Distrusted("another number of bytes") from error

    def clear(self) -> None:
        """Empty the tray."""
        if not self._is_closed:
            os.ftruncate(self.tray, 0)

    async def close(self) -> None:
        """End the worker, whatever it is doing; who waits for it learns that it is gone."""
        if not self._is_closed:
            self._is_closed = True
            asyncio.get_running_loop().remove_reader(self.socket)
            if self._ready and not self._ready.done():
                self._ready.set_exception(Gone())
            self.socket.close()
            os.close(self.tray)
            with suppress(ProcessLookupError):
                self.process.kill()
        await asyncio.to_thread(self.process.wait)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = self._ready = loop.create_future()
        loop.add_reader(self.socket, _settle, ready)
        try:
            await ready
        finally:
            if not self._is_closed:  # another may have its number by now
                loop.remove_reader(self.socket)


async def open_line(settings: RenderSettings) -> Line:
    """Start a worker and wait until it has locked itself up.

    Raises:
        RendererFailed: it does not start, or a lock is missing and may not be.
    """
    try:
        line = _start(settings)
    except OSError as error:
        told = f"a worker cannot be started: {error.strerror}"
        raise RendererFailed(told) from error
    try:
        async with asyncio.timeout(STARTUP):
            message = await line.hear()
        line.missing = tuple(str(one) for one in message["missing"])
        _demand_locks(line, settings)
    except (Gone, OSError, Distrusted, KeyError) as error:
        await line.close()
        told = f"a worker did not start (exit status {line.process.returncode})"
        raise RendererFailed(told) from error
    except BaseException:
        await line.close()
        raise
    return line


def _demand_locks(line: Line, settings: RenderSettings) -> None:
    needed = [name for name in line.missing if name not in DISPENSABLE]
    if needed and not settings.allow_unsandboxed:
        told = f"this system cannot lock up a worker: no {', no '.join(needed)}"
        raise RendererFailed(told)


def _start(settings: RenderSettings) -> Line:
    """Start a worker.

    Raises:
        OSError: this process or the system has no room for it.
    """
    with ExitStack() as undo:
        ours, theirs = socket.socketpair(socket.AF_UNIX, PACKETS)
        undo.callback(ours.close)
        with theirs:
            ours.setblocking(False)
            tray = memfd.new("tray")
            undo.callback(os.close, tray)
            process = _spawn(settings, theirs.fileno(), tray)
        undo.pop_all()
    return Line(process, ours, tray)


def _spawn(settings: RenderSettings, *fds: int) -> "subprocess.Popen[bytes]":
    seconds = math.ceil(settings.deadline.total_seconds())
    cage = {
        "memory": settings.memory,
        "cpu": SPARE_CPU + seconds * settings.files_per_worker,
        "planar": settings.planar,
        "hook": str(settings.hook or ""),
    }
    command = [sys.executable, "-P", "-m", MODULE, *map(str, fds), json.dumps(cage)]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=fds,
        env={**ENVIRONMENT, "PYTHONPATH": str(SOURCES), "PATH": os.defpath},
        cwd="/",
    )


def _hung_up() -> bytes:
    raise Gone


def _settle(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
