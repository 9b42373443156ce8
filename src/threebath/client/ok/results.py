"""What OK's uploads become."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo of an album.

    Attributes:
        id: the permanent id (``assigned_photo_id``), which all other methods take.
        temporary_id: the id of step 1; good for nothing any more.
    """

    id: str
    temporary_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment; its id is empty where OK does not tell it."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A post with photos; its id is ``0`` while the application is not approved."""

    id: str
