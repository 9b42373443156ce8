"""A real server process, started as a user would start it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START = 60
"""Seconds that a start may take on a busy machine."""


@dataclass
class Live:
    """A running `threebath dev`."""

    process: subprocess.Popen
    worlds: dict
    folder: Path
    log: Path

    @property
    def address(self):
        return self.worlds["vk"]["api"].removesuffix("/method/")

    def logs(self):
        return self.log.read_text()

    def kill(self):
        """End it as a power cut would end the process: at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """Ask it to end; return its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.process.stdout.close()
        return status


def start(folder, port=0, cwd=None, **settings):
    """Start `threebath dev` on *folder*; settings go by name, in lower case."""
    names = {f"THREEBATH_{name.upper()}": str(value) for name, value in settings.items()}
    log = folder.parent / f"{folder.name}.log"
    command = [sys.executable, "-m", "threebath", "dev", "--json"]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--data", str(folder)],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "THREEBATH_UPLOADS__LEAST_FREE": "0", **names},
            start_new_session=True,
            cwd=cwd,
        )
    line = process.stdout.readline()
    if not line:
        process.wait()
        raise RuntimeError(f"the server did not start:\n{log.read_text()}")
    live = Live(process, json.loads(line), folder, log)
    _wait_until_ready(live)
    return live


def _wait_until_ready(live):
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if live.process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{live.logs()}")
        try:
            if httpx.get(f"{live.address}/readyz", timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    live.kill()
    raise RuntimeError(f"the server is not ready:\n{live.logs()}")


@contextmanager
def running(folder, **settings):
    """Run a server for as long as the context lasts."""
    live = start(folder, **settings)
    try:
        yield live
    finally:
        live.stop()
