"""Messages over a Unix socket: files go along to the worker, and never come back."""

import array
import socket

from threebath.render.wire import MAX_MESSAGE

CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


def send(line: socket.socket, message: bytes, fd: int) -> None:
    """Send a message whole, with a file; the caller closes the file.

    Raises:
        OSError: the other side has hung up.
    """
    files = array.array("i", [fd])
    line.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])


def receive(line: socket.socket) -> tuple[bytes, list[int]]:
    """Receive a message and the file that came with it; no bytes at the end.

    `socket.recv_fds` would let the file be inherited by the next child process.
    """
    fds = array.array("i")
    space = socket.CMSG_SPACE(fds.itemsize)
    text, attached, _, _ = line.recvmsg(MAX_MESSAGE, space, CLOSE_ON_EXEC)
    for level, kind, content in attached:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    return text, list(fds)
