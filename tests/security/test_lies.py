"""The pool believes nothing that a worker says."""

import json
import struct
import time
from copy import deepcopy
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictures import KIND, WIDE, encoded, render, scene
from security.misbehave import LIE
from threebath.core.errors import CorruptFile, FileRejected, RendererFailed, TooManyFrames
from threebath.core.kinds import Format
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.baseline import NotBaseline, check, dress, head
from threebath.render.darkroom import develop
from threebath.render.job import Job
from threebath.render.judge import (
    Claim,
    Distrusted,
    VariantClaim,
    raise_verdict,
    read_lengths,
    read_message,
)
from threebath.render.probe import read_rendition
from threebath.render.probe.boxes import boxes
from threebath.render.variant import reencode
from threebath.render.wire import write_made

PICTURE = encoded(scene(160, 120), quality=85)
MADE = develop(PICTURE, Job(limits=KIND.limits, ladder=KIND.ladder))
TRUE = write_made(MADE)
CONTENT = b"".join(jpeg for _, _, jpeg in MADE.images)


def changed(**fields):
    return {**deepcopy(TRUE), **fields}


def image(index, place, value):
    images = deepcopy(TRUE["images"])
    images[index][place] = value
    return changed(images=images)


def without(name):
    return {key: value for key, value in TRUE.items() if key != name}


