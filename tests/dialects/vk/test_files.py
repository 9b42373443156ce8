"""Documents, voice, audio, video and stories in motion: from address to what is served."""

import pytest
from tests.dialects.vk.samples import PICTURE
from tests.dialects.vk.test_refusals import _nothing_left

from threebath.dialects.vk.kinds import AUDIO, DOCUMENT, STORY_PHOTO, VIDEO, VOICE
from threebath.testing import toy
from threebath.testing.renderer import toy_sound

SERVER = "docs.getMessagesUploadServer"


async def _send(vk, method, content, filename="a.txt", token="user", **asked):
    issued = await vk.ok(method, token, **asked)
    files = {"file": (filename, content)}
    return (await vk.http.post(issued["upload_url"], files=files)).json()


async def test_a_document_is_found_and_attached_again(vk):
    """Title, extension, size and tags are its own; its owner lists it."""
    saved = (await vk.three_steps(DOCUMENT)).saved["doc"]
    shown = {name: saved[name] for name in ("title", "ext", "size", "type", "tags")}
    assert shown == {
        "title": "Привет", "ext": "txt", "size": 120_000, "type": 1, "tags": ["a", "b"]
    }  # fmt: skip
    name = f"{saved['owner_id']}_{saved['id']}"
    assert await vk.ok("docs.getById", docs=name) == [saved]
    assert (await vk.ok("docs.get"))["items"] == [saved]
    assert (await vk.ok("docs.get", "group", owner_id=1))["count"] == 0
    message = {"peer_id": 5, "random_id": 1}
    assert await vk.ok("messages.send", attachment=f"doc{name}", **message)
    code, _ = await vk.error("messages.send", "group", attachment=f"doc{name}", **message)
    assert code == 100
    keyed = f"doc{name}_{saved['access_key']}"
    assert await vk.ok("messages.send", "group", attachment=keyed, **message)
    assert (await vk.error("photos.getById", photos="x"))[0] == 100
    assert await vk.ok("photos.getById", photos=name) == []


async def test_a_document_that_is_a_picture_has_previews(vk):
    """With ``src``, as documents have them; the title is the file's name."""
    png = b"\x89PNG\r\n\x1a\n" + PICTURE
    reply = await _send(vk, SERVER, png, "Roll 12.PNG")
    saved = (await vk.ok("docs.save", **reply))["doc"]
    assert (saved["title"], saved["ext"], saved["type"]) == ("Roll 12.PNG", "png", 4)
    assert "preview" not in saved, "the toy renderer cannot show it, and it is kept"


@pytest.mark.parametrize(("version", "shape"), [("5.84", list), ("5.85", dict)])
async def test_a_saved_document_is_a_list_up_to_5_84(vk, version, shape):
    """VkNet asks at 5.87, older programs before."""
    for token, method in (("user", SERVER), ("group", "docs.getWallUploadServer")):
        reply = await _send(vk, method, b"text", token=token, v=version)
        saved = await vk.ok("docs.save", token, v=version, **reply)
        assert isinstance(saved, shape)


@pytest.mark.parametrize(
    ("content", "filename", "word", "why"),
    [
        (b"ID3\x03music", "a.mp3", "bad_file", "audio/mpeg are not taken"),
        (b"MZ program", "a.txt", "bad_file", "x-executable are not taken"),
        (b"text", "a.jpg", "bad_image", "it is called jpg and is none"),
        (b"", "a.txt", "no_file", "empty"),
    ],
)
async def test_a_refused_document_is_told_in_shape_c_and_again_at_the_save(
    vk, content, filename, word, why
):
    """{error, error_code, error_descr}; what clients forward is enough to repeat it."""
    reply = await _send(vk, SERVER, content, filename)
    assert (reply["error"], why in reply["error_descr"]) == (word, True), reply
    code, text = await vk.error("docs.save", **reply)
    assert (code, "file is undefined" in text, why in text) == (100, True, True), text
    await _nothing_left(vk)


@pytest.mark.parametrize("file", ["nonsense", "a|b|c", "e30"])
async def test_a_forged_document_is_105(vk, file):
    """Couldn't save file."""
    code, text = await vk.error("docs.save", file=file)
    assert (code, "not what the upload was answered with" in text) == (105, True)


async def test_types_of_message_documents_are_named(vk):
    """type chooses the kind, and what it may be is said."""
    code, text = await vk.error(SERVER, type="video")
    assert (code, "doc, audio_message, graffiti" in text) == (100, True), text


