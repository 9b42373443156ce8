"""What a probe finds out about a picture."""

from dataclasses import dataclass, field

from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.orientation import Orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A picture as its header describes it.

    Attributes:
        stored: width and height as stored, before `orientation` is applied.
        frames: pictures in the file; only the first is rendered.
        scans: passes over the picture that its coding takes; many only in JPEG.
        icc: the colour profile; empty if there is none.
        is_premultiplied: colours are stored darker where they are clear.
        body: the bytes for the decoder: one frame, no metadata, nothing appended.
    """

    format: Format
    stored: Size
    body: bytes = field(repr=False)
    orientation: Orientation = Orientation.UPRIGHT
    frames: int = 1
    scans: int = 1
    icc: bytes = field(default=b"", repr=False)
    is_premultiplied: bool = False

    @property
    def size(self) -> Size:
        """Width and height of the upright picture."""
        return self.orientation.upright(self.stored)
