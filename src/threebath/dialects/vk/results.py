"""What save methods answer, each a function of the photos that were made."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from threebath.core.errors import AlbumFull, BadParameter
from threebath.core.library import Message, Photo, Post
from threebath.core.networks.vk import STORY_VIDEO
from threebath.core.signing import Purpose
from threebath.core.tickets import Caller, Receipt, Ticket, TokenKind
from threebath.dialects.base import Services
from threebath.dialects.vk.asks import CHAT_BASE, PUBLISH, changeable_chat
from threebath.dialects.vk.calls import Call
from threebath.dialects.vk.columns import Result, VkKind
from threebath.dialects.vk.documents import document_object, saved_object
from threebath.dialects.vk.errors import HasFile
from threebath.dialects.vk.failures import HASH
from threebath.dialects.vk.films import audio_object, file_url, film_object
from threebath.dialects.vk.objects import Json, chat_object, images, photo_object, square
from threebath.dialects.vk.wire import Outcome
from threebath.service.uploads import Commit

TYPED_FROM = (5, 85)
"""From this version on ``docs.save`` answers an object that says what it holds."""

STORY_LIFE = timedelta(days=1)


async def _photos(call: Call, photos: list[Photo]) -> object:
    return [photo_object(photo, call.services) for photo in photos]


def _photo_hash(call: Call, photo: Photo) -> str:
    name = f"photo{photo.owner_id}_{photo.id}"
    return call.services.keys.sign(Purpose.RECEIPT, name.encode(), size=HASH).hex()


async def _owner_photo(call: Call, photos: list[Photo]) -> object:
    photo, services = photos[-1], call.services
    return {
        "photo_hash": _photo_hash(call, photo),
        "photo_src": square(photo.asset, "c", services),
        "photo_src_big": square(photo.asset, "b", services),
        "photo_src_small": square(photo.asset, "e", services),
        "saved": 1,
        "post_id": await _post_of(call, photo),
    }


async def _post_of(call: Call, photo: Photo) -> int:
    """Return the post that tells of a new main photo; made once, however often asked."""
    name = f"photo{photo.owner_id}_{photo.id}"
    draft = Post(
        id=0,
        network="vk",
        owner_id=photo.owner_id,
        actor_id=photo.owner_id,
        text="",
        attachments=(name,),
        created_at=photo.created_at,
    )
    return (await call.services.library.add_post(draft, once=name)).id


async def _chat(call: Call, photos: list[Photo]) -> object:
    """Show the photo in its chat, and say so there; a repeat changes nothing."""
    photo = photos[-1]
    chat = await changeable_chat(call, int(photo.extra["chat_id"]))
    if photo.id > chat.main_photo_id:
        chat = await call.services.registry.add_chat(replace(chat, main_photo_id=photo.id))
    message = await announce(call, chat.id, f"photo{photo.owner_id}_{photo.id}", photo.id)
    shown = await chat_object(chat, call.services)
    return {"message_id": message.id, "chat": shown}


async def announce(call: Call, chat_id: int, attachment: str, random_id: int) -> Message:
    """Say in a chat that its photo has changed; *random_id* makes that once."""
    message = Message(
        id=0,
        peer_id=CHAT_BASE + chat_id,
        actor_id=call.caller.actor_id,
        text="",
        attachments=(attachment,) if attachment else (),
        created_at=call.services.clock(),
    )
    return await call.services.library.add_message(message, random_id)


async def _product(call: Call, photos: list[Photo]) -> object:
    photo = photos[-1]
    return {"photo_id": photo.id, "photo": photo_object(photo, call.services)}


async def _cover(call: Call, photos: list[Photo]) -> object:
    return {"images": images(photos[-1].asset, call.services)}


async def _stories(call: Call, photos: list[Photo]) -> object:
    found = [story_object(photo, call.services) for photo in photos]
    return {"count": len(found), "items": found}


def story_object(photo: Photo, services: Services) -> Json:
    """Return a story as ``stories_story`` of VK's schema has it."""
    word = "video" if photo.kind == STORY_VIDEO.name else "photo"
    show = film_object if word == "video" else photo_object
    found: Json = {
        "id": photo.id,
        "owner_id": photo.owner_id,
        "type": word,
        "date": int(photo.created_at.timestamp()),
        "expires_at": int((photo.created_at + STORY_LIFE).timestamp()),
        "access_key": photo.access_key,
        "can_see": 1,
        "can_reply": 1,
        word: show(photo, services),
    }
    if link := photo.extra.get("link_url"):
        found["link"] = {"text": photo.extra.get("link_text", "open"), "url": link}
    return found


