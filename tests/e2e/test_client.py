"""Our client against a live server: every kind, by SDK and by command."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests import films
from tests.client.replay import jpeg, png
from tests.live import running
from typer.testing import CliRunner

from threebath.cli.main import make_app
from threebath.client import OK, UP, VK, OKSession, Stage, look_at, sync
from threebath.client import errors as e
from threebath.client.progress import Track
from threebath.client.targets import TARGETS
from threebath.client.vk.flows import VideoFlow
from threebath.client.vk.kinds import VIDEO, WALL


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
        env = {"XDG_STATE_HOME": str(self.files / "state")}
        given = ["upload", "--json", "--profiles", profiles, *words]
        done = CliRunner().invoke(make_app("upload"), list(map(str, given)), env=env)
        assert done.exit_code == status, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One server for all: it is used as people use it, one after another."""
    folder = tmp_path_factory.mktemp("client")
    for number in range(7):
        (folder / f"{number}.jpg").write_bytes(jpeg(800, 600, 30 * number))
    (folder / "wide.jpg").write_bytes(jpeg(1600, 800))
    (folder / "song.mp3").write_bytes(films.sound("mp3", 3))
    (folder / "voice.ogg").write_bytes(films.sound("ogg", 3))
    (folder / "clip.mp4").write_bytes(films.film())
    (folder / "drawing.png").write_bytes(png())
    (folder / "привет.txt").write_bytes(b"hello\n")
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
    async with place.vk() as vk:
        reply = await vk.send(await vk.issue(WALL, {}), photos(place))
        first, second = await vk.save(reply), await vk.save(reply)
    assert first == second


async def test_vk_chat_market_and_cover(place):
    """Kinds 5, 6, 7 and 11: a chat, goods, a collection of goods, a community's cover."""
    wide = place.files / "wide.jpg"
    async with place.vk() as vk:
        chat = await vk.upload_chat_photo(wide, chat=1, crop=(0, 0, 400))
        goods = await vk.upload_market_photo(wide, group=7, main=True, crop=(0, 0, 500))
        collection = await vk.upload_market_album_photo(wide, group=7)
    async with place.vk("group_token") as vk:
        cover = await vk.upload_cover(wide, group=7, crop=(0, 0, 1590, 530))
    assert chat.chat_id == 1
    assert goods.owner_id == collection.owner_id == -7
    assert cover.images[-1].width == 1590
    for url in (chat.url, goods.url, collection.url, cover.images[0].url):
        await _is_there(url)


async def test_vk_documents(place):
    """Kind 10: one's own, a wall's, a message's; and drawings."""
    text, drawing = place.files / "привет.txt", place.files / "drawing.png"
    async with place.vk() as vk:
        own = await vk.upload_document(text, title="Hello", tags=("a", "b"))
        wall = await vk.upload_wall_document(text, group=7)
        message = await vk.upload_message_document(text, peer=5)
        graffiti = await vk.upload_graffiti(drawing, peer=5)
    assert (own.title, own.extension, own.size) == ("Hello", "txt", 6)
    assert wall.owner_id == -7
    assert message.title == "привет.txt"
    assert (graffiti.width, graffiti.height) == (640, 480)


async def test_vk_sound_and_film(place):
    """Kinds 8, 9 and 12."""
    async with place.vk() as vk:
        track = await vk.upload_audio(place.files / "song.mp3", artist="Ann", title="Sea")
        voice = await vk.upload_voice(place.files / "voice.ogg", peer=5)
        film = await vk.upload_video(place.files / "clip.mp4", name="Waves")
    assert (track.artist, track.title, track.duration) == ("Ann", "Sea", 3)
    assert (voice.duration, len(voice.waveform)) == (3, 128)
    assert film.title == "Waves"
    assert film.attachment.startswith("video1_")


async def test_a_video_is_one_however_often_it_is_sent(place):
    """Where the answer to the first was lost, the second is as good."""
    clip = place.files / "clip.mp4"
    async with place.vk() as vk:
        address = await vk.issue(VIDEO, {"name": "twice"})
        flow = VideoFlow(vk)
        claim = {"params": {}, "answer": address.answer.members}
        track = Track(await look_at(clip))
        first, second = [await flow.commit(claim, [track]) for _ in range(2)]
    assert first == second


async def test_vk_story(place):
    """Kind 13, of a photo and of a film, whichever the file is."""
    async with place.vk() as vk:
        story = await vk.upload_story(photos(place)[0])
        film = await vk.upload_story(place.files / "clip.mp4")
    assert (story.type, film.type) == ("photo", "video")
    assert story.attachment.startswith("story1_")


