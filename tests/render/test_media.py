"""Sounds and films through the real workers."""

import io
import os

import av
import pytest
from tests.films import film, sound

from threebath.core import errors as e
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.core.networks import vk
from threebath.render.pool import RenderPool
from threebath.render.settings import RenderSettings


@pytest.fixture
async def pool():
    async with RenderPool(RenderSettings(workers=1)) as pool:
        yield pool


async def _look(pool, kind, content):
    fd = os.memfd_create("spool")
    try:
        os.write(fd, content)
        return await pool.render(fd, len(content), kind, {})
    finally:
        os.close(fd)


@pytest.mark.parametrize("kind", ["mp3", "wav", "ogg", "flac"])
async def test_speech_becomes_opus_and_mp3_with_a_waveform(pool, kind):
    """One channel, 16 kHz, its own length, and 128 levels that rise as the tone does."""
    made = await _look(pool, vk.VOICE, sound(kind, 2.5))
    assert made.facts["duration"] == pytest.approx(2.5, abs=0.1)
    levels = [int(one, 32) for one in made.facts["waveform"]]
    assert len(levels) == 128
    assert levels[10] < levels[60] < levels[120]
    assert max(levels) == 31
    for one in made.sounds:
        with av.open(io.BytesIO(one.content)) as container:
            stream = container.streams.audio[0]
            assert (
                stream.codec_context.name == {"ogg": "opus", "mp3": "mp3float"}[one.suffix]
            )
            assert stream.layout.name == "mono"
            frames = sum(frame.samples for frame in container.decode(stream))
            assert frames / stream.rate == pytest.approx(2.5, abs=0.15)


@pytest.mark.parametrize(
    ("content", "error", "why"),
    [
        (sound("wav", 0.05), e.BadDuration, "at least 0.1 s"),
        (sound("wav", 310), e.BadDuration, "it lasts 310 s; it may be at most 300 s"),
        (b"just text", e.UnknownFormat, "not of a supported format"),
        (b"ID3\x03" + b"\0" * 2000, e.CorruptFile, "damaged"),
        (b"OggS" + b"\1" * 2000, e.CorruptFile, "damaged"),
        (film(), e.FormatNotAllowed, "video/mp4"),
    ],
)
async def test_what_is_no_speech_is_refused(pool, content, error, why):
    """Too short, ten minutes, damaged, or something else."""
    with pytest.raises(error, match=why):
        await _look(pool, vk.VOICE, content)
    assert (await _look(pool, vk.VOICE, sound("wav", 1))).sounds


async def test_a_songs_tags_are_read(pool):
    """Artist, title, album and length, whatever marks are in them."""
    tagged = sound("mp3", 3, artist="Ёж", title="In\x00 the\u202e fog", album="First")
    made = await _look(pool, vk.AUDIO, tagged)
    assert made.format is Format.MP3
    assert made.facts["artist"] == "Ёж"
    assert made.facts["title"].startswith("In")
    assert made.facts["title"].isprintable()
    assert made.facts["duration"] == pytest.approx(3, abs=0.2)


async def test_a_tag_that_is_no_text_is_read_as_far_as_it_is(pool):
    """Old programs write their own alphabet; the song is whole nevertheless."""
    content = sound("mp3", 1, title="In the fog")
    assert content.count(b"In the fog") == 1
    made = await _look(pool, vk.AUDIO, content.replace(b"In the fog", b"In \xf2he fog"))
    assert made.facts["title"] == "In he fog"


@pytest.mark.parametrize(
    ("muxer", "codec", "found"),
    [
        ("mp4", "mpeg4", Format.MP4),
        ("matroska", "mpeg4", Format.MATROSKA),
        ("avi", "mpeg4", Format.AVI),
        ("flv", "flv1", Format.FLV),
        ("asf", "mpeg4", Format.WMV),
        ("mpegts", "mpeg2video", Format.MPEG),
    ],
)
async def test_a_film_is_described_and_shown(pool, muxer, codec, found):
    """Its length, its codec, and a picture of it in several sizes."""
    try:
        content = film(muxer=muxer, codec=codec)
    except (av.FFmpegError, av.codec.codec.UnknownCodecError):
        pytest.skip(f"libav here cannot write {codec}, so there is none to read")
    made = await _look(pool, vk.VIDEO, content)
    assert (made.format, made.size) == (found, Size(320, 240))
    assert made.facts["duration"] == pytest.approx(2, abs=0.3)
    assert [one.letter for one in made.images] == ["s", "m", "x"]
    assert made.images[0].size == Size(130, 97)


@pytest.mark.parametrize(
    "content",
    [
        b"just text",
        film()[:300],
        b"\0\0\0\x18ftypmp42" + os.urandom(5000),
        b"#EXTM3U\n/etc/passwd",
    ],
    ids=["text", "cut", "noise", "playlist"],
)
async def test_what_is_no_film_is_refused(pool, content):
    """And the worker is there for the next one."""
    with pytest.raises(e.FileRejected):
        await _look(pool, vk.VIDEO, content)
    assert (await _look(pool, vk.VIDEO, film())).images


async def test_a_song_may_be_a_video(pool):
    """VK takes MP3 there; it has nothing to look at."""
    made = await _look(pool, vk.VIDEO, sound("mp3", 1))
    assert (made.size, made.images) == (Size(0, 0), ())
