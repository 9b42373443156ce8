"""Our way in without what comes after: PORT FOLDER [bare].

Form, spool, SHA-256 and a name for the file, whose length is the answer. With ``bare``
there is no SHA-256, as the others have none.
"""

import os
import secrets
import sys
from collections.abc import AsyncIterator
from functools import partial
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


class Nothing:
    """Stands in for a digest."""

    def update(self, chunk: bytes) -> None:
        """Do nothing."""


def make_app(folder: Path, *, is_hashing: bool = True) -> ASGIApp:
    """Make an application that takes one file, and keeps it."""
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
                if not is_hashing:
                    spool._digest = Nothing()  # type: ignore[assignment]  # noqa: SLF001
                await fill(spool, part.chunks(), MOST)
                length += spool.length if not is_hashing or spool.sha256 else 0
                if not spool.in_memory:
                    _keep(spool.fd, folder)
        await PlainTextResponse(str(length))(scope, receive, send)

    return app


def _keep(fd: int, folder: Path) -> None:
    """Name a spool that is on disk, as the blob store does; the benchmark takes it away."""
    name = folder / secrets.token_hex(8)
    os.link(f"/proc/self/fd/{fd}", name, src_dir_fd=fd, follow_symlinks=True)


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


if __name__ == "__main__":
    port, folder, is_hashing = int(sys.argv[1]), Path(sys.argv[2]), len(sys.argv) < 4
    app = partial(make_app, folder, is_hashing=is_hashing)
    serve(app, bind("127.0.0.1", port), Serving())
