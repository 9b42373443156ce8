"""OK's flows: an album in two batches, moments, and a group's topic made of tokens."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from threebath.cli.demos.base import DemoFailed, Landed, Stage
from threebath.cli.pictures import Picture
from threebath.dialects.ok.signature import signature_of, token_secret

COUNT = 10

Json = Any
"""An answer of the API: JSON of the method's own shape."""

Pair = tuple[str, str]
"""A photo id and its token."""


async def upload(stage: Stage) -> AsyncIterator[Landed]:
    """Upload and commit, or post what was uploaded, and look at what became of it."""
    six, world = list(stage.pictures), stage.world
    pairs = await _in_batches(stage, six, 3, {"aid": world["album_id"]})
    ids = await _commit(stage, pairs, six)
    for line in await _lines(stage, f"album {world['album_id']}", six, ids):
        yield line
    moments: list[Pair] = []
    for one in six[:2]:
        moments += await _send(stage, "moments.getUploadUrl", [one], {})
    answer = await _call(stage, "moments.commit", {"photos": _listed(moments)})
    for line in await _lines(stage, "moment", six[:2], answer["ids"]):
        yield line
    for line in await _topic(stage, six[4:]):
        yield line


async def _in_batches(
    stage: Stage, pictures: Sequence[Picture], size: int, asked: dict[str, object]
) -> list[Pair]:
    """Send the pictures a few at a time, to one address."""
    asked = {**asked, "count": len(pictures), "placeholders": "true"}
    issued = await _call(stage, "photosV2.getUploadUrl", asked)
    ids, pairs = issued["photo_ids"], []
    for start in range(0, len(pictures), size):
        batch = ids[start : start + size]
        address = issued["upload_url"].replace("${photoIds}", ",".join(batch))
        pairs += await _post(stage, address, batch, pictures[start : start + size])
    return pairs


async def _send(
    stage: Stage, method: str, pictures: Sequence[Picture], asked: dict[str, object]
) -> list[Pair]:
    issued = await _call(stage, method, asked)
    return await _post(stage, issued["upload_url"], issued["photo_ids"], pictures)


async def _post(
    stage: Stage, address: str, ids: Sequence[str], pictures: Sequence[Picture]
) -> list[Pair]:
    files = [
        (f"pic{number}", (picture.name, picture.content))
        for number, picture in enumerate(pictures, 1)
    ]
    answer = _checked("the upload", (await stage.http.post(address, files=files)).json())
    return [(one, answer["photos"][one]["token"]) for one in ids]


async def _commit(
    stage: Stage, pairs: Sequence[Pair], pictures: Sequence[Picture]
) -> list[str]:
    comments = [picture.name for picture in pictures]
    answer = await _call(stage, "photosV2.commit", {"photos": _listed(pairs, comments)})
    return [one["assigned_photo_id"] for one in answer["photos"]]


def _listed(pairs: Sequence[Pair], comments: Sequence[str] = ()) -> str:
    listed = [{"photo_id": one, "token": token} for one, token in pairs]
    for one, comment in zip(listed, comments, strict=False):
        one["comment"] = comment
    return json.dumps(listed)


async def _topic(stage: Stage, pictures: Sequence[Picture]) -> list[Landed]:
    gid = stage.world["group_id"]
    asked = {"gid": gid, "count": len(pictures)}
    pairs = await _send(stage, "photosV2.getUploadUrl", pictures, asked)
    photos = {"type": "photo", "list": [{"id": token} for _, token in pairs]}
    media = [{"type": "text", "text": "From the window of a night train"}, photos]
    posted = {"gid": gid, "type": "GROUP_THEME", "attachment": json.dumps({"media": media})}
    topic = await _call(stage, "mediatopic.post", posted)
    newest = await _call(stage, "photos.getPhotos", {"gid": gid, "count": len(pictures)})
    ids = [one["id"] for one in reversed(newest["photos"])]
    return await _lines(stage, f"topic {topic}", pictures, ids)


async def _call(stage: Stage, method: str, asked: dict[str, object]) -> Json:
    world = stage.world
    said = {name: str(value) for name, value in asked.items()}
    said |= {"method": method, "format": "json"}
    said["application_key"] = str(world["application_key"])
    token = str(world["access_token"])
    secret = token_secret(token, str(world["application_secret_key"]))
    said |= {"sig": signature_of(said, secret), "access_token": token}
    answer = await stage.http.post(f"{world['api']}fb.do", data=said)
    return _checked(method, answer.json())


def _checked(where: str, answer: Json) -> Json:
    if isinstance(answer, dict) and "error_code" in answer:
        raise DemoFailed(f"{where}: {answer['error_msg']}")
    return answer


async def _lines(
    stage: Stage, place: str, pictures: Sequence[Picture], ids: Sequence[str]
) -> list[Landed]:
    found = await _call(stage, "photos.getInfo", {"photo_ids": ",".join(ids)})
    return [
        Landed(
            place=place,
            name=picture.name,
            photo=f"photo {photo['id']}",
            size=f"{photo['standard_width']}x{photo['standard_height']}",
            sizes=len({one for name, one in photo.items() if name.startswith("pic")}),
            address=str(photo["pic_max"]),
        )
        for picture, photo in zip(pictures, found["photos"], strict=True)
    ]
