"""The engine for JPEG: planes in, planes scaled, planes out; never a pixel of RGB.

It takes the JPEGs that cameras and phones write, where libturbojpeg is installed.
"""

from threebath.core.kinds import Format
from threebath.render.engines import turbojpeg
from threebath.render.engines.canvas import Canvas
from threebath.render.icc import Profile
from threebath.render.probe.header import Header


def is_available() -> bool:
    """Say whether this system has what the engine needs."""
    return turbojpeg.library() is not None


def open_planar(
    header: Header,
    profile: Profile,
    shrink: int,
    *,
    often: bool,  # noqa: ARG001 - the planes are in memory anyway
) -> Canvas | None:
    """Decode a JPEG, strictly; None if it is for the other engine.

    Args:
        shrink: 1 or 2: by how much the decoder may reduce it.

    Raises:
        CorruptFile: the picture is damaged.
    """
    if header.format is not Format.JPEG or profile.convert:
        return None
    frame = turbojpeg.decode(header.body, header.stored, shrink)
    return None if frame is None else Canvas(frame)
