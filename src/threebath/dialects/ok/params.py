"""OK's parameters: what clients send, read with every tolerance they need."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from threebath.core.errors import (
    AlbumNotFound,
    BadParameter,
    CommunityNotFound,
    MissingParameter,
)
from threebath.dialects.ok.errors import TextTooLong, UidInvalid

Json = Any
"""A JSON value that somebody else wrote; nothing is known of its shape."""

LONGEST_TEXT = 2200
"""Characters of a photo's text."""

TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class Params:
    """The parameters of a call; a blank one is signed, and means nothing else.

    Of a repeated parameter the last one counts.

    Attributes:
        signed: everything that came, blank values included.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.signed: Mapping[str, str] = dict(pairs)

    def text(self, name: str) -> str:
        """Return a text, "" if there is none."""
        return self.signed.get(name, "")

    def short_text(self, name: str) -> str:
        """Return a photo's or album's text, or raise `TextTooLong`."""
        return short(name, self.text(name))

    def required(self, name: str) -> str:
        """Return a text, or raise `MissingParameter`."""
        if value := self.text(name):
            return value
        raise MissingParameter(name)

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds, or raise `BadParameter`."""
        value = self.text(name).strip()
        if not value:
            return default
        if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
            raise BadParameter(name, f"must be a number from {least} to {most}")
        return int(value)

    def flag(self, name: str) -> bool:
        """Return a yes or no, in any spelling; no if there is none."""
        value = self.text(name).strip().lower()
        if value in TRUE:
            return True
        if value and value not in FALSE:
            raise BadParameter(name, "must be true or false")
        return False

    def words(self, name: str) -> list[str]:
        """Return the items of a list that was joined with commas, or is JSON."""
        bare = self.text(name).strip().removeprefix("[").removesuffix("]")
        found = (one.strip().strip('"') for one in bare.split(","))
        return [one for one in found if one]

    def uid(self, name: str = "uid") -> int:
        """Return a user's id, 0 if there is none."""
        value = self.text(name).strip()
        if value and not is_number(value):
            raise UidInvalid(value)
        return int(value or 0)

    def group(self, *names: str) -> int:
        """Return a group's id by the first of *names* that came, 0 if there is none."""
        value = next(filter(None, map(self.text, names)), "").strip()
        if value and not is_number(value):
            raise CommunityNotFound(value[:64])
        return int(value or 0)

    def album(self) -> int | None:
        """Return ``aid``, or None."""
        value = self.text("aid").strip()
        if value and not is_number(value):
            raise AlbumNotFound
        return int(value) if value else None

    def json(self, name: str) -> Json:
        """Return the JSON value that a required parameter holds."""
        text = self.required(name)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise BadParameter(name, "is not JSON") from None


def is_number(text: str) -> bool:
    """Say whether *text* can be the id of something."""
    return _NUMBER.fullmatch(text) is not None


def short(name: str, text: str) -> str:
    """Return *text*, or raise `TextTooLong`."""
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(name, f"is longer than {LONGEST_TEXT} characters")
    return text


def whole(text: str) -> str:
    r"""Return *text* with what is only half a character replaced.

    JSON can spell such halves, and no database or answer can hold them.

    >>> whole("a\ud800b")
    'a\ufffdb'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
