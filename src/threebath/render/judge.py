"""Judge a worker's answer as if an attacker had written it.

A decoder that a picture has taken over can say anything. It can at worst hand over
some other picture of the right size: never another number of renditions, another
size, bytes that are not a JPEG, or anything beside the pixels.
"""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from threebath.core.errors import FileRejected
from threebath.core.kinds import Format, UploadKind
from threebath.core.ladder import Crop, Size, Target
from threebath.core.library import Fact
from threebath.render.baseline import NotBaseline, check
from threebath.render.crops import check_crops
from threebath.render.probe import probe
from threebath.render.probe.heif import boxes
from threebath.render.probe.webp import chunks
from threebath.render.wire import read_refusal
from threebath.service.ports.media import Rendered, RenderedImage

FACTS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "colour": re.compile(r"#[0-9a-f]{6}"),
        "blurhash": re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{28}"),
        "phash": re.compile(r"[0-9a-f]{16}"),
    }
)
MOST_BYTES = 4
"""Bytes of a JPEG per pixel, and some thousand for its tables: above is no picture."""
TABLES = 8192
AGREED: Mapping[Format, frozenset[bytes]] = MappingProxyType(
    {
        Format.WEBP: frozenset({b"VP8X", b"VP8 ", b"ICCP"}),
        Format.AVIF: frozenset({b"ftyp", b"meta", b"mdat"}),
    }
)
"""The parts that a variant may consist of."""


class Distrusted(Exception):
    """The answer cannot be true; the text says why, for the log."""


def read_message(text: bytes) -> dict[str, Any]:
    """Read one message; it is an object, or it is not believed."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Distrusted("not JSON") from error
    if type(message) is not dict:
        raise Distrusted("not an object")
    return message


def raise_verdict(message: Mapping[str, Any]) -> None:
    """Raise what the worker says is wrong with the file, if it says so.

    Raises:
        FileRejected: the file is refused.
        Distrusted: there is no such verdict, or the worker itself has failed.
    """
    if "failed" in message:
        raise Distrusted(f"the worker failed: {str(message['failed'])[:200]}")
    if "refused" in message:
        refusal = read_refusal(message)
        raise refusal or Distrusted("there is no such refusal")


def read_length(message: Mapping[str, Any], size: Size) -> int:
    """Read the length of the one image of *size* that came with the message.

    Raises:
        Distrusted: no image of that size is so long.
    """
    return _length(message.get("length"), size, "a variant")


def judge_variant(content: bytes, to: Format, size: Size) -> bytes:
    """Believe that a worker made a variant only if it is one.

    Raises:
        Distrusted: it is of another format or size, or carries more than a picture.
    """
    try:
        header = probe(content)
    except FileRejected as error:
        raise Distrusted("a variant that is none") from error
    if header.format is not to or header.size != size or header.frames != 1:
        raise Distrusted("another variant than asked for")
    if _parts(content, to) - AGREED[to]:
        raise Distrusted("a variant with more than a picture in it")
    return content


class Claim:
    """What a worker says it made, checked against what it had to make."""

    def __init__(
        self, message: Mapping[str, Any], kind: UploadKind, crops: Mapping[str, Crop]
    ) -> None:
        """Check all but the bytes.

        Raises:
            Distrusted: the message cannot be true.
        """
        if message.keys() != {"format", "size", "images", "facts"}:
            raise Distrusted("other fields than agreed")
        if message["format"] not in list(kind.limits.formats):
            raise Distrusted("a format that is not allowed")
        self.format = Format(message["format"])
        self.size = read_size(message["size"])
        self.facts = _facts(message["facts"])
        try:
            kind.limits.check(self.format, self.size)
            check_crops(crops.values(), self.size)
        except FileRejected as error:
            raise Distrusted("a picture that is not allowed") from error
        self.targets = kind.ladder.plan(self.size, crops)
        self.lengths = read_lengths(message["images"], self.targets)

    def take(self, pieces: Sequence[bytes]) -> Rendered:
        """Believe the images, of which there are as many as `lengths` says.

        Raises:
            Distrusted: an image is not a baseline JPEG of its size.
        """
        return Rendered(
            format=self.format,
            size=self.size,
            images=judge_images(self.targets, pieces),
            facts=self.facts,
        )


def judge_images(
    targets: Sequence[Target], pieces: Sequence[bytes]
) -> tuple[RenderedImage, ...]:
    """Believe that each piece is the rendition that was planned, or raise `Distrusted`."""
    images = []
    for target, image in zip(targets, pieces, strict=True):
        try:
            check(image, target.size)
        except NotBaseline as error:
            raise Distrusted(f"image {target.letter}") from error
        images.append(RenderedImage(target.letter, target.size, image))
    return tuple(images)


def read_size(pair: object) -> Size:
    """Read a size, or raise `Distrusted`."""
    if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004 - width and height
        raise Distrusted("a size that is none")
    width, height = pair
    if type(width) is not int or type(height) is not int or min(width, height) < 1:
        raise Distrusted("a size that is none")
    return Size(width, height)


def _facts(claimed: object) -> dict[str, Fact]:
    if type(claimed) is not dict or claimed.keys() != FACTS.keys():
        raise Distrusted("other facts than agreed")
    for name, form in FACTS.items():
        if type(claimed[name]) is not str or not form.fullmatch(claimed[name]):
            raise Distrusted(f"the fact {name}")
    return claimed


def read_lengths(claimed: object, targets: Sequence[Target]) -> list[int]:
    """Read the lengths of the images that were planned, or raise `Distrusted`."""
    if type(claimed) is not list or len(claimed) != len(targets):
        raise Distrusted("another number of images")
    lengths = []
    for one, target in zip(claimed, targets, strict=True):
        if type(one) is not list or one[:2] != [
            target.letter,
            [target.size.width, target.size.height],
        ]:
            raise Distrusted("other images than planned")
        length = one[2] if len(one) == 3 else None  # noqa: PLR2004 - letter, size, length
        lengths.append(_length(length, target.size, f"image {target.letter}"))
    return lengths


def _length(claimed: object, size: Size, name: str) -> int:
    if type(claimed) is not int or not 0 < claimed <= TABLES + MOST_BYTES * size.pixels:
        raise Distrusted(f"the length of {name}")
    return claimed


def _parts(content: bytes, to: Format) -> set[bytes]:
    """Name the chunks or boxes, and what in them should not be there."""
    if to is Format.WEBP:
        end = 8 + int.from_bytes(content[4:8], "little")
        tail = {b"tail"} if content[end:] else set()
        return {name for name, _ in chunks(content)} | tail
    found = dict(boxes(content))
    items = found.get(b"meta", b"")
    return set(found) | {name for name in (b"Exif", b"mime") if name in items}
