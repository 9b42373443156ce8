"""What a sound is; and speech, made anew as Opus and MP3 with its waveform."""

import io
from array import array
from collections.abc import Iterator, Mapping
from itertools import pairwise

import av
from av import AudioFifo, AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from threebath.core.errors import BadDuration, CorruptFile
from threebath.core.library import NOTHING_TO_SEE, Fact
from threebath.render.job import Job, Made
from threebath.render.media.source import opened, seconds_of

RATE = 16_000
"""Samples a second of speech (docs/protocols/vk.md, kind 12)."""

LEVELS = 128
"""Levels of a waveform, each a digit of base 32."""

LONGEST_VOICE = 300
"""Seconds of speech."""

SHORTEST = 0.1
"""Seconds: what is shorter is a click."""

LONGEST_TAG = 200
TAGS = ("artist", "title", "album", "genre")
DIGITS = "0123456789abcdefghijklmnopqrstuv"

ENCODERS: Mapping[str, tuple[str, str, int]] = {
    "ogg": ("ogg", "libopus", 16_000),
    "mp3": ("mp3", "libmp3lame", 32_000),
}
"""By suffix: container, encoder, bits a second."""


def describe_sound(fd: int, length: int, job: Job) -> Made:
    """Check a sound; take its duration and tags.

    Raises:
        FileRejected: it is none, or of no length.
    """
    with opened(fd, length, job.limits, job.disabled) as (found, container):
        if not container.streams.audio:
            raise CorruptFile("there is no sound in it")
        stream = container.streams.audio[0]
        if next(_decoded(container), None) is None:
            raise CorruptFile("nothing of it can be decoded")
        duration = seconds_of(container)
        _check_duration(duration, None)
        tags = {**container.metadata, **stream.metadata}
        lower = {name.lower(): value for name, value in tags.items()}
        facts: dict[str, Fact] = {"duration": duration}
        facts["audio_codec"] = stream.codec_context.name
        facts |= {name: _clean(lower[name]) for name in TAGS if lower.get(name)}
        return Made(format=found, size=NOTHING_TO_SEE, images=(), facts=facts)


def make_voice(fd: int, length: int, job: Job) -> tuple[Made, list[tuple[str, bytes]]]:
    """Make speech anew: 16 kHz, one channel, as Opus and MP3.

    Raises:
        FileRejected: it is no sound, or too short or long.
    """
    with opened(fd, length, job.limits, job.disabled) as (found, container):
        if not container.streams.audio:
            raise CorruptFile("there is no sound in it")
        _check_duration(seconds_of(container) or SHORTEST, LONGEST_VOICE)
        samples = _samples(container)
    duration = round(len(samples) / RATE, 3)
    _check_duration(duration, LONGEST_VOICE)
    facts: dict[str, Fact] = {"duration": duration, "waveform": _waveform(samples)}
    made = Made(format=found, size=NOTHING_TO_SEE, images=(), facts=facts)
    return made, [(suffix, _encode(samples, suffix)) for suffix in ENCODERS]


def _check_duration(seconds: float, most: int | None) -> None:
    if seconds < SHORTEST:
        told = f"it lasts {seconds:g} s; it must be at least {SHORTEST:g} s"
        raise BadDuration(told)
    if most is not None and seconds > most:
        told = f"it lasts {seconds:.0f} s; it may be at most {most} s"
        raise BadDuration(told)


def _decoded(container: InputContainer) -> Iterator[AudioFrame]:
    """Decode what can be decoded; damaged packets are passed over."""
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _samples(container: InputContainer) -> "array[int]":
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    samples = array("h")
    for frame in [*_bounded(container, samples, resampler), None]:
        for one in resampler.resample(frame):
            _append(samples, one)
    return samples


def _bounded(
    container: InputContainer, samples: "array[int]", resampler: AudioResampler
) -> list[AudioFrame]:
    """Resample frame by frame, until there is more than may be; return none."""
    for frame in _decoded(container):
        for one in resampler.resample(frame):
            _append(samples, one)
        _check_duration(max(SHORTEST, len(samples) / RATE), LONGEST_VOICE)
    return []


def _append(samples: "array[int]", frame: AudioFrame) -> None:
    samples.frombytes(bytes(frame.planes[0])[: frame.samples * samples.itemsize])


def _waveform(samples: "array[int]") -> str:
    """Describe loudness over time: the peak of each of `LEVELS` stretches."""
    bounds = [len(samples) * n // LEVELS for n in range(LEVELS + 1)]
    peaks = []
    for start, stop in pairwise(bounds):
        stretch = samples[start : max(stop, start + 1)]
        highest, lowest = max(stretch), min(stretch)
        peaks.append(max(highest, -lowest))
    loudest = max(*peaks, 1)
    return "".join(DIGITS[peak * (len(DIGITS) - 1) // loudest] for peak in peaks)


def _encode(samples: "array[int]", suffix: str) -> bytes:
    container_name, encoder, bits = ENCODERS[suffix]
    target = io.BytesIO()
    with av.open(target, "w", format=container_name) as container:
        stream = container.add_stream(encoder, rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)  # noqa: S101 - for mypy: both encode sound
        stream.bit_rate = bits
        stream.codec_context.thread_count = 1
        stream.codec_context.open()
        for frame in _frames(samples, stream.codec_context):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def _frames(samples: "array[int]", context: av.AudioCodecContext) -> Iterator[AudioFrame]:
    """Cut the samples into frames of the encoder's length and format."""
    resampler = AudioResampler(format=context.format, layout="mono", rate=RATE)
    fifo = AudioFifo()
    for start in range(0, len(samples), RATE):
        chunk = samples[start : start + RATE]
        frame = AudioFrame(format="s16", layout="mono", samples=len(chunk))
        frame.sample_rate = RATE
        frame.pts = start
        frame.planes[0].update(chunk.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        for one in resampler.resample(frame):
            fifo.write(one)
        yield from fifo.read_many(context.frame_size)
    rest = fifo.read(0, partial=True)
    if rest is not None:
        yield rest


def _clean(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:LONGEST_TAG].strip()
