"""Our way in without what comes after: form, spool, SHA-256, and the length as answer."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from threebath.dialects.base import announced
from threebath.multipart.form import MultipartForm
from threebath.multipart.limits import FormLimits
from threebath.multipart.pace import paced
from threebath.service.spool import SpoolRoom, fill
from threebath.web.server import Serving, bind, serve

MOST = 4 << 30


def make_app(folder: Path) -> ASGIApp:
    """Make an application that takes one file and keeps nothing."""
    room = SpoolRoom(folder)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = Request(scope, receive)
        body: AsyncIterator[bytes] = paced(request.stream(), MOST)
        content_type = request.headers.get("content-type")
        form = MultipartForm(content_type, body, FormLimits(max_bytes=MOST))
        length = 0
        async for part in form.files():
            with room.open(announced(request)) as spool:
                await fill(spool, part.chunks(), MOST)
                length += spool.length if spool.sha256 else 0
        await PlainTextResponse(str(length))(scope, receive, send)

    return app


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    serve(lambda: make_app(folder), bind("127.0.0.1", port), Serving())
