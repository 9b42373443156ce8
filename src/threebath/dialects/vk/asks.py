"""What step 1 asks for besides the owner: checked, and kept in the ticket."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from threebath.core.errors import (
    BadParameter,
    CropTooSmall,
    MissingParameter,
)
from threebath.core.library import Chat
from threebath.core.networks.vk import CROP
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.vk.calls import Call
from threebath.dialects.vk.columns import Asks
from threebath.dialects.vk.covers import at_least_nothing, chosen
from threebath.dialects.vk.errors import ChatNotFound, NotChatAdmin, UploadFailed
from threebath.service.ports import AlbumDraft

CHAT_BASE = 2_000_000_000
"""A chat's peer is this plus its id."""

LEAST_SQUARE: Mapping[Asks, int] = MappingProxyType({Asks.CHAT: 200, Asks.MARKET: 400})

LINK_TEXTS = frozenset(
    {
        *("to_store", "vote", "more", "book", "order", "enroll", "fill", "signup", "buy"),
        *("ticket", "write", "open", "learn_more", "view", "go_to", "contact", "watch"),
        *("play", "install", "read", "calendar"),
    }
)
"""What the button of a story may say (``stories.getPhotoUploadServer`` of the schema)."""

LONGEST_LINK = 2048
LINKED = ("https://vk.com/", "https://vk.ru/", "https://m.vk.com/")

LINK, VIDEO_ID, PUBLISH = "link", "video_id", "publish"
"""Options of a ticket: there will be no file; which video waits for it; receiving
publishes."""

VIDEOS = "vk.video"
"""The network of albums that are videos: each holds one file."""

LONGEST_NAME, LONGEST_DESCRIPTION = 128, 5000

SAVED_FROM = (5, 118)
"""From this version on a story is saved by a call of its own."""

Options = dict[str, str]


async def nothing(_call: Call) -> Options:
    """Ask for nothing."""
    return {}


async def peer(call: Call) -> Options:
    """Take ``peer_id``, to whom the photo will be sent."""
    found = call.params.get("peer_id")
    return {"peer_id": str(call.params.integer("peer_id"))} if found else {}


async def chat(call: Call) -> Options:
    """Take a chat that the caller may change, and a square of the photo.

    Raises:
        UploadFailed: the number is a peer's.
        ChatNotFound, NotChatAdmin: see their names.
    """
    chat_id = call.params.integer("chat_id", least=0)
    if not chat_id:
        raise MissingParameter("chat_id")
    if chat_id > CHAT_BASE:
        told = f"chat_id {chat_id} is a peer's number; this chat's is {chat_id - CHAT_BASE}"
        raise UploadFailed(told)
    await changeable_chat(call, chat_id)
    return {"chat_id": str(chat_id), **_square(call, Asks.CHAT)}


async def changeable_chat(call: Call, chat_id: int) -> Chat:
    """Return a chat that the caller may change: its admin, or a community that is in it.

    Raises:
        ChatNotFound, NotChatAdmin: see their names.
    """
    found = await call.services.accounts.chat(chat_id)
    if found is None:
        raise ChatNotFound(chat_id)
    actor = call.caller.actor_id
    if actor != found.admin_id and not (actor < 0 and actor in found.members):
        raise NotChatAdmin(chat_id, found.admin_id)
    return found


async def market(call: Call) -> Options:
    """Take a square, for an item's main photo."""
    if not call.params.flag("main_photo"):
        return {}
    return _square(call, Asks.MARKET)


def _square(call: Call, asks: Asks) -> Options:
    """Read ``crop_x``, ``crop_y`` and ``crop_width``, in pixels.

    Raises:
        BadCrop: one of them is missing or negative.
        CropTooSmall: the square is under the kind's least.
    """
    names = ("crop_x", "crop_y", "crop_width")
    if not any(name in call.params for name in names):
        return {}
    x, y, width = (at_least_nothing(call, name) for name in names)
    if width < LEAST_SQUARE[asks]:
        told = f"crop_width should be at least {LEAST_SQUARE[asks]}, and it is {width}"
        raise CropTooSmall(told)
    return {CROP: f"{x},{y},{width}"}


async def cover(call: Call) -> Options:
    """Take a rectangle; see `covers.chosen`."""
    return chosen(call)


async def story(call: Call) -> Options:
    """Take who will see a story, and the link that it may carry."""
    params = call.params
    people = params.integers("user_ids")
    if not people and not params.flag("add_to_news"):
        raise BadParameter(
            "add_to_news", "is 0 and user_ids is undefined: who will see it?"
        )
    kept = {name: params.text(name, 64) for name in ("link_text", "reply_to_story")}
    kept["link_url"] = link = params.text("link_url", LONGEST_LINK)
    if kept["link_text"] and kept["link_text"] not in LINK_TEXTS:
        raise BadParameter("link_text", f"should be one of {', '.join(sorted(LINK_TEXTS))}")
    if link and not link.startswith(LINKED):
        raise BadParameter("link_url", "should lead to a page of vk.com")
    if people:
        kept["user_ids"] = ",".join(map(str, people))
    if call.version < SAVED_FROM:
        kept[PUBLISH] = "1"
    return {name: value for name, value in kept.items() if value}


async def video(call: Call) -> Options:
    """Make a video, which waits for its file; or, with ``link``, is elsewhere.

    Raises:
        PermissionDenied, AccessDenied: the caller may not put one there.
        BadParameter: a text is too long, or the link is none.
    """
    call.caller.check_may("video")
    owner_id = -call.params.group() or call.caller.actor_id
    to = Destination(Place.VIDEO, owner_id)
    await call.services.accounts.authorise(call.caller, to)
    link = call.params.text("link", LONGEST_LINK)
    if link and not link.startswith(("https://", "http://")):
        raise BadParameter("link", "should be an address of http or https")
    key = secrets.token_hex(9)
    draft = AlbumDraft(
        network=VIDEOS,
        owner_id=owner_id,
        title=call.params.text("name", LONGEST_NAME) or "No name",
        description=call.params.text("description", LONGEST_DESCRIPTION),
        capacity=1,
        extra={"access_key": key, **({LINK: link} if link else {})},
    )
    made = await call.services.library.create_album(draft, call.services.clock())
    options = {VIDEO_ID: str(made.id), "access_key": key, PUBLISH: "1"}
    return {**options, LINK: link} if link else options


ASKS: Mapping[Asks, Callable[[Call], Awaitable[Options]]] = MappingProxyType(
    {
        Asks.NOTHING: nothing,
        Asks.PEER: peer,
        Asks.CHAT: chat,
        Asks.MARKET: market,
        Asks.COVER: cover,
        Asks.STORY: story,
        Asks.VIDEO: video,
    }
)
