"""For each kind: what step 1 is asked, a file that is fine, what step 3 says besides."""

from dataclasses import dataclass, field

from threebath.testing import toy
from threebath.testing.renderer import toy_sound

PICTURE = toy(1600, 900)
CROP = {"crop_x": 10, "crop_y": 20, "crop_width": 400}


@dataclass(frozen=True)
class Sample:
    """How one kind is used rightly."""

    asked: dict = field(default_factory=dict)
    content: bytes = PICTURE
    saved: dict = field(default_factory=dict)
    token: str = "user"
    filename: str = "1.jpg"


SAMPLES = {
    "vk.album": Sample({"album_id": 2}, saved={"album_id": 2}),
    "vk.wall": Sample({"group_id": 7}, saved={"group_id": 7, "caption": "подпись"}),
    "vk.profile": Sample({"owner_id": -7}),
    "vk.message": Sample({"peer_id": 5}),
    "vk.chat": Sample({"chat_id": 1, **CROP}),
    "vk.market_item": Sample(
        {"group_id": 7, "main_photo": "True", **CROP}, saved={"group_id": 7}
    ),
    "vk.market_collection": Sample({"group_id": 7}, saved={"group_id": 7}),
    "vk.cover": Sample(
        {"group_id": 7, "crop_x": 0, "crop_y": 0, "crop_x2": 1590, "crop_y2": 530},
        saved={"crop_x": 0, "crop_y": 0, "crop_width": 1590, "crop_height": 530},
    ),
    "vk.story_photo": Sample(
        {"add_to_news": 1, "link_text": "open", "link_url": "https://vk.com/filmclub"}
    ),
    "vk.poll": Sample({"owner_id": -7}),
    "vk.card": Sample(saved={"owner_id": 1, "title": "A card"}),
    "vk.lead_form": Sample(saved={"name": "A form"}),
    "vk.video_cover": Sample({"owner_id": -7}, saved={"owner_id": -7}),
    "vk.document": Sample(
        {"peer_id": 5, "type": "doc"},
        b"hello " * 20_000,
        saved={"title": "Привет", "tags": "a,b"},
        filename="привет.txt",
    ),
    "vk.voice": Sample(
        {"peer_id": 5, "type": "audio_message"}, toy_sound(3), filename="file0"
    ),
    "vk.audio": Sample(content=toy_sound(3), saved={"title": "A song"}, filename="a.mp3"),
    "vk.video": Sample({"name": "A film", "group_id": 7}, filename="a.mp4"),
    "vk.story_video": Sample({"add_to_news": 1}, filename="a.mp4"),
    "vk.graffiti": Sample(
        {"peer_id": 5, "type": "graffiti"}, toy(640, 480, "png"), filename="a.png"
    ),
    "vk.widget.24x24": Sample({"image_type": "24x24"}, toy(72, 72), token="group"),
    "vk.widget.50x50": Sample({"image_type": "50x50"}, toy(150, 150), token="group"),
    "vk.widget.160x160": Sample({"image_type": "160x160"}, toy(480, 480), token="group"),
    "vk.widget.160x240": Sample({"image_type": "160x240"}, toy(480, 720), token="group"),
    "vk.widget.510x128": Sample({"image_type": "510x128"}, toy(1530, 384), token="group"),
}
"""By the kind's name."""
