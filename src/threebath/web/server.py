"""Runs an application: one process or several behind one socket, until told to stop."""

import asyncio
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import cast

import structlog
import uvicorn
from starlette.types import ASGIApp

from threebath.web.connection import Connection
from threebath.web.protocol import READ
from threebath.web.workers import FAILED, Beat, Supervisor

App = str | Callable[[], ASGIApp]
"""A factory of the application, or ``module:factory``; workers import it."""

UNREACHABLE_MS = 60_000
"""Milliseconds after which a peer that takes no bytes is given up."""

DESCRIPTORS = 65_536
"""Files that a process may have open: each connection is one, each upload one or two more;
systems often begin with 1,024."""

BEAT_EVERY = 1.0
"""Seconds between two signs of a worker that it does not stand still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How to serve.

    Attributes:
        workers: processes that answer.
        grace: seconds that uploads under way have after SIGTERM.
        silence: seconds after which one of several workers whose event loop stands still
            is replaced; 0 for never.
        keep_alive: seconds that an idle connection is kept; more than a proxy's own.
        most_connections: connections of one process, idle ones included.
        trusted_proxies: addresses whose ``X-Forwarded-For`` is believed.
    """

    workers: int = 1
    grace: float = 30.0
    silence: float = 60.0
    keep_alive: float = 65.0
    most_connections: int = 4000
    trusted_proxies: tuple[str, ...] = ()


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 asks for a free one, see `address_of`.

    Accepted connections inherit its options: a peer that vanished, or that does not take
    what is sent to it, is given up after a minute.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREACHABLE_MS)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL at which *listener* is reached, without a slash at the end.

    >>> with bind("127.0.0.1", 0) as listener:
    ...     address_of(listener)  # doctest: +ELLIPSIS
    'http://127.0.0.1:...'
    """
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: App, listener: socket.socket, serving: Serving) -> None:
    """Answer on *listener* until SIGTERM or SIGINT, then finish what is under way."""
    _open_up_to(DESCRIPTORS)
    if serving.workers == 1:
        serve_alone(app, listener, serving)
    else:
        work = partial(serve_alone, app, listener, serving)
        Supervisor(
            work,
            serving.workers,
            serving.grace,
            serving.silence,
            at_end=listener.close,
        ).run()


def _open_up_to(count: int) -> None:
    """Let this process and those it starts open as many files, if the system lets us."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if most == resource.RLIM_INFINITY else min(count, most)
    if least != resource.RLIM_INFINITY and least < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def serve_alone(
    app: App, listener: socket.socket, serving: Serving, beat: Beat = lambda: None
) -> None:
    """Answer on *listener* in this process.

    Args:
        beat: is called every second from the end of the start-up on.

    Raises:
        SystemExit: the application could not be started; the log says why.
    """
    server = _Server(_config(app, serving), beat)
    try:
        server.run([listener])
    except Exception:
        if server.started:
            raise
        structlog.get_logger("threebath").exception("the application did not start")
        sys.exit(FAILED)


@contextmanager
def running(
    app: App, serving: Serving | None = None, at: socket.socket | None = None
) -> Iterator[str]:
    """Run *app* in a thread, on *at* or a free port of the loopback; yield its address.

    Raises:
        RuntimeError: it did not start.
    """
    with at or bind("127.0.0.1", 0) as listener:
        server = _Server(_config(app, serving or Serving()))
        thread = threading.Thread(target=_run, args=(server, listener), daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    message = "the application did not start"
                    raise RuntimeError(message)
                time.sleep(0.005)
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join()


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    try:
        server.run([listener])
    except SystemExit:  # uvicorn's way to say, and to have logged, why it did not start
        return


class _Server(uvicorn.Server):
    """uvicorn's, but it beats, and does not raise a signal that was obeyed once more."""

    def __init__(self, config: uvicorn.Config, beat: Beat = lambda: None) -> None:
        super().__init__(config)
        self._beat = beat

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._beat()
        self._beating = asyncio.create_task(self._keep_beating())

    async def _keep_beating(self) -> None:
        """Beat until the event loop ends: also while what is under way is finished."""
        while True:
            await asyncio.sleep(BEAT_EVERY)
            self._beat()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {one: signal.signal(one, self.handle_exit) for one in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _config(app: App, serving: Serving) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=True,
        http=cast(
            "type[asyncio.Protocol]", partial(Connection, memoryview(bytearray(READ)))
        ),
        ws="none",
        loop="auto",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(serving.trusted_proxies),
        forwarded_allow_ips=list(serving.trusted_proxies),
        limit_concurrency=serving.most_connections,
        timeout_keep_alive=cast("int", serving.keep_alive),
        timeout_graceful_shutdown=cast("int", serving.grace),
    )
