"""``up.users`` and ``up.community``."""

from threebath.core.errors import BadParameter, MissingParameter
from threebath.core.library import User
from threebath.dialects.up.calls import MOST_IDS, PHOTO_UPLOAD, Call
from threebath.dialects.up.objects import community_record, user_record
from threebath.dialects.up.wire import Payload, Rows


async def get_logged_in_user(call: Call) -> Payload:
    """Answer with the id of the session's user."""
    return call.caller.user_id


async def is_app_added(call: Call) -> Payload:
    """Answer 1 for the session's user and for who granted anything, 0 for others."""
    user_id = call.number("uid") or call.caller.user_id
    granted = await call.services.registry.permissions(call.application.id, user_id)
    return int(user_id == call.caller.user_id or bool(granted))


async def has_app_permission(call: Call) -> Payload:
    """Answer 1 if the user granted the permission, 0 if not."""
    if call.required("ext_perm") != PHOTO_UPLOAD:
        raise BadParameter("ext_perm", f"must be {PHOTO_UPLOAD}")
    return int(PHOTO_UPLOAD in call.caller.permissions)


async def get_info(call: Call) -> Payload:
    """List users, by ids or by the names of their pages."""
    accounts = call.services.accounts
    if ids := call.ids("uids"):
        return Rows("user", [user_record(one) for one in await accounts.users(ids)])
    names = [one.strip() for one in call.text("pageUrls").split(",") if one.strip()]
    if not names:
        raise MissingParameter("uids or pageUrls")
    if len(names) > MOST_IDS:
        raise BadParameter("pageUrls", f"lists more than {MOST_IDS}")
    found = [await accounts.by_screen_name(one) for one in names]
    people = [user_record(one) for one in found if isinstance(one, User)]
    return Rows("user", people)


async def get_communities(call: Call) -> Payload:
    """List the communities that the application may call for."""
    own = call.application.community_id
    accounts = call.services.accounts
    found = await (accounts.communities([own]) if own else accounts.all_communities())
    return Rows("community", [community_record(call.services, one) for one in found])
