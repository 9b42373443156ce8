"""VK: every kind of upload as one call."""

from collections.abc import Mapping, Sequence
from typing import TypeVar, Unpack

from threebath.client.batch import Batch, Options, Sender, send_one
from threebath.client.files import Sendable
from threebath.client.progress import Listener, ignore
from threebath.client.vk import kinds as k
from threebath.client.vk import results as r
from threebath.client.vk.calls import Calls
from threebath.client.vk.flows import (
    CROP_CORNERS,
    CROP_SQUARE,
    StoryFlow,
    VideoFlow,
    VkFlow,
    crop_box,
    square,
)

R = TypeVar("R")
Crop3 = tuple[int, int, int]
Crop4 = tuple[int, int, int, int]
Params = Mapping[str, object]


class VK(Calls):
    """Uploads in the name of one token; use it as ``async with VK(token) as vk``.

    Groups are given by their positive ids. Whatever takes one file raises what went
    wrong; whatever takes many returns a `Batch` with an outcome for each.
    """

    async def upload_photos(
        self,
        files: Sequence[Sendable],
        *,
        album: int,
        group: int | None = None,
        caption: str = "",
        **options: Unpack[Options],
    ) -> Batch[r.Photo]:
        """Add photos to an album, five to a request.

        Args:
            caption: of each of them, at most 2048 characters.
        """
        issue = {"album_id": album, "group_id": group}
        flow = VkFlow(self, k.ALBUM, issue, {"caption": caption})
        return await Sender(flow, **options).send(files)

    async def upload_wall_photos(
        self,
        files: Sequence[Sendable],
        *,
        group: int | None = None,
        caption: str = "",
        **options: Unpack[Options],
    ) -> Batch[r.Photo]:
        """Save photos for a post on a wall; ``wall.post`` then attaches them."""
        flow = VkFlow(self, k.WALL, {"group_id": group}, {"caption": caption})
        return await Sender(flow, **options).send(files)

    async def upload_wall_photo(
        self,
        file: Sendable,
        *,
        group: int | None = None,
        caption: str = "",
        tell: Listener = ignore,
    ) -> r.Photo:
        """Save one photo for a post on a wall."""
        flow = VkFlow(self, k.WALL, {"group_id": group}, {"caption": caption})
        return await send_one(flow, file, tell)

    async def upload_profile_photo(
        self,
        file: Sendable,
        *,
        owner: int | None = None,
        crop: Crop3 | None = None,
        tell: Listener = ignore,
    ) -> r.OwnerPhoto:
        """Change the main photo of the user, or of a community (*owner* below zero).

        Args:
            crop: of the square preview: x, y and side, in pixels.
        """
        flow = VkFlow(self, k.PROFILE, {"owner_id": owner}, fields=square(crop))
        return await send_one(flow, file, tell)

    async def upload_message_photos(
        self, files: Sequence[Sendable], *, peer: int, **options: Unpack[Options]
    ) -> Batch[r.Photo]:
        """Save photos for messages to *peer*."""
        flow = VkFlow(self, k.MESSAGE, {"peer_id": peer})
        return await Sender(flow, **options).send(files)

    async def upload_message_photo(
        self, file: Sendable, *, peer: int, tell: Listener = ignore
    ) -> r.Photo:
        """Save one photo for a message to *peer*; ``messages.send`` then attaches it."""
        return await send_one(VkFlow(self, k.MESSAGE, {"peer_id": peer}), file, tell)

    async def upload_chat_photo(
        self,
        file: Sendable,
        *,
        chat: int,
        crop: Crop3 | None = None,
        tell: Listener = ignore,
    ) -> r.ChatPhoto:
        """Change a chat's photo.

        Args:
            chat: the chat's own number, not the peer's id that starts at 2000000000.
            crop: x, y and side, in pixels; the side is at least 200.
        """
        issue: Params = {"chat_id": chat, **crop_box(crop, CROP_SQUARE)}
        return await send_one(VkFlow(self, k.CHAT, issue), file, tell)

    async def upload_market_photo(
        self,
        file: Sendable,
        *,
        group: int,
        main: bool = False,
        crop: Crop3 | None = None,
        tell: Listener = ignore,
    ) -> r.Photo:
        """Save a photo of goods; ``market.add`` then names it."""
        issue: Params = {
            "group_id": group,
            "main_photo": main,
            **crop_box(crop, CROP_SQUARE),
        }
        return await send_one(VkFlow(self, k.MARKET_ITEM, issue), file, tell)

    async def upload_market_album_photo(
        self, file: Sendable, *, group: int, tell: Listener = ignore
    ) -> r.Photo:
        """Save a photo of a collection of goods; ``market.addAlbum`` then names it."""
        flow = VkFlow(self, k.MARKET_COLLECTION, {"group_id": group})
        return await send_one(flow, file, tell)

    async def upload_audio(
        self,
        file: Sendable,
        *,
        artist: str = "",
        title: str = "",
        tell: Listener = ignore,
    ) -> r.Audio:
        """Add a track; artist and title default to what the file's tags say."""
        flow = VkFlow(self, k.AUDIO, save={"artist": artist, "title": title})
        return await send_one(flow, file, tell)

    async def upload_video(
        self,
        file: Sendable,
        *,
        name: str = "",
        description: str = "",
        group: int | None = None,
        album: int | None = None,
        is_private: bool = False,
        tell: Listener = ignore,
    ) -> r.Video:
        """Add a video of any length; it is read while it is sent."""
        issue: Params = {
            "name": name,
            "description": description,
            "group_id": group,
            "album_id": album,
            "is_private": is_private or None,
        }
        return await send_one(VideoFlow(self, issue), file, tell)

    async def upload_document(
        self,
        file: Sendable,
        *,
        group: int | None = None,
        title: str = "",
        tags: Sequence[str] = (),
        tell: Listener = ignore,
    ) -> r.Document:
        """Add a document to one's own, or to a community's."""
        save = {"title": title, "tags": tags or None}
        flow = VkFlow(self, k.DOCUMENT, {"group_id": group}, save)
        return await send_one(flow, file, tell)

    async def upload_wall_document(
        self,
        file: Sendable,
        *,
        group: int | None = None,
        title: str = "",
        tell: Listener = ignore,
    ) -> r.Document:
        """Save a document for a post on a wall."""
        flow = VkFlow(self, k.WALL_DOCUMENT, {"group_id": group}, {"title": title})
        return await send_one(flow, file, tell)

    async def upload_message_document(
        self, file: Sendable, *, peer: int, title: str = "", tell: Listener = ignore
    ) -> r.Document:
        """Save a document for a message to *peer*."""
        flow = VkFlow(self, k.MESSAGE_DOCUMENT, {"peer_id": peer}, {"title": title})
        return await send_one(flow, file, tell)

    async def upload_graffiti(
        self, file: Sendable, *, peer: int, tell: Listener = ignore
    ) -> r.Graffiti:
        """Save a drawing (a PNG) for a message to *peer*."""
        return await send_one(VkFlow(self, k.GRAFFITI, {"peer_id": peer}), file, tell)

    async def upload_cover(
        self,
        file: Sendable,
        *,
        group: int,
        crop: Crop4 | None = None,
        tell: Listener = ignore,
    ) -> r.Cover:
        """Change a community's cover.

        Args:
            crop: the corners, in pixels: left, top, right, bottom.
        """
        issue: Params = {"group_id": group, **crop_box(crop, CROP_CORNERS)}
        return await send_one(VkFlow(self, k.COVER, issue), file, tell)

    async def upload_voice(
        self, file: Sendable, *, peer: int, tell: Listener = ignore
    ) -> r.Voice:
        """Save a voice message (Ogg with Opus) for *peer*."""
        return await send_one(VkFlow(self, k.VOICE, {"peer_id": peer}), file, tell)

    async def upload_story(
        self,
        file: Sendable,
        *,
        group: int | None = None,
        add_to_news: bool = True,
        tell: Listener = ignore,
    ) -> r.Story:
        """Publish a story of a photo or of a video, whichever the file is."""
        issue: Params = {"group_id": group, "add_to_news": add_to_news}
        return await send_one(StoryFlow(self, issue), file, tell)
