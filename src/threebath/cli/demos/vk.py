"""VK's three steps, four times: an album, a wall, a message, a profile."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threebath.cli.demos.base import DemoFailed, Landed, Stage
from threebath.cli.pictures import Picture

VERSION = "5.199"
COUNT = 13

Json = Any
"""An answer of the API: JSON of the method's own shape."""


@dataclass(frozen=True, slots=True)
class _Flow:
    """One kind: where to ask, what to send, where to save."""

    place: str
    issue: str
    commit: str
    asked: Mapping[str, object] = field(default_factory=dict)
    names: Sequence[str] = ("photo",)


async def upload(stage: Stage) -> AsyncIterator[Landed]:
    """Upload, save, and use what was saved: attach it to a post and to a message."""
    six, world = list(stage.pictures), stage.world
    five_names = [f"file{number}" for number in range(1, 6)]
    album = _Flow(
        f"album {world['album_id']}",
        "photos.getUploadServer",
        "photos.save",
        {"album_id": world["album_id"]},
        five_names,
    )
    wall = _Flow("wall", "photos.getWallUploadServer", "photos.saveWallPhoto")
    message = _Flow(
        "message",
        "photos.getMessagesUploadServer",
        "photos.saveMessagesPhoto",
        {"peer_id": world["peer_id"]},
    )
    for flow, pictures in ((album, six[:5]), (album, six[5:])):
        for line in _lines(flow, pictures, await _three_steps(stage, flow, pictures)):
            yield line
    for flow, post in ((wall, _post), (message, _send)):
        saved = []
        for picture in six[:3]:
            photos = await _three_steps(stage, flow, [picture])
            saved += photos
            for line in _lines(flow, [picture], photos):
                yield line
        await post(stage, ",".join(_attachment(one) for one in saved))
    yield await _profile(stage, six[2])


async def _post(stage: Stage, attachments: str) -> None:
    await _call(stage, "wall.post", {"message": "First roll", "attachments": attachments})


async def _send(stage: Stage, attachment: str) -> None:
    asked = {"peer_id": stage.world["peer_id"], "random_id": 1, "attachment": attachment}
    await _call(stage, "messages.send", asked)


async def _profile(stage: Stage, picture: Picture) -> Landed:
    flow = _Flow("profile", "photos.getOwnerPhotoUploadServer", "photos.saveOwnerPhoto")
    saved = await _three_steps(stage, flow, [picture])
    return Landed(
        place="profile",
        name=picture.name,
        photo=f"post {saved['post_id']}",
        size=str(picture.size),
        sizes=3,
        address=str(saved["photo_src_big"]),
    )


async def _three_steps(stage: Stage, flow: _Flow, pictures: Sequence[Picture]) -> Json:
    issued = await _call(stage, flow.issue, flow.asked)
    files = [
        (name, (picture.name, picture.content))
        for name, picture in zip(flow.names, pictures, strict=False)
    ]
    reply = (await stage.http.post(issued["upload_url"], files=files)).json()
    if "error" in reply:
        raise DemoFailed(f"{flow.place}: {reply['error']}")
    return await _call(stage, flow.commit, {**flow.asked, **reply})


async def _call(stage: Stage, method: str, asked: Mapping[str, object]) -> Json:
    data = {**asked, "access_token": stage.world["user_token"], "v": VERSION}
    answer = (await stage.http.post(f"{stage.world['api']}{method}", data=data)).json()
    if "error" in answer:
        raise DemoFailed(f"{method}: {answer['error']['error_msg']}")
    return answer["response"]


def _lines(flow: _Flow, pictures: Sequence[Picture], photos: Json) -> list[Landed]:
    return [
        Landed(
            place=flow.place,
            name=picture.name,
            photo=_attachment(photo),
            size=f"{_largest(photo)['width']}x{_largest(photo)['height']}",
            sizes=len(photo["sizes"]),
            address=str(_largest(photo)["url"]),
        )
        for picture, photo in zip(pictures, photos, strict=True)
    ]


def _largest(photo: Json) -> Json:
    return max(photo["sizes"], key=lambda one: one["width"] * one["height"])


def _attachment(photo: Json) -> str:
    return f"photo{photo['owner_id']}_{photo['id']}"
