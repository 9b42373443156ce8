"""One worker, as the pool sees it: a process, and a socket to talk to it."""

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from threebath.core.errors import RendererFailed
from threebath.render.judge import Distrusted, read_message
from threebath.render.parcel import receive, send
from threebath.render.sandbox import memfd
from threebath.render.settings import RenderSettings
from threebath.render.wire import MAX_MESSAGE, pack

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
"""A second wall behind seccomp's, which refuses files and sockets as well."""
SPARE_CPU = 60
"""Seconds of computing that a worker may use beyond its files: to start, for one."""


class Gone(Exception):
    """The worker hung up."""


class Line:
    """A worker process and the socket to it; made by `open_line`."""

    def __init__(self, process: "subprocess.Popen[bytes]", line: socket.socket) -> None:
        self.process = process
        self.socket = line
        self.served = 0
        self.missing: tuple[str, ...] = ()

    def is_silent(self) -> bool:
        """Say whether the worker is alive and has nothing to say, as it must be unasked."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    async def ask(self, message: Mapping[str, Any], source: int) -> "Answer":
        """Send a job with its file, and wait for the answer.

        Raises:
            Gone: the worker died.
            Distrusted: what it says is not a message.
        """
        self.served += 1
        try:
            send(self.socket, pack(message), [source])
        except OSError as error:
            raise Gone from error
        return await self.hear()

    async def hear(self) -> "Answer":
        """Wait for the worker's next message.

        Raises:
            Gone: the worker died.
            Distrusted: what it says is not a message.
        """
        text, fds = b"", list[int]()
        try:
            while not text.endswith(b"\n") and len(text) < MAX_MESSAGE:
                await _readable(self.socket)
                part, more = receive(self.socket)
                fds += more
                text += part or _hung_up()
            return Answer(read_message(text), fds)
        except OSError as error:
            _close(fds)
            raise Gone from error
        except BaseException:
            _close(fds)
            raise

    async def close(self) -> None:
        """End the worker, whatever it is doing."""
        self.socket.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        await asyncio.to_thread(self.process.wait)


class Answer:
    """A message from a worker, and the files that came with it."""

    def __init__(self, message: dict[str, Any], fds: list[int]) -> None:
        self.message = message
        self._fds = fds

    def read(self, lengths: Sequence[int]) -> list[bytes]:
        """Copy the pieces that came with the message, and only then look at them.

        Raises:
            Distrusted: there are not exactly that many bytes.
        """
        if len(self._fds) != 1:
            raise Distrusted("not one file")
        try:
            return memfd.read(self._fds[0], *lengths)
        except OSError as error:
            raise Distrusted("another number of bytes") from error

    def close(self) -> None:
        """Let go of the files."""
        _close(self._fds)
        self._fds = []


async def open_line(settings: RenderSettings) -> Line:
    """Start a worker and wait until it has locked itself up.

    Raises:
        RendererFailed: it does not start, or a lock is missing and may not be.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, PACKETS)
    with theirs:
        ours.setblocking(False)
        process = _start(settings, theirs)
    line = Line(process, ours)
    try:
        async with asyncio.timeout(STARTUP):
            answer = await line.hear()
        answer.close()
        line.missing = tuple(str(one) for one in answer.message["missing"])
        _demand_locks(line, settings)
    except (Gone, Distrusted, TimeoutError, KeyError) as error:
        await line.close()
        told = f"a worker did not start (exit status {process.returncode})"
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


def _start(settings: RenderSettings, theirs: socket.socket) -> "subprocess.Popen[bytes]":
    seconds = math.ceil(settings.deadline.total_seconds())
    cage = {
        "memory": settings.memory,
        "cpu": SPARE_CPU + seconds * settings.files_per_worker,
        "planar": settings.planar,
        "hook": str(settings.hook or ""),
    }
    command = [sys.executable, "-P", "-m", MODULE]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        [*command, str(theirs.fileno()), json.dumps(cage)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        env={**ENVIRONMENT, "PYTHONPATH": str(SOURCES), "PATH": os.defpath},
        cwd="/",
    )


def _hung_up() -> bytes:
    raise Gone


async def _readable(line: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(line, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(line)


def _settle(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def _close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)
