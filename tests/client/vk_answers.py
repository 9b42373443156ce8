"""What VK answers, kind by kind, as docs/protocols/vk.md section 8 has it."""

from dataclasses import dataclass, field

from tests.client.replay import dumps, jpeg, png

UPLOAD = "https://pu.vk.example/c1/upload.php?act=do_add&mid=66&hash=0a0a"
PHOTOS = dumps([{"photo": "26f1e24c4c:w", "sizes": [], "kid": "0" * 32}])
B64 = "eyJvaWQiOjF9LCJfc2lnIjoiMDAifQ"


def photo(number=1, owner=66, album=5):
    """One photo object, as save methods list it."""
    return {
        "id": number,
        "album_id": album,
        "owner_id": owner,
        "date": 1_700_000_000,
        "has_tags": False,
        "access_key": f"key{number}",
        "text": "",
        "sizes": [
            {"type": "s", "width": 75, "height": 56, "url": "https://m.example/s.jpg"},
            {"type": "x", "width": 604, "height": 453, "url": "https://m.example/x.jpg"},
        ],
    }


def server(**more):
    """The answer of most address methods."""
    return {"response": {"upload_url": UPLOAD, **more}}


@dataclass
class Case:
    """One kind: how it is called, what VK says, what must come of it."""

    name: str
    call: object
    issue: str
    issued: dict
    field: str
    reply: dict
    save: str
    saved: object
    attachment: str = ""
    params: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)
    file: str = "cat.jpg"
    content: bytes = field(default_factory=jpeg, repr=False)


PHOTO_REPLY = {"server": 7, "photo": PHOTOS, "hash": "a" * 32}

