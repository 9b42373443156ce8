"""However the network cuts a request, the application gets the same of it."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threebath.web.protocol import HEADERS, HELD, PIPELINED, READ, READ_FIRST
from web.pipes import Echo, connected, feed, ours, uvicorns

LARGE = random.Random(1).randbytes(2 * READ + 12_345)


def post(body=b"", *headers, path="/a", length=None, version="1.1"):
    size = len(body) if length is None else length
    lines = [
        f"POST {path} HTTP/{version}",
        "Host: a",
        *headers,
        f"Content-Length: {size}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def chunked(*chunks, trailer=b"", path="/a"):
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in chunks)
    return head.encode() + body + b"0\r\n" + trailer + b"\r\n"


GET = b"GET /g?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"
BOTH = (
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
)
STREAMS = {
    "one body": post(b"hello"),
    "no body": post(),
    "kept alive": post(b"one") + GET + post(b"three" * 9, path="/c") + GET,
    "line breaks in between": post(b"one") + b"\r\n\r\n" + post(b"two"),
    "chunked": chunked(b"hello ", b"world") + GET,
    "chunked, then counted": chunked(b"a") + post(b"b") + chunked(b"c"),
    "waits to be let in": post(b"hello", "Expect: 100-continue") + GET,
    "the last of its connection": post(b"bye", "Connection: close"),
    "more after the last": post(b"bye", "Connection: close") + GET,
    "HTTP/1.0": post(b"old", version="1.0"),
    "HTTP/1.0, kept alive": post(b"old", "Connection: keep-alive", version="1.0") + GET,
    "answered unread": post(b"unread", path="/deaf") + GET,
    "answered halfway": post(b"half" * 9, path="/hasty") + GET,
    "cut off": post(b"hello", length=9),
    "cut off in a chunk": chunked(b"hello")[:-9],
    "nonsense after a body": post(b"hello") + b"nonsense\r\n\r\n",
    "nonsense in a body": post(b"GET / HTTP/1.1\r\n\r\n"),
    "a length too short": post(b"hello", length=3),
    "two lengths": post(b"hello", "Content-Length: 5"),
    "a length of spaces": post(b"hello", length="  5  "),
    "a negative length": post(b"hello", length="-5"),
    "a signed length": post(b"hello", length="+5"),
    "a list of lengths": post(b"hello", length="5, 5"),
    "a length without end": post(b"hello", length="9" * 30),
    "a length and chunks": BOTH.encode() + b"3\r\nabc\r\n0\r\n\r\n",
    "a broken chunk": chunked(b"hello").replace(b"5\r\n", b"5x\r\n"),
    "a body of GET": GET.replace(b"Host: a", b"Host: a\r\nContent-Length: 3")
    + b"abc"
    + GET,
    "a tunnel": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
}


class Held(Echo):
    """Answers nobody before it is let."""

    def __init__(self):
        super().__init__()
        self.let = asyncio.Event()

    async def __call__(self, scope, receive, send):
        await self.let.wait()
        await super().__call__(scope, receive, send)


HURRIED = {"nonsense after a body", "a length too short"}
"""uvicorn acts on the end of these before the application has answered their beginning,
or drops it, if both came in one piece. We answer, and then say what is wrong."""


@pytest.mark.parametrize("name", sorted(STREAMS.keys() - HURRIED))
async def test_a_request_cut_anywhere_is_what_uvicorn_makes_of_it(name):
    """At each place, and into single bytes."""
    stream = STREAMS[name]
    every = range(1, len(stream))
    for cuts in ([], every, *([at] for at in every)):
        assert await ours(stream, cuts) == await uvicorns(stream, cuts)


@pytest.mark.parametrize("name", STREAMS)
async def test_a_request_cut_anywhere_is_the_same_request(name):
    """In one piece or in two: the same is seen, and answered."""
    stream = STREAMS[name]
    whole = await ours(stream, [])
    for at in range(1, len(stream)):
        assert await ours(stream, [at]) == whole


@pytest.mark.parametrize("name", sorted(HURRIED))
async def test_what_is_wrong_is_said_after_the_answer(name):
    """A request that was understood is answered first."""
    seen, answered, was_closed = await ours(STREAMS[name], [])
    assert len(seen) == 1
    assert answered.startswith(b"http/1.1 200 ")
    assert answered.count(b"http/1.1 400 ") == 1
    assert was_closed


async def test_no_refusal_stands_in_the_middle_of_an_answer():
    """Nonsense that comes during a download waits for its end."""
    goes_on = asyncio.Event()

    async def app(_scope, _receive, send):
        length = [(b"content-length", b"8")]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await goes_on.wait()
        await send({"type": "http.response.body", "body": b"rest"})

    connection, pipe = connected(app)
    await feed(connection, pipe, GET + b"junk\r\n\r\n")
    await feed(connection, pipe, GET)
    assert pipe.written.endswith(b"\r\n\r\nhalf")
    goes_on.set()
    await feed(connection, pipe, b"x")
    _, body, refusal = pipe.written.partition(b"halfrest")
    assert body
    assert refusal.startswith(b"HTTP/1.1 400 ")
    assert b"Content-Type: " in refusal
    assert pipe.is_closed


def said_all(app, stream):
    """Have *stream* and its end come at once, before anything is answered."""
    connection, pipe = connected(app)
    connection.get_buffer(-1)[: len(stream)] = stream
    connection.buffer_updated(len(stream))
    assert connection.eof_received() is True
    return connection, pipe


async def settled():
    """Give what can go on the turns for it."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_who_says_no_more_is_answered():
    """A client that shuts its side after the last request, as netcat does."""
    app = Echo()
    connection, pipe = said_all(app, GET)
    await feed(connection, pipe, b"")
    await asyncio.sleep(0.01)
    assert pipe.written.startswith(b"HTTP/1.1 200 ")
    assert pipe.is_closed
    for stream in (b"", b"GET /", post(b"half", length=9)):
        connection, pipe = connected(Echo())
        await feed(connection, pipe, stream)
        assert not connection.eof_received()


