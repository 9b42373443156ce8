"""Streams that a test can count, hold up and break."""


async def stream(*chunks):
    """Yield the chunks."""
    for chunk in chunks:
        yield chunk


async def repeated(head, chunk, times, tail):
    """Yield a long body without holding it."""
    yield head
    for _ in range(times):
        yield chunk
    yield tail


async def broken(*chunks):
    """Yield the chunks, then fail as a connection does."""
    for chunk in chunks:
        yield chunk
    raise ConnectionResetError


def body_of(*parts, boundary="x"):
    """Make a body of (disposition and other header lines, content)."""
    lines = []
    for headers, content in parts:
        lines += [
            f"--{boundary}".encode(),
            *(one.encode() for one in headers),
            b"",
            content,
        ]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def field(name, value):
    """A text field."""
    return [f'Content-Disposition: form-data; name="{name}"'], value


def file(name, content, filename="a.jpg"):
    """A file without a type."""
    told = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return [told], content
