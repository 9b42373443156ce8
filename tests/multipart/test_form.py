"""The form that the service reads: files one by one, fields on the side."""

from dataclasses import replace

import pytest

from multipart.captures import CAPTURES, LIMITS, SIZES, pieces
from multipart.streams import body_of, broken, field, file, stream
from threebath.core.errors import BodyTooLarge, BrokenMultipart, NotMultipart
from threebath.multipart import MultipartForm
from threebath.service.ports import Form

TYPE = "multipart/form-data; boundary=x"


def form_of(body, **options):
    limits = options.pop("limits", LIMITS)
    size = options.pop("size", 65536)
    return MultipartForm(TYPE, stream(*pieces(body, size)), limits, **options)


async def _content(part):
    return b"".join([chunk async for chunk in part.chunks()])


async def _files(form):
    return [(one.name, one.filename, await _content(one)) async for one in form.files()]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda one: one.client)
@pytest.mark.parametrize("size", SIZES)
async def test_every_clients_files_and_fields_are_told_apart(capture, size):
    """A file has a file name or a type of its own; the rest is text."""
    source = stream(*pieces(capture.body, size))
    form: Form = MultipartForm(capture.content_type, source, LIMITS)

    files = await _files(form)

    is_file = [
        one[1] is not None or one[2] not in ("", "text/plain") for one in capture.parts
    ]
    marked = list(zip(capture.parts, is_file, strict=True))
    assert files == [
        (name, named or "", raw) for (name, named, _, raw), yes in marked if yes
    ]
    assert form.raw_pairs == tuple(
        (name, raw) for (name, _, _, raw), yes in marked if not yes
    )


async def test_fields_are_kept_in_order_and_the_last_of_a_name_wins():
    """Signatures need every pair as it came; handlers want one value for a name."""
    form = form_of(
        body_of(
            field("a", b"1"),
            field("b", "ё".encode()),
            field("a", b""),
            field("c", b"\xff\r\n"),
        )
    )

    assert await _files(form) == []

    assert form.pairs == (("a", "1"), ("b", "ё"), ("a", ""), ("c", "\ufffd\r\n"))
    assert form.raw_pairs[3] == ("c", b"\xff\r\n")
    assert form.fields == {"a": "", "b": "ё", "c": "\ufffd\r\n"}


async def test_fields_before_a_file_are_there_when_the_file_is():
    """What precedes a file can be looked at before the file is read."""
    form = form_of(body_of(field("a", b"1"), file("f", b"2"), field("b", b"3")))

    seen = [dict(form.fields) async for _ in form.files()]

    assert seen == [{"a": "1"}]
    assert form.fields == {"a": "1", "b": "3"}


async def test_what_is_left_of_a_file_is_skipped():
    """A file that is not read, or only in part, does not hold up the next one."""
    big = b"0123456789abcdef" * 4096
    form = form_of(
        body_of(file("a", big), file("b", big), file("c", b""), file("d", b"end"))
    )
    read = []

    async for part in form.files():
        if part.name == "b":
            read.append(len(await anext(part.chunks())))
        if part.name == "d":
            read.append(await _content(part))

    assert read[1:] == [b"end"]
    assert 0 < read[0] < len(big)


async def test_a_file_is_read_once():
    """A second reading of a file finds nothing, and goes no further than its end."""
    form = form_of(body_of(file("a", b"one"), file("b", b"two")))

    read = [(await _content(one), await _content(one)) async for one in form.files()]

    assert read == [(b"one", b""), (b"two", b"")]
    assert [one async for one in form.files()] == []


async def test_a_file_that_was_passed_is_not_silently_empty():
    """Reading a file too late is a bug, and is not mistaken for an empty file."""
    form = form_of(body_of(file("a", b"one"), file("b", b"two")))
    parts = [one async for one in form.files()]

    for part in parts:
        with pytest.raises(RuntimeError, match="before the next"):
            await _content(part)


