"""A connection without a network: what comes in which piece is the test's to say."""

import asyncio
import hashlib
import json

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from threebath.web.connection import Connection
from threebath.web.protocol import READ

IDLE = 6
"""Turns of the loop after which an application that waits for nothing else has gone on."""


class Pipe(asyncio.Transport):
    """Keeps what is written; holds back what comes while reading is paused."""

    def __init__(self):
        super().__init__()
        self.written = b""
        self.is_paused = self.is_closed = False

    def write(self, data):
        if not self.is_closed:
            self.written += bytes(data)

    def pause_reading(self):
        assert not self.is_paused
        self.is_paused = True

    def resume_reading(self):
        assert self.is_paused
        self.is_paused = False

    def is_closing(self):
        return self.is_closed

    def close(self):
        self.is_closed = True

    abort = close

    def get_extra_info(self, name, default=None):
        return default


class Echo:
    """Tells what it was asked, in its answer and in `seen`; what to do is in the path."""

    def __init__(self):
        self.seen = []

    async def __call__(self, scope, receive, send):
        digest, length, ended = hashlib.sha256(), 0, scope["path"] == "/deaf"
        while not ended:
            message = await receive()
            assert message["type"] == "http.request"
            digest.update(message["body"])
            length += len(message["body"])
            ended = not message["more_body"] or scope["path"] == "/hasty"
        headers = sorted((a.decode(), b.decode()) for a, b in scope["headers"])
        told = {"path": scope["path"], "method": scope["method"], "headers": headers}
        if scope["path"] != "/hasty":
            told |= {"length": length, "sha256": digest.hexdigest()}
        self.seen.append(told)
        body = json.dumps(told).encode()
        length = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})


async def ours(stream, cuts):
    """Feed *stream*, cut at *cuts*, to our connection; return what came of it."""
    app = Echo()
    connection, pipe = connected(app)
    for start, end in _pieces(stream, cuts):
        await feed(connection, pipe, stream[start:end])
    return await _outcome(connection, app, pipe)


def connected(app):
    """Return a connection of ours to *app*, and its pipe."""
    pipe = Pipe()
    buffer = memoryview(bytearray(READ))
    connection = Connection(buffer, _config(app), ServerState(), {})
    connection.connection_made(pipe)
    return connection, pipe


async def feed(connection, pipe, piece):
    """Have *piece* read, as far as the connection wants to; return how far that is."""
    at = 0
    while at < len(piece) and await _may_read(pipe):
        room = connection.get_buffer(-1)
        size = min(len(room), len(piece) - at)
        room[:size] = piece[at : at + size]
        connection.buffer_updated(size)
        room[:size] = bytes(size)  # as the next connection's bytes would
        at += size
    return at


async def uvicorns(stream, cuts=()):
    """Feed *stream* to uvicorn's own protocol."""
    app, pipe = Echo(), Pipe()
    protocol = HttpToolsProtocol(_config(app), ServerState(), {})
    protocol.connection_made(pipe)
    for start, end in _pieces(stream, cuts):
        if await _may_read(pipe):
            protocol.data_received(stream[start:end])
    return await _outcome(protocol, app, pipe)


def _pieces(stream, cuts):
    return zip([0, *cuts], [*cuts, len(stream)], strict=True)


def _config(app):
    config = uvicorn.Config(app, ws="none", log_config=None, access_log=False)
    config.load()
    return config


async def _may_read(pipe):
    for _ in range(IDLE):
        await asyncio.sleep(0)
    return not pipe.is_paused and not pipe.is_closed


async def _outcome(connection, app, pipe):
    for _ in range(20):
        await _may_read(pipe)
    was_closed = pipe.is_closed
    connection.connection_lost(None)
    await _may_read(pipe)
    return app.seen, pipe.written.lower(), was_closed
