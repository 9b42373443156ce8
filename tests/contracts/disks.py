"""Small file systems of our own, to fill and to cut the power of; for root alone."""

import fcntl
import os
import shutil
import struct
import subprocess
from contextlib import contextmanager

SHUTDOWN = 0x8004587D
"""The ioctl FS_IOC_SHUTDOWN; see man ioctl_xfs_goingdown."""

NO_LOG_FLUSH = 2
"""Its argument: drop what is in memory, the journal too, as a power cut does."""


def why_not():
    """Return why file systems cannot be made here; "" where they can."""
    if os.geteuid() != 0:
        return "mounting takes root"
    missing = [one for one in ("mount", "umount", "mkfs.ext4") if not shutil.which(one)]
    return f"there is no {', '.join(missing)}" if missing else ""


@contextmanager
def tmpfs(folder, options):
    """Mount a file system in memory on *folder*."""
    folder.mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)
    try:
        yield folder
    finally:
        _run("umount", "-l", folder)


def freeze(folder):
    """Make the file system on *folder* read-only."""
    _run("mount", "-o", "remount,ro", folder)


class Disk:
    """An ext4 in a file, whose power can be cut."""

    def __init__(self, folder):
        self.image = folder / "disk.img"
        self.root = folder / "disk"
        self.root.mkdir()
        with self.image.open("wb") as file:
            file.truncate(64 * 1024 * 1024)
        _run("mkfs.ext4", "-q", "-F", self.image)

    def __enter__(self):
        _run("mount", "-o", "loop", self.image, self.root)
        return self

    def __exit__(self, *_):
        _run("umount", self.root)

    def cut_power(self):
        """Lose everything that was not synced, and come up again."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)
        self.__exit__()
        self.__enter__()


def _run(*command):
    subprocess.run([*map(str, command)], check=True, capture_output=True)
