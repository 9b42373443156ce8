"""What a large upload costs at least: read, write and hash it. PORT FOLDER."""

import hashlib
import re
import socket
import sys
import tempfile

READ = 512 * 1024
ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}"


def take(line: socket.socket, folder: str, room: memoryview) -> int:
    """Receive one request's body; return how much of it is the file in its form."""
    came = line.recv_into(room)
    head, rest = bytes(room[:came]).split(b"\r\n\r\n", 1)
    left = int(re.findall(rb"Content-Length: (\d+)", head)[0]) - len(rest)
    boundary = re.findall(rb"boundary=(\S+)", head)[0]
    frame = len(rest.partition(b"\r\n\r\n")[0]) + 4 + len(boundary) + 8
    length, digest = left + len(rest) - frame, hashlib.sha256(rest)
    with tempfile.NamedTemporaryFile(dir=folder, buffering=0, delete=False) as file:
        file.write(rest)
        while left > 0 and (came := line.recv_into(room)):
            file.write(room[:came])
            digest.update(room[:came])
            left -= came
    return length


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), sys.argv[2]
    room = memoryview(bytearray(READ))
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            line, _ = listener.accept()
            with line:
                try:
                    length = str(take(line, folder, room))
                    line.sendall(ANSWER.format(len(length), length).encode())
                except (ValueError, IndexError):  # somebody looked whether we are there
                    continue
