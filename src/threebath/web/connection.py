"""One connection's bytes, read into one buffer and taken out of it once.

uvicorn's protocol copies each byte of a body five times.
"""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from threebath.web.protocol import READ_FIRST, Protocol


class Connection(asyncio.BufferedProtocol):
    """One connection, whose bytes are read into a *buffer* that all of a loop share.

    They are taken out of it before anything else is read.
    """

    def __init__(
        self,
        buffer: memoryview,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._buffer = buffer
        self._http = Protocol(config, server_state, app_state, _loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._http.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._http.connection_lost(exc)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer if self._http.is_passing_by else self._buffer[:READ_FIRST]

    def buffer_updated(self, nbytes: int) -> None:
        self._http.received(self._buffer[:nbytes])

    def eof_received(self) -> bool:
        return self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()
