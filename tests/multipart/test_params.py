"""The parameters of a call: query and body, as clients really encode them."""

from dataclasses import replace
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipart.streams import body_of, field, file, stream
from threebath.core.errors import BadBody, BodyTooLarge, BrokenMultipart
from threebath.multipart import CALL, read_pairs

FORM = "application/x-www-form-urlencoded"


async def _read(query="", content_type=None, *chunks, limits=CALL):
    return await read_pairs(query, content_type, stream(*chunks), limits)


@pytest.mark.parametrize(
    ("sent", "pairs"),
    [
        ("", []),
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("aid=&gid=", [("aid", ""), ("gid", "")]),
        ("a=1&", [("a", "1")]),
        ("&&a=1&&&b&", [("a", "1"), ("b", "")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
        ("a=b=c", [("a", "b=c")]),
        ("=x", [("", "x")]),
        ("a=x+y%2Bz%20", [("a", "x y+z ")]),
        ("%61%3D=1", [("a=", "1")]),
        ("a=%D1%91&b=ё", [("a", "ё"), ("b", "ё")]),
        ("a=%F0%9F%98%80", [("a", "😀")]),
        ("a=%FF&b=%", [("a", "\ufffd"), ("b", "%")]),
        ("a=%zz%4", [("a", "%zz%4")]),
        ("a=%00%0D%0A", [("a", "\0\r\n")]),
        ("a[]=1;b=2", [("a[]", "1;b=2")]),
        ('a={"x":[1, 2]}', [("a", '{"x":[1, 2]}')]),
    ],
)
@pytest.mark.parametrize("kind", [FORM, FORM.title() + "; charset=UTF-8", None, ""])
async def test_pairs_are_read_from_query_and_body_alike(sent, pairs, kind):
    """Blanks are kept, empty pairs are not; a body without a type is a form."""
    raw = sent.encode()

    assert await _read(sent) == pairs
    assert await _read(raw) == pairs
    assert await _read("", kind, raw) == pairs
    assert await _read("", kind, *(bytes([one]) for one in raw)) == pairs
    assert await _read("q=0", kind, b"", raw) == [("q", "0"), *pairs]


async def test_raw_bytes_of_a_query_may_be_anything():
    """Best are the bytes as they came; a string with lone surrogates does no harm."""
    assert await _read(b"a=\xff") == [("a", "\ufffd")]
    assert await _read("a=\udcff") == await _read("a=\ud800") == [("a", "\ufffd" * 3)]


async def test_multipart_fields_follow_the_query_and_files_are_passed_over():
    """The documentation's curl calls send parameters as form parts."""
    body = body_of(
        field("a", "ё".encode()),
        file("f", b"1" * 5000),
        field("a", b""),
        field("b+", b"%20"),
    )

    pairs = await _read("q=1", "multipart/form-data; boundary=x", body[:50], body[50:])

    assert pairs == [("q", "1"), ("a", "ё"), ("a", ""), ("b+", "%20")]


@pytest.mark.parametrize(
    "kind", ["application/json", "image/jpeg", "text/plain", "multipart/mixed; boundary=x"]
)
async def test_other_bodies_are_refused_and_empty_ones_are_nothing(kind):
    """A type alone does no harm: some clients send one with every GET."""
    assert await _read("a=1", kind) == [("a", "1")]
    assert await _read("a=1", kind, b"", b"") == [("a", "1")]
    with pytest.raises(BadBody, match="must be"):
        await _read("a=1", kind, b"{}")


async def test_a_broken_multipart_call_is_refused():
    """The parts before the damage do not count."""
    body = body_of(field("a", b"1"))

    with pytest.raises(BrokenMultipart):
        await _read("", "multipart/form-data; boundary=x", body[:-5])


_SMALL = replace(
    CALL,
    max_bytes=200,
    max_parts=3,
    max_field_bytes=10,
    max_fields_bytes=20,
    max_epilogue=2,
)


@pytest.mark.parametrize(
    ("fits", "over"),
    [
        ("a=1&b=2&c=3", "a=1&b=2&c=3&d=4"),
        ("a=123456789", "a=1234567890"),
        ("a=%31%31%31%31%31%31%31%31%31", "a=%31%31%31%31%31%31%31%31%31%31"),
        ("a=123456789&b=123456789", "a=123456789&b=123456789&c="),
        ("&" * 200, "&" * 201),
    ],
)
async def test_calls_have_caps(fits, over):
    """Pairs, one pair's bytes, all pairs' bytes and the body are bounded, however sent."""
    await _read(fits, limits=_SMALL)
    await _read("", FORM, fits.encode(), limits=_SMALL)

    with pytest.raises(BodyTooLarge):
        await _read(over, limits=_SMALL)
    with pytest.raises(BodyTooLarge):
        await _read("", FORM, over.encode(), limits=_SMALL)
    with pytest.raises(BodyTooLarge):
        await _read("", FORM, *(bytes([one]) for one in over.encode()), limits=_SMALL)


async def test_query_and_body_share_the_caps():
    """A cap cannot be doubled by sending half in each place."""
    multipart = "multipart/form-data; boundary=x"

    with pytest.raises(BodyTooLarge):
        await _read("a=1&b=2", FORM, b"c=3&d=4", limits=_SMALL)
    with pytest.raises(BodyTooLarge):
        await _read("a=1&b=2&c=3", multipart, body_of(field("d", b"4")), limits=_SMALL)


async def test_no_more_is_read_than_the_cap():
    """An endless body is given up at the cap, not gathered."""
    taken = 0

    async def endless():
        nonlocal taken
        while True:
            taken += 1
            yield b"a" * 10

    with pytest.raises(BodyTooLarge):
        await read_pairs("", FORM, endless(), _SMALL)

    assert taken == 21


@given(st.binary())
async def test_any_bytes_are_pairs(raw):
    """Nothing that a client sends makes the reader fail."""
    assert await _read(raw) == await _read("", FORM, raw)


@given(st.text("%%%0123aAfFgG+ =&\xe9", max_size=60))
async def test_what_is_quoted_is_what_the_standard_library_says(text):
    """Also where a percent sign stands for nothing but itself."""
    raw = text.encode().replace(b"&", b"").replace(b"=", b"")
    [(name, value)] = await read_pairs(b"a=" + raw, None, stream(), CALL)
    wanted = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "replace")
    assert (name, value) == ("a", wanted)


async def test_what_is_too_long_is_not_even_decoded(monkeypatch):
    """Nobody who has no token yet keeps the loop busy."""
    monkeypatch.setattr("threebath.multipart.params._unquote", None)
    raw = b"q=" + b"%41" * (CALL.max_field_bytes + 1)
    with pytest.raises(BodyTooLarge):
        await read_pairs(b"", None, stream(raw), CALL)