async def test_ok_album(place):
    """The user's own photos, an album, a group's album, each with its text."""
    files = photos(place, 3)
    world = place.world("ok")
    async with place.ok() as ok:
        comments = ["первый 😀", "", "third"]
        own = (await ok.upload_photos(files, comments=comments)).check()
        album = (await ok.upload_photos(files, album=world["album_id"])).check()
        group = await ok.upload_photos(
            files, album=world["group_album_id"], group=world["group_id"]
        )
        told = await ok.call("photos.getPhotoInfo", {"photo_id": own[0].id})
    assert len({one.id for one in (*own, *album, *group.check())}) == 9
    assert told.at("photo").at("text").text == "первый 😀"


async def test_ok_session(place):
    """A page's session, whose key is signed too."""
    world = place.world("ok")
    session = {"session_key": world["session_key"], "secret": world["session_secret_key"]}
    async with place.ok(**session) as ok:
        assert (await ok.upload_photos(photos(place))).check()


async def test_ok_moments_and_topics(place):
    """The two other ends of an upload."""
    async with place.ok() as ok:
        moments = (await ok.post_moments(photos(place, 2))).check()
        own = await ok.post_topic(photos(place, 3), text="Three & <more>")
        group = place.world("ok")["group_id"]
        theme = await ok.post_topic(photos(place), group=group)
    assert len({one.id for one in moments}) == 2
    assert own.id != theme.id
    assert own.id.isdecimal()


async def test_ok_partly_bad(place):
    """The upload host refuses all of a request for one bad photo; the rest is saved."""
    broken = place.files / "broken.jpg"
    async with place.ok() as ok:
        batch = await ok.upload_photos([*photos(place, 2), broken])
        with pytest.raises(e.UploadRefused):
            await ok.post_topic([*photos(place), broken])
    assert [one.stage for one in batch.outcomes] == [
        Stage.SAVED,
        Stage.SAVED,
        Stage.FAILED,
    ]
    assert batch.failed[0].error.code == 504


async def test_ok_refusals(place):
    """A wrong signature, a token that is none, an album that is none."""
    world = place.world("ok")
    async with place.ok(access_token="wrong") as ok:
        with pytest.raises(e.TokenRefused):
            await ok.call("users.getCurrentUser", {})
    async with place.ok(session_key=world["session_key"], secret="wrong") as ok:
        with pytest.raises(e.SignatureRefused):
            await ok.call("users.getCurrentUser", {})
    async with place.ok() as ok:
        batch = await ok.upload_photos(photos(place), album="404404")
        assert batch.failed[0].error.code in {120, 512}


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


async def test_an_address_that_ran_out_is_replaced(tmp_path):
    """Tickets of a second: the second batch finds its address dead, and gets a new one."""
    path = tmp_path / "cat.jpg"
    path.write_bytes(jpeg())
    with running(tmp_path / "data", uploads__ticket_life=1, uploads__clock_skew=0) as live:
        place = Place(live, tmp_path)
        async with place.vk() as vk, place.ok() as ok:
            for _ in range(2):
                (await vk.upload_photos([path], album=1)).check()
                await asyncio.sleep(1.5)
            address = await ok.issue({"count": 1})
            await asyncio.sleep(1.5)
            with pytest.raises(e.AddressExpired):
                await ok.send(address, [path])


async def test_a_repeated_commit_at_ok_is_the_same_photo(place):
    """What makes repeating safe on this server."""
    async with place.ok() as ok:
        (token,) = await ok.send(await ok.issue({"count": 1}), photos(place))
        given = {"photos": [{"photo_id": token.photo_id, "token": token.token}]}
        first = await ok.call("photosV2.commit", given)
        second = await ok.call("photosV2.commit", given)
    assert first.value == second.value


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
    "vk:chat/1",
    "vk:market/7",
    "vk:market-album/7",
    "vk:cover/7",
    "vk:doc",
    "vk:wall-doc/7",
    "vk:message-doc/5",
    "vk:graffiti/5",
    "vk:audio",
    "vk:video",
    "vk:voice/5",
    "vk:story",
    "ok:album",
    "ok:moment",
    "ok:topic",
    "ok:topic/{group_id}",
    "up:album",
    "up:album/{aid}",
]


FILES = {
    "vk:graffiti": "drawing.png",
    "vk:audio": "song.mp3",
    "vk:voice": "voice.ogg",
    "vk:video": "clip.mp4",
}
"""What is sent where no picture goes."""


def test_no_destination_is_left_out():
    """Each that can stand after --to is sent to."""
    assert {to.partition("/")[0] for to in COMMANDS} == set(TARGETS)


@pytest.mark.parametrize("to", COMMANDS)
def test_every_destination_by_command(place, to):
    """By the profiles that the server itself wrote, and safe to give again."""
    network = to.partition(":")[0]
    file = place.files / FILES.get(to.partition("/")[0], "wide.jpg")
    to = to.format(**place.world(network))
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
