"""The others: fetched from their indexes into a folder of ours, never system-wide."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from threebath.render.engines.turbojpeg import library

PROGRAMS = Path(__file__).parent / "programs"
NODE_PACKAGES = ("sharp", "express", "multer", "@tus/server", "@tus/file-store")
TOO_LONG = 600
"""Seconds that an installation may take."""


class Missing(Exception):
    """Something cannot be had here; the text says why."""


@dataclass
class Peers:
    """What there is to compare with.

    Attributes:
        folder: where peers are kept from run to run.
        offline: take what is there already, and fetch nothing.
        missing: what could not be had, and why.
    """

    folder: Path
    offline: bool = False
    missing: dict[str, str] = field(default_factory=dict)

    def want(self, name: str, fetch: Callable[["Peers"], Path]) -> Path | None:
        """Return what *fetch* brings; None, and a line in `missing`, if it cannot."""
        try:
            return fetch(self)
        except Missing as error:
            self.missing[name] = str(error)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or error.stdout or "").strip().splitlines()[-1:]
            self.missing[name] = " ".join([f"{error.cmd[0]} failed:", *last])
        except (OSError, subprocess.TimeoutExpired) as error:
            self.missing[name] = str(error)
        return None

    def go_online(self) -> None:
        """Raise `Missing` where nothing may be fetched."""
        if self.offline:
            _lacking("not installed, and nothing was to be fetched")

    def limit(self) -> Path | None:
        return self.want("C limit", build_limit)

    def node(self, script: str) -> Path | None:
        """Return a script of ours, in a folder where it finds its packages."""
        return self.want("sharp, express, multer, @tus/server", partial(_script, script))

    def thumbor(self) -> Path | None:
        return self.want("thumbor", install_thumbor)

    def granian(self) -> Path | None:
        """Return a folder of packages with granian in it."""
        return self.want("granian", install_granian)

    def nginx(self) -> Path | None:
        return self.want("nginx", find_nginx)


def build_limit(peers: Peers) -> Path:
    """Compile the C program against the system's libturbojpeg, for this very processor."""
    compiler = shutil.which("cc") or _lacking("there is no cc")
    if library() is None:
        _lacking("there is no libturbojpeg.so.0 (Debian: libturbojpeg0)")
    source, made = PROGRAMS / "limit.c", peers.folder / "limit"
    peers.folder.mkdir(parents=True, exist_ok=True)
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        native = "-march=native" if platform.machine() == "x86_64" else "-mcpu=native"
        libraries = ("-l:libturbojpeg.so.0", "-lm")
        run([compiler, "-O3", native, "-o", str(made), str(source), *libraries])
    return made


def _script(name: str, peers: Peers) -> Path:
    """Install the packages once; copy the script beside them."""
    place = peers.folder / "node"
    npm = shutil.which("npm") or _lacking("there is no npm")
    if not all((place / "node_modules" / one).is_dir() for one in NODE_PACKAGES):
        peers.go_online()
        place.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(place))
        run([npm, "install", *quiet, *NODE_PACKAGES])
    return Path(shutil.copy(PROGRAMS / name, place / name))


def install_thumbor(peers: Peers) -> Path:
    """Give thumbor an environment of its own; its Pillow is older than ours."""
    place = peers.folder / "thumbor"
    program = place / "bin" / "thumbor"
    if not program.exists():
        peers.go_online()
        run([sys.executable, "-m", "venv", str(place)])
        pip = (str(place / "bin" / "pip"), "install", "--quiet")
        run([*pip, "--disable-pip-version-check", "thumbor"])
    return program


def install_granian(peers: Peers) -> Path:
    """Put granian beside our own packages, not among them."""
    place = peers.folder / "granian"
    if not (place / "granian").is_dir():
        peers.go_online()
        pip = (sys.executable, "-m", "pip", "install", "--quiet")
        run([*pip, "--disable-pip-version-check", "--target", str(place), "granian"])
    return place


def find_nginx(peers: Peers) -> Path:
    """Find nginx; else unpack Debian's package, which starts and changes nothing."""
    if found := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"):
        return Path(found)
    place = peers.folder / "apt"
    program = place / "root" / "usr" / "sbin" / "nginx"
    if not program.exists():
        apt = shutil.which("apt-get") or _lacking("there is neither nginx nor apt-get")
        peers.go_online()
        place.mkdir(parents=True, exist_ok=True)
        run([apt, "download", "nginx"], cwd=place)
        package = max(place.glob("nginx_*.deb"))
        run(["dpkg", "-x", str(package), str(place / "root")])
    return program


def run(command: Sequence[str], cwd: Path | None = None) -> str:
    """Run a program to its end, quietly; return what it says."""
    done = subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, text=True, timeout=TOO_LONG
    )
    return done.stdout + done.stderr


def _lacking(what: str) -> str:
    raise Missing(what)
