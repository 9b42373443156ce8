"""Sounds and films, made here: a tone, and a square that moves."""

import io
import math
from array import array
from fractions import Fraction

import av
from PIL import Image

RATE = 16_000
MUXERS = {
    "mp3": ("mp3", "libmp3lame"),
    "ogg": ("ogg", "libopus"),
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
}


def sound(kind, seconds, **tags):
    """Return a tone that gets louder."""
    muxer, codec = MUXERS[kind]
    target = io.BytesIO()
    with av.open(target, "w", format=muxer) as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        resampler = av.AudioResampler(stream.codec_context.format, "mono", RATE)
        fifo = av.AudioFifo()
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 1024
        for second in range(math.ceil(seconds)):
            count = round(min(1, seconds - second) * RATE)
            for frame in resampler.resample(_tone(second, count, seconds)):
                fifo.write(frame)
            for frame in fifo.read_many(size):
                container.mux(stream.encode(frame))
        if rest := fifo.read(0, partial=True):
            container.mux(stream.encode(rest))
        container.mux(stream.encode(None))
    return target.getvalue()


def _tone(second, count, seconds):
    start = second * RATE
    samples = array(
        "h",
        (
            int(30_000 * (start + n) / (seconds * RATE) * math.sin((start + n) / 6))
            for n in range(count)
        ),
    )
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.sample_rate, frame.pts = RATE, start
    plane = frame.planes[0]
    plane.update(samples.tobytes().ljust(plane.buffer_size, b"\0"))
    return frame


def film(seconds=2, size=(320, 240), muxer="mp4", codec="mpeg4"):
    """Return a film of a square that moves to the right."""
    target = io.BytesIO()
    with av.open(target, "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 10)
        for number in range(int(seconds * 10)):
            image = Image.new("RGB", size, "#335577")
            image.paste("#cc8844", (number * 4, 40, number * 4 + 60, 100))
            frame = av.VideoFrame.from_image(image)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()
