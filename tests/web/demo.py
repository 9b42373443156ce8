"""A dialect whose calls misbehave on demand, and a server of it for other processes."""

import asyncio
import os
import signal
import sys
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from threebath.web import logs
from threebath.web.app import Web, build
from threebath.web.observe import Telemetry
from threebath.web.server import Serving, address_of, bind, serve
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
            Route("/demo/who", self.who),
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

    async def who(self, request: Request):
        return PlainTextResponse(f"{request.url.scheme} {request.client.host}")

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


def app():
    """Make the application; each worker does."""
    logs.configure(as_json=True)
    world = World()
    return build(
        Web(
            dialects=[DemoDialect()],
            media=world.media,
            blobs=world.memory.blobs,
            telemetry=Telemetry(),
            checks={},
            extra_routes=[Route("/pid", pid), Route("/die", die), Route("/hang", hang)],
        )
    )


def broken():
    """Fail to make the application."""
    message = "no database"
    raise RuntimeError(message)


async def pid(_):
    return PlainTextResponse(str(os.getpid()))


async def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


async def hang(_):
    """Let the event loop stand still."""
    time.sleep(60)  # noqa: ASYNC251 - that is the point


if __name__ == "__main__":
    factory, workers, grace, silence = sys.argv[1:]
    with bind("127.0.0.1", 0) as listener:
        sys.stdout.write(address_of(listener) + "\n")
        sys.stdout.flush()
        how = Serving(workers=int(workers), grace=float(grace), silence=float(silence))
        serve(f"web.demo:{factory}", listener, how)
