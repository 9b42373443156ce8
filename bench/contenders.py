"""Programs that wait for photographs: one process each, alive for the whole run."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.measure import cpu_seconds, peaks
from bench.shots import ROOT

PATIENCE = 120
"""Seconds for one answer, and for a start."""


class Failed(Exception):
    """A contender ended, or answered something else than was asked."""


class Contender:
    """A process group that is measured from outside."""

    def __init__(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
    ) -> None:
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        with (log or Path(os.devnull)).open("ab") as errors:
            self.process = subprocess.Popen(
                [str(one) for one in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": paths, **(env or {})},
                cwd=cwd,
                text=True,
                start_new_session=True,
            )
        self.command = command
        self.log = log

    def cpu(self) -> float:
        """Return the CPU seconds that it and its children have used."""
        return cpu_seconds(self.process.pid)

    def peak(self) -> float:
        """Return its largest resident size in MiB, summed over its processes."""
        return sum(peaks(self.process.pid))

    def worker_peak(self) -> float:
        """Return the largest resident size of its largest process, in MiB."""
        return max(peaks(self.process.pid))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and what it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
                break
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def told(self) -> str:
        """Return the end of its log."""
        lines = self.log.read_text().splitlines() if self.log else []
        return next((one for one in reversed(lines) if one.strip()), "it said nothing")

    def name(self) -> str:
        """Return its command, without the folders."""
        words = [Path(str(one)).name for one in self.command]
        return " ".join(words)


class Program(Contender):
    """Reads a line for each photograph, answers a line when its ladder is made."""

    def run(self, photo: Path, plan: Path, count: int = 1) -> int:
        """Have *count* ladders made; return the bytes of one.

        Raises:
            Failed: it did not.
        """
        asked = f"{photo} {plan}" + (f" {count}" if count > 1 else "")
        try:
            print(asked, file=self.process.stdin, flush=True)
            answer = (self.process.stdout or sys.stdin).readline().strip()
            return int(answer)
        except (OSError, ValueError) as error:
            raise Failed(f"{self.name()}: {self.told()}") from error


class Server(Contender):
    """Answers HTTP on a port of the loopback."""

    def __init__(
        self,
        command: Sequence[str | Path],
        port: int,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(command, env, cwd, log)
        self.port = port

    def wait(self) -> Self:
        """Return when it takes connections.

        Raises:
            Failed: it does not.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        self.close()
        raise Failed(f"{self.name()} does not listen: {self.told()}")


class Thumbor(Server):
    """thumbor makes one size for each request."""

    def __init__(self, program: Path, folder: Path, photos: Sequence[Path]) -> None:
        images = folder / "thumbor-images"
        images.mkdir(parents=True, exist_ok=True)
        for photo in photos:
            shutil.copy(photo, images / photo.name)
        settings = folder / "thumbor.conf"
        settings.write_text(
            "LOADER = 'thumbor.loaders.file_loader'\n"
            f"FILE_LOADER_ROOT_PATH = {str(images)!r}\n"
            "STORAGE = 'thumbor.storages.no_storage'\n"
            "QUALITY = 85\n"
            "PILLOW_JPEG_SUBSAMPLING = '4:2:0'\n"
        )
        port = free_port()
        command = [
            program,
            "-i",
            "127.0.0.1",
            "-p",
            str(port),
            "-c",
            settings,
            "-l",
            "error",
        ]
        super().__init__(command, port, log=folder / "thumbor.log")
        self.wait()

    def run(self, photo: Path, plan: Path, count: int = 1) -> int:
        """Get every size of a photograph, one after the other."""
        total = 0
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        for step in plan.read_text().splitlines()[1:]:
            size = "x".join(step.split()[-2:])
            line.request("GET", f"/unsafe/{size}/{photo.name}")
            answer = line.getresponse()
            total += len(answer.read())
            if answer.status != http.client.OK:
                raise Failed(f"thumbor answered {answer.status}")
        line.close()
        return total


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port
