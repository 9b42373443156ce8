"""libturbojpeg through ctypes: JPEG to and from planes, without a detour over RGB.

Only calls of the TurboJPEG 2.x interface, which Debian's ``libturbojpeg.so.0`` and
all later versions have. ctypes releases the interpreter's lock around every call.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from threebath.core.errors import CorruptFile
from threebath.core.ladder import Size

NAMES = ("libturbojpeg.so.0", "libturbojpeg.0.dylib")
STRICT = 8192
"""Flag: stop at a warning, which is what libjpeg calls damage in the scan."""
LIMIT_SCANS = 32768
NO_REALLOC = 1024
YCBCR, GREYSCALE = 1, 2
"""Colour spaces that consist of planes as we want them."""
MOST_AT_ONCE = 64 * 1024 * 1024

_new_bytearray = ctypes.pythonapi.PyByteArray_FromStringAndSize
_new_bytearray.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
_new_bytearray.restype = ctypes.py_object


class Sampling(IntEnum):
    """TurboJPEG's names for how much coarser the colour planes are."""

    S444 = 0
    S422 = 1
    S420 = 2
    GREY = 3
    S440 = 4
    S411 = 5

    @property
    def factors(self) -> tuple[int, int]:
        """Luma pixels for each pixel of colour, across and down."""
        return _FACTORS[self]


_FACTORS = {
    Sampling.S444: (1, 1),
    Sampling.S422: (2, 1),
    Sampling.S420: (2, 2),
    Sampling.GREY: (1, 1),
    Sampling.S440: (1, 2),
    Sampling.S411: (4, 1),
}


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as one grey plane, or luma and two colour planes.

    Attributes:
        size: of the picture; a plane may be larger, up to whole colour pixels.
        planes: rows without gaps, and the plane's own size.
    """

    size: Size
    sampling: Sampling
    planes: tuple[tuple[bytes | bytearray, Size], ...]


def plane_sizes(size: Size, sampling: Sampling) -> tuple[Size, ...]:
    """Say how large the planes of a picture are.

    >>> [str(one) for one in plane_sizes(Size(75, 56), Sampling.S420)]
    ['76x56', '38x28', '38x28']
    """
    across, down = sampling.factors
    colour = Size(-(-size.width // across), -(-size.height // down))
    luma = Size(colour.width * across, colour.height * down)
    return (luma,) if sampling is Sampling.GREY else (luma, colour, colour)


@cache
def library() -> Any:  # noqa: ANN401 - ctypes' functions have no types
    """Load the library; None where there is none."""
    for name in NAMES:
        try:
            return _declared(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


def _declared(found: ctypes.CDLL) -> ctypes.CDLL:
    """Tell ctypes what the functions take; raises AttributeError if one is missing."""
    handle, number, size = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
    planes, numbers = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int)
    found.tjInitDecompress.restype = handle
    found.tjInitCompress.restype = handle
    found.tjDestroy.argtypes = [handle]
    found.tjGetErrorStr2.argtypes = [handle]
    found.tjGetErrorStr2.restype = ctypes.c_char_p
    found.tjDecompressHeader3.argtypes = [handle, ctypes.c_char_p, size, *[numbers] * 4]
    found.tjDecompressToYUVPlanes.argtypes = [
        handle, ctypes.c_char_p, size, planes, number, numbers, number, number,
    ]  # fmt: skip
    found.tjCompressFromYUVPlanes.argtypes = [
        handle, planes, number, numbers, number, number,
        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(size), number, number,
    ]  # fmt: skip
    found.tjBufSize.argtypes = [number] * 3
    found.tjBufSize.restype = size
    return found


class _Handle:
    """One use of a codec: a handle that has failed once stays poisoned."""

    def __init__(self, codec: Any) -> None:  # noqa: ANN401 - ctypes' functions have no types
        self.pointer = codec()
        if not self.pointer:
            raise MemoryError

    def __enter__(self) -> Any:  # noqa: ANN401 - a pointer
        return self.pointer

    def __exit__(self, *_: object) -> None:
        library().tjDestroy(self.pointer)


def decode(data: bytes, shrink: int) -> Planes | None:
    """Decode to planes, strictly; None if the JPEG is not made of such planes.

    Args:
        shrink: 1 or 2: divide both sides by that, rounding up.

    Raises:
        CorruptFile: the picture is damaged, however slightly.
    """
    codec = library()
    with _Handle(codec.tjInitDecompress) as handle:
        width, height, sampling, space = (ctypes.c_int() for _ in range(4))
        found = codec.tjDecompressHeader3(
            handle, data, len(data), width, height, sampling, space
        )
        if found != 0:
            raise CorruptFile
        if space.value not in (YCBCR, GREYSCALE) or sampling.value not in list(Sampling):
            return None
        size = Size(-(-width.value // shrink), -(-height.value // shrink))
        sizes = plane_sizes(size, Sampling(sampling.value))
        buffers = [bytearray(one.pixels) for one in sizes]
        done = codec.tjDecompressToYUVPlanes(
            handle,
            data,
            len(data),
            _pointers(buffers),
            size.width,
            (ctypes.c_int * len(sizes))(*(one.width for one in sizes)),
            size.height,
            STRICT | LIMIT_SCANS,
        )
        if done != 0:
            raise CorruptFile(_told(codec.tjGetErrorStr2(handle)))
    planes = tuple(zip(buffers, sizes, strict=True))
    return Planes(size, Sampling(sampling.value), planes)


def encode(picture: Planes, quality: int) -> bytes:
    """Encode planes as a baseline JPEG with standard Huffman tables."""
    codec = library()
    width, height = picture.size.width, picture.size.height
    room = codec.tjBufSize(width, height, picture.sampling)
    buffer = _unset(room)
    place, length = ctypes.c_void_p(_address(buffer)), ctypes.c_ulong(room)
    with _Handle(codec.tjInitCompress) as handle:
        done = codec.tjCompressFromYUVPlanes(
            handle,
            _pointers([plane for plane, _ in picture.planes]),
            width,
            (ctypes.c_int * len(picture.planes))(*(one.width for _, one in picture.planes)),
            height,
            picture.sampling,
            ctypes.byref(place),
            ctypes.byref(length),
            quality,
            NO_REALLOC,
        )
    if done != 0:
        raise MemoryError
    with memoryview(buffer) as written:
        return bytes(written[: length.value])


def _unset(length: int) -> bytearray:
    """Return room for *length* bytes, holding whatever the memory held before.

    For what is written next and only read as far as it was written: zeroing, as
    `bytearray` does, would cost 1 ms for the ladder of 12 Mpx.
    """
    made: bytearray = _new_bytearray(None, length)
    return made


def _pointers(buffers: Sequence[bytes | bytearray]) -> Any:  # noqa: ANN401 - a C array
    """Make the array of addresses that TurboJPEG takes; the buffers must stay alive."""
    return (ctypes.c_void_p * len(buffers))(*(_address(one) for one in buffers))


def _address(buffer: bytes | bytearray) -> int | None:
    if isinstance(buffer, bytearray):
        return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
    return ctypes.cast(ctypes.c_char_p(buffer), ctypes.c_void_p).value


def _told(text: bytes | None) -> str:
    """Put libjpeg's words into one short line."""
    return " ".join((text or b"").decode("ascii", "replace").split())[:80].lower()
