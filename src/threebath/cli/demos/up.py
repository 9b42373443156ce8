"""UP's one call, three times: into an album and without one; then the owner approves."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from threebath.cli.demos.base import DemoFailed, Landed, Stage
from threebath.cli.pictures import Picture
from threebath.core.networks.up import PHOTO_LADDER

COUNT = 3

Json = Any
"""An answer of the API: JSON of the method's own shape."""

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


async def upload(stage: Stage) -> AsyncIterator[Landed]:
    """Upload two photos into a new album and one into the application's own; approve."""
    album = await _call(stage, "up.photos.createAlbum", {"name": "Second roll"})
    first, second, third, *_ = stage.pictures
    aid = {"aid": album["aid"]}
    own = [
        (first, await _send(stage, first, aid)),
        (second, await _send(stage, second, aid)),
    ]
    default = [(third, await _send(stage, third, {}))]
    for place, photos in (("album", own), ("default album", default)):
        await _approve(stage, photos[0][1]["aid"])
        for picture, photo in photos:
            yield _line(place, picture, photo)


async def _send(stage: Stage, picture: Picture, said: Mapping[str, str]) -> Json:
    files = {"data": (picture.name, picture.content, "image/jpeg")}
    asked = {**said, "caption": picture.name}
    return await _call(stage, "up.photos.upload", asked, files)


async def _approve(stage: Stage, aid: str) -> None:
    """Do what the owner does on the album's page: press the button that approves all."""
    [album] = await _call(stage, "up.photos.getAlbums", {"aids": aid})
    async with httpx.AsyncClient(timeout=stage.http.timeout) as browser:
        origin = httpx.URL(album["link"]).join("/")
        owner = {"user_id": str(stage.world["uid"])}
        await browser.post(origin.join("/sign-in"), data=owner)
        page = (await browser.get(album["link"])).text
        form: dict[str, list[str]] = {}
        for name, value in _HIDDEN.findall(page):
            form.setdefault(name, []).append(value)
        answer = await browser.post(album["link"], data={**form, "csrf": form["csrf"][:1]})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise DemoFailed(f"{album['link']} answered {answer.status_code}")


async def _call(
    stage: Stage, method: str, said: Mapping[str, str], files: Json = None
) -> Json:
    """Sign and send one call."""
    world = stage.world
    names = ("api_key", "community", "session_key")
    asked = {**said, **{name: str(world[name]) for name in names}}
    asked |= {"method": method, "format": "JSON"}
    pairs = "".join(f"{name}={value}" for name, value in sorted(asked.items()))
    text = f"{pairs}{world['secret']}".encode()
    asked["sig"] = hashlib.md5(text, usedforsecurity=False).hexdigest()
    answer = (await stage.http.post(str(world["api"]), data=asked, files=files)).json()
    if isinstance(answer, dict) and "error_code" in answer:
        raise DemoFailed(f"{method}: {answer['error_msg']}")
    return answer


def _line(place: str, picture: Picture, photo: Json) -> Landed:
    sizes = {one.letter: one.size for one in PHOTO_LADDER.plan(picture.size)}
    return Landed(
        place=place,
        name=picture.name,
        photo=f"photo {photo['pid']}",
        size=str(sizes["n"]),
        sizes=len(sizes),
        address=str(photo["src_big"]).partition("?")[0],
    )
