"""Whatever a client sends, and however it is cut, the same parts come out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipart.captures import CAPTURES, LIMITS, SIZES, decode, pieces
from threebath.core.errors import BodyTooLarge, BrokenMultipart
from threebath.multipart.decoder import Decoder
from threebath.multipart.headers import read_boundary

captured = pytest.mark.parametrize("capture", CAPTURES, ids=lambda one: one.client)


@captured
@pytest.mark.parametrize("size", SIZES)
def test_every_clients_body_is_read(capture, size):
    """The parts are found at any chunk size."""
    boundary = read_boundary(capture.content_type, 70)

    found = decode(boundary, pieces(capture.body, size))

    assert found == (list(capture.parts), None)


@captured
def test_a_body_may_be_cut_anywhere(capture):
    """Two chunks with the cut at every byte give the same parts."""
    boundary = read_boundary(capture.content_type, 70)

    for at in range(len(capture.body) + 1):
        found = decode(boundary, [capture.body[:at], b"", capture.body[at:]])

        assert found == (list(capture.parts), None), at


@captured
def test_a_body_that_was_cut_off_is_refused(capture):
    """No prefix passes for a form, unless it has the closing boundary."""
    boundary = read_boundary(capture.content_type, 70)

    for end in range(capture.closed_at):
        parts, error = decode(boundary, [capture.body[:end]])

        assert error is BrokenMultipart, end
        assert parts == list(capture.parts)[: len(parts)]
    assert decode(boundary, [capture.body[: capture.closed_at]])[1] is None


_bytes = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [b"\r\n", b"\n", b"\r", b"--", b"-", b"b", b"--b", b"\r\n--b", b"\n--b", b" ",
             b"--b--", b"\r\n--b--", b":", b'Content-Disposition: form-data; name="n"',
             b"; filename=f", b"\xff", b"\x00", b"x"]
        ),
        max_size=40,
    ).map(b"".join),
)  # fmt: skip
_cuts = st.lists(st.integers(1, 30), min_size=1)


def _cut(body, cuts):
    chunks, at = [], 0
    while at < len(body):
        size = cuts[len(chunks) % len(cuts)]
        chunks.append(body[at : at + size])
        at += size
    return chunks


@given(
    body=_bytes,
    start=st.sampled_from([b"", b"--b\r\n", b"--b\n", b"\r\n--b\r\n"]),
    cuts=_cuts,
)
def test_any_bytes_are_a_form_or_a_bad_body(body, start, cuts):
    """Nothing crashes; cutting differently changes neither the parts nor the verdict."""
    assert decode(b"b", _cut(start + body, cuts)) == decode(b"b", [start + body])


_tight = replace(
    LIMITS,
    max_bytes=90,
    max_parts=3,
    max_headers=2,
    max_header_bytes=50,
    max_headers_bytes=80,
    max_preamble=3,
    max_epilogue=4,
    max_near_misses=2,
)


@given(body=_bytes, cuts=_cuts)
def test_the_caps_do_not_depend_on_the_cuts_either(body, cuts):
    """A body over a cap is refused at any chunk size, and one that is not, at none."""
    body = b"--b\r\n" + body
    assert decode(b"b", _cut(body, cuts), _tight) == decode(b"b", [body], _tight)


_boundaries = st.text("abcXYZ0189'()+_,-./:=?", min_size=1, max_size=70)
_contents = st.lists(_bytes, max_size=5)


@given(boundary=_boundaries, contents=_contents, cuts=_cuts)
def test_what_is_encoded_is_decoded(boundary, contents, cuts):
    """Contents come out as they went in, unless they hold the boundary itself."""
    raw = boundary.encode()
    contents = [one for one in contents if b"--" + raw not in b"\r\n" + one]
    head = b'Content-Disposition: form-data; name="%d"; filename="f"\r\n\r\n'
    body = b"".join(
        b"--" + raw + b"\r\n" + head % number + content + b"\r\n"
        for number, content in enumerate(contents)
    )
    body += b"--" + raw + b"--\r\n"

    parts, error = decode(raw, _cut(body, cuts))

    assert error is None
    assert parts == [(str(at), "f", "", content) for at, content in enumerate(contents)]


_PART = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"


def _with_headers(*lines):
    return b"--x\r\n" + b"".join(one + b"\r\n" for one in lines) + b"\r\n\r\n--x--"


@pytest.mark.parametrize(
    ("cap", "fits", "over"),
    [
        ({"max_bytes": 9}, b"--x--\r\n\r\n", b"--x--\r\n\r\n\r"),
        ({"max_bytes": 60}, _PART + b"--x--", _PART + b"1" * 100),
        ({"max_parts": 2}, _PART * 2 + b"--x--", _PART * 3 + b"--x--"),
        (
            {"max_headers": 2},
            _with_headers(b"A: b", b"A: b"),
            _with_headers(*[b"A: b"] * 3),
        ),
        (
            {"max_headers": 2},
            _with_headers(b"A:", b" b"),
            _with_headers(b"A:", b" b", b" c"),
        ),
        ({"max_header_bytes": 9}, _with_headers(b"A" * 9), _with_headers(b"A" * 10)),
        ({"max_header_bytes": 9}, _with_headers(b"A" * 9), b"--x\r\n" + b"A" * 200),
        ({"max_headers_bytes": 80}, _PART * 2 + b"--x--", _PART * 3 + b"--x--"),
        ({"max_epilogue": 9}, b"--x--123456789", b"--x--1234567890"),
        (
            {"max_near_misses": 1},
            _PART + b"--xx\r\n--x--",
            _PART + b"--xx\r\n--x-\r\n--x--",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", SIZES)
def test_what_is_over_a_cap_is_refused(cap, fits, over, size):
    """Each cap holds to the byte, at every chunk size."""
    limits = replace(LIMITS, **cap)

    assert decode(b"x", pieces(fits, size), limits)[1] is None
    assert decode(b"x", pieces(over, size), limits)[1] is BodyTooLarge


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\xff\xd8\xff\xe0 not multipart at all",
        b"ab--x\r\n\r\n\r\n--x--",
        b"\r\n\r\n--x\r\n\r\n\r\n--x--",
        b"--y\r\n\r\n\r\n--y--",
        b"--xy\r\n\r\n\r\n--x--",
        b"--x" + b" " * 17 + b"\r\n\r\n\r\n--x--",
        b"--x\r\n\r\n1\n--x--",
        b"--x\n\n1\r\n--x\r\n\r\n2\r\n--x-",
        b"--x\r\nContent-Disposition: form-data; name=a\n\n1\r\n--x--",
    ],
)
@pytest.mark.parametrize("size", SIZES)
def test_what_is_no_form_is_refused(body, size):
    """Other bodies, other boundaries and mixed line breaks are broken, at any size."""
    assert decode(b"x", pieces(body, size)) == ([], BrokenMultipart)


def test_a_broken_body_stays_broken():
    """After an error nothing more is read, and the error is the same."""
    decoder = Decoder(b"x", LIMITS)
    decoder.feed(b"some junk")
    with pytest.raises(BrokenMultipart) as first:
        decoder.next_event()

    decoder.feed(b"--x--")

    with pytest.raises(BrokenMultipart) as second:
        decoder.next_event()
    assert second.value is first.value
