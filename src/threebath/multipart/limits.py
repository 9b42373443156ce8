"""What a body may cost us, whoever sends it."""

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLimits:
    """Caps on one body; what is over any of them is refused, never cut silently.

    Attributes:
        max_bytes: the whole body; the caller knows how many files of what size it takes.
        max_parts: parts of a form, or pairs of a call. OK takes 100 photos at a time; the
            rest is room for fields.
        max_headers: headers of one part; clients send one to four.
        max_header_bytes: headers of one part together; a 64 KiB file name still passes,
            because it is harmless here and a phone's share sheet may make one.
        max_headers_bytes: headers of all parts; a hundred photos' are 30 KiB. They cost
            more to read than content does.
        max_field_bytes: name and value of one text field; the longest is a caption, 2,200
            characters of at most four bytes, or the packed receipts of five photos.
        max_fields_bytes: all text fields, since they are kept in memory.
        max_boundary: RFC 2046 allows 70 characters.
        max_preamble: bytes before the first boundary; some clients begin with a CRLF,
            none writes the prose for mail readers that RFC 2046 would allow.
        max_epilogue: bytes after the closing boundary; read, so that the connection can be
            used again, and ignored.
        max_near_misses: places that begin like a boundary and are none. A client picks a
            boundary that its content does not have, so honest bodies have none; each
            costs a step of Python instead of a step of C.
    """

    max_bytes: int
    max_parts: int = 128
    max_headers: int = 8
    max_header_bytes: int = 96 * KIB
    max_headers_bytes: int = 256 * KIB
    max_field_bytes: int = 16 * KIB
    max_fields_bytes: int = 64 * KIB
    max_boundary: int = 70
    max_preamble: int = 2
    max_epilogue: int = 4 * KIB
    max_near_misses: int = 256


CALL = FormLimits(
    max_bytes=1024 * KIB,
    max_parts=256,
    max_field_bytes=256 * KIB,
    max_fields_bytes=512 * KIB,
)
"""Caps on the parameters of an API call: a topic's JSON may hold 32,000 characters."""
