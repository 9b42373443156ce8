"""A renderer of toy pictures, for tests of what happens around rendering."""

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from threebath.core.errors import BadDuration, CorruptFile, RendererFailed, UnknownFormat
from threebath.core.kinds import Format, Medium, UploadKind
from threebath.core.ladder import Size
from threebath.core.library import NOTHING_TO_SEE, Fact
from threebath.render.crops import check_crops, read_crops
from threebath.service.ports import Rendered, RenderedImage, RenderedSound

_TOY = re.compile(rb"toy (\d+)x(\d+)( broken| deadly| png)?")


def toy(width: int, height: int, flaw: str = "") -> bytes:
    """Return a toy picture; its *flaw* may be ``broken``, ``deadly`` or ``png``."""
    return f"toy {width}x{height} {flaw}".strip().encode()


def toy_sound(seconds: int) -> bytes:
    """Return a toy song, or toy speech."""
    return f"toy sound {seconds}".encode()


def _listen(content: bytes, kind: UploadKind) -> Rendered:
    found = re.fullmatch(rb"toy sound (\d+)", content)
    if found is None:
        raise UnknownFormat
    if found[1] == b"0":
        raise BadDuration("it lasts 0 s; it must be at least 0.1 s")
    facts: dict[str, Fact] = {"duration": int(found[1]), "artist": "Toy"}
    sounds: tuple[RenderedSound, ...] = ()
    if kind.medium is Medium.VOICE:
        facts["waveform"] = "0123456789abcdefghijklmnopqrstuv" * 4
        sounds = (RenderedSound("ogg", b"toy ogg"), RenderedSound("mp3", b"toy mp3"))
    return Rendered(format=Format.MP3, size=NOTHING_TO_SEE, sounds=sounds, facts=facts)


@dataclass(slots=True)
class ToyRenderer:
    """`Renderer` of toy pictures: keeps every rule but decodes nothing.

    A deadly picture kills its worker, as a crashing decoder would.

    Attributes:
        options: the options of every call, oldest first.
        most_at_once: calls that were under way at the same time, at most.
    """

    options: list[Mapping[str, str]] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0

    async def render(
        self, source: int, length: int, kind: UploadKind, options: Mapping[str, str]
    ) -> Rendered:
        self.options.append(dict(options))
        if kind.medium in {Medium.SOUND, Medium.VOICE}:
            return _listen(os.pread(source, length, 0), kind)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        found = _TOY.fullmatch(os.pread(source, length, 0))
        if found is None:
            raise UnknownFormat
        size = Size(int(found[1]), int(found[2]))
        of = Format.PNG if found[3] == b" png" else Format.JPEG
        of = Format.MP4 if kind.medium is Medium.FILM else of
        kind.limits.check(of, size)
        crops = read_crops(kind, options)
        check_crops(crops.values(), size)
        if found[3] == b" deadly":
            told = "the worker died"
            raise RendererFailed(told)
        if found[3] == b" broken":
            raise CorruptFile
        return Rendered(
            format=of,
            size=size,
            images=tuple(
                RenderedImage(one.letter, one.size, toy(one.size.width, one.size.height))
                for one in kind.ladder.plan(size, crops)
            ),
            facts={"colour": "#808080"},
        )
