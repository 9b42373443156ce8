"""The messages between the pool and its workers: JSON, never pickle.

A worker may have been taken over by the file it was given: nothing that it says is
believed before `judge.py` has looked at it.
"""

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from threebath.core import errors
from threebath.core.errors import FileRejected
from threebath.core.kinds import Format, Limits, UploadKind
from threebath.core.ladder import Crop, Fit, Ladder, Rung, Size
from threebath.render.job import Job, Made

MAX_MESSAGE = 64 * 1024
"""Bytes of one message; a ladder takes about two thousand."""

JOB = "job"
"""The field with a job's number, which its answer repeats."""

MAX_TOLD = 160
"""Characters of a reason that are passed on."""

MOST_FRAMES = 1_000_000
"""Frames that a limit may name."""

REFUSALS: Mapping[str, type[FileRejected]] = MappingProxyType(
    {
        one.slug: one
        for one in (
            errors.UnknownFormat,
            errors.EmptyFile,
            errors.TooManyPixels,
            errors.TooFewPixels,
            errors.BadAspect,
            errors.BadCrop,
            errors.CropOutside,
            errors.BadDuration,
            errors.CropTooSmall,
        )
    }
)
"""The verdicts whose only argument is their text."""


def _pair(size: Size | None) -> list[int] | None:
    return None if size is None else [size.width, size.height]


def _size(pair: list[int] | None) -> Size | None:
    return None if pair is None else Size(*pair)


def write_kind(kind: UploadKind) -> dict[str, Any]:
    """Say what a worker has to know of a kind: its limits and its ladder."""
    limits = kind.limits
    return {
        "limits": {
            "formats": sorted(limits.formats),
            "max_bytes": limits.max_bytes,
            "max_pixels": limits.max_pixels,
            "max_frames": limits.max_frames,
            "max_side_sum": limits.max_side_sum,
            "max_side": limits.max_side,
            "min_size": _pair(limits.min_size),
            "exactly": _pair(limits.exactly),
            "aspect": None
            if limits.aspect is None
            else [str(one) for one in limits.aspect],
        },
        "ladder": [
            [one.letter, _pair(one.box), one.fit.name, _pair(one.over), one.crop]
            for one in kind.ladder.rungs
        ],
    }


def write_crops(crops: Mapping[str, Crop]) -> dict[str, list[int]]:
    """Say which crops were chosen."""
    return {
        name: [one.x, one.y, one.size.width, one.size.height] for name, one in crops.items()
    }


def read_job(message: Mapping[str, Any]) -> Job:
    """Read a job in the worker; the pool that wrote it is trusted."""
    limits = dict(message["limits"])
    aspect = limits.pop("aspect")
    return Job(
        limits=Limits(
            **{
                **limits,
                "formats": frozenset(Format(one) for one in limits["formats"]),
                "min_size": _size(limits["min_size"]),
                "exactly": _size(limits["exactly"]),
            },
            aspect=aspect and (Fraction(aspect[0]), Fraction(aspect[1])),
        ),
        ladder=Ladder(
            tuple(
                Rung(letter, Size(*box), Fit[fit], _size(over), crop)
                for letter, box, fit, over, crop in message["ladder"]
            )
        ),
        crops={
            name: Crop(x, y, Size(width, height))
            for name, (x, y, width, height) in message["crops"].items()
        },
        disabled=frozenset(Format(one) for one in message["disabled"]),
    )


def write_made(made: Made) -> dict[str, Any]:
    """Say what was made; the images' bytes travel beside the message, in this order."""
    return {
        "format": made.format.value,
        "size": _pair(made.size),
        "images": [[letter, _pair(size), len(jpeg)] for letter, size, jpeg in made.images],
        "facts": dict(made.facts),
    }


def write_refusal(error: FileRejected) -> dict[str, Any]:
    """Say why a file was refused."""
    match error:
        case errors.FormatNotAllowed():
            argument: object = error.found
        case errors.TooManyFrames():
            argument = error.limit
        case errors.CorruptFile():
            argument = error.detail
        case _:
            argument = str(error)
    return {"refused": error.slug, "argument": argument}


def read_refusal(message: Mapping[str, Any]) -> FileRejected | None:
    """Read a verdict as it came from a worker; None if there is no such verdict."""
    slug, argument = message.get("refused"), message.get("argument")
    if slug == errors.TooManyFrames.slug:
        if type(argument) is not int or not 0 < argument <= MOST_FRAMES:
            return None
        return errors.TooManyFrames(argument)
    if type(argument) is not str:
        return None
    told = printable(argument)
    makers: dict[str, Callable[[str], FileRejected]] = {
        **REFUSALS,
        errors.CorruptFile.slug: errors.CorruptFile,
    }
    if slug == errors.FormatNotAllowed.slug:
        return errors.FormatNotAllowed(told) if told in list(Format) else None
    maker = makers.get(slug) if type(slug) is str else None
    return maker(told) if maker else None


def printable(text: str) -> str:
    """Return what may be shown and logged of a text: one line, not long."""
    return "".join(one for one in text if one.isprintable())[:MAX_TOLD]


def pack(message: Mapping[str, Any]) -> bytes:
    """Write a message: one line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
