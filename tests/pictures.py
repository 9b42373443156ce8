"""Pictures made on the spot: small, colourful, the same on every run."""

import os
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image

from threebath.core.kinds import MIB, PICTURES, Limits, UploadKind
from threebath.core.networks import vk

KIND = vk.ALBUM
WIDE = Limits(formats=PICTURES, max_bytes=50 * MIB)


@cache
def scene(width=1200, height=900, mode="RGB"):
    """A picture with large shapes and fine grain, as photos have them."""
    random = Random(7)
    coarse = Image.frombytes("RGB", (16, 12), random.randbytes(16 * 12 * 3))
    smooth = coarse.resize((width, height), Image.Resampling.BICUBIC)
    noise = Image.frombytes("RGB", (width, height), random.randbytes(width * height * 3))
    muted = Image.blend(smooth, smooth.convert("L").convert("RGB"), 0.5)
    return Image.blend(muted, noise, 0.06).convert(mode)


def encoded(image, form="JPEG", **options):
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@cache
def photo(width=1200, height=900):
    return encoded(scene(width, height), quality=90)


@contextmanager
def opened(content):
    """The bytes behind a descriptor, as a spool has them."""
    fd = os.memfd_create("test")
    os.write(fd, content)
    try:
        yield fd
    finally:
        os.close(fd)


async def render(pool, content, kind: UploadKind = KIND, **options):
    with opened(content) as fd:
        return await pool.render(fd, len(content), kind, options)
