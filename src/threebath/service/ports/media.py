"""Files on their way: the form, the renderer, the blobs, the clock."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from threebath.core.kinds import Format, UploadKind
from threebath.core.ladder import Size
from threebath.core.library import Fact


class Part(Protocol):
    """One file of a form, readable once and before the next one is asked for.

    Attributes:
        name: the field's name; "" if it came without one.
        filename: as the client named it, decoded; never a path to write to.
    """

    @property
    def name(self) -> str: ...

    @property
    def filename(self) -> str: ...

    def chunks(self) -> AsyncIterator[bytes]: ...


class Form(Protocol):
    """A form as it arrives: files one by one, text fields on the side."""

    @property
    def fields(self) -> Mapping[str, str]:
        """The text fields seen so far; all of them once `files` is exhausted."""
        ...

    def files(self) -> AsyncIterator[Part]:
        """Yield the parts that carry files, in the order of the body.

        Raises:
            BadBody: the body is broken or over a cap; nothing after it is readable.
        """
        ...


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """One rung, encoded as a baseline JPEG without metadata."""

    letter: str
    size: Size
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenderedSound:
    """A sound, encoded anew: ``ogg`` (Opus) or ``mp3``, which is its name, too."""

    suffix: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What the sandbox made of a file: an image for each rung of the plan.

    Attributes:
        size: of the upright picture; `NOTHING_TO_SEE` where there is none.
    """

    format: Format
    size: Size
    images: tuple[RenderedImage, ...] = ()
    sounds: tuple[RenderedSound, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Renderer(Protocol):
    """Recognises, checks and renders a file, in a process that may touch nothing."""

    async def render(
        self, source: int, length: int, kind: UploadKind, options: Mapping[str, str]
    ) -> Rendered:
        """Make of the file behind a descriptor what the kind's medium says.

        Args:
            source: a readable, seekable file descriptor; the caller closes it.
            length: the file's length in bytes.
            options: the crops asked for, as the kind's ``options`` name them.

        Raises:
            FileRejected: the file is not acceptable for *kind*.
            Busy: the queue is full.
            RendererFailed: the sandbox died, or took too long.
        """
        ...


class Transcoder(Protocol):
    """Re-encodes renditions for clients that take newer formats; sandboxed as well."""

    async def transcode(self, source: int, length: int, to: Format) -> bytes:
        """Make an AVIF or a WebP of the rendition behind a descriptor, equally large.

        Args:
            source: a readable, seekable file descriptor; the caller closes it.
            length: the rendition's length in bytes.
            to: `Format.AVIF` or `Format.WEBP`.

        Raises:
            FileRejected: what is stored is not a rendition.
            Busy: the queue is full.
            RendererFailed: the sandbox died, or took too long.
        """
        ...


class Blobs(Protocol):
    """Holds bytes by key (``aa/bb/…``: letters, digits, ``-_./``; no ``..``)."""

    async def put(self, key: str, content: bytes) -> None:
        """Store *content* durably: on return it survives a power cut.

        Readers see all of it or nothing; a second put replaces the first.
        """
        ...

    async def put_many(self, contents: Mapping[str, bytes]) -> None:
        """Store several blobs as `put` does, for less than one by one.

        They are no transaction: after a failure any of them may be stored, and whole.
        """
        ...

    async def put_file(self, key: str, source: int, length: int) -> None:
        """Store a file as `put` does, in bounded memory, however long it is.

        Args:
            source: a readable, seekable file descriptor; the caller closes it, and
                writes nothing more to it: a file without a name may become the blob.
            length: the file's length in bytes.
        """
        ...

    async def size(self, key: str) -> int | None:
        """Return the blob's length in bytes, or None where there is none."""
        ...

    def read(
        self, key: str, start: int = 0, stop: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes from *start* up to *stop*; who stops early closes it.

        Raises:
            KeyError: there is no such blob (raised before the first chunk).
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the blob; quietly, where there is none."""
        ...

    def keys(self) -> AsyncIterator[str]:
        """Yield every key, in no order; for `doctor` alone, stores list lazily."""
        ...

    async def check(self) -> None:
        """Raise `StoreFailed` unless the store can be written to."""
        ...


class Observer(Protocol):
    """Counts and logs; never raises, never blocks, is told no secret."""

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took: ``spool``, ``render``, ``store``, ``commit``."""
        ...

    def upload(self, kind: str, result: str, length: int) -> None:
        """Count one file: *result* is ``accepted`` or the slug of its refusal."""
        ...

    def call(self, dialect: str, method: str, result: str) -> None:
        """Count one call of a known method: *result* is ``ok`` or an error's slug."""
        ...

    def swept(self, what: str, count: int) -> None:
        """Count what a sweep removed: ``assets``, or ``tokens`` (codes among them)."""
        ...

    def failed(self, where: str, error: BaseException) -> None:
        """Log an error with its cause; with a traceback, where it is a bug of ours."""
        ...


class Clock(Protocol):
    """Tells the time: aware, UTC."""

    def __call__(self) -> datetime: ...
