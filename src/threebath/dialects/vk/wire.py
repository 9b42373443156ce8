"""VK's reply to an upload: built from receipts, and read back by the save call."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from threebath.core.errors import (
    BadParameter,
    FileRejected,
    Forged,
    MissingParameter,
    UploadError,
    WrongServer,
)
from threebath.core.signing import Keyring, Purpose
from threebath.core.tickets import Receipt, Ticket
from threebath.dialects.vk.kinds import Packing, VkKind
from threebath.dialects.vk.params import Params

HASH = 16
"""Bytes of the field ``hash``, which is shown in hex (seed 000: 32 characters)."""

NOTHING = frozenset({"[]", "null", "undefined", "None", "[object Object]"})
"""What clients send back when they did not look at a failed upload's reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that a field of a reply may be made from."""

    ticket: Ticket
    server: int
    payload: str
    hash: str


FIELDS: Mapping[str, Callable[[Reply], object]] = MappingProxyType(
    {
        "server": lambda reply: reply.server,
        "photos_list": lambda reply: reply.payload,
        "photo": lambda reply: reply.payload,
        "hash": lambda reply: reply.hash,
        "aid": lambda reply: reply.ticket.destination.album_id,
        "gid": lambda reply: max(0, -reply.ticket.destination.owner_id),
        "mid": lambda reply: max(0, reply.ticket.actor_id),
        "message_code": lambda reply: 2,
        "profile_aid": lambda reply: -6,
    }
)


def render_reply(
    row: VkKind, ticket: Ticket, receipts: Sequence[Receipt], server: int, keys: Keyring
) -> dict[str, object]:
    """Return the JSON object that answers an upload of this kind."""
    text = _photos(receipts, server)
    payload = _pack(text) if row.packing is Packing.BASE64 else text
    return _object(row, Reply(ticket, server, payload, _hash(keys, server, payload)))


def render_failure(
    row: VkKind, ticket: Ticket, error: UploadError, server: int, keys: Keyring
) -> dict[str, object]:
    """Return the usual reply without photos; its hash remembers the reason."""
    signature = keys.sign(Purpose.REFUSAL, _refusal(ticket.actor_id, error.slug), size=HASH)
    return _object(row, Reply(ticket, server, "[]", signature.hex()))


def _object(row: VkKind, reply: Reply) -> dict[str, object]:
    return {name: FIELDS[name](reply) for name in row.reply}


def read_reply(
    row: VkKind, params: Params, server: int, actor_id: int, keys: Keyring
) -> list[str]:
    """Return the ids of the receipts that *params* bring back.

    The text is taken as it was sent, or with the backslashes that a client has put
    before its quotes.

    Raises:
        MissingParameter, BadParameter: a field is absent or is not what was sent.
        WrongServer: ``server`` is another one.
        Forged: the fields were not signed by this service.
    """
    payload = params.get(row.payload, "").replace("\\", "")
    if not payload or payload in NOTHING:
        why = _why_nothing(params.get("hash", ""), actor_id, keys)
        said = "is invalid" if payload == "[]" else "is undefined"
        raise BadParameter(row.payload, f"{said} {why}".rstrip())
    for name in ("server", "hash"):
        if name not in params and name in row.reply:
            raise MissingParameter(name)
    if params.integer("server", server) != server:
        raise WrongServer(server, params["server"])
    _verify(keys, server, payload, params["hash"])
    text = _unpack(payload) if row.packing is Packing.BASE64 else payload
    return [photo["kid"] for photo in json.loads(text)]


def _hash(keys: Keyring, server: int, payload: str) -> str:
    return keys.sign(Purpose.RECEIPT, f"{server}|{payload}".encode(), size=HASH).hex()


def _verify(keys: Keyring, server: int, payload: str, given: str) -> None:
    try:
        signature = bytes.fromhex(given)
    except ValueError:
        signature = b""
    if given != signature.hex():
        raise Forged("it is not the hash that the upload was answered with")
    try:
        keys.verify(Purpose.RECEIPT, f"{server}|{payload}".encode(), signature, size=HASH)
    except Forged:
        raise Forged("it was not made for this photo, or the photo was changed") from None


def _refusal(actor_id: int, slug: str) -> bytes:
    return f"{actor_id}|{slug}".encode()


def _why_nothing(given: str, actor_id: int, keys: Keyring) -> str:
    """Tell why the upload was refused, if *given* is the hash of its reply."""
    for error in _rejections(FileRejected):
        try:
            signature = bytes.fromhex(given)
            message = _refusal(actor_id, error.slug)
            keys.verify(Purpose.REFUSAL, message, signature, size=HASH)
        except (Forged, ValueError):
            continue
        return f"(last upload: {error.text})"
    return ""


def _rejections(base: type[FileRejected]) -> list[type[FileRejected]]:
    return [base, *(one for leaf in base.__subclasses__() for one in _rejections(leaf))]


def _pack(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _unpack(payload: str) -> str:
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()


def _photos(receipts: Sequence[Receipt], server: int) -> str:
    """Describe the photos as VK's upload servers do; free of backslashes.

    Source: seed 000, kinds 1 and 2. ``kid`` carries the receipt.
    """
    return json.dumps([_photo(one, server) for one in receipts], separators=(",", ":"))


def _photo(receipt: Receipt, server: int) -> dict[str, object]:
    asset = receipt.asset
    largest = asset.largest.letter
    return {
        "photo": f"{asset.id[:10]}:{largest}",
        "sizes": [
            [
                made.letter,
                f"{server}",
                f"{int(asset.id[:4], 16) + index:x}",
                asset.id[10:21],
                made.size.width,
                made.size.height,
            ]
            for index, made in enumerate(asset.renditions)
        ],
        "kid": receipt.id,
        "debug": "x" + "".join(made.letter + largest for made in asset.renditions),
    }
