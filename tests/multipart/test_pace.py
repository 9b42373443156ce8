"""A body that drips or does not end is given up."""

import asyncio

import pytest

from multipart.streams import broken, stream
from threebath.core.errors import BodyTooLarge, BodyTooSlow
from threebath.multipart import Pace, paced


class Ticker:
    """A clock that each chunk moves on."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    async def drip(self, *chunks):
        """Yield chunks, each after so many seconds."""
        for seconds, chunk in chunks:
            self.now += seconds
            yield chunk


PACE = Pace(min_rate=100, window=30, longest=300)


async def _through(*chunks, pace=PACE, max_bytes=100_000):
    ticker = Ticker()
    guarded = paced(ticker.drip(*chunks), max_bytes, pace, clock=ticker)
    return [chunk async for chunk in guarded]


async def test_a_body_passes_unchanged():
    """What is quick enough comes out as it went in, in the same chunks."""
    assert await _through((0, b"a"), (0, b""), (29, b"bc")) == [b"a", b"", b"bc"]
    assert await _through() == []


async def test_a_short_pause_is_forgiven():
    """The rate is an average over the window; less than a window is not judged."""
    sent = [(29, b"1"), (1, b"2" * 3000), (29, b"3")]

    assert await _through(*sent) == [chunk for _, chunk in sent]


async def test_a_dripping_client_is_given_up_within_two_windows():
    """Single bytes, each before the silence is too long, do not hold a place."""
    with pytest.raises(BodyTooSlow):
        await _through(*[(1, b"x")] * 31)
    with pytest.raises(BodyTooSlow):
        await _through(*[(29, b"x")] * 2)


async def test_a_quick_start_does_not_pay_for_a_slow_end():
    """Each window is judged by itself."""
    with pytest.raises(BodyTooSlow):
        await _through((30, b"x" * 50_000), *[(1, b"x")] * 31)


async def test_even_a_steady_body_must_end():
    """At the least rate a large body would take hours; there is a bound for all of it."""
    steady = [(10, b"x" * 1000)] * 29

    assert len(await _through(*steady)) == 29
    with pytest.raises(BodyTooSlow):
        await _through(*steady, (10, b"x" * 1000))


async def test_only_waiting_counts():
    """Time that we spend on a chunk is not the client's."""
    ticker = Ticker()
    guarded = paced(ticker.drip(*[(1, b"x")] * 20), 100, PACE, clock=ticker)
    taken = 0

    async for _ in guarded:
        ticker.now += 1000
        taken += 1

    assert taken == 20


async def test_no_byte_beyond_the_cap_is_passed_on():
    """The chunk that goes over the cap never reaches the reader."""
    assert await _through((0, b"12"), (0, b"34"), max_bytes=4) == [b"12", b"34"]
    guarded = paced(stream(b"12", b"345"), 4)
    assert await anext(guarded) == b"12"
    with pytest.raises(BodyTooLarge, match="4"):
        await anext(guarded)


async def test_silence_is_not_waited_out():
    """A client that stops sending is given up when the window is over, by real time."""

    async def silent():
        yield b"first"
        await asyncio.Event().wait()

    guarded = paced(silent(), 100, Pace(window=0.05))

    assert await anext(guarded) == b"first"
    with pytest.raises(BodyTooSlow):
        await anext(guarded)


async def test_the_streams_own_errors_pass():
    """A lost connection, or a timeout of the server's, is not called slow."""

    async def timed_out():
        yield b"first"
        raise TimeoutError

    with pytest.raises(ConnectionResetError):
        [chunk async for chunk in paced(broken(b"1"), 10)]
    with pytest.raises(TimeoutError):
        [chunk async for chunk in paced(timed_out(), 10)]


async def test_a_silence_counts_from_the_last_chunk():
    """However long the body has lasted, the next chunk has the whole window."""

    async def lively_then_silent():
        for _ in range(12):
            await asyncio.sleep(0.03)
            yield b"x" * 1000
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    guarded = paced(lively_then_silent(), 100_000, Pace(window=0.1))
    for _ in range(12):
        await anext(guarded)
    began = loop.time()
    with pytest.raises(BodyTooSlow):
        await anext(guarded)
    assert 0.09 < loop.time() - began < 1


async def test_work_between_chunks_is_no_silence():
    """The window may pass while nobody waits; the wait that follows has all of it."""
    more = asyncio.Event()

    async def eager():
        yield b"first"
        await asyncio.sleep(0.05)
        yield b"second"
        await more.wait()

    guarded = paced(eager(), 100, Pace(window=0.2))
    assert await anext(guarded) == b"first"
    await asyncio.sleep(0.3)
    assert await anext(guarded) == b"second"
    with pytest.raises(BodyTooSlow):
        await anext(guarded)


async def test_the_last_wait_may_be_shorter_than_a_window():
    """What is left of the longest time is all that the next chunk has."""

    async def slow():
        while True:
            await asyncio.sleep(0.1)
            yield b"x" * 1000

    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(BodyTooSlow):
        [chunk async for chunk in paced(slow(), 100_000, Pace(window=60, longest=0.35))]
    assert 0.3 < loop.time() - began < 5


async def test_a_reader_that_is_cancelled_is_not_told_that_the_body_was_slow():
    """Whoever ends a request, a shutdown or a timeout, sees their own reason."""

    async def silent():
        yield b"first"
        await asyncio.Event().wait()

    async def read():
        return [chunk async for chunk in paced(silent(), 100, Pace(window=60))]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await read()


async def test_who_is_slow_and_cancelled_is_cancelled():
    """Both at once: the cancellation must not get lost."""

    async def stubborn():
        yield b"first"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            reading.cancel()
            raise

    async def read():
        return [chunk async for chunk in paced(stubborn(), 100, Pace(window=0.05))]

    reading = asyncio.create_task(read())
    with pytest.raises(asyncio.CancelledError):
        await reading
