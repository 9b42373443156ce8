"""Bodies over real sockets, on both event loops."""

import asyncio
import hashlib
import json
import random
import re
import socket
import sys
import time
from contextlib import ExitStack

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.conftest import read_all, site

LARGE = random.Random(2).randbytes(3_000_000)
SHA = hashlib.sha256(LARGE).hexdigest()


async def told(request):
    digest, length = hashlib.sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        length += len(chunk)
    loop = type(asyncio.get_running_loop()).__module__
    return JSONResponse({"length": length, "sha256": digest.hexdigest(), "loop": loop})


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def either(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setitem(sys.modules, "uvloop", None)  # as if it were not installed
        with site(extra_routes=[Route("/told", told, methods=["POST"])]) as made:
            loop = httpx.post(made.url + "/told").json()["loop"]
            assert loop.startswith(request.param)
            yield made


def post(body, *headers, path="/told"):
    size = f"Content-Length: {len(body)}"
    lines = [f"POST {path} HTTP/1.1", "Host: a", size, *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*chunks, trailer=b""):
    head = b"POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in chunks)
    return head + body + b"0\r\n" + trailer + b"\r\n"


LAST = post(b"last", "Connection: close")


def answers(got):
    """Return the bodies of the answers in what was read."""
    found = []
    while got:
        head, _, got = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        size = int(re.search(rb"Content-Length: (\d+)", head)[1])
        found.append(json.loads(got[:size]))
        got = got[size:]
    return found


def read_one(client):
    """Read one answer."""
    got = b""
    while not got.endswith(b"}"):
        piece = client.recv(65536)
        assert piece, got
        got += piece
    return got


def sums(got):
    return [(one["length"], one["sha256"]) for one in answers(got)]


def sum_of(body):
    return len(body), hashlib.sha256(body).hexdigest()


def test_a_connection_carries_body_after_body(either):
    """Large ones and small ones, each answered before the next is sent."""
    with either.socket() as client:
        for body in (LARGE, b"", b"small", LARGE[:70_000], b"x"):
            client.sendall(post(body))
            assert sums(read_one(client)) == [sum_of(body)]


def test_requests_that_do_not_wait_for_answers_are_answered_in_order(either):
    """Pipelined: each body is its own request's, to the byte."""
    bodies = [LARGE[:200_000], b"", LARGE[:1], b"GET / HTTP/1.1\r\n\r\n"]
    sent = b"".join(post(body) for body in bodies) + chunked(LARGE[:99_999], b"z") + LAST
    wanted = [*bodies, LARGE[:99_999] + b"z", b"last"]
    assert sums(either.talk(sent)) == [sum_of(one) for one in wanted]


def test_chunks_and_their_trailers_are_read_to_the_end(either):
    """What follows a chunked body is the next request."""
    pieces = [LARGE[at : at + 300_000] for at in range(0, len(LARGE), 300_000)]
    got = either.talk(chunked(*pieces, trailer=b"X-Request-Id: smuggled\r\n") + LAST)
    assert sums(got) == [sum_of(LARGE), sum_of(b"last")]
    assert b"smuggled" not in got


def test_a_client_that_waits_to_be_let_in_sends_a_large_body_afterwards(either):
    """100, then the body, then the answer, and the next request."""
    with either.socket() as client:
        request = post(LARGE, "Expect: 100-continue")
        client.sendall(request[: -len(LARGE)])
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(LARGE + LAST)
        assert sums(read_all(client)) == [sum_of(LARGE), sum_of(b"last")]


@pytest.mark.parametrize("path", ["/demo/refuse", "/demo/half"])
def test_a_refusal_reaches_a_client_that_is_still_sending(either, path):
    """The body is read on for a while; the connection is not reset."""
    body = LARGE * 5
    with either.socket() as client:
        client.sendall(post(body, path=path))
        got = read_all(client)
    assert b'{"error"' in got
    assert b"Connection: close" in got


def test_a_client_that_leaves_in_a_large_body_ends_its_upload(either):
    """Also when it leaves with a reset."""
    for reset in (False, True):
        either.dialect.cleaned.clear()
        with either.socket() as client:
            client.sendall(post(LARGE, path="/demo/take")[:2_000_000])
            time.sleep(0.2)
            if reset:
                linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        deadline = time.monotonic() + 5
        while not either.dialect.cleaned and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 0 < either.dialect.cleaned[0] <= 2_000_000


def test_nonsense_behind_a_large_body_is_a_400(either):
    """The parser is back where it belongs."""
    with either.socket() as client:
        client.sendall(post(LARGE))
        assert sums(read_one(client)) == [(len(LARGE), SHA)]
        client.sendall(b"nonsense\r\n\r\n")
        assert read_all(client).startswith(b"HTTP/1.1 400 ")


def test_connections_do_not_get_each_others_bytes(either):
    """Twenty bodies at once, in turns and random pieces, through one buffer."""
    dice = random.Random(3)
    with ExitStack() as stack:
        left = {}
        for number in range(20):
            body = random.Random(number).randbytes(dice.randrange(1, 400_000))
            client = stack.enter_context(either.socket())
            left[client] = (post(body, "Connection: close"), sum_of(body))
        wanted = {client: total for client, (_, total) in left.items()}
        while left:
            client = dice.choice(list(left))
            request, total = left.pop(client)
            size = dice.choice([1, 100, 10_000, 200_000])
            client.sendall(request[:size])
            if request[size:]:
                left[client] = (request[size:], total)
        for client, total in wanted.items():
            assert sums(read_all(client)) == [total]


def test_a_request_sent_in_any_two_pieces_is_the_same_request(either):
    """Cut at each place, the second piece a moment later."""
    stream = post(b"first") + chunked(b"sec", b"ond") + LAST
    wanted = [sum_of(b"first"), sum_of(b"second"), sum_of(b"last")]
    for at in range(1, len(stream)):
        with either.socket() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(stream[:at])
            time.sleep(0.002)
            client.sendall(stream[at:])
            assert sums(read_all(client)) == wanted
