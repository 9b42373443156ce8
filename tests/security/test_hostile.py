"""Files made to cost, to fool or to smuggle."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from pictures import render
from security.hostile import SCRIPT, bombs, polyglots
from threebath.core.errors import CorruptFile, FileRejected, TooManyFrames, TooManyPixels
from threebath.render.baseline import check

BOMBS = (
    "a PNG of 30,000 x 30,000",
    "a PNG of 2**31 x 1",
    "a GIF of 65,535 x 65,535",
    "a GIF of 3,000 frames",
    "a WebP of 16,383 x 16,383",
    "a JPEG of 65,500 x 65,500",
    "a JPEG of 3,000 scans",
    "a BMP of 60,000 x 60,000",
    "a profile of 200 MB",
    "a comment of 200 MB",
    "a translated comment of 200 MB",
    "a thousand comments that end in damage",
    "a million chunks",
)
VERDICTS = {
    "a GIF of 3,000 frames": TooManyFrames,
    "a JPEG of 3,000 scans": TooManyFrames,
    "a BMP of 60,000 x 60,000": CorruptFile,
    "a profile of 200 MB": CorruptFile,
    "a comment of 200 MB": CorruptFile,
    "a translated comment of 200 MB": CorruptFile,
    "a thousand comments that end in damage": CorruptFile,
    "a million chunks": CorruptFile,
}
QUICK = 0.050
"""Seconds of computing that refusing a bomb may take."""
MOST = 100 << 20
"""Bytes of memory that it may take, the worker itself included."""


def cost_of(pid):
    """Seconds of computing so far, and the most bytes of memory held."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / 100, int(peak) << 10


def test_all_bombs_are_tried():
    """The list here is the list of what is made."""
    assert set(BOMBS) == set(bombs())


@pytest.mark.parametrize("name", BOMBS)
async def test_bombs_are_refused_at_once(fresh, name):
    """A bomb is judged by its header, by its true cause, within 50 ms and 100 MB."""
    content = bombs()[name]
    (line,) = fresh._crew._idle
    before, _ = cost_of(line.process.pid)

    with pytest.raises(VERDICTS.get(name, TooManyPixels)):
        await render(fresh, content)

    seconds, peak = cost_of(line.process.pid)
    assert seconds - before <= QUICK + 0.01
    assert peak <= MOST


@pytest.mark.parametrize("name", polyglots())
async def test_polyglots_come_out_as_pictures_only(pool, name):
    """Whatever else a file was, its renditions are pixels and nothing else."""
    made = await render(pool, polyglots()[name])

    assert made.images
    for image in made.images:
        check(image.content, image.size)
        assert SCRIPT not in image.content
        assert b"<script" not in image.content


def metadata_of(folder):
    """Ask exiftool what it finds beside the picture itself."""
    done = subprocess.run(
        ["exiftool", "-G1", "-s", "-a", "-u", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    plain = ("[ExifTool]", "[System]", "[File]", "[JFIF]", "[Composite]", "=", " ")
    return [line for line in done.stdout.splitlines() if not line.startswith(plain)]


PRIVATE = [
    "photos/hall12_rotated_gps.jpg",
    "camera/gps/DSCN0010.jpg",
    "camera/gps/DSCN0042.jpg",
    "camera/mobile/jolla.jpg",
    "camera/mobile/HMD_Nokia_8.3_5G.jpg",
    "orientation/Portrait_6.jpg",
]


@pytest.mark.parametrize("name", PRIVATE)
async def test_no_rendition_says_where_or_by_whom(pool, corpus, tmp_path, name):
    """Of GPS, maker notes, thumbnails and names not a byte is left."""
    content = (corpus / name).read_bytes()
    made = await render(pool, content)

    for image in made.images:
        check(image.content, image.size)
        for word in (b"Exif", b"http://ns.adobe.com", b"Photoshop", b"NIKON", b"Jolla"):
            assert word not in image.content
        (tmp_path / f"{image.letter}.jpg").write_bytes(image.content)
    if shutil.which("exiftool"):
        assert metadata_of(tmp_path) == []


async def test_the_service_stays_quick_under_bombs(pool):
    """A hundred bombs do not keep the pictures between them waiting."""
    started = time.monotonic()
    for _ in range(10):
        for name in ("a GIF of 65,535 x 65,535", "a WebP of 16,383 x 16,383"):
            with pytest.raises(FileRejected):
                await render(pool, bombs()[name])
    assert time.monotonic() - started < 5