async def test_who_says_no_more_in_a_line_is_answered_for_what_was_said():
    """The last request is cut off, those before it are not."""
    app = Held()
    _, pipe = said_all(app, GET + GET + post(b"half", length=9))
    app.let.set()
    await settled()
    assert [one["path"] for one in app.seen] == ["/g", "/g"]
    assert pipe.is_closed


BROKEN = b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize("broken", [BROKEN, b"\0\r\n\r\n"])
async def test_who_says_something_wrong_and_no_more_is_told_after_the_answers(
    before, broken
):
    """Nobody's answer is lost for what another request has wrong."""
    app = Held()
    _, pipe = said_all(app, GET * before + broken)
    app.let.set()
    await settled()
    assert [one["path"] for one in app.seen] == ["/g"] * before
    assert pipe.written.count(b"HTTP/1.1 200 ") == before
    assert pipe.written.count(b"HTTP/1.1 400 ") == 1
    assert pipe.written.rindex(b" 200 ") < pipe.written.index(b" 400 ")
    assert pipe.is_closed


async def test_a_long_answer_is_not_cut_for_a_wrong_head_behind_it(monkeypatch):
    """The seconds of a head do not run for one that was refused."""
    monkeypatch.setattr("threebath.web.protocol.HEAD_SECONDS", 0.02)
    long = asyncio.Event()

    async def app(scope, _receive, send):
        if scope["path"] == "/g":
            await long.wait()
        head = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})

    connection, pipe = connected(app)
    first = GET.replace(b"/g", b"/short")
    headers = b"A: b\r\n" * 130
    await feed(connection, pipe, first + GET + b"GET / HTTP/1.1\r\n" + headers)
    await asyncio.sleep(0.1)
    assert not pipe.is_closed
    long.set()
    await asyncio.sleep(0.01)
    assert pipe.written.count(b" 200 ") == 2
    assert pipe.written.count(b" 400 ") == 1
    assert pipe.is_closed


UPGRADE = ("Connection: Upgrade", "Upgrade: h2c")
WISH = "\r\n".join(UPGRADE).encode()


def wishing(stream):
    """Have the first request wish for another protocol."""
    return stream.replace(b"Host: a", b"Host: a\r\n" + WISH, 1)


def paths(outcome):
    return [(one["path"], one["length"]) for one in outcome[0]]


@pytest.mark.parametrize("body", [b"", b"abc", b"GET /smuggled HTTP/1.1\r\n\r\n", LARGE])
async def test_a_wish_for_another_protocol_changes_nothing(body):
    """curl and Java ask for HTTP/2 while they upload; the body is a body all the same."""
    stream = wishing(post(body)) + GET
    head = stream.index(b"\r\n\r\n")
    for at in {1, head, head + 4, head + 5, head + 4 + len(body), len(stream) - 1}:
        outcome = await ours(stream, [at])
        assert paths(outcome) == [("/a", len(body)), ("/g", 0)]
        assert outcome[1]


