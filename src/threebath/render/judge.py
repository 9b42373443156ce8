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
        self.size = _size(message["size"])
        self.facts = _facts(message["facts"])
        try:
            kind.limits.check(self.format, self.size)
            check_crops(crops.values(), self.size)
        except FileRejected as error:
            raise Distrusted("a picture that is not allowed") from error
        self.targets = kind.ladder.plan(self.size, crops)
        self.lengths = _lengths(message["images"], self.targets)

    @property
    def length(self) -> int:
        """Bytes of all images together."""
        return sum(self.lengths)

    def take(self, content: bytes) -> Rendered:
        """Cut the images out of *content*, which holds them one after the other.

        Raises:
            Distrusted: an image is not a baseline JPEG of its size.
        """
        images, place = [], 0
        for target, length in zip(self.targets, self.lengths, strict=True):
            image = content[place : place + length]
            place += length
            try:
                check(image, target.size)
            except NotBaseline as error:
                raise Distrusted(f"image {target.letter}") from error
            images.append(RenderedImage(target.letter, target.size, image))
        return Rendered(
            format=self.format, size=self.size, images=tuple(images), facts=self.facts
        )


def _size(pair: object) -> Size:
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


def _lengths(claimed: object, targets: Sequence[Target]) -> list[int]:
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
        if (
            type(length) is not int
            or not 0 < length <= TABLES + MOST_BYTES * target.size.pixels
        ):
            raise Distrusted(f"the length of image {target.letter}")
        lengths.append(length)
    return lengths
