"""The child: gives up its rights, then answers one job after the other.

Started as ``python -m threebath.render.worker SOCKET TRAY CAGE``; imports all that it
will ever need before it locks itself up, for afterwards it cannot open a file.
"""

import ctypes
import gc
import importlib.util
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from threebath.core.errors import FileRejected
from threebath.core.kinds import Format
from threebath.render.darkroom import ENGINES, Opener, develop
from threebath.render.engines.decoders import has_heif
from threebath.render.engines.turbojpeg import do_without
from threebath.render.engines.vips import open_vips
from threebath.render.media import source
from threebath.render.media.work import answer_media
from threebath.render.parcel import receive
from threebath.render.sandbox import memfd
from threebath.render.sandbox.lockdown import Cage, lock_down
from threebath.render.variant import reencode
from threebath.render.wire import (
    JOB,
    MAX_TOLD,
    pack,
    read_job,
    write_made,
    write_refusal,
)

MMAP_THRESHOLD, TRIM_THRESHOLD, TOP_PAD, ARENA_MAX = -3, -1, -2, -8
"""Parameters of glibc's `mallopt`."""
GIB = 1 << 30
POLITE = 5
"""How much less than the server a worker counts for where both want to compute: it must
not keep the server from answering."""


def leave_signals_to_the_parent() -> None:
    """Ignore what a terminal or an orchestrator sends to the whole process group.

    The parent finishes the uploads that are under way, and needs its workers for that;
    when it is gone, so are they.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def keep_memory() -> None:
    """Have glibc reuse memory instead of asking the kernel for fresh pages.

    It spares 20-25 ms of page faults for each photo. Elsewhere than glibc: nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in (
        (MMAP_THRESHOLD, GIB),
        (TRIM_THRESHOLD, 2 * GIB - 1),
        (TOP_PAD, GIB // 16),
        (ARENA_MAX, 1),
    ):
        mallopt(parameter, value)


def warm_up() -> None:
    """Import what the libraries would otherwise import at first use, and in vain."""
    import encodings.ascii  # noqa: PLC0415
    import encodings.latin_1  # noqa: PLC0415, F401

    from PIL import Image, ImageFile, ImagePalette  # noqa: PLC0415, F401

    Image.preinit()  # the readers and writers of BMP and JPEG, among others
    source.warm_up()
    if has_heif():
        import pi_heif  # noqa: PLC0415, F401
    gc.collect()
    gc.freeze()


def load_hook(path: str) -> Callable[[bytes], None]:
    """Load the tests' own module, which misbehaves where it is asked to."""
    spec = importlib.util.spec_from_file_location("hook", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before: Callable[[bytes], None] = module.before
    return before


def answer(
    message: dict[str, Any], data: bytes, engines: Sequence[Opener]
) -> tuple[dict[str, Any], list[bytes]]:
    """Do one job: say what was made or why it was refused, and hand over the bytes."""
    try:
        if "variant" in message:
            variant = reencode(data, Format(message["variant"]))
            return {"length": len(variant)}, [variant]
        made = develop(data, read_job(message), engines)
    except FileRejected as error:
        return write_refusal(error), []
    except Exception as error:  # noqa: BLE001 - the pool logs it, and replaces this worker
        return {"failed": f"{type(error).__name__}: {error}"[:MAX_TOLD]}, []
    return write_made(made), [jpeg for _, _, jpeg in made.images]


def look(
    message: dict[str, Any],
    fd: int,
    engines: Sequence[Opener],
    before: Callable[[bytes], None] | None,
) -> tuple[dict[str, Any], list[bytes]]:
    """Do one job on a picture."""
    try:
        (data,) = memfd.read(fd, message["length"])
    except OSError as error:
        return {"failed": f"the spool cannot be read: {error}"[:MAX_TOLD]}, []
    if before is not None:
        before(data)
    return answer(message, data, engines)


def describe(message: dict[str, Any], fd: int) -> tuple[dict[str, Any], list[bytes]]:
    """Do one job on a sound or a film."""
    try:
        return answer_media(message, fd)
    except Exception as error:  # noqa: BLE001 - the pool logs it, and replaces this worker
        return {"failed": f"{type(error).__name__}: {error}"[:MAX_TOLD]}, []


def serve(
    line: socket.socket,
    tray: int,
    engines: Sequence[Opener],
    before: Callable[[bytes], None] | None,
) -> None:
    """Answer jobs until the pool hangs up; what was made lies in the tray by then."""
    while True:
        text, fds = receive(line)
        if not text:
            return
        message = json.loads(text)
        if "media" in message:
            told, chunks = describe(message, fds[0])
        else:
            told, chunks = look(message, fds[0], engines, before)
        os.close(fds[0])
        memfd.write(tray, chunks)
        os.write(line.fileno(), pack({**told, JOB: message[JOB]}))


def main() -> None:  # pragma: no cover - in the child alone
    """Lock up, say so, and serve."""
    leave_signals_to_the_parent()
    line, tray = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    settings = json.loads(sys.argv[3])
    os.nice(POLITE)
    keep_memory()
    if not settings["planar"]:
        do_without()
    engines = ENGINES if settings["planar"] else (open_vips,)
    before = load_hook(settings["hook"]) if settings["hook"] else None
    warm_up()
    missing = lock_down(Cage(settings["memory"], settings["cpu"]))
    os.write(line.fileno(), pack({"ready": True, "missing": missing}))
    try:
        serve(line, tray, engines, before)
    except BaseException:  # noqa: BLE001 - to end in order would take calls that kill
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
