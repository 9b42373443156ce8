"""UP's ready-made world: the values that its manual prints, and a second person.

The application is of no one community, so that the manual's request (``mycommunity``) and
others (``mashable``) both work. Photos wait for approval until the user allows the
application more, at ``/authorize.php``.
"""

from threebath.cli.worlds.base import Credentials, Makings, today
from threebath.core.errors import AlbumNotFound
from threebath.core.library import Community, User
from threebath.core.networks.up import ALBUM_CAPACITY
from threebath.core.tickets import Application
from threebath.service.ports import AlbumDraft, TokenDraft

APP, USER, OTHER, ALBUM = 2_058_001, 219_074, 8_055, 2_058_813
API_KEY = "77a52842357422fadd912a2600e6e53c"
SECRET = "mysecret"  # noqa: S105 - the example's, for a world to try things in
SESSION = "489727d0ab2efc6e8003018c-i2LLkn8BDb2s."
OTHER_SESSION = "5f34e11bfb97c762e439e6a5"
COMMUNITIES = ((1001, "Mashable", "mashable"), (1002, "My Community", "mycommunity"))


async def make(makings: Makings) -> Credentials:
    """Make it; the names in the result are those of ``threebath dev --json``."""
    registry = makings.registry
    application = Application(id=APP, key=API_KEY, secret=SECRET, title="Sunset")
    await registry.add_application(application)
    for number, name, screen_name in COMMUNITIES:
        await registry.add_community(
            Community(id=number, name=name, screen_name=screen_name)
        )
    for number, first, last, screen_name, session in (
        (USER, "Uma", "Peters", "uma", SESSION),
        (OTHER, "Otto", "Lind", "otto", OTHER_SESSION),
    ):
        await registry.add_user(
            User(id=number, first_name=first, last_name=last, screen_name=screen_name)
        )
        await registry.add_token(TokenDraft(token=session, app_id=APP, user_id=number))
    return {
        "api": f"{makings.address}/api.php",
        "api_key": API_KEY,
        "secret": SECRET,
        "session_key": SESSION,
        "community": COMMUNITIES[0][-1],
        "uid": str(USER),
        "aid": str((USER << 32) + await _album(makings)),
        "other_uid": str(OTHER),
        "other_session_key": OTHER_SESSION,
    }


async def _album(makings: Makings) -> int:
    """Return the manual's album; sixty photos fit into it."""
    try:
        return (await makings.library.album(ALBUM)).id
    except AlbumNotFound:
        draft = AlbumDraft(
            id=ALBUM,
            network="up",
            owner_id=USER,
            title="Under the sunset",
            capacity=ALBUM_CAPACITY,
        )
        return (await makings.library.create_album(draft, today())).id
