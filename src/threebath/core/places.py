"""What a commit makes of the media, and the rule that each place has."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Place(StrEnum):
    """Where committed media ends up."""

    ALBUM = "album"
    PERSONAL = "personal"
    WALL = "wall"
    PROFILE = "profile"
    MESSAGE = "message"
    CHAT = "chat"
    MARKET_ITEM = "market_item"
    MARKET_COLLECTION = "market_collection"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    COVER = "cover"
    VOICE = "voice"
    STORY = "story"
    MOMENT = "moment"
    TOPIC = "topic"
    WIDGET = "widget"
    POLL = "poll"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What holds for every photo of a place, whichever network it came by.

    Attributes:
        in_album: the photo lies in an album that somebody made, and counts there.
        becomes_main: the photo replaces its owner's main photo.
        listed: the photo is seen by whoever may see its owner's photos; otherwise only
            by those who are given its address or its id with the access key.
    """

    in_album: bool = False
    becomes_main: bool = False
    listed: bool = False


RULES = MappingProxyType(
    {
        Place.ALBUM: PlaceRule(in_album=True, listed=True),
        Place.PERSONAL: PlaceRule(listed=True),
        Place.WALL: PlaceRule(listed=True),
        Place.PROFILE: PlaceRule(becomes_main=True, listed=True),
        Place.MARKET_ITEM: PlaceRule(listed=True),
        Place.MARKET_COLLECTION: PlaceRule(listed=True),
        Place.COVER: PlaceRule(listed=True),
        Place.VIDEO: PlaceRule(listed=True),
        Place.AUDIO: PlaceRule(listed=True),
        Place.STORY: PlaceRule(listed=True),
        Place.TOPIC: PlaceRule(listed=True),
        Place.MOMENT: PlaceRule(listed=True),
    }
)
"""Rules that differ from the default; look them up with `rule_of`."""

_DEFAULT = PlaceRule()


def rule_of(place: Place) -> PlaceRule:
    """Return the rule of *place*."""
    return RULES.get(place, _DEFAULT)
