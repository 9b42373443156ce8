"""vk-io from npm, unmodified, by the option that it has for another address."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / "build" / "node"


@pytest.fixture(scope="module")
def package():
    """The folder that has the library; fetched once, and skipped loudly without it."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no node and npm on this machine: vk-io was not tried")
    if not (CACHE / "node_modules" / "vk-io").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "vk-io@4"]
        got = subprocess.run(
            command, cwd=CACHE, capture_output=True, check=False, timeout=240
        )
        if got.returncode:
            pytest.skip(f"npm could not fetch vk-io: {got.stderr[-300:]!r}")
    return CACHE


@pytest.mark.parametrize("mode", ["sequential", "parallel"])
def test_every_upload_call_works(package, world, files, mode):
    """One by one, and bundled into execute."""
    script = package / "client.mjs"
    shutil.copy(HERE / "client.mjs", script)
    told = {
        "api": world["api"].rstrip("/"),
        "user": world["user_token"],
        "group": world["group_token"],
        "album": world["album_id"],
        "files": files,
        "mode": mode,
    }
    command = ["node", str(script), json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    refused = seen.pop("refused")
    assert refused["code"] == 100
    assert "not of a supported format" in refused["message"]
    failed = {name: one for name, one in seen.items() if isinstance(one, dict)}
    assert not failed
    assert [one[:6] for one in seen["photoAlbum"]] == ["photo1", "photo1"]
    assert seen["audioMessage"].startswith("audio_message-7_")
    assert seen["documentGraffiti"].startswith("graffiti1_")
