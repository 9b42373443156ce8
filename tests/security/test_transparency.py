"""The sandbox changes nothing but what can go wrong."""

from dataclasses import replace

import pytest

from pictures import KIND, encoded, photo, render, scene
from security.hostile import bombs, polyglots
from threebath.core.errors import FileRejected
from threebath.core.ladder import Ladder
from threebath.render.darkroom import ENGINES, develop
from threebath.render.engines import turbojpeg
from threebath.render.engines.vips import open_vips
from threebath.render.job import Job
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings

SHORT = replace(KIND, ladder=Ladder(KIND.ladder.rungs[:3]))
JOB = Job(limits=SHORT.limits, ladder=SHORT.ladder)
SAMPLES = {
    "JPEG": photo(),
    "progressive": encoded(scene(), quality=85, progressive=True),
    "CMYK": encoded(scene(mode="CMYK"), quality=85),
    "grey": encoded(scene(mode="L"), quality=85),
    "PNG": encoded(scene(400, 300, "RGBA"), "PNG"),
    "GIF": encoded(scene(400, 300), "GIF"),
    "BMP": encoded(scene(400, 300), "BMP"),
    "BMP with a palette": encoded(scene(400, 300).quantize(16), "BMP"),
    "WebP": encoded(scene(400, 300), "WEBP"),
    "AVIF": encoded(scene(400, 300), "AVIF"),
    "text": b"text",
}


@pytest.fixture
async def bare():
    """A worker that uses no libturbojpeg, as on machines that have none."""
    async with RenderPool(RenderSettings(workers=1, planar=False)) as pool:
        yield pool


def in_the_open(content, engines=ENGINES):
    """What comes of a file outside of any sandbox: all bytes, or the verdict."""
    try:
        made = develop(content, JOB, engines)
    except FileRejected as error:
        return type(error), str(error)
    images = [(letter, size, jpeg) for letter, size, jpeg in made.images]
    return made.format, made.size, images, dict(made.facts)


async def in_the_sandbox(pool, content):
    try:
        made = await render(pool, content, SHORT)
    except FileRejected as error:
        return type(error), str(error)
    images = [(one.letter, one.size, one.content) for one in made.images]
    return made.format, made.size, images, dict(made.facts)


@pytest.mark.parametrize("name", [*SAMPLES, *polyglots(), *bombs()])
async def test_made_files_come_out_the_same(pool, name):
    """Every format and every trick: the same bytes or the same verdict."""
    content = {**SAMPLES, **polyglots(), **bombs()}[name]
    assert await in_the_sandbox(pool, content) == in_the_open(content)


async def test_it_is_the_same_without_libturbojpeg(bare, monkeypatch):
    """What takes its place needs nothing from outside, either."""
    monkeypatch.setattr(turbojpeg, "library", lambda: None)
    for name, content in SAMPLES.items():
        expected = in_the_open(content, (open_vips,))
        assert await in_the_sandbox(bare, content) == expected, name


async def test_the_corpus_comes_out_the_same(pool, corpus):
    """No library needs a file or a system call that it only asks for now and then."""
    files = [
        *sorted((corpus / "pngsuite").rglob("*.*")),
        *(corpus / "photos").glob("hall3*"),
    ]
    files += [corpus / "photos/hall0.5.bmp", *(corpus / "camera/gps").glob("*10.jpg")]
    different = []
    for file in files:
        content = file.read_bytes()
        if await in_the_sandbox(pool, content) != in_the_open(content):
            different.append(file.name)
    assert different == []
