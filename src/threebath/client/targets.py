"""Destinations as people write them: ``vk:album/5?group=7``, ``ok:topic``, ``up:album``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from threebath.client.errors import BadArguments
from threebath.client.flow import Flow
from threebath.client.ok import OK
from threebath.client.ok.flows import MomentsFlow, PhotosFlow, topic_flow
from threebath.client.up import UP
from threebath.client.up.api import UpFlow
from threebath.client.vk import VK
from threebath.client.vk import kinds as k
from threebath.client.vk.flows import StoryFlow, VideoFlow, VkFlow, square

Client = VK | OK | UP


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send.

    Attributes:
        id: what stands after the slash; empty if nothing does.
        options: what stands after the question mark.
    """

    network: str
    kind: str
    id: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.network}:{self.kind}{'/' if self.id else ''}{self.id}"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of destination.

    Attributes:
        id: what the part after the slash is called; in brackets if it may be absent.
        options: the names that may stand after the question mark.
        text: the option that a caption goes into, if there is one.
    """

    id: str
    build: Callable[[Any, Target], Flow[Any]]
    options: tuple[str, ...] = ()
    text: str = ""
    about: str = ""


def _vk(kind: k.Kind[Any], id_: str = "", *also: str) -> Callable[[VK, Target], Flow[Any]]:
    """Build a flow: the id and *also* go into step 1, everything else into step 3."""
    names = {"group": "group_id", "album": "album_id", "peer": "peer_id"}

    def build(vk: VK, target: Target) -> Flow[Any]:
        given = {names.get(name, name): value for name, value in target.options.items()}
        issue = {name: given.pop(name) for name in also if name in given}
        crop = given.pop("crop", "")
        fields = square([int(one) for one in crop.split(",")]) if crop else {}
        if id_:
            issue[id_] = target.id
        return VkFlow(vk, kind, issue, given, fields)

    return build


def _video(vk: VK, target: Target) -> Flow[Any]:
    return VideoFlow(vk, {"group_id": target.id, **target.options})


def _story(vk: VK, target: Target) -> Flow[Any]:
    return StoryFlow(vk, {"group_id": target.id, "add_to_news": True})


def _ok_album(ok: OK, target: Target) -> Flow[Any]:
    issue = {"aid": target.id, "gid": target.options.get("group", "")}
    return PhotosFlow(ok, issue, comment=target.options.get("comment", ""))


def _ok_topic(ok: OK, target: Target) -> Flow[Any]:
    return topic_flow(ok, text=target.options.get("text", ""), group=target.id)


def _up_album(up: UP, target: Target) -> Flow[Any]:
    return UpFlow(up, target.id or None, target.options.get("caption", ""))


TARGETS: Mapping[str, Row] = {
    "vk:album": Row(
        "ALBUM",
        _vk(k.ALBUM, "album_id", "group_id"),
        ("group", "caption"),
        "caption",
        "photos of an album",
    ),
    "vk:wall": Row(
        "[GROUP]",
        _vk(k.WALL, "group_id"),
        ("caption",),
        "caption",
        "photos for posts on a wall",
    ),
    "vk:profile": Row(
        "[OWNER]", _vk(k.PROFILE, "owner_id"), ("crop",), "", "the main photo"
    ),
    "vk:message": Row("PEER", _vk(k.MESSAGE, "peer_id"), (), "", "photos for messages"),
    "vk:chat": Row("CHAT", _vk(k.CHAT, "chat_id"), (), "", "a chat's photo"),
    "vk:market": Row("GROUP", _vk(k.MARKET_ITEM, "group_id"), (), "", "photos of goods"),
    "vk:market-album": Row(
        "GROUP",
        _vk(k.MARKET_COLLECTION, "group_id"),
        (),
        "",
        "photos of collections of goods",
    ),
    "vk:audio": Row("", _vk(k.AUDIO), ("artist", "title"), "title", "tracks"),
    "vk:video": Row("[GROUP]", _video, ("name", "description"), "name", "videos"),
    "vk:doc": Row(
        "[GROUP]", _vk(k.DOCUMENT, "group_id"), ("title", "tags"), "title", "documents"
    ),
    "vk:wall-doc": Row(
        "[GROUP]",
        _vk(k.WALL_DOCUMENT, "group_id"),
        ("title", "tags"),
        "title",
        "documents for posts on a wall",
    ),
    "vk:message-doc": Row(
        "PEER",
        _vk(k.MESSAGE_DOCUMENT, "peer_id"),
        ("title", "tags"),
        "title",
        "documents for messages",
    ),
    "vk:graffiti": Row("PEER", _vk(k.GRAFFITI, "peer_id"), (), "", "drawings (PNG)"),
    "vk:cover": Row("GROUP", _vk(k.COVER, "group_id"), (), "", "a community's cover"),
    "vk:voice": Row("PEER", _vk(k.VOICE, "peer_id"), (), "", "voice messages"),
    "vk:story": Row("[GROUP]", _story, (), "", "stories, of photos or videos"),
    "ok:album": Row(
        "[ALBUM]", _ok_album, ("group", "comment"), "comment", "photos of an album"
    ),
    "ok:moment": Row("", lambda ok, _: MomentsFlow(ok), (), "", "moments"),
    "ok:topic": Row("[GROUP]", _ok_topic, ("text",), "text", "one post with all photos"),
    "up:album": Row("[ALBUM]", _up_album, ("caption",), "caption", "photos of an album"),
}
"""Everything that can stand after ``--to``."""


def read_target(text: str, caption: str = "") -> Target:
    """Read a destination.

    Raises:
        BadArguments: there is no such kind, or its id is missing or not wanted.
    """
    head, _, query = text.partition("?")
    name, _, id_ = head.partition("/")
    row = TARGETS.get(name)
    if row is None:
        raise BadArguments(f"there is no destination {name!r}; there are {_all()}")
    options = dict(parse_qsl(query, keep_blank_values=True))
    if caption:
        if not row.text:
            raise BadArguments(f"{name} takes no caption")
        options[row.text] = caption
    if unknown := options.keys() - set(row.options):
        takes = ", ".join(row.options) or "no options"
        raise BadArguments(f"{name} takes {takes}; not {', '.join(sorted(unknown))}")
    _check_id(name, row, id_)
    network, _, kind = name.partition(":")
    return Target(network, kind, id_, options)


def build_flow(client: Client, target: Target) -> Flow[Any]:
    """Return the flow to *target*."""
    return TARGETS[f"{target.network}:{target.kind}"].build(client, target)


def _check_id(name: str, row: Row, id_: str) -> None:
    if id_ and not row.id:
        raise BadArguments(f"{name} takes nothing after a slash")
    if not id_ and row.id and not row.id.startswith("["):
        raise BadArguments(f"{name} needs more: {name}/{row.id}")
    if name.startswith("vk:") and id_ and not id_.lstrip("-").isdecimal():
        raise BadArguments(f"{name}/{row.id.strip('[]')} must be a number, not {id_!r}")


def _all() -> str:
    return ", ".join(TARGETS)
