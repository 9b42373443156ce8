"""Photo ids of step 1, and tokens of step 2: both name something, neither can be made up.

A photo id is the ticket's id, the photo's number, and a MAC: 40 bytes. A token is the
receipt's id, noise, and a MAC: 96 bytes. Both are written in standard base64, to the
lengths that OK's own have (seeds 002 and 003).
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from threebath.core.errors import Forged
from threebath.core.signing import FULL, Keyring, Purpose
from threebath.dialects.ok.errors import PhotoUnknown

_ID, _NUMBER = 16, 2
_MAC = 40 - _ID - _NUMBER
_TOKEN = 96
_MESSAGE = b"ok token "


@dataclass(frozen=True, slots=True)
class PhotoId:
    """An id of step 1, as we gave it out."""

    ticket_id: str
    text: str


def photo_ids(ticket_id: str, count: int, keys: Keyring) -> list[str]:
    """Return the ids of a ticket's photos: its slots."""
    numbered = (
        bytes.fromhex(ticket_id) + number.to_bytes(_NUMBER) for number in range(count)
    )
    return [
        b64encode(one + keys.sign(Purpose.SLOT, one, size=_MAC)).decode()
        for one in numbered
    ]


def read_photo_id(text: str, keys: Keyring) -> PhotoId:
    """Return what an id stands for.

    Args:
        text: as it came; a plus that was taken for a space is put right.

    Raises:
        PhotoUnknown: we never gave it out.
    """
    canonical = text.replace(" ", "+")
    try:
        raw = _decode(canonical, _ID + _NUMBER + _MAC)
        numbered, mac = raw[: _ID + _NUMBER], raw[_ID + _NUMBER :]
        keys.verify(Purpose.SLOT, numbered, mac, size=_MAC)
    except Forged:
        told = f"{text[:80]} is not a photo id of an upload address"
        raise PhotoUnknown(told) from None
    return PhotoId(numbered[:_ID].hex(), canonical)


def read_slots(joined: str, ticket_id: str, keys: Keyring) -> Sequence[str]:
    """Return the ids that an upload address lists, each of the same ticket, none twice.

    Raises:
        PhotoUnknown: one is not of this address, or there are none.
    """
    if "{" in joined:
        told = "the placeholder ${photoIds} was not replaced by ids"
        raise PhotoUnknown(told)
    found = [read_photo_id(one, keys) for one in joined.split(",") if one]
    if not found or any(one.ticket_id != ticket_id for one in found):
        told = "photoIds must list ids of this very upload address"
        raise PhotoUnknown(told)
    slots = [one.text for one in found]
    if len({*slots}) < len(slots):
        told = "photoIds lists an id twice"
        raise PhotoUnknown(told)
    return slots


def token_for(receipt_id: str, keys: Keyring) -> str:
    """Return the token that stands for a receipt."""
    body = bytes.fromhex(receipt_id)
    body += secrets.token_bytes(_TOKEN - FULL - len(body))
    return b64encode(body + keys.sign(Purpose.RECEIPT, _MESSAGE + body)).decode()


def read_token(text: str, keys: Keyring) -> str:
    """Return the id of the receipt that a token stands for, or raise `Forged`."""
    try:
        raw = _decode(text.replace(" ", "+"), _TOKEN)
        keys.verify(Purpose.RECEIPT, _MESSAGE + raw[:-FULL], raw[-FULL:])
    except Forged:
        raise Forged("the token is not one that an upload was answered with") from None
    return raw[:_ID].hex()


def _decode(text: str, length: int) -> bytes:
    """Decode strictly: exactly one text stands for given bytes."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise Forged from None
    if len(raw) != length or b64encode(raw).decode() != text:
        raise Forged
    return raw
