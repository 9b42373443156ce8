"""VK's reply to an upload: built from receipts, and read back by the save call."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from threebath.core.errors import (
    BadParameter,
    Forged,
    MissingParameter,
    UploadError,
    WrongServer,
)
from threebath.core.networks.vk import CROP
from threebath.core.signing import Keyring, Purpose
from threebath.core.tickets import Receipt, Ticket
from threebath.dialects.vk.columns import Packing, VkKind
from threebath.dialects.vk.failures import HASH, REASON, last_refusal, sign_refusal
from threebath.dialects.vk.params import Params

NOTHING = frozenset({"[]", "null", "undefined", "None", "[object Object]"})
"""What clients send back when they did not look at a failed upload's reply."""

JSON_LIST = "_json"
"""With this after its name, a parameter holds a JSON list instead of commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything that a field of a reply may be made from.

    Attributes:
        payload: what stands for the receipts.
        size: bytes of all files.
        link: where the file is, if it was published already.
        story: the same, for a story.
    """

    ticket: Ticket
    server: int
    keys: Keyring
    payload: str
    hash: str
    size: int = 0
    story: Mapping[str, object] | None = None
    link: str = ""

    @property
    def crop(self) -> str:
        return self.ticket.options.get(CROP, "")


FIELDS: Mapping[str, Callable[[Reply], object]] = MappingProxyType(
    {
        "server": lambda reply: reply.server,
        **dict.fromkeys(
            ("photos_list", "photo", "response", "file", "audio", "image", "upload_result"),
            lambda reply: reply.payload,
        ),
        "hash": lambda reply: reply.hash,
        "aid": lambda reply: reply.ticket.destination.album_id,
        "gid": lambda reply: max(0, -reply.ticket.destination.owner_id),
        "group_id": lambda reply: max(0, -reply.ticket.destination.owner_id),
        "mid": lambda reply: max(0, reply.ticket.actor_id),
        "message_code": lambda reply: 2,
        "profile_aid": lambda reply: -6,
        "video_hash": lambda reply: reply.hash,
        "size": lambda reply: reply.size,
        "direct_link": lambda reply: reply.link,
        "owner_id": lambda reply: reply.ticket.destination.owner_id,
        "video_id": lambda reply: reply.ticket.destination.album_id,
        "errcode": lambda reply: 0,
        "redirect": lambda reply: "",
        "crop_data": lambda reply: reply.crop,
        "crop_hash": lambda reply: _crop_hash(reply.keys, reply.crop) if reply.crop else "",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What receiving has made: receipts, and what it published at once."""

    receipts: Sequence[Receipt]
    link: str = ""
    story: Mapping[str, object] | None = None


def render_reply(
    row: VkKind, ticket: Ticket, outcome: Outcome, server: int, keys: Keyring
) -> dict[str, object]:
    """Return the JSON object that answers an upload of this kind."""
    payload = PACKERS[row.packing](outcome.receipts, server, keys)
    reply = Reply(
        ticket=ticket,
        server=server,
        keys=keys,
        payload=payload,
        hash=_hash(keys, server, payload),
        size=sum(one.asset.bytes for one in outcome.receipts),
        link=outcome.link,
        story=outcome.story,
    )
    return _object(row, reply)


def render_failure(
    row: VkKind, ticket: Ticket, error: UploadError, server: int, keys: Keyring
) -> dict[str, object]:
    """Return the usual reply without photos; its hash remembers the reason."""
    signature = sign_refusal(error, ticket.actor_id, keys)
    reply = Reply(ticket=ticket, server=server, keys=keys, payload="[]", hash=signature)
    return {**_object(row, reply), REASON: str(error)}


def _object(row: VkKind, reply: Reply) -> dict[str, object]:
    found = {name: FIELDS[name](reply) for name in row.reply}
    if not row.wrapped:
        return found
    if reply.story:
        found["story"] = reply.story
    signed = {"_sig": reply.hash}
    return {"response": {**found, **signed}, **signed}


def read_reply(
    row: VkKind, params: Params, server: int, actor_id: int, keys: Keyring
) -> list[str]:
    """Return the ids of the receipts that *params* bring back.

    The text is taken as it was sent, or with the backslashes that a client has put
    before its quotes.

    Raises:
        MissingParameter, BadParameter: a field is absent or is not what was sent.
        FileRejected: the upload was refused, and the method has a number for that.
        WrongServer: ``server`` is another one.
        Forged: the fields were not signed by this service.
    """
    if row.raw:
        params = _inside(row, params)
    payload = _payload(row, params)
    if not payload or payload in NOTHING:
        _refuse(row, params, actor_id, keys)
    if row.packing is Packing.SEALED:
        return [one for part in payload.split(",") for one in _unseal(part.strip(), keys)]
    for name in ("server", "hash"):
        if name not in params and name in row.reply:
            raise MissingParameter(name)
    if params.integer("server", server) != server:
        raise WrongServer(server, params["server"])
    _verify(keys, f"{server}|{payload}", params["hash"])
    if crop := params.get("crop_data"):
        _verify(keys, _crop_message(crop), params.get("crop_hash", ""))
    text = _unpack(payload) if row.packing is Packing.BASE64 else payload
    return [photo["kid"] for photo in json.loads(text)]


def _payload(row: VkKind, params: Params) -> str:
    found = params.get(row.payload, "")
    if not found and (listed := params.get(row.payload + JSON_LIST)):
        return ",".join(_result_of(one) for one in _json(row.payload, listed))
    return found.replace("\\", "")


def _result_of(item: object) -> str:
    """Return one upload's result, given bare or within its reply."""
    while isinstance(item, dict):
        item = item.get("response", item.get("upload_result"))
    return str(item)


def _json(name: str, text: str) -> list[object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise BadParameter(name + JSON_LIST, "is not a JSON list")
    return found


def _inside(row: VkKind, params: Params) -> Params:
    """Return the members of the reply that came back whole."""
    text = params.required(row.raw)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadParameter(row.raw, "is not the text of an upload's reply")
    return Params([(name, str(value)) for name, value in found.items()])


def _refuse(row: VkKind, params: Params, actor_id: int, keys: Keyring) -> None:
    """Raise what says that nothing was saved, and why, as far as the call remembers."""
    refusal = last_refusal(params, actor_id, keys)
    if refusal and any(isinstance(refusal, one) for one in row.codes):
        raise refusal
    said = "is invalid" if params.get(row.payload) == "[]" else "is undefined"
    why = f"(last upload: {refusal})" if refusal else ""
    raise BadParameter(row.payload, f"{said} {why}".rstrip())


def _hash(keys: Keyring, server: int, payload: str) -> str:
    return keys.sign(Purpose.RECEIPT, f"{server}|{payload}".encode(), size=HASH).hex()


def _crop_message(crop: str) -> str:
    return f"crop|{crop}"


def _crop_hash(keys: Keyring, crop: str) -> str:
    return keys.sign(Purpose.RECEIPT, _crop_message(crop).encode(), size=HASH).hex()


def _verify(keys: Keyring, message: str, given: str) -> None:
    try:
        signature = bytes.fromhex(given)
    except ValueError:
        signature = b""
    if given != signature.hex():
        raise Forged("it is not the hash that the upload was answered with")
    try:
        keys.verify(Purpose.RECEIPT, message.encode(), signature, size=HASH)
    except Forged:
        raise Forged("it was not made for this photo, or the photo was changed") from None


def _seal(receipts: Sequence[Receipt], _server: int, keys: Keyring) -> str:
    ids = json.dumps([one.id for one in receipts], separators=(",", ":"))
    return keys.seal(Purpose.RECEIPT, ids.encode())


def _unseal(token: str, keys: Keyring) -> list[str]:
    try:
        return [str(one) for one in json.loads(keys.unseal(Purpose.RECEIPT, token))]
    except (Forged, ValueError):
        raise Forged("it is not what the upload was answered with") from None


def _base64(receipts: Sequence[Receipt], server: int, keys: Keyring) -> str:
    text = _photos(receipts, server, keys)
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _unpack(payload: str) -> str:
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()


def _photos(receipts: Sequence[Receipt], server: int, _keys: Keyring) -> str:
    """Describe the photos as VK's upload servers do; free of backslashes.

    Source: seed 000, kinds 1 and 2. ``kid`` carries the receipt.
    """
    return json.dumps([_photo(one, server) for one in receipts], separators=(",", ":"))


PACKERS: Mapping[Packing, Callable[[Sequence[Receipt], int, Keyring], str]] = (
    MappingProxyType(
        {Packing.LIST: _photos, Packing.BASE64: _base64, Packing.SEALED: _seal}
    )
)


NAMING = "wzyx"
"""The rungs that may name a photo, the largest first; others may have more pixels."""


def _photo(receipt: Receipt, server: int) -> dict[str, object]:
    asset = receipt.asset
    if not asset.pictures:
        return {"kid": receipt.id}
    named = (letter for letter in NAMING if asset.rendition(letter))
    largest = next(named, asset.largest.letter)
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
            for index, made in enumerate(asset.pictures)
        ],
        "kid": receipt.id,
        "debug": "x" + "".join(made.letter + largest for made in asset.pictures),
    }
