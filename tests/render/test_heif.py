"""What an AVIF or a HEIC is made of: judged before any of it is decoded."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from heif import ALPHA, Piece, avif, box, coded, full, grid, resized, size
from pictures import WIDE, encoded, scene
from threebath.core.errors import CorruptFile, FileRejected, UnknownFormat
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.darkroom import develop
from threebath.render.job import Job
from threebath.render.probe import probe
from threebath.render.probe.items import Items

JOB = Job(limits=WIDE, ladder=Ladder((Rung("x", Size(604, 604)),)))
TILE = coded(scene(64, 64))


def shown(content):
    (made,) = develop(content, JOB).images
    return Image.open(BytesIO(made[2])).convert("RGB")


def furthest(one, other):
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


def test_a_picture_put_together_by_hand_is_one():
    """What these tests write is what decoders read."""
    assert furthest(shown(avif(TILE)), scene(64, 64)) < 60


def test_a_grid_is_as_large_as_it_says():
    """Its tiles may reach over its edges, by less than a tile."""
    content = avif(grid(2, 2, 120, 100, [2, 2, 2, 2]), TILE)
    assert probe(content).size == Size(120, 100)
    picture = shown(content)
    assert furthest(picture.crop((0, 0, 32, 32)), picture.crop((64, 64, 96, 96))) < 60


HUGE = resized(TILE, 8000, 8000)
CLEAR = Piece(TILE.kind, [*TILE.properties, full(b"auxC", ALPHA)], TILE.content)
BAD = {
    "a grid of one huge tile again and again": avif(
        grid(16, 16, 7000, 7000, [2] * 256), HUGE
    ),
    "a small part of a huge tile": avif(grid(1, 1, 64, 64, [2]), HUGE),
    "tiles that do not cover it": avif(grid(1, 1, 100, 100, [2]), TILE),
    "a tile too few": avif(grid(2, 2, 120, 120, [2, 2, 2]), TILE),
    "a tile that is not there": avif(grid(1, 2, 120, 60, [2, 9]), TILE),
    "tiles of two sizes": avif(grid(1, 2, 120, 60, [2, 3]), TILE, coded(scene(60, 64))),
    "a grid of itself": avif(grid(1, 1, 64, 64, [1])),
    "a grid that is cut": avif(
        Piece(b"grid", grid(1, 1, 64, 64, [2]).properties, b"\0\0\0", [(b"dimg", [2])]),
        TILE,
    ),
    "huge transparency": avif(
        TILE,
        Piece(
            TILE.kind,
            [*HUGE.properties, full(b"auxC", ALPHA)],
            TILE.content,
            [(b"auxl", [1])],
        ),
    ),
    "a cut that shows a corner": avif(
        Piece(
            TILE.kind,
            [
                *HUGE.properties,
                box(b"clap", struct.pack(">8I", 64, 1, 64, 1, 0, 1, 0, 1)),
            ],
            TILE.content,
        )
    ),
    "one tile very often, with very many properties": avif(
        grid(255, 255, 255 * 64, 255 * 64, [2] * 255**2),
        Piece(TILE.kind, [*[box(b"free", b"")] * 200, *TILE.properties], TILE.content),
    ),
    "transparency that is named again and again": avif(
        TILE,
        Piece(
            b"grid",
            [size(64, 64), full(b"auxC", ALPHA)],
            grid(100, 99, 64, 64, []).content,
            [(b"dimg", [3] * 9900), *[(b"auxl", [1])] * 101],
        ),
        resized(TILE, 1, 1),
    ),
    "nothing in it": avif(Piece(TILE.kind, TILE.properties, b"")),
    "an item whose kind is no text": avif(TILE, Piece(b"\xffxif", [], b"x")),
    "a property whose name is no text": avif(
        Piece(TILE.kind, [*TILE.properties, box(b"\x80rot", b"\0")], TILE.content)
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_would_be_dear_or_cannot_be_is_damaged(name):
    """Whatever the decoders would make of it: they do not see it."""
    with pytest.raises(CorruptFile):
        probe(BAD[name])


@pytest.mark.parametrize("number", [2, 9000])
def test_what_is_named_twice_is_judged_once(number, monkeypatch):
    """A hundred kilobytes must not take seconds to judge."""
    judged = []
    check = Items.check_bytes
    monkeypatch.setattr(
        Items, "check_bytes", lambda self, item: judged.append(item) or check(self, item)
    )
    rows, columns = (1, 2) if number == 2 else (number // 100, 100)
    layer = Piece(
        b"grid",
        [size(64, 64), full(b"auxC", ALPHA)],
        grid(rows, columns, 64, 64, []).content,
        [(b"dimg", [3] * number), *[(b"auxl", [1])] * 9],
    )
    probe(avif(TILE, layer, resized(TILE, 64, 64 if number == 2 else 1)))
    assert len(judged) <= 4


def test_more_pieces_than_a_decoder_takes_are_damage_and_no_lack_of_memory():
    """libheif says of its own limits that memory could not be allocated."""
    content = bytearray(encoded(scene(64, 64), "AVIF"))
    place = content.index(b"iinf") + 8
    content[place : place + 2] = struct.pack(">H", 32_768)
    with pytest.raises(CorruptFile):
        develop(bytes(content), JOB)


def test_pictures_derived_in_rare_ways_are_not_supported():
    """Overlays and the like."""
    with pytest.raises(UnknownFormat):
        probe(avif(Piece(b"iovl", TILE.properties, b"x" * 20, [(b"dimg", [2])]), TILE))


@pytest.mark.parametrize(
    "tail", [b"\0\0", b"<script>", b"\xff" * 50, b"\0\0\0\x0cfree1234"]
)
def test_what_is_appended_does_not_count(tail):
    """As with every other format."""
    header = probe(avif(TILE, tail=tail))
    assert header.size == Size(64, 64)
    assert b"<script>" not in header.body


def test_wherever_it_is_cut_it_ends_early():
    """Also between two boxes."""
    content = avif(grid(2, 2, 120, 100, [2, 2, 2, 2]), TILE)
    for end in range(0, len(content), 7):
        with pytest.raises(FileRejected):
            probe(content[:end])
    with pytest.raises(CorruptFile):
        probe(content[:-1])


@pytest.mark.parametrize("premultiplied", [False, True])
def test_what_is_half_clear_is_half_white(premultiplied):
    """Colours may be stored darker where they are clear, if the file says so."""
    stored = (100, 0, 0) if premultiplied else (200, 0, 0)
    colour = coded(Image.new("RGB", (64, 64), stored), quality=95, subsampling="4:4:4")
    layer = coded(Image.new("L", (64, 64), 128), quality=95)
    layer.properties.append(full(b"auxC", ALPHA))
    layer.refers = [(b"auxl", [1])]
    colour.refers = [(b"prem", [2])] if premultiplied else []
    red, green, blue = shown(avif(colour, layer)).getpixel((32, 32))
    assert abs(red - 227) < 6
    assert abs(green - 127) < 6
    assert abs(blue - 127) < 6


def test_turning_before_the_size_is_known_is_turning_all_the_same():
    """Properties stand in any order, and count in theirs."""
    turn = box(b"irot", b"\1")
    wide = coded(scene(64, 32))
    piece = Piece(wide.kind, [turn, *wide.properties], wide.content)
    assert probe(avif(piece)).size == Size(32, 64)
    assert shown(avif(piece)).size == (32, 64)


def test_a_file_from_an_encoder_is_read_the_same():
    """The reader is not only one of its own tests' files."""
    for image in (scene(300, 200), scene(33, 57), scene(64, 64, "L")):
        assert probe(encoded(image, "AVIF")).size == Size(*image.size)
