"""Our client against a live server: every kind, by SDK and by command."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.client.replay import jpeg
from tests.live import running

from threebath.client import OK, UP, VK, OKSession, Stage, sync
from threebath.client import errors as e


@dataclass
class Place:
    """A live server and a folder of files."""

    live: object
    files: Path

    def world(self, network):
        return self.live.worlds[network]

    def vk(self, token="user_token"):
        world = self.world("vk")
        return VK(world[token], base=self.live.address, rate=None)

    def ok(self, **session):
        world = self.world("ok")
        session = session or {"access_token": world["access_token"]}
        return OK(
            world["application_key"],
            application_secret=world["application_secret_key"],
            session=OKSession(**session),
            base=self.live.address,
        )

    def up(self, **other):
        world = self.world("up")
        given = {name: world[name] for name in ("session_key", "community")} | other
        return UP(world["api_key"], world["secret"], base=self.live.address, **given)

    def command(self, *words, status=0):
        """Run ``threebath upload`` with the server's own profiles; read its JSON."""
        profiles = self.live.folder / "profiles.toml"
        env = {**os.environ, "XDG_STATE_HOME": str(self.files / "state")}
        command = [sys.executable, "-m", "threebath", "upload", "--json"]
        done = subprocess.run(
            [*command, "--profiles", str(profiles), *map(str, words)],
            env=env,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One server for all: it is used as people use it, one after another."""
    folder = tmp_path_factory.mktemp("client")
    for number in range(7):
        (folder / f"{number}.jpg").write_bytes(jpeg(800, 600, 30 * number))
    (folder / "tall.jpg").write_bytes(jpeg(100, 2100))
    (folder / "broken.jpg").write_bytes(jpeg(800, 600)[:900])
    with running(folder / "data") as live:
        yield Place(live, folder)


def photos(place, count=1):
    return [place.files / f"{number}.jpg" for number in range(count)]


async def _is_there(url):
    async with httpx.AsyncClient() as http:
        answer = await http.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/")


async def test_vk_album(place):
    """Seven photos in two requests, each with its ladder, where its address says."""
    async with place.vk() as vk:
        batch = await vk.upload_photos(photos(place, 7), album=1, caption="by the sea")
    saved = batch.check()
    assert len({one.attachment for one in saved}) == 7
    assert {one.text for one in saved} == {"by the sea"}
    await _is_there(saved[0].url)


async def test_vk_wall_profile_and_message(place):
    """The other kinds that photos have had from the start."""
    (file,) = photos(place)
    async with place.vk() as vk:
        wall = await vk.upload_wall_photo(file, group=place.world("vk")["group_id"])
        main = await vk.upload_profile_photo(file, crop=(0, 0, 300))
        message = await vk.upload_message_photo(file, peer=place.world("vk")["peer_id"])
    assert wall.attachment.startswith("photo-7_")
    assert main.saved
    assert message.access_key
    for url in (wall.url, main.photo_src, message.url):
        await _is_there(url)


async def test_vk_partly_bad(place):
    """The server refuses one of five by its pixels; the other four are saved."""
    files = [*photos(place, 2), place.files / "broken.jpg", *photos(place, 4)[2:]]
    async with place.vk() as vk:
        batch = await vk.upload_photos(files, album=1)
    assert [one.stage for one in batch.outcomes] == [
        Stage.SAVED,
        Stage.SAVED,
        Stage.FAILED,
        Stage.SAVED,
        Stage.SAVED,
    ]
    assert isinstance(batch.failed[0].error, e.UploadRefused)


async def test_the_server_says_what_the_client_would(place):
    """Unchecked, the same limit is found by the server, with the same reason."""
    tall = place.files / "tall.jpg"
    async with place.vk() as vk:
        with pytest.raises(e.FileUnfit) as here:
            await vk.upload_wall_photo(tall)
        batch = await vk.upload_wall_photos([tall], checked=False)
    assert here.value.reason in str(batch.failed[0].error)


async def test_a_wrong_token(place):
    """The network's number, and our kind of error."""
    async with VK("wrong", base=place.live.address, rate=None) as vk:
        with pytest.raises(e.TokenRefused) as caught:
            await vk.upload_wall_photo(photos(place)[0])
    assert caught.value.code == 5


async def test_a_repeated_save_is_the_same_photo(place):
    """What makes repeating safe on this server."""
    from threebath.client.vk.kinds import WALL  # noqa: PLC0415  # a step by itself

    async with place.vk() as vk:
        reply = await vk.send(await vk.issue(WALL, {}), photos(place))
        first, second = await vk.save(reply), await vk.save(reply)
    assert first == second


async def test_up(place):
    """Into the application's own album, and into one of the user's."""
    (file,) = photos(place)
    album = place.world("up")["aid"]
    async with place.up() as up:
        own = await up.upload_photo(file, caption="Под закатом & <другое>")
        mine = await up.upload_photo(file, album=album)
    assert own.caption == "Под закатом & <другое>"
    assert mine.aid == album != own.aid


async def test_up_refusals(place):
    """Another's album, a file that is no picture, a session that has run out."""
    (file,) = photos(place)
    async with place.up() as up:
        with pytest.raises(e.NetworkError) as caught:
            await up.upload_photo(file, album=5)
        assert caught.value.code == 120
        broken = place.files / "broken.jpg"
        with pytest.raises(e.UploadRefused) as caught:
            await up.upload_photo(broken)
        assert caught.value.code == 324
    async with place.up(session_key="gone") as up:
        with pytest.raises(e.TokenRefused):
            await up.upload_photo(file)


def test_without_async(place):
    """The same calls, from a script."""
    world = place.world("vk")
    with sync.VK(world["user_token"], base=place.live.address) as vk:
        batch = vk.upload_photos(photos(place, 2), album=1)
        assert len(batch.check()) == 2
        assert vk.upload_wall_photo(photos(place)[0]).id


COMMANDS = [
    "vk:album/1",
    "vk:wall",
    "vk:profile",
    "vk:message/5",
    "up:album",
]


@pytest.mark.parametrize("to", COMMANDS)
def test_every_destination_by_command(place, to):
    """By the profiles that the server itself wrote, and safe to give again."""
    (file,) = photos(place)
    first, summary = place.command(file, "--to", to)
    assert (first["result"], summary["summary"]["saved"]) == ("saved", 1)
    again, _ = place.command(file, "--to", to)
    assert (again["result"], again["id"]) == ("saved before", first["id"])


def test_the_servers_profiles_are_safe(place):
    """They hold tokens."""
    profiles = place.live.folder / "profiles.toml"
    assert profiles.stat().st_mode & 0o077 == 0


def test_a_refusal_by_command(place):
    """The network's code and the server's reason reach the program that asked."""
    broken = place.files / "broken.jpg"
    (first, _) = place.command(broken, "--to", "up:album", status=3)
    assert (first["code"], first["slug"]) == (324, "network.file")
    assert "damaged" in first["error"]
