"""`bench.programs.ingest` on granian instead of uvicorn: PORT FOLDER PACKAGES."""

import os
import sys
from pathlib import Path

from starlette.types import ASGIApp

from bench.programs.ingest import make_app

FOLDER = "THREEBATH_BENCH_FOLDER"


def made() -> ASGIApp:
    """Make the application; granian's worker does, in a process of its own."""
    return make_app(Path(os.environ[FOLDER]))


if __name__ == "__main__":
    port, os.environ[FOLDER], packages = sys.argv[1:]
    sys.path.insert(0, packages)
    from granian import Granian

    target = "bench.programs.on_granian:made"
    Granian(
        target, port=int(port), interface="asgi", factory=True, websockets=False
    ).serve()
