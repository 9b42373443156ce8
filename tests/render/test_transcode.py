"""Variants of renditions, for clients that take newer formats."""

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

from likeness import ssim
from pictures import encoded, opened, photo, render, scene
from threebath.core.errors import FileRejected
from threebath.core.kinds import Format
from threebath.render.probe import probe


async def transcode(pool, content, to):
    with opened(content) as fd:
        return await pool.transcode(fd, len(content), to)


@pytest.mark.parametrize("to", [Format.AVIF, Format.WEBP])
async def test_a_rendition_is_made_smaller_in_another_format(pool, to):
    """The variant is the same picture in fewer bytes."""
    made = await render(pool, photo())
    rendition = next(one for one in made.images if one.letter == "x")

    variant = await transcode(pool, rendition.content, to)

    assert probe(variant).format is to
    assert probe(variant).size == rendition.size
    assert len(variant) < len(rendition.content)
    with Image.open(BytesIO(variant)) as found:
        again = encoded(found.convert("RGB"), quality=95)
    assert ssim(again, rendition.content) > 0.9


@pytest.mark.parametrize("content", [b"text", encoded(scene(64, 48), "PNG")])
async def test_only_renditions_are_transcoded(pool, content):
    """What is not one of our JPEGs is refused before a worker sees it."""
    with pytest.raises(FileRejected):
        await transcode(pool, content, Format.WEBP)


def test_the_parent_never_loads_a_decoder():
    """The process that holds the secrets has no code in it that reads pictures in C."""
    program = (
        "import sys, threebath.render.pool\n"
        "decoders = {'pyvips', 'PIL', 'pi_heif', 'av'}\n"
        "print(sorted(decoders & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
