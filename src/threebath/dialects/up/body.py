"""A call's arguments and its image, read from query and body before anything is believed.

The image is not signed and the arguments are, also those that come after it: so the whole
body is read first. It waits in a spool, and is neither looked at nor stored until the
signature, the session and the album are known to be good.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from starlette.requests import Request

from threebath.core.errors import (
    BodyTooLarge,
    FileRejected,
    NoFile,
    TooManyFiles,
)
from threebath.core.kinds import MIB
from threebath.core.networks.up import PHOTO
from threebath.dialects.base import Services
from threebath.multipart import CALL, FormLimits, MultipartForm, read_pairs
from threebath.service.ports import Part
from threebath.service.spool import COPY, Spool, SpoolRoom, fill

UPLOAD = FormLimits(
    max_bytes=64 * MIB,
    max_parts=CALL.max_parts,
    max_field_bytes=CALL.max_field_bytes,
    max_fields_bytes=CALL.max_fields_bytes,
)
"""Caps on a multipart call; an image that is too large is read to the end, up to here, so
that its sender hears the true reason."""

BARE_FILES = frozenset({"_file"})
"""Fields that are files without looking like one (Flash)."""

TEXT_IMAGES = ("data", "_file")
"""Fields in which an image came as text, and was lost."""


@dataclass(frozen=True, slots=True)
class SpooledPart:
    """A file that has arrived; may be read again and again."""

    name: str
    filename: str
    spool: Spool

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the content, a mebibyte at a time."""
        for start in range(0, self.spool.length, COPY):
            yield os.pread(self.spool.fd, COPY, start)


@dataclass(slots=True)
class Incoming:
    """What a request brought; a context that lets go of the image at its end.

    Attributes:
        pairs: all text arguments, the query's first, in order.
        image: the first file.
        files: how many came.
        refusal: why the image is not acceptable, where that was seen on the way in.
    """

    room: SpoolRoom
    pairs: list[tuple[str, str]] = field(default_factory=list)
    image: SpooledPart | None = None
    files: int = 0
    refusal: FileRejected | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def read(self, request: Request, services: Services) -> None:
        """Take in query and body.

        Raises:
            BadBody: the body is broken, or over a cap.
            TooManyBytes: the same, because of the image.
        """
        query = request.scope["query_string"]
        content_type = request.headers.get("content-type", "")
        call_body = services.body(request, CALL.max_bytes)
        if not content_type.lower().lstrip().startswith("multipart/form-data"):
            self.pairs += await read_pairs(query, content_type, call_body, CALL)
            return
        self.pairs += await read_pairs(query, None, _nothing(), CALL)
        form = MultipartForm(
            content_type,
            services.body(request, UPLOAD.max_bytes),
            UPLOAD,
            file_names=BARE_FILES,
            skip_empty=True,
        )
        try:
            async for part in form.files():
                await self._take(part)
        except BodyTooLarge:
            if self.refusal:
                raise self.refusal from None
            raise
        finally:
            self.pairs += form.pairs

    async def _take(self, part: Part) -> None:
        self.files += 1
        if self.files > 1:
            return
        spool = self._stack.enter_context(self.room.open())
        self.image = SpooledPart(part.name, part.filename, spool)
        try:
            await fill(spool, part.chunks(), PHOTO.limits.max_bytes)
        except FileRejected as refusal:
            self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Image:
    """The one image of a call, as the form that the service reads."""

    incoming: Incoming
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def check(self) -> None:
        """Refuse what could be seen without looking into the image.

        Raises:
            NoFile, TooManyFiles, TooManyBytes, EmptyFile: see their names.
        """
        if self.incoming.files > 1:
            raise TooManyFiles(1)
        if self.incoming.image is None:
            names = {name for name, _ in self.incoming.pairs}
            lost = next((name for name in TEXT_IMAGES if name in names), None)
            raise NoFile(
                f"{lost} came as text: it must be a file with a name" if lost else ""
            )
        if self.incoming.refusal:
            raise self.incoming.refusal

    async def files(self) -> AsyncIterator[Part]:
        """Yield the image."""
        if self.incoming.image is not None:
            yield self.incoming.image


async def _nothing() -> AsyncIterator[bytes]:
    for _ in ():
        yield b""
