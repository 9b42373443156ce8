"""Recorded answers of the real networks, replayed to the client.

Shapes and codes are those of docs/protocols. A call that was not foreseen fails the test,
and so does an answer that nobody asked for.
"""

import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
from PIL import Image

from threebath.client import Backoff, Timeouts, Transport


@dataclass
class Call:
    """One request, as the network saw it."""

    name: str
    url: str
    fields: dict
    files: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)


class Replay(httpx.AsyncBaseTransport):
    """Answers calls by name: a method's name, or ``upload``."""

    def __init__(self):
        self.calls = []
        self.slept = []
        self.answers = defaultdict(deque)

    def on(self, name, *answers):
        """Foresee calls of *name*, each answered by the next of *answers*.

        JSON values are sent as such; responses, exceptions and functions of the call
        say themselves what happens.
        """
        self.answers[name].extend(answers)
        return self

    @property
    def names(self):
        return [call.name for call in self.calls]

    def of(self, name):
        """Return the calls of *name*."""
        return [call for call in self.calls if call.name == name]

    def transport(self, **options):
        """Return the client's transport over this."""

        async def sleep(seconds):
            self.slept.append(seconds)

        return Transport(
            http=httpx.AsyncClient(transport=self),
            timeouts=options.pop("timeouts", Timeouts()),
            backoff=Backoff(attempts=options.pop("attempts", 4)),
            sleep=sleep,
        )

    async def handle_async_request(self, request):
        body = b""
        async for chunk in request.stream:
            body += chunk
        call = read_call(request, body)
        self.calls.append(call)
        assert self.answers[call.name], f"nobody foresaw {call.name}: {self.names}"
        answer = self.answers[call.name].popleft()
        if callable(answer) and not isinstance(answer, type):
            answer = answer(call)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            answer.request = request
            return answer
        return httpx.Response(200, json=answer, request=request)


def read_call(request, body):
    """Read a request as a server would, with other code than the client's."""
    kind = request.headers.get("content-type", "")
    fields, files = dict(parse_qsl(urlsplit(str(request.url)).query)), []
    if kind.startswith("multipart/"):
        assert int(request.headers["content-length"]) == len(body)
        whole = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
        for part in message_from_bytes(whole, policy=HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename() is None:
                fields[name] = content.decode()
            else:
                files.append((name, part.get_filename(), part.get_content_type(), content))
    else:
        fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    path = request.url.path
    if path.startswith("/method/"):
        name = path.removeprefix("/method/")
    elif path in {"/fb.do", "/api.php"}:
        name = fields["method"]
    else:
        name = "upload"
    return Call(name, str(request.url), fields, files, dict(request.headers))


def html(status):
    """A proxy's error page."""
    page = f"<html><head><title>{status} Bad Gateway</title></head><body/></html>"
    return httpx.Response(status, html=page)


def jpeg(width=640, height=480, shade=90):
    """A small picture."""
    target = BytesIO()
    Image.new("RGB", (width, height), (shade, 90, 90)).save(target, "JPEG")
    return target.getvalue()


def png(width=640, height=480):
    """A small drawing on a transparent ground."""
    target = BytesIO()
    Image.new("RGBA", (width, height), (200, 0, 0, 90)).save(target, "PNG")
    return target.getvalue()


def write(folder, name="cat.jpg", content=None):
    """Write a file and return its path; a picture unless *content* is given."""
    path = Path(folder) / name
    path.write_bytes(jpeg() if content is None else content)
    return path


def dumps(value):
    """Write JSON as the networks do inside texts."""
    return json.dumps(value, separators=(",", ":"))
