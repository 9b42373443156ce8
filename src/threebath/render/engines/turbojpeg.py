"""libturbojpeg through ctypes: JPEG to and from planes, without a detour over RGB.

Only calls of the TurboJPEG 2.x interface, which Debian's ``libturbojpeg.so.0`` and
all later versions have. ctypes releases the interpreter's lock around every call.
"""

import ctypes
from functools import cache
from typing import Any

from av import VideoFrame

from threebath.core.errors import CorruptFile
from threebath.core.ladder import Crop, Size
from threebath.render.engines.frames import cropped, suited, whole

NAMES = ("libturbojpeg.so.0", "libturbojpeg.0.dylib")
STRICT = 8192
"""Flag: stop at a warning, which is what libjpeg calls damage in the scan."""
LIMIT_SCANS = 32768
NO_REALLOC = 1024
ACCURATE = 4096
"""Flag: below quality 96 the library would take a transform that is no faster here, and
whose 16 bits overflow on hard edges: whole blocks come out as noise."""
RGB = 0
"""Pixel format of three bytes."""
YCBCR, GREYSCALE = 1, 2
"""Colour spaces that consist of planes as we want them."""
FORMATS = dict(enumerate(["yuv444p", "yuv422p", "yuv420p", "gray", "yuv440p", "yuv411p"]))
"""libav's names of the samplings, by TurboJPEG's numbers."""
SAMPLINGS = {name: number for number, name in FORMATS.items()}

_new_bytearray = ctypes.pythonapi.PyByteArray_FromStringAndSize
_new_bytearray.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
_new_bytearray.restype = ctypes.py_object


class _Choice:
    """Whether this process uses the library, where it is."""

    with_it = True


def do_without() -> None:
    """Use the library for nothing in this process, from now on."""
    _Choice.with_it = False


def library() -> Any:  # noqa: ANN401 - ctypes' functions have no types
    """Return the library; None where there is none, or it is not to be used."""
    return _loaded() if _Choice.with_it else None


@cache
def _loaded() -> Any:  # noqa: ANN401 - ctypes' functions have no types
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
    found.tjEncodeYUVPlanes.argtypes = [
        handle, ctypes.c_void_p, *[number] * 4, planes, numbers, number, number,
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


def decode(data: bytes, stored: Size, shrink: int) -> VideoFrame | None:
    """Decode to planes, strictly; None if the JPEG is not made of such planes.

    Args:
        stored: the size that is expected.
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
            return None  # a sampling that has no number, or damage: libvips can tell
        if Size(width.value, height.value) != stored:
            raise CorruptFile("header and content disagree about the size")
        if space.value not in (YCBCR, GREYSCALE) or sampling.value not in FORMATS:
            return None
        size = Size(-(-width.value // shrink), -(-height.value // shrink))
        room = whole(size, FORMATS[sampling.value])
        frame = VideoFrame(room.width, room.height, FORMATS[sampling.value])
        done = codec.tjDecompressToYUVPlanes(
            handle,
            data,
            len(data),
            _pointers(frame),
            size.width,
            _strides(frame),
            size.height,
            STRICT | LIMIT_SCANS,
        )
        if done != 0:
            raise CorruptFile(_told(codec.tjGetErrorStr2(handle)))
    return cropped(frame, Crop(0, 0, size))


def encode(frame: VideoFrame, size: Size, quality: int) -> bytes:
    """Encode planes as a baseline JPEG with standard Huffman tables.

    Args:
        size: of the picture; the frame has `whole` pixels of colour.
    """
    codec = library()
    sampling = SAMPLINGS[frame.format.name]
    room = codec.tjBufSize(size.width, size.height, sampling)
    buffer = _unset(room)
    place = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(buffer)))
    length = ctypes.c_ulong(room)
    with _Handle(codec.tjInitCompress) as handle:
        done = codec.tjCompressFromYUVPlanes(
            handle,
            _pointers(frame),
            size.width,
            _strides(frame),
            size.height,
            sampling,
            ctypes.byref(place),
            ctypes.byref(length),
            quality,
            NO_REALLOC | ACCURATE,
        )
    if done != 0:
        raise MemoryError
    with memoryview(buffer) as written:
        return bytes(written[: length.value])


def from_rgb(pixels: memoryview, size: Size) -> VideoFrame:
    """Convert red, green and blue, row by row without gaps, to planes.

    Args:
        pixels: writable, for ctypes gives no address of others; they are only read.
    """
    codec = library()
    frame = VideoFrame(size.width, size.height, suited(size))
    with _Handle(codec.tjInitCompress) as handle:
        done = codec.tjEncodeYUVPlanes(
            handle,
            ctypes.addressof(ctypes.c_char.from_buffer(pixels)),
            size.width,
            3 * size.width,
            size.height,
            RGB,
            _pointers(frame),
            _strides(frame),
            SAMPLINGS[frame.format.name],
            0,
        )
    if done != 0:
        raise MemoryError
    return frame


def _unset(length: int) -> bytearray:
    """Return room for *length* bytes, holding whatever the memory held before.

    For what is written next and only read as far as it was written: zeroing, as
    `bytearray` does, would cost 1 ms for the ladder of 12 Mpx.
    """
    made: bytearray = _new_bytearray(None, length)
    return made


def _pointers(frame: VideoFrame) -> Any:  # noqa: ANN401 - a C array
    """Make the array of addresses that TurboJPEG takes; the frame must stay alive."""
    planes = frame.planes
    return (ctypes.c_void_p * len(planes))(*(one.buffer_ptr for one in planes))


def _strides(frame: VideoFrame) -> Any:  # noqa: ANN401 - a C array
    planes = frame.planes
    return (ctypes.c_int * len(planes))(*(one.line_size for one in planes))


def _told(text: bytes | None) -> str:
    """Put libjpeg's words into one short line."""
    return " ".join((text or b"").decode("ascii", "replace").split())[:80].lower()
