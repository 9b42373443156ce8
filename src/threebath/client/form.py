"""A multipart/form-data body of known length that is made while it is sent.

Source: RFC 7578, and WHATWG's form-data encoding for file names.
"""

import mimetypes
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from threebath.client.progress import Track

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A", "\0": "%00"})


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a form: the field it goes by, and who follows it."""

    field: str
    track: Track

    @property
    def name(self) -> str:
        """The file's name, with an extension if its format is known.

        VK answers with an empty list for a picture that has no extension.
        """
        source = self.track.source
        known = PurePath(source.name).suffix
        return source.name if known else source.name + source.finding.extension

    @property
    def media_type(self) -> str:
        """The type found in the bytes, or else the one that the name suggests."""
        found = self.track.source.finding
        if found.extension:
            return found.media_type
        return mimetypes.guess_type(self.name)[0] or found.media_type


@dataclass(frozen=True, slots=True)
class Form:
    """Text fields first, then the files, in order."""

    fields: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[FilePart, ...] = ()
    boundary: str = field(default_factory=lambda: f"threebath-{secrets.token_hex(16)}")

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """Length of the whole body in bytes."""
        sizes = sum(part.track.source.size for part in self.parts)
        return sizes + sum(map(len, self._texts())) + len(self._last)

    async def chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        """Write the body: exactly ``length`` bytes, or an error before the last.

        Each chunk comes with whether it is the last: no receiver has a whole form
        before it.

        Raises:
            FileProblem: a file changed, or cannot be read any more.
        """
        for name, value in self.fields.items():
            yield self._text(name, value), False
        for part in self.parts:
            yield self._head(part), False
            part.track.begin()
            async for chunk in part.track.source.chunks():
                part.track.took(chunk)
                yield chunk, False
            yield b"\r\n", False
        for part in self.parts:
            await part.track.before_end()
        yield self._last, True

    @property
    def _last(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()

    def _texts(self) -> Iterable[bytes]:
        for name, value in self.fields.items():
            yield self._text(name, value)
        for part in self.parts:
            yield self._head(part) + b"\r\n"

    def _text(self, name: str, value: str) -> bytes:
        head = f'Content-Disposition: form-data; name="{name.translate(_ESCAPES)}"'
        return _bytes(f"--{self.boundary}\r\n{head}\r\n\r\n{value}\r\n")

    def _head(self, part: FilePart) -> bytes:
        name, filename = part.field.translate(_ESCAPES), part.name.translate(_ESCAPES)
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        kind = f"Content-Type: {part.media_type}"
        return _bytes(f"--{self.boundary}\r\n{head}\r\n{kind}\r\n\r\n")


def _bytes(text: str) -> bytes:
    """Encode; bytes of a file name that were no UTF-8 become question marks."""
    return text.encode(errors="replace")
