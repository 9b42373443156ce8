"""What a worker that a film has taken over may say, and is not believed."""

import pytest

from threebath.core.networks import vk
from threebath.render.judge import Distrusted
from threebath.render.media.messages import MediaClaim

VOICE = {
    "format": "audio/mpeg",
    "size": [0, 0],
    "images": [],
    "facts": {"duration": 2.5, "waveform": "0" * 128},
    "sounds": [["ogg", 36], ["mp3", 4]],
}
OGG = b"OggS" + b"\0" * 24 + b"OpusHead"
MP3 = b"\xff\xfb\x90\x00"


def test_an_honest_answer_is_believed():
    """Two sounds, of the lengths that were said."""
    claim = MediaClaim(VOICE, vk.VOICE)
    assert claim.lengths == [36, 4]
    made = claim.take([OGG, MP3])
    assert [one.content for one in made.sounds] == [OGG, MP3]
    assert made.facts == VOICE["facts"]


@pytest.mark.parametrize(
    "lie",
    [
        {"format": "text/html"},
        {"format": "video/mp4"},
        {"size": [100, 100]},
        {"size": [-1, 0]},
        {"size": "x"},
        {"images": [["s", [1, 1], 10]]},
        {"facts": {"duration": -1}},
        {"facts": {"duration": "2"}},
        {"facts": {"duration": True}},
        {"facts": {"waveform": "z" * 128}},
        {"facts": {"title": "a\nb"}},
        {"facts": {"title": "x" * 201}},
        {"facts": {"filename": "evil.html"}},
        {"facts": []},
        {"sounds": []},
        {"sounds": [["ogg", 36]]},
        {"sounds": [["mp3", 4], ["ogg", 36]]},
        {"sounds": [["ogg", 0], ["mp3", 4]]},
        {"sounds": [["ogg", 1 << 40], ["mp3", 4]]},
        {"sounds": [["ogg", 36, 1], ["mp3", 4]]},
        {"more": 1},
    ],
)
def test_a_lie_is_not_believed(lie):
    """Whatever field it is in."""
    with pytest.raises(Distrusted):
        MediaClaim({**VOICE, **lie}, vk.VOICE)


@pytest.mark.parametrize("content", [[OGG, b"<htm"], [b"<html>" + OGG[6:], MP3]])
def test_bytes_that_are_no_sound_are_not_taken(content):
    """What is served as a sound begins as one."""
    with pytest.raises(Distrusted):
        MediaClaim(VOICE, vk.VOICE).take(content)


@pytest.mark.parametrize("size", [[100_000, 10], [0, 10], [10, 10, 10]])
def test_a_films_picture_has_a_size_that_can_be(size):
    """Bounded, and of two sides."""
    told = {**VOICE, "format": "video/mp4", "facts": {}, "sounds": [], "size": size}
    with pytest.raises(Distrusted):
        MediaClaim(told, vk.VIDEO)
