"""Chats, as far as their photo goes."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from threebath.core.errors import MissingParameter
from threebath.dialects.vk.asks import changeable_chat
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER_OR_COMMUNITY
from threebath.dialects.vk.objects import chat_object
from threebath.dialects.vk.results import announce


async def delete_chat_photo(call: Call) -> object:
    """Answer ``messages.deleteChatPhoto``."""
    chat_id = call.params.integer("chat_id", least=0)
    if not chat_id:
        raise MissingParameter("chat_id")
    chat = await changeable_chat(call, chat_id)
    if chat.main_photo_id:
        chat = await call.services.registry.add_chat(replace(chat, main_photo_id=0))
    message = await announce(call, chat.id, "", 0)
    return {"message_id": message.id, "chat": await chat_object(chat, call.services)}


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "messages.deleteChatPhoto": Method(
            delete_chat_photo, USER_OR_COMMUNITY, needs="messages"
        )
    }
)
