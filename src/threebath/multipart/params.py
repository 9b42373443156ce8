"""The parameters of an API call, from its query and its body."""

import re
from collections.abc import AsyncIterator, Iterator

from threebath.core.errors import BadBody, BodyTooLarge
from threebath.multipart.form import MultipartForm
from threebath.multipart.limits import FormLimits

LONGEST_QUOTED = 3
"""Bytes that stand for one."""

Pairs = list[tuple[str, str]]

_PAIR = re.compile(rb"[^&]+")
_QUOTED = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_FORMS = frozenset({"", "application/x-www-form-urlencoded"})


async def read_pairs(
    query: str | bytes,
    content_type: str | None,
    stream: AsyncIterator[bytes],
    limits: FormLimits,
) -> Pairs:
    """Read a call's parameters: the query's first, then the body's, each in order.

    The body is urlencoded (also where it has no type: VK's PHP SDK sends none) or
    multipart, whose files are passed over. An empty body may have any type. Blank values
    are kept, because they are signed; what is not UTF-8 is replaced.

    Args:
        query: without its question mark; best as the bytes that came.

    Raises:
        BadBody: the body is of another type, broken, or over a cap.
    """
    raw = query.encode("utf-8", "surrogatepass") if isinstance(query, str) else query
    counter = _Counter(limits)
    counter.check_bytes(len(raw))
    pairs = list(_decode(raw, counter))
    kind = (content_type or "").partition(";")[0].partition(",")[0].strip().lower()
    first = await _first(stream)
    if not first:
        return pairs
    body = _again(first, stream)
    if kind == "multipart/form-data":
        form = MultipartForm(content_type, body, limits)
        async for _ in form.files():
            pass
        for name, value in form.pairs:
            counter.take(len(name) + len(value))
            pairs.append((name, value))
    elif kind in _FORMS:
        pairs += _decode(await _all_of(body, limits.max_bytes), counter)
    else:
        raise BadBody("a body must be application/x-www-form-urlencoded or multipart")
    return pairs


class _Counter:
    """Counts the pairs of a call and their bytes."""

    def __init__(self, limits: FormLimits) -> None:
        self._limits = limits
        self._pairs = self._bytes = 0

    def check_bytes(self, length: int) -> None:
        if length > self._limits.max_bytes:
            raise BodyTooLarge("bytes", self._limits.max_bytes)

    def check_length(self, length: int) -> None:
        """Refuse a parameter that is too long however it is quoted."""
        if length > LONGEST_QUOTED * self._limits.max_field_bytes:
            raise BodyTooLarge("bytes in one parameter", self._limits.max_field_bytes)

    def take(self, length: int) -> None:
        self._pairs += 1
        self._bytes += length
        for what, found, limit in (
            ("parameters", self._pairs, self._limits.max_parts),
            ("bytes in one parameter", length, self._limits.max_field_bytes),
            ("bytes in its parameters", self._bytes, self._limits.max_fields_bytes),
        ):
            if found > limit:
                raise BodyTooLarge(what, limit)


def _decode(raw: bytes, counter: _Counter) -> Iterator[tuple[str, str]]:
    for found in _PAIR.finditer(raw):
        counter.check_length(len(found[0]))
        name, _, value = (_unquote(side) for side in found[0].partition(b"="))
        counter.take(len(name) + len(value))
        yield name.decode("utf-8", "replace"), value.decode("utf-8", "replace")


def _unquote(raw: bytes) -> bytes:
    """Decode; `unquote_to_bytes` takes fifteen times as long for nothing but signs."""
    raw = raw.replace(b"+", b" ")
    return _QUOTED.sub(_unquoted, raw) if b"%" in raw else raw


def _unquoted(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[0].replace(b"%", b"").decode())


async def _first(stream: AsyncIterator[bytes]) -> bytes:
    """Return the first chunk that has bytes; b"" if there is none."""
    async for chunk in stream:
        if chunk:
            return chunk
    return b""


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


async def _all_of(stream: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in stream:
        if len(body) + len(chunk) > limit:
            raise BodyTooLarge("bytes", limit)
        body += chunk
    return bytes(body)
