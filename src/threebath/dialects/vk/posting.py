"""What photos are uploaded for: posts on walls and messages."""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import BadParameter, MissingParameter, UserNotFound
from threebath.core.library import Message, Post
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.vk import attachments
from threebath.dialects.vk.asks import CHAT_BASE
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER, USER_OR_COMMUNITY
from threebath.dialects.vk.errors import CannotWriteTo

LONGEST_MESSAGE = 9000
LONGEST_POST = 15_895
MOST_PEERS = 100
RANDOM_ID_FROM = (5, 90)


async def wall_post(call: Call) -> object:
    """Answer ``wall.post``."""
    owner_id = call.params.integer("owner_id") or call.caller.actor_id
    text = call.params.text("message", LONGEST_POST)
    found = await attachments.checked(call, "attachments")
    if not text and not found:
        raise BadParameter("message", "is undefined, and so is attachments")
    await call.services.accounts.authorise(call.caller, Destination(Place.WALL, owner_id))
    as_group = owner_id < 0 and call.params.flag("from_group")
    post = await call.services.library.add_post(
        Post(
            id=0,
            network="vk",
            owner_id=owner_id,
            actor_id=owner_id if as_group else call.caller.actor_id,
            text=text,
            attachments=found,
            created_at=call.services.clock(),
        )
    )
    return {"post_id": post.id}


async def messages_send(call: Call) -> object:
    """Answer ``messages.send``: the message's id, or one line for each peer."""
    text = call.params.text("message", LONGEST_MESSAGE)
    found = await attachments.checked(call, "attachment")
    if not text and not found:
        raise BadParameter("message", "is empty or invalid")
    if call.version >= RANDOM_ID_FROM and "random_id" not in call.params:
        raise MissingParameter("random_id")
    peers = call.params.integers("peer_ids")
    if len(peers) > MOST_PEERS:
        raise BadParameter("peer_ids", f"should list at most {MOST_PEERS}")
    if not peers:
        return (await _send(call, await _peer(call), text, found)).id
    sent = [await _send(call, peer, text, found) for peer in peers]
    return [
        {"peer_id": one.peer_id, "message_id": one.id, "conversation_message_id": one.id}
        for one in sent
    ]


async def _peer(call: Call) -> int:
    params = call.params
    if peer := params.integer("peer_id") or params.integer("user_id"):
        return peer
    if chat := params.integer("chat_id"):
        return CHAT_BASE + chat
    if domain := params.get("domain"):
        found = await call.services.accounts.by_screen_name(domain)
        if found is None:
            raise UserNotFound(domain[:64])
        return found.id
    raise BadParameter("peer_id", "is undefined, and so are user_id, chat_id and domain")


async def _send(call: Call, peer: int, text: str, found: tuple[str, ...]) -> Message:
    await _check_peer(call, peer)
    message = Message(
        id=0,
        peer_id=peer,
        actor_id=call.caller.actor_id,
        text=text,
        attachments=found,
        created_at=call.services.clock(),
    )
    random_id = call.params.integer("random_id")
    return await call.services.library.add_message(message, random_id)


async def _check_peer(call: Call, peer: int) -> None:
    accounts = call.services.accounts
    if peer > CHAT_BASE:
        known = await accounts.chat(peer - CHAT_BASE) is not None
    elif peer > 0:
        known = bool(await accounts.users([peer]))
    else:
        known = bool(await accounts.communities([-peer]))
    if not known:
        raise CannotWriteTo(peer)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "wall.post": Method(wall_post, USER, needs="wall"),
        "messages.send": Method(messages_send, USER_OR_COMMUNITY, needs="messages"),
    }
)