async def test_a_voice_message_has_128_levels_and_both_links(vk):
    """From the wall's server too, as vk_api does for communities."""
    saved = (await vk.three_steps(VOICE)).saved["audio_message"]
    assert (saved["duration"], len(saved["waveform"])) == (3, 128)
    assert saved["link_ogg"].endswith("/ogg.ogg")
    assert saved["link_mp3"].endswith("/mp3.mp3")
    asked = {"type": "audio_message", "group_id": 7}
    reply = await _send(
        vk, "docs.getWallUploadServer", toy_sound(2), token="group", **asked
    )
    assert (await vk.ok("docs.save", "group", **reply))["type"] == "audio_message"
    name = f"{saved['owner_id']}_{saved['id']}"
    for word in ("doc", "audio_message"):
        sent = {"peer_id": 5, "random_id": len(word), "attachment": f"{word}{name}"}
        assert await vk.ok("messages.send", **sent)


async def test_a_voice_of_nothing_says_so_at_the_save(vk):
    """100 "file is undefined", and why."""
    reply = await _send(vk, SERVER, toy_sound(0), type="audio_message")
    code, text = await vk.error("docs.save", **reply)
    assert (code, "it lasts 0 s" in text) == (100, True)


async def test_audio_takes_its_names_from_the_call_or_from_the_file(vk):
    """artist and title of the save call go first."""
    steps = await vk.three_steps(AUDIO)
    assert list(steps.reply) == ["redirect", "server", "audio", "hash"]
    saved = steps.saved
    assert (saved["artist"], saved["title"], saved["duration"]) == ("Toy", "A song", 3)
    attachment = f"audio{saved['owner_id']}_{saved['id']}"
    assert await vk.ok("wall.post", attachments=attachment)


async def test_audio_of_nothing_is_15_and_nonsense_123(vk):
    """As on VK; the upload's own answer has no ``error``."""
    for content, code in ((toy_sound(0), 15), (b"text", 123)):
        reply = await _send(vk, AUDIO.issue, content)
        assert (reply["error_code"], "error" in reply) == (4611, False)
        assert (await vk.error("audio.save", **reply))[0] == code


async def test_a_video_is_there_when_it_was_sent(vk):
    """video.save makes it; receiving shows it; no save call follows."""
    steps = await vk.three_steps(VIDEO)
    issued, reply = steps.issued, steps.reply
    assert (reply["video_id"], reply["owner_id"]) == (issued["video_id"], -7)
    assert (reply["size"], issued["title"]) == (len(PICTURE), "A film")
    name = f"-7_{issued['video_id']}"
    shown = await vk.ok("video.get", videos=f"{name},-7_999")
    [one] = shown["items"]
    assert (one["title"], one["width"], "processing" in one) == ("A film", 1600, False)
    assert one["player"] == reply["direct_link"]
    assert (await vk.ok("video.get", owner_id=-7))["count"] == 1
    assert await vk.ok("wall.post", attachments=f"video{name}_{issued['access_key']}")
    bad = {"message": "a", "attachments": f"video{name}_{'0' * 18}"}
    assert (await vk.error("wall.post", **bad))[0] == 100


async def test_a_second_file_for_a_video_is_too_fast(vk):
    """error_code -12; the first one stays."""
    issued = await vk.ok("video.save", name="A film")
    for expected in ({"video_id": issued["video_id"]}, {"error": "too fast"}):
        files = {"video_file": ("a.mp4", PICTURE)}
        reply = (await vk.http.post(issued["upload_url"], files=files)).json()
        assert expected.items() <= reply.items()
    assert (reply["error_code"], "another" in reply["error_descr"]) == (-12, True)


async def test_a_video_elsewhere_takes_get_and_empty_post(vk):
    """vk_api posts nothing, vkbottle and vk-io get: {response: 1}."""
    issued = await vk.ok("video.save", link="https://example.com/v")
    assert issued["title"] == "No name"
    for verb in ("GET", "POST"):
        answer = await vk.http.request(verb, issued["upload_url"])
        assert answer.json() == {"response": 1}
    [one] = (await vk.ok("video.get"))["items"]
    assert one["player"] == "https://example.com/v"
    assert (await vk.error("video.save", link="javascript:1"))[0] == 100


async def test_what_is_no_video_is_told_in_shape_c(vk):
    """And the video waits for a better file."""
    issued = await vk.ok("video.save")
    [waiting] = (await vk.ok("video.get"))["items"]
    assert waiting["processing"] == 1
    for content, said in ((b"text", "bad_file"), (toy(640, 480), None)):
        files = {"video_file": ("a.mp4", content)}
        reply = (await vk.http.post(issued["upload_url"], files=files)).json()
        assert reply.get("error") == said


async def test_before_5_118_a_story_is_there_when_it_was_sent(vk):
    """And a program that saves it all the same gets the same story."""
    issued = await vk.ok(STORY_PHOTO.issue, add_to_news=1, v="5.92")
    files = {"file": ("a.jpg", PICTURE)}
    reply = (await vk.http.post(issued["upload_url"], files=files)).json()["response"]
    saved = await vk.ok("stories.save", upload_results=reply["upload_result"])
    assert saved["items"] == [reply["story"]]
