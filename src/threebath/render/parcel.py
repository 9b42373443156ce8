"""Messages with files attached, over a Unix socket."""

import array
import socket

from threebath.render.wire import MAX_MESSAGE

CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
MOST_FILES = 4
"""Files that are let in with a message; one is agreed, the kernel drops the rest."""


def send(line: socket.socket, message: bytes, fds: list[int]) -> None:
    """Send a message whole; the caller closes the files.

    Raises:
        OSError: the other side has hung up.
    """
    files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    line.sendmsg([message], files if fds else [])


def receive(line: socket.socket) -> tuple[bytes, list[int]]:
    """Receive a message, or a piece of one, and the files that came with it.

    `socket.recv_fds` would let the files be inherited by the next child process.

    Raises:
        OSError: there is nothing to be read.
    """
    fds = array.array("i")
    space = socket.CMSG_SPACE(MOST_FILES * fds.itemsize)
    text, attached, _, _ = line.recvmsg(MAX_MESSAGE, space, CLOSE_ON_EXEC)
    for level, kind, content in attached:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    return text, list(fds)
