"""The signing secrets that a data folder keeps for itself."""

import os
import secrets
from pathlib import Path

NAME = "signing-secrets"
LENGTH = 32


def kept_secrets(folder: Path) -> tuple[bytes, ...]:
    """Return the folder's secrets, newest first; make one if there is none.

    The file has a secret in hex on each line, and is for its owner's eyes only. Several
    processes may ask at once: the first to link its file into place wins.
    """
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    lines = path.read_text().split()
    return tuple(bytes.fromhex(line) for line in lines)


def _make(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(secrets.token_hex(LENGTH) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
