"""Files that are kept as they came: named, shown where they can be, only ever attached."""

from dataclasses import replace

import pytest
from tests.service.house import ADA, HERE, WALL, ListForm, ListPart

from threebath.core.errors import CorruptFile, FormatNotAllowed, PhotoNotFound
from threebath.core.filenames import tidy
from threebath.core.formats import recognise
from threebath.core.kinds import Format, Limits, Medium
from threebath.core.signing import Keyring
from threebath.service.media import MediaService
from threebath.service.uploads import Commit

FILE = replace(
    WALL,
    medium=Medium.FILE,
    keeps_original=True,
    limits=Limits(
        formats=frozenset(Format) - {Format.MP3, Format.PROGRAM}, max_bytes=10_000
    ),
)


async def _keep(house, content, filename="a.txt"):
    """Upload and publish one file; return it as media would serve it."""
    ticket = await house.service.issue(ADA, FILE, HERE)
    part = ListPart("file", [content], filename)
    got = await house.service.receive(ticket, FILE, ListForm([part]))
    [photo] = await house.service.commit(
        ADA, [FILE], [Commit(receipt_id=got.receipts[0].id)]
    )
    media = MediaService(
        catalog=house.memory.catalog, keys=Keyring((b"x" * 16,)), clock=house.clock
    )
    return photo, await media.open(photo.asset.id, "file", suffix="bin")


async def test_a_kept_file_comes_back_as_it_was_and_only_attached(house):
    """Never by a type that a browser would show."""
    photo, media = await _keep(house, b"<script>alert(1)</script>", "evil.html")
    assert house.blobs.stored[media.key] == b"<script>alert(1)</script>"
    assert media.content_type == "application/octet-stream"
    assert media.disposition == (
        f"attachment; filename=\"{photo.asset.id}_file.html\"; filename*=UTF-8''evil.html"
    )


async def test_only_the_right_ending_opens_it(house):
    """Not as a picture, whose type a browser would show."""
    photo, _ = await _keep(house, b"text")
    media = MediaService(
        catalog=house.memory.catalog, keys=Keyring((b"x" * 16,)), clock=house.clock
    )
    for suffix in ("jpg", "html", ""):
        with pytest.raises(PhotoNotFound):
            await media.open(photo.asset.id, "file", suffix=suffix)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ('say "hi".txt', 'say "hi".txt'),
        ("😀.txt", "😀.txt"),
        ("exe\u202egpj.txt", "exegpj.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("x" * 65_536 + ".txt", "x" * 196 + ".txt"),
        ("", ""),
    ],
)
async def test_names_are_kept_for_people_and_harm_nobody(house, sent, kept):
    """Paths, quotes, emoji, right-to-left marks, line ends, 64 KB."""
    photo, media = await _keep(house, b"text", sent)
    assert photo.asset.filename == kept == tidy(sent)
    assert media.disposition.isascii()
    assert "\n" not in media.disposition
    assert media.disposition.count('"') == 2


@pytest.mark.parametrize(
    ("content", "filename", "error"),
    [
        (b"MZ\x90\x00", "a.txt", FormatNotAllowed),
        (b"\x7fELF\x02", "a", FormatNotAllowed),
        (b"echo hi", "a.BAT", FormatNotAllowed),
        (b"ID3\x03\x00", "a.bin", FormatNotAllowed),
        (b"\xff\xfb\x90\x00", "a.mp3", FormatNotAllowed),
        (b"just text", "a.jpg", CorruptFile),
    ],
)
async def test_programs_mp3_and_false_pictures_are_refused(house, content, filename, error):
    """By what is in them, and by what a system would run."""
    with pytest.raises(error):
        await _keep(house, content, filename)
    await house.sweeper.sweep()
    assert house.blobs.stored == {}


async def test_what_was_kept_is_swept_whole(house):
    """The original is one of the asset's blobs."""
    photo, _ = await _keep(house, b"text" * 1000)
    await house.memory.library.remove(photo.id)
    await house.sweeper.sweep()
    assert house.blobs.stored == {}


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"RIFF\0\0\0\0WAVE", Format.WAV),
        (b"\0\0\0\x18ftypmp42", Format.MP4),
        (b"\0\0\0\x18ftypheic", Format.HEIC),
        (b"\x1aE\xdf\xa3", Format.MATROSKA),
        (b"OggS", Format.OGG),
        (b"", Format.ANY),
    ],
)
def test_files_are_recognised_by_their_first_bytes(head, found):
    """Never by what the client says of them."""
    assert recognise(head, "a.txt") is found
