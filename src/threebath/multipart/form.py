"""A form as it arrives: the service's `Form`, over an asynchronous stream of bytes."""

from collections.abc import AsyncIterator, Mapping

from threebath.core.errors import BodyTooLarge
from threebath.multipart.decoder import (
    Decoder,
    FormEnd,
    PartBegin,
    PartData,
    PartEnd,
)
from threebath.multipart.headers import PartHead, read_boundary
from threebath.multipart.limits import KIB, FormLimits

LEAST_CHUNK = 4 * KIB
"""Bytes that are gathered before anything is done with them: a client that sends single
bytes costs us an addition for each, and no more."""

_MOST_FED = 512 * KIB  # what is held back of the chunk before comes on top


class FilePart:
    """A file of a form, readable once and before the next one is asked for.

    Attributes:
        name: the field's name; "" if it came without one.
        filename: as the client named it, cleaned; "" without one; never a path.
        content_type: as the client claims, in lower case; "" if it does not.
    """

    def __init__(self, head: PartHead, source: "MultipartForm", number: int) -> None:
        self.name = head.name
        self.filename = head.filename or ""
        self.content_type = head.content_type
        self._source = source
        self._number = number

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the content: each chunk but the last has 4 KiB to 1 MiB.

        Raises:
            BadBody: the body is broken or over a cap.
        """
        gathered = bytearray()
        while data := await self._source.read(self._number):
            if not gathered and len(data) >= LEAST_CHUNK:
                yield data
                continue
            gathered += data
            if len(gathered) >= LEAST_CHUNK:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)


class MultipartForm:
    """A multipart/form-data body: files one by one, text fields on the side.

    A part is a file if it has a file name (even an empty one), or a type other than
    text/plain, or if its name is among *file_names*; UP's Flash clients send neither of
    the first two.

    Args:
        content_type: the request's header.
        stream: the body, in chunks of any size.
        limits: what it may cost; ``max_bytes`` is the caller's to say.
        file_names: fields that are files even if they look like text.
        skip_empty: pass over parts with neither a file name nor content: what a browser
            sends for a file input that was left empty.

    Raises:
        NotMultipart: *content_type* is another one.
        BrokenMultipart: it names no boundary.
    """

    def __init__(
        self,
        content_type: str | None,
        stream: AsyncIterator[bytes],
        limits: FormLimits,
        *,
        file_names: frozenset[str] = frozenset(),
        skip_empty: bool = False,
    ) -> None:
        boundary = read_boundary(content_type, limits.max_boundary)
        self._decoder = Decoder(boundary, limits)
        self._input = _gathered(stream)
        self._limits = limits
        self._file_names = file_names
        self._skip_empty = skip_empty
        self._raw_pairs: list[tuple[str, bytes]] = []
        self._field_bytes = 0
        self._number = 0  # of the part that is being read; even ended ones count
        self._peeked = b""
        self._inside = False  # a part

    @property
    def raw_pairs(self) -> tuple[tuple[str, bytes], ...]:
        """The text fields seen so far, in order, their values as they came."""
        return tuple(self._raw_pairs)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The text fields seen so far, in order; what is not UTF-8 is replaced."""
        return tuple(
            (name, raw.decode("utf-8", "replace")) for name, raw in self._raw_pairs
        )

    @property
    def fields(self) -> Mapping[str, str]:
        """The text fields seen so far, the last of a name; complete after `files`."""
        return dict(self.pairs)

    async def files(self) -> AsyncIterator[FilePart]:
        """Yield the parts that are files, in the order of the body.

        What was left unread of a file is skipped when the next one is asked for.

        Raises:
            BrokenMultipart: the body cannot be read, or was cut off.
            BodyTooLarge: it is over one of the limits.
        """
        while True:
            match await self._next_event():
                case PartBegin(head):
                    self._begin(head)
                    if not self._is_file(head):
                        await self._take_field(head)
                        continue
                    self._peeked = await self._read()
                    if self._peeked or head.filename or not self._skip_empty:
                        yield FilePart(head, self, self._number)
                case FormEnd() | None:
                    self._number += 1
                    return
                case PartData() | PartEnd():
                    self._peeked = b""

    async def read(self, number: int) -> bytes:
        """Return some content of the file part *number*, or b"" at its end."""
        if number != self._number:
            message = "a file must be read before the next one is asked for"
            raise RuntimeError(message)
        data, self._peeked = self._peeked, b""
        return data or await self._read()

    def _begin(self, head: PartHead) -> None:
        if len(head.name) > self._limits.max_field_bytes:
            raise BodyTooLarge("characters in a name", self._limits.max_field_bytes)
        self._number += 1
        self._inside = True

    def _is_file(self, head: PartHead) -> bool:
        return (
            head.filename is not None
            or head.content_type not in ("", "text/plain")
            or head.name in self._file_names
        )

    async def _take_field(self, head: PartHead) -> None:
        value = bytearray()
        spent = len(head.name.encode())
        one, every = self._limits.max_field_bytes, self._limits.max_fields_bytes
        while data := await self._read():
            value += data
            if spent + len(value) > one:
                raise BodyTooLarge("bytes in one field", one)
            if self._field_bytes + spent + len(value) > every:
                raise BodyTooLarge("bytes in its fields", every)
        self._field_bytes += spent + len(value)
        self._raw_pairs.append((head.name, bytes(value)))

    async def _read(self) -> bytes:
        """Return some content of the part that is being read, or b"" at its end."""
        if self._inside:
            match await self._next_event():
                case PartData(content):
                    return content
                case _:
                    self._inside = False
        return b""

    async def _next_event(self) -> PartBegin | PartData | PartEnd | FormEnd | None:
        while True:
            if event := self._decoder.next_event():
                return event
            piece = await anext(self._input, None)
            if piece is None:
                self._decoder.finish()
                return self._decoder.next_event()
            self._decoder.feed(piece)


async def _gathered(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join small chunks and cut large ones."""
    held = bytearray()
    async for chunk in stream:
        small = len(chunk) < LEAST_CHUNK
        if small:
            held += chunk
        if held and not (small and len(held) < LEAST_CHUNK):
            yield bytes(held)
            held.clear()
        if not small:
            for start in range(0, len(chunk), _MOST_FED):
                yield chunk[start : start + _MOST_FED]
    if held:
        yield bytes(held)