CASES = [
    Case(
        "album",
        lambda vk, path: vk.upload_photos([path], album=5, group=7, caption="hi"),
        "photos.getUploadServer",
        server(album_id=5, user_id=66),
        "file1",
        {"server": 7, "photos_list": PHOTOS, "aid": 5, "hash": "b" * 32, "gid": 7},
        "photos.save",
        [photo()],
        "photo66_1_key1",
        {"album_id": "5", "group_id": "7"},
        {
            "album_id": "5",
            "group_id": "7",
            "server": "7",
            "photos_list": PHOTOS,
            "caption": "hi",
        },
    ),
    Case(
        "wall",
        lambda vk, path: vk.upload_wall_photo(path, group=7),
        "photos.getWallUploadServer",
        server(album_id=-14, user_id=66),
        "photo",
        PHOTO_REPLY,
        "photos.saveWallPhoto",
        [photo()],
        "photo66_1_key1",
        {"group_id": "7"},
        {"group_id": "7", "photo": PHOTOS, "server": "7", "hash": "a" * 32},
    ),
    Case(
        "profile",
        lambda vk, path: vk.upload_profile_photo(path, owner=-7, crop=(1, 2, 200)),
        "photos.getOwnerPhotoUploadServer",
        server(),
        "photo",
        {
            "server": 9,
            "photo": B64,
            "mid": 66,
            "hash": "c" * 32,
            "message_code": 2,
            "profile_aid": -6,
        },
        "photos.saveOwnerPhoto",
        {"photo_hash": "h", "photo_src": False, "saved": 1, "post_id": 12},
        "",
        {"owner_id": "-7"},
        {"server": "9", "photo": B64, "hash": "c" * 32},
    ),
    Case(
        "message",
        lambda vk, path: vk.upload_message_photo(path, peer=2_000_000_001),
        "photos.getMessagesUploadServer",
        server(album_id=-3, user_id=66),
        "photo",
        PHOTO_REPLY,
        "photos.saveMessagesPhoto",
        [photo()],
        "photo66_1_key1",
        {"peer_id": "2000000001"},
        {"photo": PHOTOS, "server": "7", "hash": "a" * 32},
    ),
    Case(
        "chat",
        lambda vk, path: vk.upload_chat_photo(path, chat=1, crop=(0, 0, 200)),
        "photos.getChatUploadServer",
        server(),
        "file",
        {"response": B64},
        "messages.setChatPhoto",
        {
            "message_id": 5,
            "chat": {"id": 1, "type": "chat", "photo_200": "https://m.example/200.jpg"},
        },
        "",
        {"chat_id": "1", "crop_x": "0", "crop_y": "0", "crop_width": "200"},
        {"file": B64},
    ),
    Case(
        "market item",
        lambda vk, path: vk.upload_market_photo(path, group=7, main=True, crop=(0, 0, 400)),
        "photos.getMarketUploadServer",
        server(),
        "file",
        {**PHOTO_REPLY, "crop_data": "d", "crop_hash": "e", "group_id": 7},
        "photos.saveMarketPhoto",
        [photo(owner=-7, album=-53)],
        "photo-7_1_key1",
        {"group_id": "7", "main_photo": "1", "crop_width": "400"},
        {"group_id": "7", "photo": PHOTOS, "crop_data": "d", "crop_hash": "e"},
    ),
    Case(
        "market collection",
        lambda vk, path: vk.upload_market_album_photo(path, group=7),
        "photos.getMarketAlbumUploadServer",
        server(),
        "file",
        {**PHOTO_REPLY, "gid": 7},
        "photos.saveMarketAlbumPhoto",
        [photo(owner=-7, album=-54)],
        "photo-7_1_key1",
        {"group_id": "7"},
        {"group_id": "7", "photo": PHOTOS},
        content=jpeg(1280, 720),
    ),
    Case(
        "audio",
        lambda vk, path: vk.upload_audio(path, artist="a", title="t"),
        "audio.getUploadServer",
        server(),
        "file",
        {"redirect": "", "server": 7, "audio": "opaque", "hash": "f" * 32},
        "audio.save",
        {"id": 3, "owner_id": 66, "artist": "a", "title": "t", "duration": 9},
        "audio66_3",
        {},
        {"server": "7", "audio": "opaque", "hash": "f" * 32, "artist": "a", "title": "t"},
        "song.mp3",
        b"ID3\x04\0\0" + bytes(500),
    ),
    Case(
        "video",
        lambda vk, path: vk.upload_video(path, name="n", is_private=True),
        "video.save",
        {
            "response": {
                "upload_url": UPLOAD,
                "owner_id": 66,
                "video_id": 4,
                "access_key": "k",
                "title": "n",
                "description": "",
            }
        },
        "video_file",
        {"video_hash": "h", "size": 100, "owner_id": 66, "video_id": 4},
        "",
        None,
        "video66_4_k",
        {"name": "n", "is_private": "1"},
        {},
        "clip.mp4",
        b"\0\0\0\x18ftypisom" + bytes(600),
    ),
    Case(
        "document",
        lambda vk, path: vk.upload_document(path, title="t", tags=("a", "b")),
        "docs.getUploadServer",
        server(),
        "file",
        {"file": "66|0|0|7|0a|txt|3|x.txt|0b|0c||"},
        "docs.save",
        {
            "type": "doc",
            "doc": {
                "id": 8,
                "owner_id": 66,
                "title": "t",
                "size": 3,
                "ext": "txt",
                "date": 1,
                "type": 1,
                "url": "https://d.example",
            },
        },
        "doc66_8",
        {},
        {"file": "66|0|0|7|0a|txt|3|x.txt|0b|0c||", "title": "t", "tags": "a,b"},
        "привет.txt",
        b"hey",
    ),
    Case(
        "wall document",
        lambda vk, path: vk.upload_wall_document(path, group=7),
        "docs.getWallUploadServer",
        server(),
        "file",
        {"file": "f"},
        "docs.save",
        [{"id": 8, "owner_id": -7, "title": "x", "size": 3, "ext": "txt"}],
        "doc-7_8",
        {"group_id": "7"},
        {"file": "f"},
        "x.txt",
        b"hey",
    ),
    Case(
        "message document",
        lambda vk, path: vk.upload_message_document(path, peer=5),
        "docs.getMessagesUploadServer",
        server(),
        "file",
        {"file": "f"},
        "docs.save",
        {
            "type": "graffiti",
            "graffiti": {"id": 8, "owner_id": 66, "url": "u", "width": 1, "height": 1},
        },
        "doc66_8",
        {"type": "doc", "peer_id": "5"},
        {"file": "f"},
        "drawing.png",
        b"\x89PNG\r\n\x1a\n" + bytes(60),
    ),
    Case(
        "graffiti",
        lambda vk, path: vk.upload_graffiti(path, peer=5),
        "docs.getMessagesUploadServer",
        server(),
        "file",
        {"file": "f"},
        "docs.save",
        {
            "type": "graffiti",
            "graffiti": {"id": 8, "owner_id": 66, "url": "u", "width": 64, "height": 48},
        },
        "doc66_8",
        {"type": "graffiti", "peer_id": "5"},
        {"file": "f"},
        "drawing.png",
        png(),
    ),
    Case(
        "voice",
        lambda vk, path: vk.upload_voice(path, peer=5),
        "docs.getMessagesUploadServer",
        server(),
        "file",
        {"file": "f|audio_msg"},
        "docs.save",
        {
            "type": "audio_message",
            "audio_message": {
                "id": 9,
                "owner_id": 66,
                "duration": 4,
                "waveform": [0, 3, 31],
                "link_ogg": "https://v.example/a.ogg",
                "link_mp3": "https://v.example/a.mp3",
                "access_key": "k",
            },
        },
        "audio_message66_9_k",
        {"type": "audio_message", "peer_id": "5"},
        {"file": "f|audio_msg"},
        "voice.ogg",
        b"OggS" + bytes(60),
    ),
    Case(
        "cover",
        lambda vk, path: vk.upload_cover(path, group=7, crop=(0, 0, 1590, 530)),
        "photos.getOwnerCoverPhotoUploadServer",
        server(),
        "photo",
        {"hash": "d" * 16, "photo": B64},
        "photos.saveOwnerCoverPhoto",
        {"images": [{"url": "https://m.example/c.jpg", "width": 1590, "height": 530}]},
        "",
        {"group_id": "7", "crop_x": "0", "crop_x2": "1590", "crop_y2": "530"},
        {"photo": B64, "hash": "d" * 16},
        content=jpeg(1590, 530),
    ),
    Case(
        "story",
        lambda vk, path: vk.upload_story(path),
        "stories.getPhotoUploadServer",
        server(user_ids=[], peer_ids=[]),
        "file",
        {"response": {"upload_result": "result", "_sig": "s"}, "_sig": "s"},
        "stories.save",
        {"count": 1, "items": [{"id": 2, "owner_id": 66, "type": "photo", "date": 1}]},
        "story66_2",
        {"add_to_news": "1"},
        {"upload_results": "result"},
        content=jpeg(720, 1280),
    ),
    Case(
        "video story",
        lambda vk, path: vk.upload_story(path, group=7),
        "stories.getVideoUploadServer",
        server(user_ids=[], peer_ids=[]),
        "video_file",
        {"response": {"upload_result": "result", "_sig": "s"}, "_sig": "s"},
        "stories.save",
        {"count": 1, "items": [{"id": 2, "owner_id": -7, "type": "video", "date": 1}]},
        "story-7_2",
        {"group_id": "7", "add_to_news": "1"},
        {"upload_results": "result"},
        "clip.mp4",
        b"\0\0\0\x18ftypisom" + bytes(600),
    ),
]
