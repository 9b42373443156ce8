"""VK's objects: photos, albums, users, communities, as the API shows them."""

from threebath.core.errors import PhotoNotFound
from threebath.core.kinds import Format
from threebath.core.library import Album, Asset, Chat, Community, Photo, User
from threebath.dialects.base import Services
from threebath.dialects.vk.kinds import ROWS

AS_COMMUNITY = 100
"""The ``user_id`` of a photo that was posted in a community's name."""

Json = dict[str, object]


def album_number(photo: Photo) -> int:
    """Return the album that VK shows: a real one, or the system album of the place."""
    row = ROWS[photo.kind]
    return row.album or photo.album_id or 0


def photo_object(photo: Photo, services: Services) -> Json:
    """Return a photo as ``photos_photo`` of VK's schema has it."""
    found: Json = {
        "album_id": album_number(photo),
        "date": int(photo.created_at.timestamp()),
        "id": photo.id,
        "owner_id": photo.owner_id,
        "sizes": sizes(photo.asset, services),
        "text": photo.caption,
        "has_tags": False,
        "access_key": photo.access_key,
    }
    if photo.owner_id < 0:
        found["user_id"] = photo.actor_id if photo.actor_id > 0 else AS_COMMUNITY
    for ours, theirs in (("latitude", "lat"), ("longitude", "long")):
        if ours in photo.extra:
            found[theirs] = float(photo.extra[ours])
    return found


def sizes(asset: Asset, services: Services) -> list[Json]:
    """List an asset's renditions, in the order of the ladder."""
    return [
        {
            "type": made.letter,
            "url": services.media_url(asset, made),
            "width": made.size.width,
            "height": made.size.height,
        }
        for made in asset.pictures
    ]


def images(asset: Asset, services: Services) -> list[Json]:
    """List an asset's renditions as ``base_image`` of VK's schema, smallest first."""
    found = [{**one} for one in sizes(asset, services)]
    for one in found:
        del one["type"]
    return found


def square(asset: Asset, letter: str, services: Services) -> str:
    """Return the address of one of the square previews, or of the nearest there is."""
    made = asset.rendition(letter) or asset.pictures[0]
    return services.media_url(asset, made)


def album_object(album: Album) -> Json:
    """Return an album as ``photos_photo_album_full`` of VK's schema has it."""
    return {
        "id": album.id,
        "owner_id": album.owner_id,
        "title": album.title,
        "description": album.description,
        "created": int(album.created_at.timestamp()),
        "updated": int(album.updated_at.timestamp()),
        "size": album.size,
        "thumb_id": int(album.extra.get("thumb_id", "0")),
        "can_upload": 1,
    }


def user_object(user: User, photo: Photo | None, services: Services) -> Json:
    """Return a person, with the square previews of the main photo where there is one."""
    found: Json = {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "can_access_closed": True,
        "is_closed": False,
        "screen_name": user.screen_name or f"id{user.id}",
    }
    return found | _previews(photo, services)


def community_object(community: Community, photo: Photo | None, services: Services) -> Json:
    """Return a community, with the square previews of the main photo."""
    found: Json = {
        "id": community.id,
        "name": community.name,
        "screen_name": community.screen_name or f"club{community.id}",
        "is_closed": 0,
        "type": "group",
    }
    return found | _previews(photo, services)


async def chat_object(chat: Chat, services: Services) -> Json:
    """Return a chat as ``messages_chat`` of VK's schema has it."""
    people = [one for one in chat.members if one > 0]
    photo = await main_photo(chat.main_photo_id, services)
    found: Json = {
        "id": chat.id,
        "type": "chat",
        "title": chat.title,
        "admin_id": chat.admin_id,
        "users": people,
        "members_count": len(chat.members),
        "is_default_photo": photo is None,
    }
    return found | _previews(photo, services)


async def main_photo(photo_id: int, services: Services) -> Photo | None:
    """Return somebody's main photo, if there is one and it is still there."""
    if not photo_id:
        return None
    try:
        return await services.library.photo(photo_id)
    except PhotoNotFound:
        return None


def _previews(photo: Photo | None, services: Services) -> Json:
    if photo is None or photo.asset.format is Format.ANY:
        return {}
    letters = {"photo_50": "e", "photo_100": "d", "photo_200": "c"}
    return {name: square(photo.asset, letter, services) for name, letter in letters.items()}
