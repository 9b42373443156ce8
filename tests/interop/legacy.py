"""Python 2.7, where it is: the clients of Facebook's API of 2007 run on nothing later."""

import json
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import pytest


@cache
def python27():
    """Return a Python 2.7 that runs, or None."""
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    found = [shutil.which("python2.7"), *sorted(root.glob("versions/2.7*/bin/python2.7"))]
    for one in filter(None, found):
        asked = subprocess.run([one, "-V"], capture_output=True, check=False)
        if asked.returncode == 0:
            return str(one)
    return None


def needed_python27():
    if not (found := python27()):
        pytest.skip("no Python 2.7 on this machine: the legacy clients need one")
    return found


def unpacked(folder, requirement):
    """Fetch a source package from the index and unpack it; skip, if it cannot be had."""
    python = needed_python27()
    command = [python, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    done = subprocess.run(
        [*command, "-q", "-d", str(folder), requirement],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    archives = [*folder.glob("*.tar.gz")]
    if done.returncode or not archives:
        pytest.skip(f"{requirement} cannot be had: {done.stderr[-200:]}")
    guard = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from 3.11.4 on
    shutil.unpack_archive(archives[0], folder, **guard)
    [made] = [one for one in folder.iterdir() if one.is_dir()]
    return made


def run(script, path, **given):
    """Run a script on Python 2.7 with modules from *path*; JSON in, JSON out."""
    done = subprocess.run(
        [needed_python27(), "-c", script],
        input=json.dumps(given),
        env={**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
