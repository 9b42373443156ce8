"""VK's ready-made world: two people, a community with a chat, an album, tokens."""

from threebath.cli.worlds.base import Credentials, Makings, today
from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application, TokenKind
from threebath.service.ports import AlbumDraft, TokenDraft

APP, USER, FRIEND, COMMUNITY, CHAT = 51_500_001, 1, 5, 7, 1

COMMUNITY_PERMISSIONS = frozenset({"photos", "messages", "docs", "stories", "manage"})
USER_PERMISSIONS = COMMUNITY_PERMISSIONS | {
    "audio",
    "video",
    "wall",
    "groups",
    "stats",
    "market",
    "offline",
}


async def make(makings: Makings) -> Credentials:
    """Make it; the token names in the result are those of ``threebath dev --json``."""
    await _people(makings)
    tokens = {kind: f"vk1.a.{makings.secret(f'vk {kind}')}" for kind in TokenKind}
    await _tokens(makings, tokens)
    album_id = await _album(makings)
    return {
        "api": f"{makings.address}/method/",
        "user_token": tokens[TokenKind.USER],
        "group_token": tokens[TokenKind.COMMUNITY],
        "service_token": tokens[TokenKind.SERVICE],
        "user_id": USER,
        "group_id": COMMUNITY,
        "album_id": album_id,
        "chat_id": CHAT,
        "peer_id": FRIEND,
        "app_id": APP,
        "app_secret": makings.secret("vk application", 10),
    }


async def _people(makings: Makings) -> None:
    registry = makings.registry
    await registry.add_application(
        Application(
            id=APP,
            key=str(APP),
            secret=makings.secret("vk application", 10),
            title="Darkroom",
        )
    )
    ada = User(id=USER, first_name="Ada", last_name="Abney", screen_name="ada")
    ben = User(id=FRIEND, first_name="Ben", last_name="Burke", screen_name="ben")
    for person in (ada, ben):
        await registry.add_user(person)
    club = Community(id=COMMUNITY, name="Film Club", screen_name="filmclub")
    await registry.add_community(club, admins=[USER])
    members = (USER, FRIEND, -COMMUNITY)
    await registry.add_chat(Chat(id=CHAT, title="Darkroom", admin_id=USER, members=members))


async def _tokens(makings: Makings, tokens: dict[TokenKind, str]) -> None:
    drafts = (
        TokenDraft(
            token=tokens[TokenKind.USER],
            app_id=APP,
            user_id=USER,
            permissions=USER_PERMISSIONS,
        ),
        TokenDraft(
            token=tokens[TokenKind.COMMUNITY],
            app_id=APP,
            kind=TokenKind.COMMUNITY,
            community_id=COMMUNITY,
            permissions=COMMUNITY_PERMISSIONS,
        ),
        TokenDraft(token=tokens[TokenKind.SERVICE], app_id=APP, kind=TokenKind.SERVICE),
    )
    for draft in drafts:
        await makings.registry.add_token(draft)


async def _album(makings: Makings) -> int:
    albums = await makings.library.albums("vk", USER)
    if albums:
        return albums[0].id
    draft = AlbumDraft(network="vk", owner_id=USER, title="First roll")
    return (await makings.library.create_album(draft, today())).id
