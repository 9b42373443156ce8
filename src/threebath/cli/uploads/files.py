"""Which files the arguments of ``threebath upload`` mean: names, folders, patterns."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from threebath.client.errors import BadArguments, FileProblem
from threebath.client.files import inspect
from threebath.core.kinds import PICTURES, Limits


def expand(arguments: Sequence[str], limits: Limits | None) -> list[Path]:
    """List the files, each once, in the order given; those of a folder by name.

    A file that is named is taken whatever it is, so that its problem is told. Of a folder
    or a pattern only what can be meant is taken: regular files that are not hidden, and
    only pictures where only pictures are wanted.

    Raises:
        BadArguments: a folder or a pattern holds no such file.
    """
    found: dict[Path, Path] = {}
    for argument in arguments:
        named = Path(argument)
        if named.is_dir():
            among, what = list(_walk(named)), "folder"
        elif glob.has_magic(argument) and not named.exists():
            matches = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207  # absolute too
            among, what = [Path(one) for one in matches], "pattern"
        else:
            found.setdefault(_place(named), named)
            continue
        meant = [one for one in among if _is_meant(one, limits)]
        if not meant:
            raise BadArguments(f"the {what} {argument} holds nothing that goes there")
        for one in meant:
            found.setdefault(_place(one), one)
    return list(found.values())


def _place(path: Path) -> Path:
    """Say where a file is, whichever way it is named; a loop of links is nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        yield from (Path(root, one) for one in sorted(names) if not one.startswith("."))


def _is_meant(path: Path, limits: Limits | None) -> bool:
    if not path.is_file():
        return False
    if limits is None or not limits.formats <= PICTURES:
        return True
    try:
        return inspect(path).finding.format in PICTURES
    except FileProblem:
        return True  # it is unreadable or empty, and that should be told
