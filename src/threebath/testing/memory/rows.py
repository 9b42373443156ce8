"""What the fakes in memory hold: one set of rows, as a database would."""

import hashlib
from dataclasses import dataclass, field, replace

from threebath.core.library import (
    Album,
    Chat,
    Community,
    Message,
    Photo,
    PhotoState,
    Post,
    Tag,
    User,
)
from threebath.core.places import rule_of
from threebath.core.tickets import Application, Receipt
from threebath.service.ports import CodeDraft, StoredAsset, TokenDraft

FIRST_PHOTO = 456_239_017
"""The first photo's id, of the length that clients know from vk.com."""


@dataclass(slots=True)
class Rows:
    """The tables, by their keys; hand the same one to each fake.

    The fakes never await between reading and writing, so that each of their methods is
    a transaction.

    Attributes:
        published: the photo that a receipt became, by the receipt's id.
        posted: posts by (network, owner, what makes them one).
        said: messages by (actor, peer, random id).
        tokens: by the token's hash.
        calls: the latest call of a session, by the token's hash.
        codes: by the code's hash.
    """

    assets: dict[str, StoredAsset] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    photos: dict[int, Photo] = field(default_factory=dict)
    albums: dict[int, Album] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    posts: dict[int, Post] = field(default_factory=dict)
    posted: dict[tuple[str, int, str], int] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    said: dict[tuple[int, int, int], int] = field(default_factory=dict)
    applications: dict[int, Application] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    communities: dict[int, Community] = field(default_factory=dict)
    admins: set[tuple[int, int]] = field(default_factory=set)
    chats: dict[int, Chat] = field(default_factory=dict)
    tokens: dict[str, TokenDraft] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    codes: dict[str, CodeDraft] = field(default_factory=dict)
    grants: set[tuple[int, int, str]] = field(default_factory=set)
    last_photo: int = FIRST_PHOTO - 1

    def show(self, photo: Photo) -> None:
        """Make a visible photo its owner's main one, if its place says so."""
        if photo.state is PhotoState.VISIBLE and rule_of(photo.place).becomes_main:
            self.set_main(photo.owner_id, photo.id)

    def set_main(self, owner_id: int, photo_id: int) -> None:
        """Set the main photo of a user, or of minus a community, that exists."""
        if owner := self.users.get(owner_id):
            self.users[owner_id] = replace(owner, main_photo_id=photo_id)
        if group := self.communities.get(-owner_id):
            self.communities[-owner_id] = replace(group, main_photo_id=photo_id)

    def drop_main(self, photo_id: int) -> None:
        """Leave those without a main photo whose main photo it was."""
        for user in self.users.values():
            if user.main_photo_id == photo_id:
                self.users[user.id] = replace(user, main_photo_id=0)
        for group in self.communities.values():
            if group.main_photo_id == photo_id:
                self.communities[group.id] = replace(group, main_photo_id=0)


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
