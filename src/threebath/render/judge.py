"""Judge a worker's answer as if an attacker had written it.

A decoder that a picture has taken over can say anything. It can at worst hand over
other bytes where the coded picture stands, which is some other picture of the right size
or none: never another number of renditions, another size, or anything beside it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from threebath.core.errors import FileRejected
from threebath.core.kinds import Format, UploadKind
from threebath.core.ladder import Crop, Size, Target
from threebath.core.library import Fact
from threebath.render.baseline import NotBaseline, check
from threebath.render.crops import check_crops
from threebath.render.probe import probe
from threebath.render.probe.boxes import boxes
from threebath.render.probe.header import Header
from threebath.render.probe.webp import chunks
from threebath.render.wire import printable, read_refusal
from threebath.service.ports.media import Rendered, RenderedImage

FACTS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "colour": re.compile(r"#[0-9a-f]{6}"),
        "blurhash": re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{28}"),
        "phash": re.compile(r"[0-9a-f]{16}"),
    }
)
MOST_BYTES = 2
"""Bytes of a JPEG per pixel, and some thousand for its tables: above is no picture."""
TABLES = 8192
AVIF_PARTS = [b"hdlr", b"iinf", b"iloc", b"iprp", b"pitm"]
"""What describes one picture, and no second item that could be EXIF."""


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
        raise Distrusted(f"the worker failed: {printable(str(message['failed']))}")
    if "refused" in message:
        refusal = read_refusal(message)
        raise refusal or Distrusted("there is no such refusal")


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


class VariantClaim:
    """What a worker says of a variant, checked against the rendition it was made of."""

    def __init__(self, message: Mapping[str, Any], to: Format, rendition: Header) -> None:
        """Check all but the bytes.

        Raises:
            Distrusted: no variant of that size is so long.
        """
        self.to = to
        self.rendition = rendition
        self.lengths = [_length(message.get("length"), rendition.size, "a variant")]

    def take(self, pieces: Sequence[bytes]) -> bytes:
        """Believe the variant.

        Raises:
            Distrusted: it is of another format or size, or carries more than a picture.
        """
        (content,) = pieces
        try:
            header = probe(content)
            is_pure = header.format is self.to and PURE[self.to](content)
        except FileRejected as error:
            raise Distrusted("a variant that is none") from error
        if not is_pure:
            raise Distrusted("another format, or more than a picture in it")
        if header.size != self.rendition.size or header.icc != self.rendition.icc:
            raise Distrusted("another size or profile than the rendition's")
        return content


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
    coded = (size.width + 15 & ~15) * (size.height + 15 & ~15)  # in squares of 16
    if type(claimed) is not int or not 0 < claimed <= TABLES + MOST_BYTES * coded:
        raise Distrusted(f"the length of {name}")
    return claimed


def _is_pure_webp(content: bytes) -> bool:
    """Say whether there is a picture, at most a profile, and nothing behind them."""
    names = [name for name, _ in chunks(content)]
    whole = 8 + int.from_bytes(content[4:8], "little") == len(content)
    return whole and names in ([b"VP8 "], [b"VP8X", b"ICCP", b"VP8 "])


def _is_pure_avif(content: bytes) -> bool:
    """Say whether there is one picture, and nothing that is about it."""
    found = list(boxes(content))
    if [name for name, _ in found] != [b"ftyp", b"meta", b"mdat"]:
        return False
    inner = sorted(name for name, _ in boxes(found[1][1][4:]))
    items = dict(boxes(found[1][1][4:])).get(b"iinf", b"")
    return inner == AVIF_PARTS and items[4:6] == b"\0\1"


PURE: Mapping[Format, Callable[[bytes], bool]] = MappingProxyType(
    {Format.WEBP: _is_pure_webp, Format.AVIF: _is_pure_avif}
)
"""Whether a variant has nothing but a picture in it."""
