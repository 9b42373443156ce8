"""The headers of a body and of its parts: lenient, linear in time, never failing.

What clients really send is in docs/multipart.md: file names in raw UTF-8, in percent
encoding, in ``filename*``, in Latin-1, with quotes, with whole paths.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from threebath.core.errors import BodyTooLarge, BrokenMultipart, NotMultipart

LONGEST_FILENAME = 255
"""Characters of a file name that are kept; it is something to show, never a path."""

_LONGEST_PATH = 4096
"""Characters of a file name that are looked at, its path and its encoding included."""

MAX_PARAMETERS = 16
"""Parameters of one header that are looked at; clients send two or three."""

# A quote closes a value only where a separator or the end follows, so that a name with
# bare quotes in it stays whole. Nothing is tried twice, whatever is sent: single characters
# repeat possessively (++, *+), and groups are last, where nothing after them can fail. (A
# group that repeats possessively captures too much in Python before 3.11.5.) A value is
# cut after 512 pieces, which are quotes, escapes and what is between them.
_PARAMETER = r"""
    \s*+ (?P<name> [^=\s{separators}"]++ ) \s*+ = \s*+
    (?: " (?P<quoted>
            (?: [^"\\]++ | \\. | \\\Z | "(?!\s*+(?:[{separators}]|\Z)) ){{0,512}}
        )
      | (?P<plain> {plain} ) )
"""
_OF_PART = re.compile(
    _PARAMETER.format(separators=";", plain="[^;]*+"), re.VERBOSE | re.DOTALL
)
# A comma separates as a semicolon does (mini_fb), unless it is inside a bare value.
_OF_BODY = re.compile(
    _PARAMETER.format(
        separators=";,", plain=r"(?: [^;,\s]++ | ,(?!\s*+(?:[\w-]++=|\Z)) )*"
    ),
    re.VERBOSE | re.DOTALL,
)
_SEMICOLON = re.compile(";")
_COMMA_TOO = re.compile("[;,]")
_CUT_ESCAPE = re.compile(r"%.?\Z")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
# C0 and C1 controls, and the marks that turn the direction of writing around.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1251"})


@dataclass(frozen=True, slots=True)
class PartHead:
    """What a part says about itself; all of it is hearsay.

    Attributes:
        name: the field's name, as it came; "" without one.
        filename: the last component of what the client called the file, without control
            characters, at most 255 characters; None where there is no such parameter.
        content_type: the media type in lower case, without parameters; "" without one.
    """

    name: str = ""
    filename: str | None = None
    content_type: str = ""


def read_part_head(lines: Iterable[bytes]) -> PartHead:
    """Read the header lines of a part, in any order and letter case; skip unknown ones."""
    disposition = content_type = None
    for line in _unfold(lines):
        name, _, value = line.partition(":")
        match name.strip().lower():
            case "content-disposition" if disposition is None:
                disposition = value
            case "content-type" if content_type is None:
                content_type = value
    kind, _, parameters = (disposition or "").partition(";")
    if "=" in kind:  # the parameters came without the word form-data
        parameters = disposition or ""
    found = _parameters(_OF_PART, _SEMICOLON, parameters)
    return PartHead(
        found.get("name", ""),
        _filename(found),
        (content_type or "").partition(";")[0].strip().lower()[:LONGEST_FILENAME],
    )


def read_boundary(content_type: str | None, longest: int) -> bytes:
    """Take the boundary out of a request's Content-Type.

    Raises:
        NotMultipart: the type is another one.
        BrokenMultipart: there is no boundary, or it is impossible.
        BodyTooLarge: it has more than *longest* characters.
    """
    kind = re.match(r"\s*([^;,\s]*)(.*)", content_type or "", re.DOTALL)
    if kind is None or kind[1].lower() != "multipart/form-data":
        raise NotMultipart
    boundary = _parameters(_OF_BODY, _COMMA_TOO, kind[2]).get("boundary", "").strip()
    if not boundary:
        raise BrokenMultipart("its Content-Type names no boundary")
    if len(boundary) > longest:
        raise BodyTooLarge("characters in its boundary", longest)
    if _UNSAFE.search(boundary):
        raise BrokenMultipart("its boundary has control characters")
    try:
        return boundary.encode("latin-1")  # as servers decode headers
    except UnicodeEncodeError:
        raise BrokenMultipart("its boundary is not ASCII") from None


def _unfold(lines: Iterable[bytes]) -> Iterable[str]:
    """Join continuation lines (RFC 5322, 2.2.3), and decode."""
    joined: list[bytes] = []
    for line in lines:
        if joined and line[:1] in (b" ", b"\t"):
            joined[-1] += line
        else:
            joined.append(line)
    return [line.decode("utf-8", "replace") for line in joined]


def _parameters(
    pattern: re.Pattern[str], separator: re.Pattern[str], text: str
) -> dict[str, str]:
    """Read ``name=value`` pairs; the first of a name wins."""
    found: dict[str, str] = {}
    at = 0
    for _ in range(MAX_PARAMETERS):
        if one := pattern.match(text, at):
            quoted = one["quoted"]
            value = one["plain"] if quoted is None else quoted.replace('\\"', '"')
            found.setdefault(one["name"].lower(), value.strip())
            at = one.end()
        after = separator.search(text, at)
        if after is None:
            break
        at = after.end()
    return found


def _filename(parameters: dict[str, str]) -> str | None:
    """Choose ``filename*`` where it is readable, else ``filename``; clean it."""
    plain = parameters.get("filename")
    extended = _extended(parameters.get("filename*", ""))
    if extended is not None:
        return _clean(extended)
    return None if plain is None else _clean(_unpercent(plain))


def _extended(value: str) -> str | None:
    """Decode RFC 5987's ``charset'language'percent-encoded``."""
    charset, _, rest = value[:_LONGEST_PATH].partition("'")
    _, quote, encoded = rest.partition("'")
    if not quote:
        return None
    known = charset.strip().lower()
    codec = known if known in _CHARSETS else "utf-8"
    return unquote_to_bytes(encoded).decode(codec, "replace")


def _unpercent(name: str) -> str:
    """Decode ``%D0%BF`` (aiohttp) and ``%22`` (browsers), if it gives UTF-8."""
    whole = len(name) <= _LONGEST_PATH
    start = name if whole else _CUT_ESCAPE.sub("", name[:_LONGEST_PATH])
    if not _PERCENT.search(start):
        return start
    try:  # where the name was cut, its last character may be incomplete
        return codecs.utf_8_decode(unquote_to_bytes(start), "strict", whole)[0]
    except UnicodeDecodeError:
        return start


def _clean(name: str) -> str:
    name = name.rstrip("/\\")
    last = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    return _UNSAFE.sub("", last)[:LONGEST_FILENAME]
