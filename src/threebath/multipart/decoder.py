r"""Bytes of a multipart body in, parts out; no I/O, constant memory, no loop over bytes.

>>> decoder = Decoder(b"x", FormLimits(max_bytes=100))
>>> decoder.feed(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1')
>>> decoder.feed(b"\r\n--x--")
>>> decoder.finish()
>>> while event := decoder.next_event():
...     print(event)
PartBegin(head=PartHead(name='a', filename=None, content_type=''))
PartData(content=b'1')
PartEnd()
FormEnd()
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from threebath.core.errors import BadBody, BodyTooLarge, BrokenMultipart
from threebath.multipart.headers import PartHead, read_part_head
from threebath.multipart.limits import FormLimits


@dataclass(frozen=True, slots=True)
class PartBegin:
    """A part's headers were read."""

    head: PartHead


@dataclass(frozen=True, slots=True)
class PartData:
    """Some bytes of the part; never empty."""

    content: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part is complete."""


@dataclass(frozen=True, slots=True)
class FormEnd:
    """The form is complete, and so is the body."""


Event = PartBegin | PartData | PartEnd | FormEnd


class _State(Enum):
    """What the next byte belongs to."""

    PREAMBLE = auto()
    HEADERS = auto()
    CONTENT = auto()
    BOUNDARY = auto()
    EPILOGUE = auto()
    ENDED = auto()


class _Tail(Enum):
    """What follows something that begins like a boundary."""

    LINE = auto()
    CLOSE = auto()
    OTHER = auto()
    UNKNOWN = auto()


# Spaces may follow a boundary (RFC 2046); no client is known to send any.
_AFTER_FIRST = re.compile(rb"(?P<close>--)|[ \t]{0,16}(?P<line>\r?\n)")
_AFTER: Mapping[bytes, re.Pattern[bytes]] = {
    b"\r\n": re.compile(rb"(?P<close>--)|[ \t]{0,16}(?P<line>\r\n)"),
    b"\n": re.compile(rb"(?P<close>--)|[ \t]{0,16}(?P<line>\n)"),
}
_UNDECIDED = re.compile(rb"(?:-|[ \t]{0,16}\r?)\Z")


class Decoder:
    """Cuts a body into parts: `feed`, then `next_event` until it returns None.

    The line break after the first boundary (CRLF, or LF from clients that know no better)
    is the one of the whole body. A body that does not reach its closing boundary was cut
    off, and is refused. What is between boundaries may come in any number of `PartData`;
    how the body was cut into chunks changes nothing else.
    """

    def __init__(self, boundary: bytes, limits: FormLimits) -> None:
        self._limits = limits
        self._dashed = b"--" + boundary
        self._break = b"\r\n"
        self._delimiter = self._break + self._dashed
        self._buffer = b""
        self._at = 0  # what is before it has been dealt with
        self._seen = 0  # what is before it has been searched
        self._state = _State.PREAMBLE
        self._steps: Mapping[_State, Callable[[], Event | None]] = {
            _State.PREAMBLE: self._preamble,
            _State.HEADERS: self._headers,
            _State.CONTENT: self._content,
            _State.BOUNDARY: self._boundary,
            _State.EPILOGUE: self._epilogue,
        }
        self._lines: list[bytes] = []
        self._header_bytes = self._headers_bytes = 0
        self._room = limits.max_bytes
        self._parts = self._misses = self._after = 0
        self._overfull = self._finished = False
        self._error: BadBody | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body; pull the events before feeding more."""
        if len(data) > self._room:
            data = data[: self._room]
            self._overfull = True
        self._room -= len(data)
        # Mostly nothing is left, and then neither this nor `_pass_on` copies a byte.
        self._buffer = self._buffer[self._at :] + data
        self._seen = max(0, self._seen - self._at)
        self._at = 0

    def finish(self) -> None:
        """Say that the body has ended."""
        self._finished = True

    def next_event(self) -> Event | None:
        """Return the next event, or None: feed more, or (after `FormEnd`) nothing is left.

        Raises:
            BrokenMultipart: this is no multipart body, or not all of one.
            BodyTooLarge: it is over one of the limits.
        """
        if self._error is not None:
            raise self._error
        try:
            return self._next_event()
        except BadBody as error:
            self._error = error
            raise

    def _next_event(self) -> Event | None:
        while self._state is not _State.ENDED:
            state = self._state
            if event := self._steps[state]():
                return event
            if state is self._state:
                self._starve()
                break
        return None

    def _starve(self) -> None:
        """Wait for more bytes, if more may come."""
        if self._overfull:
            raise BodyTooLarge("bytes", self._limits.max_bytes)
        if self._finished:
            raise BrokenMultipart("it ends before its closing boundary")

    def _preamble(self) -> None:
        """Find the first boundary, and see which line break follows it."""
        latest = self._limits.max_preamble + len(self._dashed)
        found = self._buffer.find(self._dashed, 0, latest)
        while found > 0 and self._buffer[found - 1] != ord("\n"):
            found = self._buffer.find(self._dashed, found + 1, latest)
        if found < 0:
            if len(self._buffer) >= latest:
                raise BrokenMultipart("it does not begin with its boundary")
            return
        after = found + len(self._dashed)
        match self._tail(after, _AFTER_FIRST):
            case _Tail.LINE:
                end = self._buffer.index(b"\n", after)
                lone = self._buffer[end - 1 : end] != b"\r"
                self._break = b"\n" if lone else b"\r\n"
                self._delimiter = self._break + self._dashed
                self._begin_headers(end + 1)
            case _Tail.CLOSE:
                self._move(after + len(b"--"), _State.EPILOGUE)
            case _Tail.OTHER:
                raise BrokenMultipart("its first boundary is followed by something else")
            case _Tail.UNKNOWN:
                pass

    def _begin_headers(self, at: int) -> None:
        self._parts += 1
        if self._parts > self._limits.max_parts:
            raise BodyTooLarge("parts", self._limits.max_parts)
        self._lines = []
        self._header_bytes = 0
        self._move(at, _State.HEADERS)

    def _headers(self) -> Event | None:
        """Read header lines up to the empty one."""
        while (end := self._buffer.find(self._break, self._seen)) >= 0:
            line = self._buffer[self._at : end]
            self._move(end + len(self._break), _State.HEADERS)
            if self._break == b"\n":
                line = line.removesuffix(b"\r")
            if not line:
                self._state = _State.CONTENT
                return PartBegin(read_part_head(self._lines))
            self._take_header(line)
        pending = len(self._buffer) - self._at
        self._check_header_bytes(pending - (self._buffer[-1:] == b"\r"))
        self._seen = max(self._at, len(self._buffer) - len(self._break) + 1)
        return None

    def _take_header(self, line: bytes) -> None:
        if len(self._lines) == self._limits.max_headers:
            raise BodyTooLarge("headers in one part", self._limits.max_headers)
        self._check_header_bytes(len(line))
        self._header_bytes += len(line)
        self._headers_bytes += len(line)
        self._lines.append(line)

    def _check_header_bytes(self, more: int) -> None:
        one, every = self._limits.max_header_bytes, self._limits.max_headers_bytes
        if self._header_bytes + more > one:
            raise BodyTooLarge("bytes in the headers of a part", one)
        if self._headers_bytes + more > every:
            raise BodyTooLarge("bytes in its headers", every)

    def _content(self) -> Event | None:
        """Pass on what is surely content: up to a boundary, or to what may become one."""
        start = self._at
        while (found := self._buffer.find(self._delimiter, self._seen)) >= 0:
            match self._tail(found + len(self._delimiter), _AFTER[self._break]):
                case _Tail.OTHER:
                    self._miss()
                    self._seen = found + len(self._delimiter)
                case _Tail.UNKNOWN:
                    self._seen = found
                    return self._pass_on(start, found)
                case _Tail.LINE | _Tail.CLOSE:
                    self._state = _State.BOUNDARY
                    return self._pass_on(start, found)
        return self._pass_on(start, self._held_back())

    def _held_back(self) -> int:
        """Say where the end of the buffer begins to look like a delimiter."""
        size = len(self._buffer)
        near = max(self._seen, size - len(self._delimiter) + 1)
        maybe = self._buffer.rfind(self._break[:1], near)
        if maybe >= 0 and self._delimiter.startswith(self._buffer[maybe:]):
            self._seen = maybe
            return maybe
        self._seen = size
        return size

    def _pass_on(self, start: int, end: int) -> Event | None:
        if start == end:
            return None
        self._at = end
        return PartData(self._buffer[start:end])

    def _boundary(self) -> Event:
        """Step over a boundary that `_content` has found."""
        after = self._at + len(self._delimiter)
        if self._tail(after, _AFTER[self._break]) is _Tail.CLOSE:
            self._move(after + len(b"--"), _State.EPILOGUE)
        else:
            self._begin_headers(self._buffer.index(b"\n", after) + 1)
        return PartEnd()

    def _epilogue(self) -> Event | None:
        """Drop what follows the closing boundary."""
        self._after += len(self._buffer) - self._at
        if self._after > self._limits.max_epilogue:
            raise BodyTooLarge("bytes after its end", self._limits.max_epilogue)
        self._move(len(self._buffer), _State.EPILOGUE)
        if not self._finished or self._overfull:
            return None
        self._state = _State.ENDED
        return FormEnd()

    def _move(self, at: int, state: _State) -> None:
        self._at = self._seen = at
        self._state = state

    def _miss(self) -> None:
        self._misses += 1
        if self._misses > self._limits.max_near_misses:
            raise BodyTooLarge("boundaries that are none", self._limits.max_near_misses)

    def _tail(self, at: int, pattern: re.Pattern[bytes]) -> _Tail:
        if found := pattern.match(self._buffer, at):
            return _Tail.CLOSE if found["close"] else _Tail.LINE
        if _UNDECIDED.match(self._buffer, at):
            return _Tail.UNKNOWN
        return _Tail.OTHER
