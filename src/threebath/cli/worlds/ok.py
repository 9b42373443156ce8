"""OK's ready-made world: two people, a group, albums, a session and an access token.

``launch_parameters`` is what OK puts into the address of an application in a frame.
"""

from urllib.parse import urlencode

from threebath.cli.worlds.base import Credentials, Makings, today
from threebath.core.library import Community, User
from threebath.core.tickets import Application
from threebath.dialects.ok.calls import NETWORK, PERMISSIONS
from threebath.dialects.ok.example import PATH as EXAMPLE
from threebath.dialects.ok.signature import launch_signature, signature_of, token_secret
from threebath.service.ports import AlbumDraft, TokenDraft

APP, USER, FRIEND, GROUP = 512_000_000_001, 123, 456, 53_001
APP_KEY = "CBADARKROOM"


async def make(makings: Makings) -> Credentials:
    """Make it; the names in the result are those of ``threebath dev --json``."""
    registry, secret = makings.registry, makings.secret("ok application", 12)
    await registry.add_application(
        Application(id=APP, key=APP_KEY, secret=secret, title="Darkroom for OK")
    )
    for number, first, last in ((USER, "Olga", "Orlova"), (FRIEND, "Oleg", "Osin")):
        await registry.add_user(User(id=number, first_name=first, last_name=last))
    group = Community(id=GROUP, name="Night Trains", screen_name="nighttrains")
    await registry.add_community(group, admins=[USER])
    session_key = f"-s-{makings.secret('ok session', 16)}"
    session_secret = makings.secret("ok session secret", 16)
    access_token = f"-n-{makings.secret('ok token')}"
    for token, its_secret in (
        (session_key, session_secret),
        (access_token, token_secret(access_token, secret)),
    ):
        await registry.add_token(
            TokenDraft(
                token=token,
                app_id=APP,
                user_id=USER,
                permissions=frozenset(PERMISSIONS),
                secret=its_secret,
            )
        )
    return {
        "api": f"{makings.address}/",
        "application_id": str(APP),
        "application_key": APP_KEY,
        "application_secret_key": secret,
        "session_key": session_key,
        "session_secret_key": session_secret,
        "access_token": access_token,
        "user_id": str(USER),
        "group_id": str(GROUP),
        "album_id": await _album(makings, USER, "First trains"),
        "launch_parameters": _launch(makings, session_key, session_secret),
        "example": f"{makings.address}{EXAMPLE}",
        "group_album_id": await _album(makings, -GROUP, "Platforms"),
    }


def _launch(makings: Makings, session_key: str, session_secret: str) -> str:
    secret = makings.secret("ok application", 12)
    launch = {
        "api_server": f"{makings.address}/",
        "application_key": APP_KEY,
        "authorized": "1",
        "logged_user_id": str(USER),
        "session_key": session_key,
        "session_secret_key": session_secret,
        "auth_sig": launch_signature(str(USER), session_key, secret),
    }
    return urlencode({**launch, "sig": signature_of(launch, secret)})


async def _album(makings: Makings, owner_id: int, title: str) -> str:
    albums = await makings.library.albums(NETWORK, owner_id)
    if albums:
        return str(albums[0].id)
    draft = AlbumDraft(network=NETWORK, owner_id=owner_id, title=title)
    return str((await makings.library.create_album(draft, today())).id)