WORDS = st.text("ax<\0\u00e9", max_size=9)
LIES = {
    "no format": without("format"),
    "one field more": changed(more=1),
    "a format that is none": changed(format="image/x"),
    "a format that is no text": changed(format=["image/jpeg"]),
    "a format that the kind does not take": changed(format="application/octet-stream"),
    "a size in text": changed(size="1x1"),
    "a size of three": changed(size=[1, 2, 3]),
    "a size with true in it": changed(size=[True, 1]),
    "a negative size": changed(size=[-160, 120]),
    "an endless size": changed(size=[1e309, 1]),
    "another size": changed(size=[161, 120]),
    "a size over the limit": changed(size=[30_000, 30_000]),
    "no images": changed(images=[]),
    "images that are no list": changed(images={"s": 1}),
    "an image less": changed(images=TRUE["images"][1:]),
    "an image more": changed(images=TRUE["images"] * 2),
    "images in another order": changed(images=TRUE["images"][::-1]),
    "another letter": image(0, 0, "../../etc/passwd"),
    "another size of an image": image(0, 1, [75, 57]),
    "a length in text": image(0, 2, "1"),
    "a negative length": image(0, 2, -1),
    "a length of a gigabyte": image(0, 2, 1 << 30),
    "other facts": changed(facts={"colour": "#000000"}),
    "a colour with markup": changed(facts={**TRUE["facts"], "colour": "#<b>000"}),
    "a blurhash of another length": changed(facts={**TRUE["facts"], "blurhash": "x"}),
    "a hash that is a number": changed(facts={**TRUE["facts"], "phash": 1}),
    "facts that are no object": changed(facts=[1]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_message_that_cannot_be_true_is_not_believed(lie):
    """Every field is checked for its type, its form and its agreement with the plan."""
    with pytest.raises(Distrusted):
        Claim(LIES[lie], KIND, {})


def cut(content):
    """Take the bytes apart where the true lengths say."""
    starts = accumulate((one[2] for one in TRUE["images"]), initial=0)
    return [content[a:b] for a, b in pairwise(starts)]


def judged(message):
    raise_verdict(message)
    return Claim(message, KIND, {})


def test_the_truth_is_believed():
    """What an honest worker says passes, to the byte."""
    claim = Claim(TRUE, KIND, {})
    made = claim.take(cut(CONTENT))
    assert [one.content for one in made.images] == [jpeg for _, _, jpeg in MADE.images]


def segment(marker, content):
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


FIRST = TRUE["images"][0][2]
END = b"\xff\xd9"
HEAD = CONTENT[:2]
PICTURES = {
    "nothing": b"",
    "a script": b"<script>",
    "a script in a frame of JPEG": HEAD + b"<script>".ljust(FIRST - 4) + END,
    "a later picture first": CONTENT[FIRST : 2 * FIRST],
    "a picture without an end": CONTENT[: FIRST - 2],
    "EXIF": HEAD + b"\xff\xe1\0\x0eExif\0\0secret" + CONTENT[2 : FIRST - 18] + END,
    "a comment": HEAD + b"\xff\xfe\0\x08secret" + CONTENT[2 : FIRST - 12] + END,
    "something after the end": CONTENT[: FIRST - 40] + END + b"<script>".ljust(36) + END,
    "a comment in the scan": CONTENT[: FIRST - 12] + b"\xff\xfe\0\x08secret" + END,
    "a script as a table": CONTENT[:20]
    + segment(0xC4, b"<script>")
    + CONTENT[20 : FIRST - 14]
    + END,
    "EXIF as a profile": CONTENT[:20]
    + segment(0xE2, b"ICC_PROFILE\0\1\1Exif\0\0secret")
    + CONTENT[20 : FIRST - 32]
    + END,
    "an empty segment": CONTENT[:20] + segment(0xDD, b"") + CONTENT[20 : FIRST - 6] + END,
    "other steps of quantisation": CONTENT[:30] + b"\7" + CONTENT[31:FIRST],
    "no tables": CONTENT[:20] + CONTENT[FIRST // 2 : FIRST],
}


@pytest.mark.parametrize("name", PICTURES)
def test_bytes_that_are_no_rendition_are_not_believed(name):
    """An image is a baseline JPEG of its planned size without any metadata."""
    content = PICTURES[name].ljust(FIRST, b"\0") + CONTENT[FIRST:]
    with pytest.raises(Distrusted):
        Claim(TRUE, KIND, {}).take(cut(content))


def test_a_picture_that_is_dear_to_judge_is_judged_at_once():
    """Millions of segments, or of markers in the picture, cost no more than its bytes."""
    length = 20_000_000
    many = CONTENT[:20] + b"\xff\xdd\0\2" * (length // 4) + CONTENT[20:FIRST]
    coded = CONTENT[: FIRST - 2] + b"\xff\0" * (length // 2)
    for content in (many, coded + b"\xff" + END, coded):
        before = time.process_time()
        with pytest.raises(NotBaseline):
            check(content, MADE.images[0][1])
        assert time.process_time() - before < 3
    check(coded + END, MADE.images[0][1])


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_our_own_heads_are_what_encoders_write(mode):
    """Whoever encodes: libjpeg's kin have the same tables, and write them in one order."""
    picture = encoded(scene(83, 57, mode), quality=85)
    made = head(Size(83, 57), has_colour=mode == "RGB")
    assert picture.startswith(made)
    assert dress(picture, b"") == picture
    with pytest.raises(NotBaseline, match="other tables"):
        dress(encoded(scene(83, 57, mode), quality=84), b"")
    with pytest.raises(NotBaseline, match="other tables"):
        dress(encoded(scene(83, 57, mode), quality=85, optimize=True), b"")
    with pytest.raises(NotBaseline, match="one frame"):
        dress(encoded(scene(83, 57, mode), quality=85, progressive=True), b"")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_no_message(text):
    """Whatever bytes come, the pool is told that they are not to be believed."""
    try:
        message = read_message(text)
    except Distrusted:
        return
    assert type(message) is dict


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["refused", "argument", "failed", "format", "size", "images", "facts"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
            lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
            max_leaves=5,
        ),
    )
)
def test_no_message_breaks_the_judge(message):
    """Any JSON is a verdict, or distrusted; nothing else is ever raised."""
    with pytest.raises((FileRejected, Distrusted)):
        judged(message)


def test_verdicts_keep_what_they_say():
    """A refusal's reason arrives, on one line and at a bounded length."""
    with pytest.raises(CorruptFile, match=r"ends early\)") as caught:
        raise_verdict({"refused": "file.corrupt", "argument": "it\n\x1b[31m ends early"})

    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(CorruptFile) as caught:
        raise_verdict({"refused": "file.corrupt", "argument": "x" * 9999})
    assert len(str(caught.value)) < 300
    with pytest.raises(TooManyFrames, match="100"):
        raise_verdict({"refused": "file.too_many_frames", "argument": 100})
    for count in (-5, 0, True, 10**4000):
        with pytest.raises(Distrusted):
            raise_verdict({"refused": "file.too_many_frames", "argument": count})
    with pytest.raises(Distrusted, match=r"failed: it ran out$"):
        raise_verdict({"failed": "it\n\x1b ran\ud800 out\r"})


@pytest.mark.parametrize("slug", ["unavailable", "file", "request.parameter", 7, None])
def test_there_are_no_other_verdicts(slug):
    """A worker cannot make the service say whatever it likes."""
    with pytest.raises(Distrusted):
        raise_verdict({"refused": slug, "argument": "x"})


PHOTO = MADE.images[0][2]
"""A rendition, 75x56."""


def believed(content, to, *, photo=PHOTO):
    claim = VariantClaim({"length": len(content)}, to, read_rendition(photo))
    return claim.take([content])


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(*chunks):
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def test_a_variant_is_judged_too():
    """Another format or size, a tail, anything hidden in it or beside it: not believed."""
    webp, avif = reencode(PHOTO, Format.WEBP), reencode(PHOTO, Format.AVIF)
    assert believed(webp, Format.WEBP) == webp
    assert believed(avif, Format.AVIF) == avif
    picture = webp[12:]
    extended = chunk(b"VP8X", bytes([0x20, 0, 0, 0, 74, 0, 0, 55, 0, 0]))
    parts = dict(boxes(avif))
    meta, mdat = box(b"meta", parts[b"meta"]), box(b"mdat", parts[b"mdat"])
    ftyp = box(b"ftyp", parts[b"ftyp"])
    assert believed(ftyp + meta + mdat, Format.AVIF)
    for content, to in (
        (avif, Format.WEBP),
        (reencode(PICTURE, Format.WEBP), Format.WEBP),
        (webp + b"<script>", Format.WEBP),
        (riff(picture, chunk(b"EXIF", b"text")), Format.WEBP),
        (riff(extended, chunk(b"ICCP", b"<script>"), picture), Format.WEBP),
        (riff(extended), Format.WEBP),
        (riff(picture, picture), Format.WEBP),
        (avif + box(b"free", b"text"), Format.AVIF),
        (ftyp + meta + box(b"meta", bytes(4)) + mdat, Format.AVIF),
        (ftyp + meta + mdat + box(b"mdat", b"<script>"), Format.AVIF),
        (ftyp + box(b"meta", parts[b"meta"] + box(b"Exif", b"GPS")) + mdat, Format.AVIF),
        (b"<script>", Format.AVIF),
    ):
        with pytest.raises(Distrusted):
            believed(content, to)
    with pytest.raises(Distrusted):
        VariantClaim({"length": 1 << 40}, Format.WEBP, read_rendition(PHOTO))


@pytest.mark.parametrize(
    "lie", ["a size over the limit", "an image less", "a negative length"]
)
async def test_a_lying_worker_is_replaced(pool, lie):
    """The upload fails as our fault, and the liar never sees another file."""
    told = json.dumps({"message": LIES[lie], "content": CONTENT.hex()}).encode()
    with pytest.raises(RendererFailed):
        await render(pool, LIE + told)

    for _ in range(3):
        assert (await render(pool, PICTURE)).size == Size(160, 120)


async def test_other_bytes_than_announced_are_not_believed(pool):
    """The file that comes with an answer is exactly as long as the answer says."""
    for content in (b"", CONTENT[:-1], CONTENT + b"\0"):
        told = json.dumps({"message": TRUE, "content": content.hex()}).encode()
        with pytest.raises(RendererFailed):
            await render(pool, LIE + told)


@pytest.mark.parametrize("size", [(1, 1), (2, 2851), (2900, 1), (17, 33), (600, 600)])
def test_the_longest_picture_there_is_is_believed(size):
    """Noise of black and white, however thin: it is coded in squares of sixteen pixels."""
    noise = Random(0).choices((0, 255), k=3 * size[0] * size[1])
    content = encoded(Image.frombytes("RGB", size, bytes(noise)), "PNG")
    ladder = Ladder((Rung("x", Size(3000, 3000)),))
    (made,) = develop(content, Job(limits=WIDE, ladder=ladder)).images
    letter, found, jpeg = made
    claimed = [[letter, [found.width, found.height], len(jpeg)]]
    assert read_lengths(claimed, ladder.plan(Size(*size))) == [len(jpeg)]
