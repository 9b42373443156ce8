"""Send one large sparse file in a process of its own, and say what that took.

Also a program: ``python tests/client/weigh.py ours|vk_api MEGABYTES``.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

OURS = """
import sys, time
from threebath.client import sync
with sync.VK("t", base=sys.argv[1], rate=None) as vk:
    began = time.perf_counter()
    vk.upload_video(sys.argv[2])
"""

VK_API = """
import sys, time, requests, vk_api, jconfig

class Here(requests.Session):
    def request(self, method, url, *args, **kwargs):
        url = url.replace("https://api.vk.ru", sys.argv[1])
        return super().request(method, url, *args, **kwargs)

vk = vk_api.VkApi(token="t", session=Here(), config=jconfig.MemoryConfig)
upload = vk_api.VkUpload(vk)
began = time.perf_counter()
upload.video(sys.argv[2], name="n")
"""

REPORT = """
import json
took = time.perf_counter() - began
with open("/proc/self/status") as status:
    peak = next(line for line in status if line.startswith("VmHWM"))
print(json.dumps({"seconds": took, "peak": int(peak.split()[1]) * 1024}))
"""

CLIENTS = {"ours": OURS, "vk_api": VK_API}


def sparse(folder, size):
    """Make a video's first bytes, and nothing after them that takes room on disk."""
    path = Path(folder) / "clip.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(12))
    os.truncate(path, size)
    return path


async def weigh(client, path, sink):
    """Send *path* with *client* to *sink*; return seconds and peak memory in bytes."""
    words = [sys.executable, "-c", CLIENTS[client] + REPORT, sink.base, str(path)]
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{client} ended with {process.returncode}")
    return json.loads(out.splitlines()[-1])


async def main(client, megabytes):
    """Weigh one client and print the figures."""
    from tests.client.sink import Sink  # noqa: PLC0415  # found only from the root

    with tempfile.TemporaryDirectory() as folder:
        path = sparse(folder, int(megabytes) * 1_000_000)
        async with Sink() as sink:
            found = await weigh(client, path, sink)
            received = [length for what, _, length in sink.events if what == "received"]
    print(json.dumps({"client": client, **found, "received": received}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
