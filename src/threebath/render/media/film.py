"""What a film is, and a picture of it."""

import io
from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format, Limits
from threebath.core.library import NOTHING_TO_SEE, Fact
from threebath.render.darkroom import develop
from threebath.render.job import Job, Made
from threebath.render.media.source import opened, seconds_of

POSTER = 0.1
"""Where the picture is taken: the first tenth is often black."""

MOST_TRIED = 30
"""Packets that are decoded until one gives a picture."""


def describe_film(fd: int, length: int, job: Job) -> Made:
    """Check a film; take its facts and the ladder of one of its frames.

    Raises:
        FileRejected: it is no film, or nothing of it can be decoded.
    """
    with opened(fd, length, job.limits, job.disabled) as (found, container):
        facts = _facts(container)
        if not container.streams.video:
            if not container.streams.audio:
                raise CorruptFile("there is neither picture nor sound in it")
            return Made(format=found, size=NOTHING_TO_SEE, images=(), facts=facts)
        picture = _poster(container, container.streams.video[0])
    shown = develop(picture, Job(limits=_any_size(), ladder=job.ladder))
    return Made(format=found, size=shown.size, images=shown.images, facts=facts)


def _any_size() -> Limits:
    return Limits(formats=frozenset({Format.BMP}), max_bytes=0)


def _facts(container: InputContainer) -> dict[str, Fact]:
    found: dict[str, Fact] = {"duration": seconds_of(container)}
    for stream in container.streams.video[:1]:
        found["video_codec"] = stream.codec_context.name
        found["fps"] = round(float(stream.average_rate or 0), 3)
    for sound in container.streams.audio[:1]:
        found["audio_codec"] = sound.codec_context.name
    return found


def _poster(container: InputContainer, stream: VideoStream) -> bytes:
    """Return a frame as a BMP."""
    stream.codec_context.thread_count = 1
    place = int((container.duration or 0) * POSTER)
    if place:
        try:
            container.seek(place)
            frame = next(_frames(container, stream), None)
        except av.FFmpegError:
            frame = None
        if frame is None:
            container.seek(0)
    else:
        frame = None
    frame = frame or next(_frames(container, stream), None)
    if frame is None:
        raise CorruptFile("no picture of it can be decoded")
    target = io.BytesIO()
    image = frame.to_image()  # type: ignore[no-untyped-call]
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    image.save(target, "BMP")
    return target.getvalue()


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for number, packet in enumerate(container.demux(stream)):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
        if number > MOST_TRIED:
            return