@pytest.mark.parametrize("trailer", [b"", b"X-Late: 1\r\n"])
async def test_a_wish_for_another_protocol_may_come_with_chunks(trailer):
    """As Java sends what it does not know the length of."""
    stream = wishing(chunked(b"abc", b"GET /smuggled HTTP/1.1\r\n\r\n", trailer=trailer))
    stream += wishing(GET) + GET
    for at in range(1, len(stream)):
        outcome = await ours(stream, [at])
        assert paths(outcome) == [("/a", 29), ("/g", 0), ("/g", 0)]
        assert b"x-late" not in outcome[1]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        *(f"Content-Length:{before}35{behind}" for before in ("", " ", "\t ")
          for behind in ("", " ", "\t", " \t  ")),
        "content-LENGTH: 035",
    ],
)  # fmt: skip
async def test_a_body_is_no_request_however_its_length_is_written(framing):
    """With a wish for another protocol or without."""
    head = f"POST /a HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n"
    stream = head.encode() + SMUGGLED
    assert len(SMUGGLED) == 35
    for one in (stream, wishing(stream)):
        for cuts in ([], [len(one) - 35], range(1, len(one))):
            assert paths(await ours(one, cuts)) == [("/a", 35)]


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: +35",
        b"Content-Length: 35\r\nContent-Length: 35",
        b"Content-Length: 35\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 35",
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: chunked, gzip",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding:",
    ],
)
async def test_a_body_that_nobody_can_find_the_end_of_is_refused(framing):
    """Not one byte of it is taken for a request."""
    stream = b"POST /a HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n" + SMUGGLED
    for one in (stream, wishing(stream)):
        for cuts in ([], [len(one) - 35], range(1, len(one))):
            seen, answered, was_closed = await ours(one, cuts)
            assert b"/smuggled" not in [each["path"] for each in seen]
            assert b" 400 " in answered
            assert was_closed


async def test_what_stands_behind_the_last_request_counts_for_nothing():
    """However it was cut."""
    stream = post(b"bye", "Connection: close") + b"junk"
    for at in range(1, len(stream)):
        seen, answered, _ = await ours(stream, [at])
        assert len(seen) == 1
        assert b" 400 " not in answered


CHUNKED = b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
FLOODS = {
    "a head": b"GET / HTTP/1.1\r\nX: ",
    "a path": b"GET /",
    "a trailer": CHUNKED + b"0\r\nX: ",
    "a trailer without a colon": CHUNKED + b"0\r\n",
    "the length of a chunk": CHUNKED + b"5;",
    "a head behind a body": post(b"x" * 100) + b"GET / HTTP/1.1\r\nX: ",
    "a trailer of one that waits": GET.replace(b"/g", b"/") + CHUNKED + b"0\r\nX: ",
}


@pytest.mark.parametrize("name", FLOODS)
@pytest.mark.parametrize("size", [700, READ_FIRST])
async def test_what_is_no_body_is_bounded(name, size):
    """What the parser has to hold is refused when it is too much, wherever it stands."""
    connection, pipe = connected(Held())
    await feed(connection, pipe, FLOODS[name])
    fed = 0
    while not pipe.is_closed and not connection._http._is_deaf:
        assert fed <= HELD + READ_FIRST + size
        connection._http.received(memoryview(b"a" * size))
        fed += size
    assert fed > HELD / 2


@pytest.mark.parametrize("number", [HEADERS, HEADERS + 1])
async def test_so_many_headers_and_no_more(number):
    """Each costs more memory than its bytes."""
    head = b"GET /a HTTP/1.1\r\n" + b"".join(b"h%d: 1\r\n" % n for n in range(number))
    seen, answered, _ = await ours(head + b"\r\n", [])
    assert len(seen) == (number == HEADERS)
    assert (b"too large" in answered) == (number > HEADERS)


async def test_a_head_in_pieces_is_not_charged_for_its_body():
    """Three packets: two of the head, and one with its end and much of the body."""
    stream = post(LARGE)
    head = stream.index(b"\r\n\r\n")
    for pieces in ([17, head + 2], [17, 40, head + 2], [head + 2]):
        outcome = await ours(stream, pieces)
        assert paths(outcome) == [("/a", len(LARGE))]


async def test_a_head_that_began_before_an_answer_ended_is_hurried_too(monkeypatch):
    """Its seconds count from the answer on."""
    monkeypatch.setattr("threebath.web.protocol.HEAD_SECONDS", 0.05)
    connection, pipe = connected(Echo())
    await feed(connection, pipe, GET + b"GE")
    await asyncio.sleep(0.02)
    assert pipe.written.startswith(b"HTTP/1.1 200 ")
    assert not pipe.is_closed
    await asyncio.sleep(0.2)
    assert pipe.is_closed


