"""Answers that come before the request has ended, and how a client gets to see them."""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER = 30.0
"""Seconds for which the rest of a refused body is read and thrown away."""

LINGER_IDLE = 5.0
"""Seconds of silence after which it is not (both as nginx has them)."""


class Linger:
    """Lets a client whose upload is refused halfway see the answer.

    A client that is still sending does not look for an answer, and closing a connection
    with unread bytes resets it: the answer would be lost on the way. So the answer goes
    out, and then what still comes is read and thrown away for a while, before closing.
    """

    def __init__(
        self, app: ASGIApp, seconds: float = LINGER, idle: float = LINGER_IDLE
    ) -> None:
        self.app = app
        self.seconds = seconds
        self.idle = idle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _has_body(scope):
            await self.app(scope, receive, send)
            return
        body = _RefusableBody(receive, send)
        await self.app(scope, body.receive, body.send)
        if body.is_refused:
            # A client that awaits "100 Continue" has not begun to send.
            expects = Headers(scope=scope).get("expect", "").lower() == "100-continue"
            if body.is_begun or not expects:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.seconds):
                        await self._drain(body)
            await send({"type": "http.response.body"})

    async def _drain(self, body: "_RefusableBody") -> None:
        while not body.is_ended:
            async with asyncio.timeout(self.idle):
                await body.receive()


class _RefusableBody:
    """Holds the very end of an answer back, if the body has not ended before it."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._closing = False
        self.is_begun = False
        self.is_ended = False
        self.is_refused = False

    async def receive(self) -> Message:
        self.is_begun = True
        message = await self._receive()
        if not message.get("more_body", False):
            self.is_ended = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self.is_ended:
            self._closing = True
            MutableHeaders(scope=message)["Connection"] = "close"
        elif self._closing and not message.get("more_body", False):
            self.is_refused = True
            message = {**message, "more_body": True}
        await self._send(message)


def _has_body(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
