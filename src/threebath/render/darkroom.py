"""From bytes to a ladder of renditions: what a worker does with a file."""

from collections.abc import Sequence
from typing import Protocol

from threebath.core.errors import FormatNotAllowed, TooManyFrames
from threebath.core.kinds import Format
from threebath.core.ladder import Crop, Size, Target
from threebath.render.baseline import dress
from threebath.render.cascade import Step, cascade, sample_of
from threebath.render.crops import check_crops
from threebath.render.engines.canvas import Canvas, Source
from threebath.render.engines.planar import is_available, open_planar
from threebath.render.engines.vips import VipsSource, check_afterwards, open_vips
from threebath.render.facts import facts_of
from threebath.render.icc import Profile, judge
from threebath.render.job import Job, Made
from threebath.render.probe import probe
from threebath.render.probe.header import Header

MAX_SCANS = 100
"""Scans of a progressive JPEG; encoders write about ten."""

HALVE = 3
"""A JPEG is decoded at half its size if that leaves this much over two for the scaling."""


class Opener(Protocol):
    """Decodes a picture, or says by None that another engine must do it."""

    def __call__(
        self, header: Header, profile: Profile, shrink: int, *, often: bool
    ) -> Source | None: ...


ENGINES: tuple[Opener, ...] = (open_planar, open_vips) if is_available() else (open_vips,)
"""The engines of this system, the fastest first; the last takes everything."""


def develop(data: bytes, job: Job, engines: Sequence[Opener] = ENGINES) -> Made:
    """Check a file and make the ladder of it.

    Raises:
        FileRejected: the file is not acceptable.
    """
    header = probe(data)
    check_header(header, job)
    targets = job.ladder.plan(header.size, job.crops)
    steps = cascade(header.size, (*targets, sample_of(header.size)))
    profile = judge(header.icc)
    made = _make(header, profile, steps, engines)
    sample = made[""].pixels()
    return Made(
        format=header.format,
        size=header.size,
        images=tuple(
            (one.letter, one.size, dress(made[one.letter].jpeg(), profile.keep))
            for one in targets
        ),
        facts=facts_of(sample),
    )


def check_header(header: Header, job: Job) -> None:
    """Judge a picture by its header, before anything of it is decoded."""
    if header.format in job.disabled:
        raise FormatNotAllowed(header.format)
    job.limits.check(header.format, header.size, header.frames)
    if header.scans > MAX_SCANS:
        raise TooManyFrames(MAX_SCANS)
    check_crops(job.crops.values(), header.size)


def _make(
    header: Header, profile: Profile, steps: Sequence[Step], engines: Sequence[Opener]
) -> dict[str, Canvas]:
    """Decode once, then scale each picture from the one that the cascade names."""
    shrink = _shrink(header, steps)
    often = _is_read_often(header.size, steps)
    opened = (engine(header, profile, shrink, often=often) for engine in engines)
    source = next(one for one in opened if one is not None)
    made: list[Canvas] = []
    for step in steps:
        if step.parent is None:
            made.append(_from_source(source, header, step.target))
        else:
            made.append(made[step.parent].scaled(step.region, step.target.size))
    is_by_vips = isinstance(source, VipsSource)
    del source, opened  # the decoder ends, and may have something to say
    if is_by_vips:
        check_afterwards()
    return {step.target.letter: one for step, one in zip(steps, made, strict=True)}


def _from_source(source: Source, header: Header, target: Target) -> Canvas:
    """Scale what is stored; turn the small result upright, not the large source."""
    crop = header.orientation.stored(target.crop, header.size)
    region = _within(crop, header.stored, source.size)
    stored = Size(target.size.height, target.size.width)
    size = stored if header.orientation.swaps else target.size
    return source.scaled(region, size).turned(header.orientation)


def _within(crop: Crop, whole: Size, reduced: Size) -> Crop:
    """Find a crop of the whole picture in one that the decoder may have halved."""
    by = whole.width // reduced.width
    size = Size(crop.size.width // by, crop.size.height // by)
    return Crop(crop.x // by, crop.y // by, size)


def _shrink(header: Header, steps: Sequence[Step]) -> int:
    """Say by how much the decoder may reduce the picture: by 2, or not at all.

    What is read begins and ends with whole pixels of the reduced picture.
    """
    if header.format is not Format.JPEG:
        return 1
    targets = [step.target for step in steps if step.parent is None]
    enough = all(
        one.crop.size.width >= HALVE * one.size.width
        and one.crop.size.height >= HALVE * one.size.height
        for one in targets
    )
    crops = [header.orientation.stored(one.crop, header.size) for one in targets]
    edges = [
        edge
        for one in (Crop(0, 0, header.stored), *crops)
        for edge in (one.x, one.y, one.size.width, one.size.height)
    ]
    return 2 if enough and not any(edge % 2 for edge in edges) else 1


def _is_read_often(whole: Size, steps: Sequence[Step]) -> bool:
    """Say whether the source must be kept, for it is not read once from end to end."""
    read = [step.target.crop for step in steps if step.parent is None]
    return read != [Crop(0, 0, whole)]