@pytest.mark.parametrize("at", [0, 5])
async def test_a_length_may_begin_with_zeros(at):
    """However many: they are legal, and not to be counted."""
    stream = post(b"hello", length="0" * 5000 + "5")
    seen = (await ours(stream, [len(stream) - 5 + at]))[0]
    assert [one["length"] for one in seen] == [5]


async def test_only_so_many_requests_wait_in_a_line():
    """Who never reads an answer cannot have a server remember questions without end."""
    app = Held()
    connection, pipe = connected(app)
    await feed(connection, pipe, GET * (PIPELINED * 50))
    app.let.set()
    await asyncio.sleep(0.2)
    assert pipe.is_closed
    assert len(app.seen) == 1 + PIPELINED
    assert pipe.written.count(b" 400 ") == 1


async def test_who_leaves_leaves_all_requests(caplog):
    """Also the one that is being answered, not only the latest: nothing is written."""
    app = Held()
    connection, pipe = connected(app)
    await feed(connection, pipe, GET.replace(b"/g", b"/deaf") * 3)
    pipe.close()
    connection.connection_lost(None)
    app.let.set()
    await settled()
    assert pipe.written == b""
    assert [one.message for one in caplog.records] == []
    assert len(app.seen) == 1


async def test_a_trailer_cut_anywhere_is_no_header():
    """Nor is it part of the next request."""
    stream = chunked(b"abc", trailer=b"X-Late: 1\r\n") + GET
    whole = await ours(stream, [])
    assert [one["path"] for one in whole[0]] == ["/a", "/g"]
    assert b"x-late" not in whole[1]
    for at in range(1, len(stream)):
        assert await ours(stream, [at]) == whole


requests = st.one_of(
    st.builds(post, st.binary(max_size=99), path=st.sampled_from(["/a", "/deaf"])),
    st.builds(lambda parts: chunked(*parts), st.lists(st.binary(min_size=1), max_size=3)),
    st.just(GET),
)


@given(st.lists(requests, min_size=1, max_size=4), st.sets(st.integers(1), max_size=9))
@settings(deadline=None, max_examples=200)
async def test_any_requests_cut_anyhow_are_the_same_requests(made, places):
    """Pipelined in any order and any number of pieces."""
    stream = b"".join(made)
    cuts = sorted({1 + one % (len(stream) - 1) for one in places})
    assert await ours(stream, cuts) == await uvicorns(stream)


@pytest.mark.parametrize("seed", range(12))
async def test_a_large_body_cut_at_random_arrives_whole(seed):
    """With requests before and behind it, in few pieces and in many."""
    stream = GET + post(LARGE) + post(b"next") + chunked(LARGE[:READ], b"x") + GET
    dice = random.Random(seed)
    cuts = sorted(dice.sample(range(1, len(stream)), dice.choice([1, 5, 50, 500])))
    assert await ours(stream, cuts) == await uvicorns(stream)


@pytest.mark.parametrize("around", [READ_FIRST, READ, READ_FIRST + READ])
@pytest.mark.parametrize("off", [-1, 0, 1])
async def test_a_body_that_just_fills_a_read_arrives_whole(around, off):
    """The body ends with a read, one byte before it, and one byte behind."""
    head = len(post(length=100_000))
    stream = post(LARGE[: around - head + off]) + GET
    assert await ours(stream, []) == await uvicorns(stream)
    assert await ours(stream, [head]) == await uvicorns(stream)


@pytest.mark.parametrize("size", [1000, READ_FIRST, 4 * READ])
async def test_a_body_that_nobody_takes_is_read_no_further(size):
    """At most two reads are held; they come out in order when somebody takes them."""
    may_go, taken = asyncio.Event(), bytearray()

    async def app(_scope, receive, _send):
        await may_go.wait()
        while (message := await receive())["more_body"]:
            taken.extend(message["body"])
            assert type(message["body"]) is bytes
        taken.extend(message["body"])

    connection, pipe = connected(app)
    stream = post(LARGE + LARGE)
    at = 0
    while not pipe.is_paused and at < len(stream):
        at += await feed(connection, pipe, stream[at : at + size])
    assert READ <= at < 2 * READ + READ_FIRST
    may_go.set()
    while at < len(stream):
        fed = await feed(connection, pipe, stream[at : at + size])
        assert fed
        at += fed
    await asyncio.sleep(0.01)
    assert taken == LARGE + LARGE
