"""File names that clients gave: kept for people, and never a path of ours."""

import re
from urllib.parse import quote

LONGEST = 200
"""Characters of a name that are kept; its extension stays."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Controls, and the marks that turn ``gpj.exe`` into ``exe.jpg`` for who reads it."""

_EXTENSION = re.compile(r"[a-z0-9]{1,10}", re.ASCII)


def tidy(name: str) -> str:
    """Return *name* without what must not be in one: folders, controls, hidden marks.

    >>> tidy("../photos/Roll 12.tiff")
    'Roll 12.tiff'
    """
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    sound = _HIDDEN.sub("", last).strip()
    if len(sound) <= LONGEST:
        return sound
    ending = extension(sound)
    return sound[: LONGEST - len(ending) - 1] + (f".{ending}" if ending else "")


def extension(name: str) -> str:
    """Return a name's extension in lower case, without its dot; "" if it has none.

    >>> extension("Roll 12.TIFF")
    'tiff'
    """
    stem, _, ending = name.lower().rpartition(".")
    return ending if stem and _EXTENSION.fullmatch(ending) else ""


def disposition(name: str, fallback: str) -> str:
    """Return the header that has a browser save a file under the name it came with.

    Source: RFC 6266, with RFC 8187 for what is not ASCII.

    >>> print(disposition("ёж.txt", "file.txt"))
    attachment; filename="file.txt"; filename*=UTF-8''%D1%91%D0%B6.txt
    """
    plain = f'attachment; filename="{fallback}"'
    return f"{plain}; filename*=UTF-8''{quote(name, safe='')}" if name else plain
