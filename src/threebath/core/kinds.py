"""What may be uploaded, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from threebath.core.errors import (
    BadAspect,
    FormatNotAllowed,
    TooFewPixels,
    TooManyFrames,
    TooManyPixels,
)
from threebath.core.ladder import Ladder, Size
from threebath.core.places import Place

MIB = 1024 * 1024

MAX_PIXELS = 50_000_000
"""Pixels that any picture may have (imgproxy's default; see docs/architecture.md)."""

MAX_FRAMES = 1_000
"""Frames that an animation may have; only the first is rendered."""


class Format(StrEnum):
    """A media format, as found in the bytes (never as claimed by the client)."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    BMP = "image/bmp"
    WEBP = "image/webp"
    AVIF = "image/avif"
    HEIC = "image/heic"
    MP3 = "audio/mpeg"
    OGG = "audio/ogg"
    WAV = "audio/x-wav"
    FLAC = "audio/flac"
    M4A = "audio/mp4"
    MP4 = "video/mp4"
    MATROSKA = "video/x-matroska"
    AVI = "video/x-msvideo"
    FLV = "video/x-flv"
    WMV = "video/x-ms-asf"
    MPEG = "video/mpeg"
    PROGRAM = "application/x-executable"
    ANY = "application/octet-stream"


PICTURES = frozenset(
    {
        *(Format.JPEG, Format.PNG, Format.GIF, Format.BMP),
        *(Format.WEBP, Format.AVIF, Format.HEIC),
    }
)
"""Everything that the renderer can turn into a ladder."""

SOUNDS = frozenset({Format.MP3, Format.OGG, Format.WAV, Format.FLAC, Format.M4A})

FILMS = frozenset(
    {
        *(Format.MP4, Format.MATROSKA, Format.AVI, Format.FLV),
        *(Format.WMV, Format.MPEG, Format.MP3),
    }
)
"""What VK takes as a video: MP3 is among it (docs/protocols/vk.md, kind 9)."""


class Medium(StrEnum):
    """What is made of a file, besides keeping it."""

    PICTURE = "the ladder"
    FILE = "the ladder, if it happens to be a picture"
    SOUND = "facts: duration, tags"
    VOICE = "Opus and MP3 of speech, and its waveform"
    FILM = "facts, and the ladder of one of its frames"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file must satisfy; ``None`` means the kind sets no such limit.

    Attributes:
        max_bytes: length of one file.
        max_files: files of one request.
        max_side_sum: width + height, in pixels.
        max_side, min_side: of each side, in pixels.
        min_size: width and height at least.
        exactly: width and height, where no others will do.
        aspect: least and greatest width / height.
    """

    formats: frozenset[Format]
    max_bytes: int
    max_files: int = 1
    max_pixels: int = MAX_PIXELS
    max_frames: int = MAX_FRAMES
    max_side_sum: int | None = None
    max_side: int | None = None
    min_size: Size | None = None
    exactly: Size | None = None
    aspect: tuple[Fraction, Fraction] | None = None

    def check(self, found: Format, size: Size, frames: int = 1) -> None:
        """Refuse a picture that is outside the limits; called before decoding.

        Args:
            found: the format recognised in the bytes.
            size: width and height in pixels, after applying EXIF orientation.
            frames: frames of an animation, as the header or a scan of it says.

        Raises:
            FormatNotAllowed: *found* is not accepted here.
            TooManyPixels: an area, a side or the sum of the sides is too large.
            TooManyFrames: there are more frames than ``max_frames``.
            TooFewPixels: a side is under ``min_size``, or not ``exactly`` so.
            BadAspect: width / height is outside ``aspect``.
        """
        self.check_format(found)
        self._check_not_too_large(size)
        if frames > self.max_frames:
            raise TooManyFrames(self.max_frames)
        self._check_large_enough(size)
        if self.aspect is not None:
            least, most = self.aspect
            if not least <= size.aspect <= most:
                told = f"the picture is {size}; width / height must be {least} to {most}"
                raise BadAspect(told)

    def check_format(self, found: Format) -> None:
        """Raise `FormatNotAllowed` unless files of this format are taken."""
        if found not in self.formats:
            raise FormatNotAllowed(found)

    def _check_large_enough(self, size: Size) -> None:
        if self.exactly is not None and size != self.exactly:
            told = f"image size should be {self.exactly}, and it is {size}"
            raise TooFewPixels(told)
        if self.min_size is not None and not self.min_size.fits_in(size):
            told = f"the picture is {size}; it must be at least {self.min_size}"
            raise TooFewPixels(told)

    def _check_not_too_large(self, size: Size) -> None:
        sides = max(size.width, size.height)
        for name, found, limit in (
            ("width + height", size.side_sum, self.max_side_sum),
            ("the longer side", sides, self.max_side),
            ("width x height", size.pixels, self.max_pixels),
        ):
            if limit is not None and found > limit:
                told = f"the picture is {size}; {name} may be at most {limit}"
                raise TooManyPixels(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadKind:
    """One way to upload: its limits, its size ladder and where it ends up.

    Attributes:
        name: the dialect and the kind, ``vk.album``; unique, kept in tickets.
        needs: the permission that issuing a ticket takes.
        medium: what is made of a file.
        keeps_original: the file itself is kept as it came, and only ever served as an
            attachment.
        partial: good files of a request are kept when others of it are refused.
        options: form fields of the upload that say how to render (a crop); what the
            ticket says about them goes first.
        remembers: options of the ticket that the photo keeps, in ``extra``.
    """

    name: str
    place: Place
    limits: Limits
    ladder: Ladder
    needs: str
    medium: Medium = Medium.PICTURE
    keeps_original: bool = False
    partial: bool = False
    options: frozenset[str] = frozenset()
    remembers: frozenset[str] = frozenset()

    @property
    def network(self) -> str:
        """The dialect's name."""
        return self.name.partition(".")[0]
