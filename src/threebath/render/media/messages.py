"""What the pool asks of a worker about a sound or a film, and what it believes of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from threebath.core.kinds import Format, Medium, UploadKind
from threebath.core.ladder import Size
from threebath.core.library import NOTHING_TO_SEE, Fact
from threebath.render.judge import Distrusted, judge_images, read_lengths, read_size
from threebath.render.wire import write_kind
from threebath.service.ports.media import Rendered, RenderedSound

MEDIA = frozenset({Medium.SOUND, Medium.VOICE, Medium.FILM})
"""What is done here; the rest is pictures."""

MOST_SOUND = 4 << 20
"""Bytes of a sound that a worker made; five minutes of speech take 1.2 MB."""

MOST_SIDE = 32_768
LONGEST = 1_000_000.0
"""Seconds: eleven days, which no film has."""

BEGINNINGS: Mapping[str, re.Pattern[bytes]] = MappingProxyType(
    {
        "ogg": re.compile(rb"OggS.{24}OpusHead", re.DOTALL),
        "mp3": re.compile(rb"ID3|\xff[\xe0-\xff]"),
    }
)

FACTS: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "duration": lambda one: _is_number(one, LONGEST),
        "fps": lambda one: _is_number(one, 1000.0),
        "waveform": lambda one: _is_text(one, r"[0-9a-v]{128}"),
        "video_codec": lambda one: _is_text(one, r"[a-z0-9_.-]{1,32}"),
        "audio_codec": lambda one: _is_text(one, r"[a-z0-9_.-]{1,32}"),
        **dict.fromkeys(
            ("artist", "title", "album", "genre"),
            lambda one: _is_text(one, r".{0,200}") and str(one).isprintable(),
        ),
    }
)
"""What a worker may say about a sound or a film, and what of that can be true."""


def write_media(kind: UploadKind) -> dict[str, Any]:
    """Say what to do with a sound or a film."""
    return {**write_kind(kind), "media": kind.medium.name, "crops": {}}


class MediaClaim:
    """What a worker says of a sound or a film, checked as if an attacker had said it."""

    def __init__(self, message: Mapping[str, Any], kind: UploadKind) -> None:
        """Check all but the bytes.

        Raises:
            Distrusted: the message cannot be true.
        """
        if message.keys() != {"format", "size", "images", "facts", "sounds"}:
            raise Distrusted("other fields than agreed")
        if message["format"] not in list(kind.limits.formats):
            raise Distrusted("a format that is not allowed")
        self.format = Format(message["format"])
        self.size = _read_size(message["size"], kind)
        targets = kind.ladder.plan(self.size) if self.size != NOTHING_TO_SEE else ()
        self.targets = targets
        sounds = _read_sounds(message["sounds"], kind)
        self.suffixes = [suffix for suffix, _ in sounds]
        self.lengths = read_lengths(message["images"], targets)
        self.lengths += [length for _, length in sounds]
        self.facts = _read_facts(message["facts"])

    def take(self, pieces: Sequence[bytes]) -> Rendered:
        """Believe images and sounds, of which there are as many as `lengths` says.

        Raises:
            Distrusted: one is not what it has to be.
        """
        images, sounds = pieces[: len(self.targets)], pieces[len(self.targets) :]
        return Rendered(
            format=self.format,
            size=self.size,
            images=judge_images(self.targets, images),
            sounds=tuple(map(_judge_sound, self.suffixes, sounds)),
            facts=self.facts,
        )


def _judge_sound(suffix: str, sound: bytes) -> RenderedSound:
    if not BEGINNINGS[suffix].match(sound):
        raise Distrusted(f"a sound that is no {suffix}")
    return RenderedSound(suffix, sound)


def _read_size(claimed: object, kind: UploadKind) -> Size:
    if claimed == [0, 0]:
        return NOTHING_TO_SEE
    size = read_size(claimed)
    if kind.medium is not Medium.FILM or max(size.width, size.height) > MOST_SIDE:
        raise Distrusted("a picture of what has none, or a huge one")
    return size


def _read_sounds(claimed: object, kind: UploadKind) -> list[tuple[str, int]]:
    wanted = list(BEGINNINGS) if kind.medium is Medium.VOICE else []
    if type(claimed) is not list or len(claimed) != len(wanted):
        raise Distrusted("another number of sounds")
    found = []
    for one, suffix in zip(claimed, wanted, strict=True):
        if type(one) is not list or one[:1] != [suffix] or len(one) != 2:  # noqa: PLR2004
            raise Distrusted("other sounds than agreed")
        if type(one[1]) is not int or not 0 < one[1] <= MOST_SOUND:
            raise Distrusted("the length of a sound")
        found.append((suffix, one[1]))
    return found


def _read_facts(claimed: object) -> dict[str, Fact]:
    if type(claimed) is not dict or not claimed.keys() <= FACTS.keys():
        raise Distrusted("other facts than agreed")
    for name, value in claimed.items():
        if not FACTS[name](value):
            raise Distrusted(f"the fact {name}")
    return claimed


def _is_number(value: object, most: float) -> bool:
    return type(value) in (int, float) and 0 <= value <= most  # type: ignore[operator]


def _is_text(value: object, form: str) -> bool:
    return type(value) is str and re.fullmatch(form, value) is not None
