"""Servers that misbehave, over real sockets on this machine."""

import asyncio
import gzip
import time
from contextlib import asynccontextmanager

import pytest
from tests.client.replay import write
from tests.client.vk_answers import PHOTO_REPLY, dumps, photo

from threebath.client import OK, UP, VK, Backoff, Timeouts, Transport
from threebath.client import errors as e

QUICK = Timeouts(connect=2, move=1, call=1, answer=1)


@asynccontextmanager
async def serving(handle):
    """Serve raw connections with *handle*; give the base address."""
    tasks = set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            await handle(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()


def client(base, attempts=1):
    """Return a hasty client of a server that repeats saves harmlessly."""
    transport = Transport(timeouts=QUICK, backoff=Backoff(attempts=attempts, first=0.01))
    return VK("t", base=base, rate=None, transport=transport)


def http(body, status="200 OK", length=None, kind="application/json", more=""):
    """Write an HTTP answer."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{more}"
    return head.encode() + b"\r\n" + body


def answering(answer):
    """Answer every request with the same bytes, and close."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return handle


PAGE = b"<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>"

BAD = [
    (http(PAGE, "504 Gateway Time-out", kind="text/html"), e.BadStatus, "504 Gateway"),
    (http(PAGE, "502 Bad Gateway", kind="text/html"), e.BadStatus, "status 502"),
    (http(PAGE, kind="text/html"), e.NotJson, "504 Gateway Time-out"),
    (http(b"Security Breach2"), e.NotJson, "Security Breach2"),
    (http(b""), e.NotJson, "empty"),
    (http(b'{"response": {"upl'), e.NotJson, "not JSON"),
    (http(b'{"response": 1}', length=99), e.ConnectionLost, "broke"),
    (http(b"[" * 100_000), e.NotJson, "not JSON"),
    (http(b"{}", "404 Not Found"), e.BadStatus, "404"),
    (http(b"7", "500 Oops"), e.BadStatus, "500"),
    (http(b"\xff\xfe\x00"), e.NotJson, "not JSON"),
    (http(b"not gzip", more="Content-Encoding: gzip\r\n"), e.NotJson, "unpacked"),
    (b"HTTP/1.1 200 OK\r\n\r\n", e.NotJson, "empty"),
    (b"SSH-2.0-OpenSSH_9.6\r\n", e.ConnectionLost, "broke"),
    (b"", e.ConnectionLost, "broke"),
    (http(b"", "301 Moved", more="Location: http://example\r\n"), e.BadStatus, "301"),
]


@pytest.mark.parametrize(("answer", "kind", "told"), BAD, ids=range(len(BAD)))
async def test_an_answer_that_is_none_is_said_clearly(answer, kind, told):
    """HTML, gateways, half bodies, other protocols: an error of ours, never httpx's."""
    async with serving(answering(answer)) as base, client(base) as vk:
        with pytest.raises(kind, match=told):
            await vk.call("users.get", {})


async def test_an_endless_answer_is_cut():
    """A small packed answer may unpack to anything."""
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    answer = http(bomb, more="Content-Encoding: gzip\r\n")
    async with serving(answering(answer)) as base, client(base) as vk:
        with pytest.raises(e.BadAnswer, match="endless"):
            await vk.call("users.get", {})


async def test_a_server_that_never_answers():
    """A call ends in time."""

    async def handle(*_):
        await asyncio.sleep(60)

    began = time.monotonic()
    async with serving(handle) as base, client(base) as vk:
        with pytest.raises(e.Stalled, match="did not answer in time"):
            await vk.call("users.get", {})
    assert time.monotonic() - began < 10


async def test_a_server_that_answers_a_byte_at_a_time():
    """Something always moves, and yet the call ends in time."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for byte in http(b" " * 500):
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0.1)

    began = time.monotonic()
    async with serving(handle) as base, client(base) as vk:
        with pytest.raises(e.Stalled):
            await vk.call("users.get", {})
    assert time.monotonic() - began < 10


async def _address(reader, writer, base):
    """Answer a call for an address, on a connection that is then closed."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b"/method/photos.getWallUploadServer" in head:
        answer = {"response": {"upload_url": f"{base[0]}/upload"}}
        writer.write(http(dumps(answer).encode()))
        await writer.drain()
        return True
    if b"/method/" in head:
        writer.write(http(dumps({"response": [photo()]}).encode()))
        await writer.drain()
        return True
    return False


@pytest.mark.parametrize("reads", [False, True], ids=["stops reading", "stops answering"])
async def test_an_upload_that_stalls(tmp_path, reads):
    """A server that takes no bytes, and one that takes all and says nothing."""
    base = []

    async def handle(reader, writer):
        if await _address(reader, writer, base):
            return
        while reads and await reader.read(65536):
            pass
        await asyncio.sleep(60)

    path = write(tmp_path, "long.jpg", write(tmp_path).read_bytes() + bytes(20_000_000))
    began = time.monotonic()
    async with serving(handle) as address, client(address) as vk:
        base.append(address)
        with pytest.raises(e.Stalled):
            await vk.upload_wall_photo(path)
    assert time.monotonic() - began < 15


async def test_an_upload_that_is_refused_before_its_end(tmp_path):
    """A server that answers early and closes is heard, not called a broken pipe."""
    base = []

    async def handle(reader, writer):
        if await _address(reader, writer, base):
            return
        refusal = {"error": "ERR_UPLOAD_BAD_IMAGE_SIZE: too much", "server": 1}
        writer.write(http(dumps(refusal).encode(), more="Connection: close\r\n"))
        await writer.drain()
        await reader.read(100)

    path = write(tmp_path, "long.jpg", write(tmp_path).read_bytes() + bytes(30_000_000))
    async with serving(handle) as address, client(address, attempts=3) as vk:
        base.append(address)
        with pytest.raises((e.UploadRefused, e.ConnectionLost)):
            await vk.upload_wall_photo(path)


async def test_a_connection_that_breaks_in_the_middle_is_tried_again(tmp_path):
    """What was not saved vanishes, so the whole file is sent anew."""
    base, tries = [], []

    async def handle(reader, writer):
        if await _address(reader, writer, base):
            return
        tries.append(1)
        if len(tries) == 1:
            await reader.read(1000)
            writer.transport.abort()
            return
        while not (await reader.read(65536)).endswith(b"--\r\n"):
            pass
        writer.write(http(dumps(PHOTO_REPLY).encode()))
        await writer.drain()

    path = write(tmp_path, "long.jpg", write(tmp_path).read_bytes() + bytes(9_000_000))
    async with serving(handle) as address, client(address, attempts=3) as vk:
        base.append(address)
        assert (await vk.upload_wall_photo(path)).id == 1
    assert len(tries) == 2


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:9", "http://nobody.invalid"], ids=["refused", "no name"]
)
async def test_no_network(base):
    """Nobody there: said with the host, and known to have done nothing."""
    async with client(base, attempts=2) as vk:
        with pytest.raises(e.CannotConnect, match="cannot connect to") as caught:
            await vk.call("users.get", {})
    assert caught.value.harmless
    assert "token" not in str(caught.value)


@pytest.mark.parametrize("base", ["", "nonsense", "ftp://x", "http://", "http://[::1"])
@pytest.mark.parametrize(
    "make",
    [
        lambda base: VK("t", base=base),
        lambda base: OK("k", base=base),
        lambda base: UP("k", "s", base=base),
    ],
    ids=["vk", "ok", "up"],
)
def test_a_base_that_is_no_address(make, base):
    """Said as such, before anything is sent."""
    with pytest.raises(e.BadArguments, match="this is no address of a server"):
        make(base)


async def test_an_address_is_used_letter_by_letter():
    """Upload addresses carry signatures; a client that writes them anew breaks them."""
    seen, raw = [], "/up?photoIds=a%2Bb%3D,c%2f&x=%2UH;~'()!*"

    async def handle(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.split(b" ")[1].decode())
        writer.write(http(b"{}"))
        await writer.drain()

    async with serving(handle) as base:
        transport = Transport(timeouts=QUICK)
        await transport.get(base + raw)
        await transport.close()
    assert seen == [raw]