@pytest.mark.parametrize("size", [1, 100, 5000, 65536, 3_000_000])
async def test_chunks_are_neither_tiny_nor_huge(size):
    """However the body came, each chunk but the last has 4 KiB to 1 MiB."""
    content = bytes(range(256)) * 4096
    if size == 1:
        content = content[:30_000]
    form = form_of(body_of(file("a", content), file("b", content)), size=size)

    async for part in form.files():
        chunks = [chunk async for chunk in part.chunks()]
        assert b"".join(chunks) == content
        assert all(4096 <= len(chunk) <= 1_048_576 for chunk in chunks[:-1])
        assert 0 < len(chunks[-1]) <= 1_048_576


async def test_a_part_of_another_type_is_a_file():
    """Flash and Unity may leave the file name out; the type gives a file away."""
    typed = ["Content-Disposition: form-data; name=a", "Content-Type: image/jpg"]
    text = ["Content-Disposition: form-data; name=b", "Content-Type: text/plain; charset=x"]

    form = form_of(body_of((typed, b"1"), (text, b"2")))
    found = [(one.name, one.filename, one.content_type) async for one in form.files()]

    assert found == [("a", "", "image/jpg")]
    assert form.fields == {"b": "2"}


async def test_the_caller_may_name_fields_that_are_files():
    """A part that looks like text is a file where the kind says so."""
    body = body_of(field("data", b"1"), field("caption", b"2"))
    form = form_of(body, file_names=frozenset({"data"}))

    assert await _files(form) == [("data", "", b"1")]
    assert form.fields == {"caption": "2"}


async def test_an_input_that_was_left_empty_is_a_part_unless_it_is_not_wanted():
    """A browser sends a nameless empty part; a named empty file is a file all the same."""
    body = body_of(
        file("a", b"", ""), file("b", b"", "b"), file("c", b"1", ""), file("d", b"", "")
    )

    assert [one[0] for one in await _files(form_of(body))] == ["a", "b", "c", "d"]
    assert [one[0] for one in await _files(form_of(body, skip_empty=True))] == ["b", "c"]


@pytest.mark.parametrize(
    ("cap", "fits", "over"),
    [
        ({"max_field_bytes": 9}, [field("abc", b"123456")], [field("abc", b"1234567")]),
        ({"max_field_bytes": 9}, [field("ё" * 4, b"1")], [field("ё" * 4, b"12")]),
        ({"max_field_bytes": 9}, [field("a" * 9, b"")], [file("a" * 10, b"")]),
        ({"max_fields_bytes": 9}, [field("a", b"12")] * 3, [field("a", b"12")] * 4),
        ({"max_parts": 3}, [file("a", b"12")] * 3, [file("a", b"12")] * 4),
    ],
)
@pytest.mark.parametrize("size", [1, 65536])
async def test_fields_and_names_have_caps(cap, fits, over, size):
    """What is kept in memory is bounded, one by one and together."""
    limits = replace(LIMITS, **cap)

    await _files(form_of(body_of(*fits), limits=limits, size=size))

    with pytest.raises(BodyTooLarge):
        await _files(form_of(body_of(*over), limits=limits, size=size))


@pytest.mark.parametrize("content_type", [None, "", "image/jpeg", "multipart/mixed"])
def test_another_type_is_not_multipart(content_type):
    """A raw body is refused before a byte of it is read."""
    with pytest.raises(NotMultipart):
        MultipartForm(content_type, stream(b"\xff\xd8"), LIMITS)


async def test_a_file_that_was_cut_off_never_ends_well():
    """Half a photo must not pass for a whole one: its reader gets an error."""
    body = body_of(file("a", b"1" * 20_000))
    form = form_of(body[:-9])

    with pytest.raises(BrokenMultipart, match="before its closing boundary"):
        await _files(form)
    with pytest.raises(BrokenMultipart):
        await _files(form)


async def test_a_lost_connection_is_passed_on():
    """The server's own error reaches the caller as it is."""
    body = body_of(file("a", b"1" * 20_000))
    form = MultipartForm(TYPE, broken(body[:10_000]), LIMITS)

    with pytest.raises(ConnectionResetError):
        await _files(form)
