"""A network that keeps nothing but a list: for large files, slow links and kill -9.

It speaks VK's three steps and UP's one, on a port of its own, and never holds a file in
memory. As a program it writes what happened to a log, one JSON object a line::

    python tests/client/sink.py LOG [--rate BYTES] [--save-delay SECONDS]
"""

import argparse
import asyncio
import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

PIECE = 64 * 1024


@dataclass
class Sink:
    """The server.

    Attributes:
        rate: bytes a second that an upload is read at; 0 for as fast as they come.
        save_delay: seconds between saving and answering, in which a client may die.
        events: what happened: ``received`` and ``saved``, each with the file's name.
    """

    rate: float = 0
    save_delay: float = 0
    log: Path | None = None
    events: list = field(default_factory=list)
    base: str = ""
    _server: asyncio.Server | None = None
    _saved: dict = field(default_factory=dict)
    _tasks: set = field(default_factory=set)

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def of(self, what):
        """Return the names of the files that *what* happened to."""
        return [name for happened, name, _ in self.events if happened == what]

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        length = int(re.search(r"(?i)content-length: (\d+)", head)[1])
        path = head.split(" ", 2)[1]
        if path.startswith("/method/"):
            form = parse_qs((await reader.readexactly(length)).decode())
            answer = await self._method(path.removeprefix("/method/"), form)
        else:
            answer = await self._receive(reader, length, is_up=path == "/api.php")
        body = json.dumps(answer).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        await writer.drain()
        return True

    async def _method(self, name, form):
        if "save" not in name or name == "video.save":
            found = {"owner_id": 1, "video_id": 1, "upload_url": f"{self.base}/upload"}
            return {"response": found}
        photo = form["photo"][0] if "photo" in form else form["photos_list"][0]
        fresh = photo not in self._saved
        ids = []
        for file in json.loads(photo):
            number = self._saved.setdefault(photo, {}).setdefault(
                file, len(self.events) + 1
            )
            ids.append(number)
            self._happened("saved" if fresh else "saved again", file, number)
        await asyncio.sleep(self.save_delay)
        return {"response": [{"id": n, "owner_id": 1, "album_id": 5} for n in ids]}

    async def _receive(self, reader, length, *, is_up):
        left, tail, names = length, b"", []
        while left:
            piece = await reader.read(min(left, PIECE))
            if not piece:
                raise ConnectionError
            left -= len(piece)
            names += re.findall(rb'filename="([^"]*)"', tail + piece)
            tail = b"" if b"filename=" in piece else piece[-100:]
            if self.rate:
                await asyncio.sleep(len(piece) / self.rate)
        names = [name.decode() for name in names]
        for name in names:
            self._happened("received", name, length)
        if is_up:
            self._happened("saved", names[0], length)
            await asyncio.sleep(self.save_delay)
            return {"pid": str(len(self.events)), "aid": "1", "owner": "1"}
        if any(name.startswith("refused") for name in names):
            return {"error": "ERR_UPLOAD_FILE_NOT_SUPPORTED: not a photo", "server": 1}
        listed = json.dumps(names)
        return {"server": 1, "photo": listed, "photos_list": listed, "hash": "h", "aid": 5}

    def _happened(self, what, name, detail):
        self.events.append((what, name, detail))
        if self.log:
            with self.log.open("a") as log:
                log.write(json.dumps([what, name, detail]) + "\n")


async def main():
    """Serve until killed; print the address first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--save-delay", type=float, default=0)
    given = parser.parse_args()
    sink = Sink(rate=given.rate, save_delay=given.save_delay, log=given.log)
    async with sink:
        print(sink.base, flush=True)  # noqa: T201  # read by the test
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
