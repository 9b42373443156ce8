"""vk_api, unmodified: every other upload call that it has."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.interop.vk.files import size_of

requests = pytest.importorskip("requests", reason="the interop group is not installed")
vk_api = pytest.importorskip("vk_api", reason="the interop group is not installed")
jconfig = pytest.importorskip("jconfig", reason="the interop group is not installed")

pytestmark = pytest.mark.interop

GROUP = 7


@pytest.fixture(scope="module")
def session(live):
    """The hook that the library has: a session, here one that changes the host."""

    class Here(requests.Session):
        def request(self, method, url, *args, **kwargs):
            return super().request(
                method, live.address + urlsplit(url).path, *args, **kwargs
            )

    return Here


@pytest.fixture(scope="module")
def client(session, world):
    def make(token):
        return vk_api.VkApi(
            token=world[token], session=session(), config=jconfig.MemoryConfig
        )

    return make


@pytest.fixture(scope="module")
def upload(client):
    return vk_api.VkUpload(client("user_token"))


@pytest.fixture(scope="module")
def group(client):
    return vk_api.VkUpload(client("group_token"))


def test_a_chat_photo_is_set(upload, files):
    """u.photo_chat(A, chat_id=1)."""
    chat = upload.photo_chat(files["A"], chat_id=1)["chat"]
    assert size_of(httpx.get(chat["photo_200"]).content) == (200, 200)


def test_a_peers_number_is_no_chats(upload, files):
    """u.photo_chat(A, 2000000001): 22."""
    with pytest.raises(vk_api.exceptions.ApiError, match="this chat") as refusal:
        upload.photo_chat(files["A"], 2_000_000_001)
    assert refusal.value.code == 22


def test_market_photos_are_saved(upload, files):
    """u.photo_market with a crop, u.photo_market_album."""
    [photo] = upload.photo_market(
        files["P"], GROUP, main_photo=True, crop_x=0, crop_y=0, crop_width=400
    )
    assert (photo["owner_id"], photo["album_id"]) == (-GROUP, -53)
    made = upload.vk.market.add(
        owner_id=-GROUP, name="Camera", description="Hardly used", category_id=1,
        main_photo_id=photo["id"],
    )  # fmt: skip
    assert made["market_item_id"] > 0
    [cover] = upload.photo_market_album(files["L"], GROUP)
    album = upload.vk.market.addAlbum(owner_id=-GROUP, title="All", photo_id=cover["id"])
    assert album["market_album_id"] > 0


def test_a_small_market_photo_is_refused_with_its_reason(upload, files):
    """u.photo_market(S, 7): the save repeats the upload's words."""
    with pytest.raises(vk_api.exceptions.ApiError, match="at least 400x400") as refusal:
        upload.photo_market(files["S"], GROUP)
    assert refusal.value.code == 100


def test_a_cover_is_saved_in_its_sizes(upload, files):
    """u.photo_cover(P, 7, 0, 0, 1590, 530)."""
    images = upload.photo_cover(files["P"], GROUP, 0, 0, 1590, 530)["images"]
    assert [(one["width"], one["height"]) for one in images][-1] == (1590, 530)
    assert size_of(httpx.get(images[2]["url"]).content) == (795, 265)


def test_audio_is_saved(upload, files):
    """u.audio(M, artist, title), and with the file's own names."""
    saved = upload.audio(files["M"], "a", "t")
    assert (saved["artist"], saved["title"], saved["duration"]) == ("a", "t", 3)
    assert upload.audio(files["M"], "", "")["artist"] == "Tagged"
    answer = httpx.get(saved["url"])
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_videos_are_saved_from_files_and_links(upload, files, world):
    """u.video(V), u.video(link=...), u.thumb_video."""
    saved = upload.video(files["V"], name="n")
    assert {"video_id", "owner_id", "size"} <= saved.keys()
    assert upload.video(link="https://example.com/v", name="n")["response"] == 1
    thumb = upload.thumb_video(files["A"], world["user_id"], saved["video_id"])
    assert thumb["photo_id"] > 0


def test_documents_are_saved_everywhere(upload, group, files):
    """u.document, document_wall, document_message; back with name and bytes."""
    saved = upload.document(files["X"], title="t", tags="a,b")["doc"]
    assert (saved["title"], saved["ext"], saved["type"]) == ("t", "txt", 1)
    assert upload.document_wall(files["X"], group_id=GROUP)["doc"]["owner_id"] == -GROUP
    message = group.document_message(files["X"], peer_id=5)["doc"]
    answer = httpx.get(message["url"])
    assert answer.content == Path(files["X"]).read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_voice_messages_are_saved(upload, group, files):
    """u.audio_message to a peer, for a group, and from MP3."""
    for saved in (
        upload.audio_message(files["O"], peer_id=5),
        upload.audio_message(files["M"], peer_id=5),
        group.audio_message(files["O"], group_id=GROUP),
    ):
        voice = saved["audio_message"]
        assert (saved["type"], voice["duration"], len(voice["waveform"])) == (
            "audio_message", 3, 128
        )  # fmt: skip
        assert httpx.get(voice["link_ogg"]).content[:4] == b"OggS"
        assert httpx.get(voice["link_mp3"]).headers["content-type"] == "audio/mpeg"


def test_what_is_no_voice_is_refused_with_its_reason(upload, files):
    """file is undefined, and why."""
    with pytest.raises(vk_api.exceptions.ApiError, match="not of a supported format"):
        upload.audio_message(files["X"], peer_id=5)


def test_graffiti_keep_their_transparency(upload, files):
    """u.graffiti(T, peer_id=5)."""
    saved = upload.graffiti(files["T"], peer_id=5)["graffiti"]
    assert (saved["width"], saved["height"]) == (320, 200)
    assert httpx.get(saved["url"]).content == Path(files["T"]).read_bytes()


@pytest.mark.parametrize(("letter", "kind"), [("A", "photo"), ("V", "video")])
def test_stories_are_saved(upload, files, letter, kind):
    """u.story answers the raw reply; stories.save takes what is in it."""
    reply = upload.story(files[letter], kind).json()
    assert json.dumps(reply)
    result = reply["response"]["upload_result"]
    [story] = upload.vk.stories.save(upload_results=result)["items"]
    assert (story["type"], kind in story) == (kind, True)


def test_widgets_are_saved(group, files):
    """u.photo_group_widget(72x72, "24x24")."""
    saved = group.photo_group_widget(files["W"], "24x24")
    assert [one["width"] for one in saved["images"]] == [24, 48, 72]
