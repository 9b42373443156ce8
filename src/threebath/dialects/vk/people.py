"""Who is who: ``users.get``, ``groups.getById`` and the call that only says hello."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.core.errors import BadParameter
from threebath.core.library import Community, User
from threebath.core.tickets import TokenKind
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.objects import community_object, main_photo, user_object

MOST = 1000
"""People or communities of one call."""

OBJECT_FROM = (5, 139)
"""From this version on ``groups.getById`` answers an object, before that a list."""


async def users_get(call: Call) -> object:
    """Answer ``users.get``: those asked for that exist, or the caller."""
    wanted = call.params.words("user_ids") or call.params.words("user_id")
    if not wanted and call.caller.user_id:
        wanted = [str(call.caller.user_id)]
    accounts = call.services.accounts
    ids = [await _id(call, one, User) for one in wanted[:MOST]]
    users = await accounts.users([one for one in ids if one])
    return [
        user_object(
            user, await main_photo(user.main_photo_id, call.services), call.services
        )
        for user in users
    ]


async def groups_get_by_id(call: Call) -> object:
    """Answer ``groups.getById``: those asked for, or a community token's own."""
    wanted = call.params.words("group_ids") or call.params.words("group_id")
    if not wanted and call.caller.kind is TokenKind.COMMUNITY:
        wanted = [str(call.caller.community_id)]
    if not wanted:
        raise BadParameter("group_ids", "is undefined")
    ids = [await _id(call, one, Community) for one in wanted[:MOST]]
    found = await call.services.accounts.communities([one for one in ids if one])
    groups = [
        community_object(
            one, await main_photo(one.main_photo_id, call.services), call.services
        )
        for one in found
    ]
    if call.version >= OBJECT_FROM:
        return {"groups": groups, "profiles": []}
    return groups


async def _id(call: Call, name: str, kind: type[User | Community]) -> int:
    """Return the id that a number, or a screen name, stands for; 0 for none."""
    for prefix in ("id", "club", "public", "event"):
        if name.removeprefix(prefix).isdecimal():
            name = name.removeprefix(prefix)
    digits = name.removeprefix("-")
    if digits.isdecimal() and len(digits) < 19:  # noqa: PLR2004 - fits 64 bits
        return int(digits)
    found = await call.services.accounts.by_screen_name(name)
    return found.id if isinstance(found, kind) else 0


async def track_visitor(_call: Call) -> object:
    """Answer ``stats.trackVisitor``, by which clients find out whether a token works."""
    return 1


def _table(rows: Sequence[tuple[str, Method]]) -> Mapping[str, Method]:
    return MappingProxyType(dict(rows))


METHODS = _table(
    (
        ("users.get", Method(users_get)),
        ("groups.getById", Method(groups_get_by_id)),
        ("stats.trackVisitor", Method(track_visitor, frozenset({TokenKind.USER}))),
    )
)
