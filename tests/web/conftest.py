"""A live server over a world in memory, with a dialect whose calls misbehave on demand."""

import asyncio
import contextlib
import socket

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from threebath.core.errors import StoreFailed
from threebath.web.app import Web, build
from threebath.web.observe import Telemetry
from threebath.web.server import running
from web.world import World


class DemoDialect:
    """Enough of a dialect for the web layer."""

    name = "demo"
    kinds = ()
    entrances = ("/demo/{method}", "/demo/<b>")

    def __init__(self):
        self.codes = {}
        self.cleaned = []

    def routes(self):
        return [
            Route("/demo/take", self.take, methods=["POST"]),
            Route("/demo/refuse", self.refuse, methods=["POST"]),
            Route("/demo/half", self.half, methods=["POST"]),
            Route("/demo/boom", self.boom, methods=["GET", "POST"]),
            Route("/demo/late-boom", LateBoom()),
            Route("/demo/up/{ticket}", self.take, methods=["POST"]),
            Route("/demo/wait", self.wait),
        ]

    async def take(self, request: Request):
        length = 0
        try:
            async for chunk in request.stream():
                length += len(chunk)
        finally:
            self.cleaned.append(length)
        return JSONResponse({"bytes": length})

    async def refuse(self, request: Request):
        return JSONResponse({"error": "too large"}, status_code=413)

    async def half(self, request: Request):
        """Refuse in the middle, with the status 200 that VK has for everything."""
        await anext(request.stream())
        return JSONResponse({"error": {"error_code": 129}})

    async def boom(self, request: Request):
        message = "a bug with access_token=hunter2 in it"
        raise ValueError(message)

    async def wait(self, request: Request):
        await asyncio.sleep(float(request.query_params["seconds"]))
        return PlainTextResponse("done")


class LateBoom:
    async def __call__(self, scope, receive, send):
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        message = "too late"
        raise ValueError(message)


class Site:
    """A server and what stands behind it."""

    def __init__(self, blobs=None, **options):
        self.world = World()
        self.blobs = blobs or self.world.memory.blobs
        self.dialect = DemoDialect()
        self.telemetry = Telemetry()
        self.ill = set()
        self.options = options
        self.url = ""

    def app(self):
        web = Web(
            dialects=[self.dialect],
            media=self.world.media,
            blobs=self.blobs,
            telemetry=self.telemetry,
            checks={name: self._check(name) for name in ("database", "blobs")},
            **self.options,
        )
        return build(web)

    def _check(self, name):
        async def check():
            if name in self.ill:
                raise StoreFailed

        return check

    @property
    def address(self):
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    @contextlib.contextmanager
    def socket(self, timeout=10):
        with socket.create_connection(self.address, timeout=timeout) as client:
            yield client

    def talk(self, request, timeout=10):
        """Send raw bytes and return all that comes until the server closes."""
        with self.socket(timeout) as client:
            client.sendall(request)
            return read_all(client)

    def photo(self, *args, **kwargs):
        return asyncio.run(self.world.photo(*args, **kwargs))


def read_all(client):
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(65536):
            got += chunk
    return got


@contextlib.contextmanager
def site(**options):
    made = Site(**options)
    with running(made.app) as made.url:
        yield made


@pytest.fixture(scope="module")
def live():
    with site() as made:
        yield made
