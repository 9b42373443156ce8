"""vkbottle from the package index, unmodified, by the class attribute that it has."""

import pytest

vkbottle = pytest.importorskip("vkbottle", reason="the interop group is not installed")
tools = pytest.importorskip("vkbottle.tools.uploader", reason="vkbottle has no uploaders")

pytestmark = [
    pytest.mark.interop,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

GROUP = 7


@pytest.fixture
async def api(world, monkeypatch):
    monkeypatch.setattr(vkbottle.API, "API_URL", world["api"])
    api = vkbottle.API(world["user_token"])
    yield api
    await api.http_client.close()


@pytest.fixture
async def group(world, monkeypatch):
    monkeypatch.setattr(vkbottle.API, "API_URL", world["api"])
    api = vkbottle.API(world["group_token"])
    yield api
    await api.http_client.close()


async def test_album_photos(api, files, world):
    """PhotoToAlbumUploader.upload(1, [A, L]); six files are refused by the client."""
    uploader = tools.PhotoToAlbumUploader(api)
    found = await uploader.upload(
        album_id=world["album_id"], paths_like=[files["A"], files["L"]]
    )
    assert [one.startswith("photo1_") for one in found] == [True, True]


async def test_wall_and_message_photos(api, group, files):
    """PhotoWallUploader from a path and from bytes; PhotoMessageUploader."""
    wall = tools.PhotoWallUploader(api)
    assert (await wall.upload(files["A"], group_id=GROUP)).startswith("photo-7_")
    with open(files["A"], "rb") as file:  # noqa: PTH123, ASYNC230
        assert (await wall.upload(file.read())).startswith("photo1_")
    message = tools.PhotoMessageUploader(group)
    sent = await message.upload(files["A"], peer_id=5)
    assert await group.messages.send(peer_id=5, random_id=987, attachment=sent)


async def test_main_photos(api, group, files):
    """PhotoFaviconUploader makes a post's name; the chat's goes by a name of its own."""
    assert (await tools.PhotoFaviconUploader(api).upload(files["P"])).startswith("wall1_")
    chat = await tools.PhotoChatFaviconUploader(group).raw_upload(
        chat_id=1, file_source=files["A"]
    )
    assert chat["response"]["chat"]["id"] == 1


async def test_market_photos(api, files):
    """PhotoMarketUploader.raw_upload (its upload reads a key that VK never sends)."""
    found = await tools.PhotoMarketUploader(api).raw_upload(files["P"], group_id=GROUP)
    assert "error" not in found


async def test_audio_and_video(api, files):
    """AudioUploader, VideoUploader from a file and by a link, which it opens by GET."""
    audio = await tools.AudioUploader(api).upload("a", "t", files["M"])
    assert audio.startswith("audio1_")
    video = tools.VideoUploader(api)
    assert (await video.upload(file_source=files["V"], name="n")).startswith("video1_")
    assert await video.raw_upload(link="https://example.com/v", name="n")


async def test_documents(api, group, files):
    """DocUploader from path and bytes, DocWallUploader, DocMessagesUploader."""
    assert (await tools.DocUploader(api).upload(files["X"])).startswith("doc1_")
    titled = await tools.DocUploader(api).upload(b"%PDF-1.7 text", title="x.pdf")
    assert titled.startswith("doc1_")
    wall = await tools.DocWallUploader(api).upload(files["X"], group_id=GROUP)
    assert wall.startswith("doc-7_")
    message = await tools.DocMessagesUploader(group).upload(files["X"], peer_id=5)
    assert message.startswith("doc-7_")


async def test_voice_and_graffiti(group, files):
    """VoiceMessageUploader, whose file has no extension; GraffitiUploader."""
    voice = await tools.VoiceMessageUploader(group).upload(files["O"], peer_id=5, title="t")
    assert voice.startswith("audio_message-7_")
    graffiti = await tools.GraffitiUploader(group).upload(files["T"], peer_id=5)
    assert graffiti.startswith("graffiti-7_")
    for number, one in enumerate((voice, graffiti)):
        assert await group.messages.send(peer_id=5, random_id=600 + number, attachment=one)


async def test_a_refusal_is_the_librarys_own_error(api, files):
    """VKAPIError_100 with the upload's reason."""
    with pytest.raises(vkbottle.VKAPIError[100], match="not of a supported format"):
        await tools.PhotoWallUploader(api).upload(files["X"])