async def _image(call: Call, photos: list[Photo]) -> object:
    photo = photos[-1]
    name = f"{photo.owner_id}_{photo.id}"
    return {"id": name, "images": images(photo.asset, call.services)}


async def _background(call: Call, photos: list[Photo]) -> object:
    photo = photos[-1]
    return {
        "id": photo.id,
        "type": "tile",
        "width": photo.asset.size.width,
        "height": photo.asset.size.height,
        "color": str(photo.asset.facts.get("colour", "")).removeprefix("#"),
        "images": images(photo.asset, call.services),
    }


async def _card(_call: Call, photos: list[Photo]) -> object:
    return {"owner_id": photos[-1].owner_id, "card_id": str(photos[-1].id)}


async def _form(call: Call, photos: list[Photo]) -> object:
    photo = photos[-1]
    return {"form_id": photo.id, "url": square(photo.asset, "w", call.services)}


async def _thumb(call: Call, photos: list[Photo]) -> object:
    photo = photos[-1]
    if owner := call.params.integer("owner_id", photo.owner_id) - photo.owner_id:
        told = f"is off by {owner}: the picture was uploaded for {photo.owner_id}"
        raise BadParameter("owner_id", told)
    return {
        "photo_id": photo.id,
        "photo_owner_id": photo.owner_id,
        "photo_hash": _photo_hash(call, photo),
        "image": images(photo.asset, call.services),
    }


async def _document(call: Call, photos: list[Photo]) -> object:
    """Answer ``docs.save``: typed from 5.85 on, a bare list before that."""
    photo = photos[-1]
    word, found = saved_object(photo, call)
    if call.version < TYPED_FROM:
        return [document_object(photo, call)]
    return {"type": word, word: found}


async def _audio(call: Call, photos: list[Photo]) -> object:
    return audio_object(photos[-1], call.services)


async def publish(
    row: VkKind, ticket: Ticket, receipts: Sequence[Receipt], services: Services
) -> Outcome:
    """Publish at once what no save call will ask for: videos, and stories of old.

    Raises:
        HasFile: another file was faster, or came first.
    """
    if PUBLISH not in ticket.options:
        return Outcome(receipts=receipts)
    caller = Caller(
        app_id=ticket.app_id,
        user_id=max(0, ticket.actor_id),
        community_id=max(0, -ticket.actor_id),
        kind=TokenKind.USER if ticket.actor_id > 0 else TokenKind.COMMUNITY,
    )
    commits = [Commit(receipt_id=one.id) for one in receipts]
    try:
        [photo] = await services.uploads.commit(caller, [row.kind], commits)
    except AlbumFull:
        raise HasFile from None
    if row.wrapped:
        return Outcome(receipts=receipts, story=story_object(photo, services))
    return Outcome(receipts=receipts, link=file_url(photo, services))


RESULTS: Mapping[Result, Callable[[Call, list[Photo]], Awaitable[object]]] = (
    MappingProxyType(
        {
            Result.PHOTOS: _photos,
            Result.OWNER_PHOTO: _owner_photo,
            Result.CHAT: _chat,
            Result.PRODUCT: _product,
            Result.COVER: _cover,
            Result.STORIES: _stories,
            Result.IMAGE: _image,
            Result.BACKGROUND: _background,
            Result.CARD: _card,
            Result.FORM: _form,
            Result.THUMB: _thumb,
            Result.DOCUMENT: _document,
            Result.AUDIO: _audio,
        }
    )
)
