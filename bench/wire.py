"""Clients that cost little themselves: plain sockets, several at a time, in threads."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.contenders import PATIENCE, Failed

BOUNDARY = "----threebathbench7MA4YWxkTrZu0gW"
PIECE = 1 << 20
CONNECTIONS = 8

Json = object


@dataclass
class Line:
    """One kept-alive connection to a server on the loopback."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        host = "127.0.0.1"
        self.connection = http.client.HTTPConnection(host, self.port, timeout=PATIENCE)

    def post(self, address: str, body: bytes, content_type: str) -> dict[str, str]:
        """Post and return the JSON that comes back.

        Raises:
            Failed: it is not answered with success.
        """
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.connection.request("POST", path, body, {"Content-Type": content_type})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != http.client.OK or b'"error"' in text[:20]:
            raise Failed(f"{parts.path}: {answer.status} {text[:300]!r}")
        found: dict[str, str] = json.loads(text)
        return found

    def call(self, address: str, fields: Mapping[str, object]) -> dict[str, str]:
        """Post a form of plain fields."""
        form = urlencode(fields).encode()
        return self.post(address, form, "application/x-www-form-urlencoded")

    def upload(self, address: str, name: str, content: bytes) -> dict[str, str]:
        """Post a form with one photograph."""
        head, tail = around(name)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.post(address, head + content + tail, kind)


@dataclass(frozen=True)
class VK:
    """Three steps of a wall photo, at a server of ours."""

    api: str
    token: str

    def issue(self, line: Line) -> str:
        """Get an upload address."""
        asked = self.call(line, "photos.getWallUploadServer", {})
        return str(asked["upload_url"])  # type: ignore[index]

    def receive(self, line: Line, content: bytes) -> dict[str, str]:
        """Upload to a fresh address."""
        return line.upload(self.issue(line), "photo", content)

    def commit(self, line: Line, reply: Mapping[str, str]) -> Json:
        """Save what was uploaded."""
        return self.call(line, "photos.saveWallPhoto", reply)

    def call(self, line: Line, method: str, fields: Mapping[str, object]) -> Json:
        """Call a method and return its response."""
        given = {**fields, "access_token": self.token, "v": "5.199"}
        return line.call(f"{self.api}{method}", given)["response"]


def around(name: str) -> tuple[bytes, bytes]:
    """Return what stands before and after a file in a form."""
    head = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def together(port: int, jobs: Sequence[Callable[[Line], object]]) -> None:
    """Do jobs over `CONNECTIONS` kept-alive connections.

    Raises:
        Failed: one did.
    """
    waiting, failures = list(jobs), list[Exception]()

    def work() -> None:
        line = Line(port)
        try:
            while waiting and not failures:
                waiting.pop()(line)
        except IndexError:  # another took the last one
            pass
        except (OSError, Failed, KeyError, http.client.HTTPException) as error:
            failures.append(error)
        finally:
            line.connection.close()

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed(repr(failures[0])) from failures[0]


def send_file(port: int, path: Path, way: str) -> None:
    """Send a large file by one request: ``form``, ``raw`` or ``tus``."""
    length = path.stat().st_size
    head, tail = around("file") if way == "form" else (b"", b"")
    method, target, extra = "POST", "/upload", ""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    if way == "tus":
        method, kind = "PATCH", "application/offset+octet-stream"
        target, extra = (
            _create(port, length),
            "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n",
        )
    top = (
        f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {length + len(head) + len(tail)}\r\n{extra}\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(top.encode() + head)
        with path.open("rb") as file:
            line.sendfile(file)
        line.sendall(tail)
        _expect(line, {"form": str(length), "raw": "", "tus": ""}[way])


def _create(port: int, length: int) -> str:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(
            f"POST /files HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTus-Resumable: 1.0.0\r\n"
            f"Upload-Length: {length}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        answer = _expect(line, "")
    found = re.search(r"(?i)location: *(\S+)", answer)
    if found is None:
        raise Failed(f"no address: {answer}")
    return urlsplit(found[1]).path


def _expect(line: socket.socket, body: str) -> str:
    """Read an answer of success that ends with *body*."""
    text = ""
    while "\r\n\r\n" not in text or not text.endswith(body):
        piece = line.recv(65536)
        if not piece:
            break
        text += piece.decode("latin-1")
    if not re.match(r"HTTP/1.1 20[014] ", text) or not text.endswith(body):
        raise Failed(f"answered {text[:300]!r}")
    return text
