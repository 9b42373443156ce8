"""Photos as older versions of the API show them, made of what the newest one shows.

Source: docs/protocols/vk.md, section 4.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from threebath.dialects.vk.calls import Version

SIZES_FROM, OWN_FIELDS_FROM = (5, 77), (5, 0)
"""From these versions on: a list of sizes; ``photo_N`` and ``id`` instead of ``pid``."""

WIDTHS: Mapping[str, str] = MappingProxyType(
    {"s": "75", "m": "130", "x": "604", "y": "807", "z": "1280", "w": "2560"}
)
SOURCES: Mapping[str, str] = MappingProxyType(
    {"s": "small", "m": "", "x": "big", "y": "xbig", "z": "xxbig", "w": "xxxbig"}
)
"""By letter, what follows ``photo_`` and ``src_``."""

Json = dict[str, object]


def as_of(version: Version, answer: object, *, with_sizes: bool = False) -> object:
    """Return *answer* with every photo in it as *version* shows photos.

    Args:
        with_sizes: the call said ``photo_sizes``: old versions show the list as well.
    """
    if version >= SIZES_FROM:
        return answer
    if isinstance(answer, list):
        return [as_of(version, one, with_sizes=with_sizes) for one in answer]
    if not isinstance(answer, dict):
        return answer
    if "has_tags" in answer and "sizes" in answer:
        return _photo(version, answer, with_sizes=with_sizes)
    return {
        name: as_of(version, one, with_sizes=with_sizes) for name, one in answer.items()
    }


def _photo(version: Version, photo: Json, *, with_sizes: bool) -> Json:
    sizes = cast("list[Json]", photo["sizes"])
    by_letter = {str(one["type"]): one for one in sizes}
    largest = [by_letter[letter] for letter in WIDTHS if letter in by_letter][-1]
    old = {name: one for name, one in photo.items() if name != "sizes"}
    if with_sizes:
        old["sizes"] = [
            {"src": one["url"]} | {name: one[name] for name in ("type", "width", "height")}
            for one in sizes
        ]
    if version >= OWN_FIELDS_FROM:
        named = {
            f"photo_{width}": by_letter[letter]["url"]
            for letter, width in WIDTHS.items()
            if letter in by_letter
        }
        return {**old, **named, "width": largest["width"], "height": largest["height"]}
    sources = {
        f"src_{word}".rstrip("_"): by_letter[letter]["url"]
        for letter, word in SOURCES.items()
        if letter in by_letter
    }
    renamed = {"pid": old.pop("id"), "aid": old.pop("album_id"), "created": old.pop("date")}
    return {**renamed, **old, **sources}
