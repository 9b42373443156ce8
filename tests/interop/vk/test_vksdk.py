"""SevereCloud/vksdk for Go, unmodified, by the field that it has for another address."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

HERE = Path(__file__).parent / "vksdk"
CACHE = Path(__file__).parents[3] / "build" / "go"
MODULE = "module interop\n\ngo 1.23.0\n\nrequire github.com/SevereCloud/vksdk/v3 v3.2.1\n"


@pytest.fixture(scope="module")
def program():
    """The compiled program; the module is fetched once, and skipped loudly without it."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go on this machine: vksdk was not tried")
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "go.mod").write_text(MODULE)
    shutil.copy(HERE / "main.go", CACHE / "main.go")
    env = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    command = [go, "build", "-o", "client", "."]
    built = subprocess.run(
        command,
        cwd=CACHE,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    if built.returncode and "403" in built.stderr + built.stdout:
        pytest.skip(f"the module proxy has no vksdk: {built.stderr[-300:]}")
    assert built.returncode == 0, built.stderr
    return CACHE / "client"


def test_every_upload_call_works(program, world, files):
    """And empty files are errors of the library's own kind, as its own tests demand."""
    told = {
        "API": world["api"],
        "User": world["user_token"],
        "Group": world["group_token"],
        "Album": world["album_id"],
        "Files": files,
    }
    done = subprocess.run(
        [program, json.dumps(told)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    empty = {one: seen.pop(one) for one in [*seen] if one.startswith("empty")}
    assert set(empty.values()) == {"*api.UploadError"}
    assert {name: one for name, one in seen.items() if one != "ok"} == {}
