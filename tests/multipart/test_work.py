"""What a body costs is bounded by its length, whoever wrote it."""

import sys
import tracemalloc
from collections import Counter

import pytest

from multipart.captures import pieces
from multipart.streams import body_of, file, repeated, stream
from threebath.core.errors import BadBody
from threebath.multipart import FormLimits, MultipartForm
from threebath.multipart.decoder import Decoder

MB = 1_000_000
LIMITS = FormLimits(max_bytes=400 * MB)
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

CONTENTS = {
    "zeros": b"\0",
    "CR": b"\r",
    "LF": b"\n",
    "CRLF": b"\r\n",
    "CRLF and dashes": b"\r\n--",
    "almost the boundary": f"\r\n--{BOUNDARY[:-1]}X".encode(),
    "the boundary without a line": f"--{BOUNDARY}--".encode(),
    "near misses": f"\r\n--{BOUNDARY}X".encode(),
}
HEADERS = {
    "semicolons": b"Content-Disposition: " + b";" * 90_000,
    "equals": b"Content-Disposition: form-data; " + b"=" * 90_000,
    "parameters": b"Content-Disposition: form-data; " + b"a=;" * 30_000,
    "spaces": b"Content-Disposition: form-data; " + b" " * 90_000,
    "quotes": b'Content-Disposition: form-data; filename="' + b'"' * 90_000,
    "quotes, spaces": b'Content-Disposition: form-data; filename="' + b'" ' * 45_000,
    "escapes": b'Content-Disposition: form-data; filename="' + b'\\"' * 45_000,
    "percents": b'Content-Disposition: form-data; filename="' + b"%41" * 30_000,
    "slashes": b'Content-Disposition: form-data; filename="' + b"/" * 90_000,
    "one line": b"A" * 90_000,
}


def _calls(work):
    """Count the calls that *work* makes, of our functions and of C's."""
    counted = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, arg: counted.update([event]))
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted["call"] + counted["c_call"]


def _decode(body, size=65_536):
    decoder = Decoder(BOUNDARY.encode(), LIMITS)
    for chunk in pieces(body, size):
        decoder.feed(chunk)
        while decoder.next_event():
            pass
    decoder.finish()
    while decoder.next_event():
        pass


def _decode_anyhow(body):
    try:
        _decode(body)
    except BadBody:
        return


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_content_costs_steps_by_the_chunk_not_by_the_byte(content):
    """Sixteen chunks of anything take some hundred calls, and near misses a few more."""
    body = body_of(file("a", content * (MB // len(content))), boundary=BOUNDARY)

    assert _calls(lambda: _decode_anyhow(body)) < 2500


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_headers_cost_steps_by_the_line_not_by_the_byte(header):
    """Ninety kilobytes of anything take some hundred calls; only percents a few more."""
    body = b"--" + BOUNDARY.encode() + b"\r\n" + header + b"\r\n\r\n\r\n--x"

    assert _calls(lambda: _decode_anyhow(body)) < 4500


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_is_searched_once_however_it_drips(header):
    """Twice the pieces cost twice the calls: nothing is looked at again from its start."""
    body = b"--" + BOUNDARY.encode() + b"\r\n" + header

    def work(size):
        decoder = Decoder(BOUNDARY.encode(), LIMITS)
        for chunk in pieces(body, size):
            decoder.feed(chunk)
            assert decoder.next_event() is None

    assert _calls(lambda: work(100)) < 2.1 * _calls(lambda: work(200))


def test_single_bytes_are_gathered_before_they_cost():
    """A form that comes byte by byte costs a few calls for each, and no decoding."""
    body = body_of(file("a", b"x" * 40_000), boundary=BOUNDARY)
    content_type = f"multipart/form-data; boundary={BOUNDARY}"

    async def read():
        form = MultipartForm(content_type, stream(*pieces(body, 1)), LIMITS)
        return [len(chunk) async for part in form.files() async for chunk in part.chunks()]

    def work():
        with pytest.raises(StopIteration):
            read().send(None)  # nothing here waits

    assert _calls(work) < 5 * len(body)


@pytest.mark.parametrize("size", [65_536, 1_048_576])
async def test_memory_does_not_grow_with_the_body(size):
    """Two hundred megabytes pass through less than two."""
    whole = body_of(file("a", b"|"), boundary=BOUNDARY)
    head, tail = whole.split(b"|")
    chunk = (b"\r\n--" + b"0123456789" * (size // 10))[:size]
    body = repeated(head, chunk, 200 * MB // size, tail)
    form = MultipartForm(f"multipart/form-data; boundary={BOUNDARY}", body, LIMITS)
    length = 0

    tracemalloc.start()
    try:
        async for part in form.files():
            async for piece in part.chunks():
                length += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert length == 200 * MB // size * len(chunk)
    assert peak < 2 * MB


async def test_hostile_headers_do_not_take_memory_either():
    """Parameters, escapes and lines by the thousand are not kept."""
    heads = [[header.decode()] for header in HEADERS.values()]
    limits = FormLimits(max_bytes=MB, max_headers_bytes=MB)
    body = body_of(*((head, b"") for head in heads), boundary=BOUNDARY)

    async def drip():
        for piece in pieces(body, 1000):
            yield piece

    form = MultipartForm(f"multipart/form-data; boundary={BOUNDARY}", drip(), limits)
    tracemalloc.start()
    try:
        files = [part.filename async for part in form.files()]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2 * MB
    assert len(files) == 5
