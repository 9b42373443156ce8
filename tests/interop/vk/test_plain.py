"""No library at all: curl with the documented field, and many large documents at once."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.dialects.vk.samples import SAMPLES
from tests.live import running

from threebath.dialects.vk.kinds import ROWS

pytestmark = pytest.mark.interop

MIB = 1024 * 1024
FILES = {
    **dict.fromkeys(("document",), "X"),
    **dict.fromkeys(("video", "story_video"), "V"),
    "voice": "O",
    "audio": "M",
    "graffiti": "T",
    "widget.24x24": "W",
    **dict.fromkeys(("market_collection", "lead_form"), "L"),
}
"""By kind, which file is sent; the others take a photo."""

KINDS = [name for name in ROWS if "widget" not in name or "24x24" in name]


@pytest.mark.parametrize("name", KINDS)
def test_curl_with_the_documented_field_is_enough(world, files, name):
    """curl -F field=@file upload_url, for each kind."""
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine: it was not tried")
    row, sample = ROWS[name], SAMPLES[name]
    asked = {"v": "5.199", "access_token": world[f"{sample.token}_token"], **sample.asked}
    if "album_id" in asked:
        asked["album_id"] = world["album_id"]
    issued = httpx.post(world["api"] + row.issue, data=asked).json()["response"]
    address = issued if isinstance(issued, str) else issued["upload_url"]
    path = files[FILES.get(name.removeprefix("vk."), "P")]
    field = f"{row.file.format(n=1)}=@{path}"
    done = subprocess.run(
        ["curl", "-sS", "-F", field, address], capture_output=True, check=True, timeout=60
    )
    reply = json.loads(done.stdout)
    assert "error" not in reply, reply
    assert "[]" not in reply.values()


def _memory(pid):
    """Return the resident bytes of a process and of those it started."""
    total = 0
    for one in [pid, *_children(pid)]:
        status = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(
            next(line.split()[1] for line in status.splitlines() if "Pss:" in line)
        )
    return total * 1024


def _children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in found for one in (child, *_children(child))]


@pytest.mark.timeout(300)
async def test_ten_large_documents_at_once_leave_memory_flat(tmp_path):
    """48 MiB each, more than waits in memory: they go through the disk, not the heap."""
    size = 48 * MIB
    blob = tmp_path / "large.bin"
    blob.write_bytes(b"0123456789abcdef" * (size // 16))
    with running(tmp_path / "data", uploads__memory_total=32 * MIB) as live:
        world = live.worlds["vk"]
        asked = {"v": "5.199", "access_token": world["user_token"]}
        peak = before = _memory(live.process.pid)
        async with httpx.AsyncClient(timeout=240) as http:
            method = world["api"] + "docs.getUploadServer"
            issued = (await http.post(method, data=asked)).json()["response"]

            async def send():
                with blob.open("rb") as file:
                    files = {"file": ("large.bin", file)}
                    return (await http.post(issued["upload_url"], files=files)).json()

            sending = asyncio.gather(*(send() for _ in range(10)))
            while not sending.done():
                peak = max(peak, _memory(live.process.pid))
                await asyncio.sleep(0.2)
            replies = await sending
        assert all(one["file"] for one in replies)
        assert peak - before < 128 * MIB, f"{(peak - before) / MIB:.0f} MiB more"
