"""The files that client libraries are given: docs/protocols/vk.md lists them by letter."""

import io

from PIL import Image, ImageDraw
from tests.films import film, sound

PICTURES = {
    "A": ((640, 480), "JPEG"),
    "P": ((1620, 2160), "JPEG"),
    "L": ((3000, 1500), "PNG"),
    "S": ((150, 150), "PNG"),
    "W": ((72, 72), "PNG"),
}


def make(folder):
    """Write them; return their paths by letter."""
    made = {}
    for name, (size, kind) in PICTURES.items():
        image = Image.new("RGB", size, "#335577")
        ImageDraw.Draw(image).ellipse((5, 5, size[0] - 5, size[1] - 5), "#cc8844")
        made[name] = folder / f"{name}.{kind.lower()}"
        image.save(made[name], kind)
    clear = Image.new("RGBA", (320, 200), (0, 0, 0, 0))
    ImageDraw.Draw(clear).line((0, 0, 320, 200), "#cc8844", 9)
    made["T"] = folder / "T.png"
    clear.save(made["T"], "PNG")
    for name, filename, content in (
        ("O", "O.ogg", sound("ogg", 3)),
        ("M", "M.mp3", sound("mp3", 3, artist="Tagged", title="Song")),
        ("V", "V.mp4", film()),
        ("X", "привет.txt", "привет\n".encode() * 100),
        ("E", "E.txt", b""),
    ):
        made[name] = folder / filename
        made[name].write_bytes(content)
    return {name: str(path) for name, path in made.items()}


def size_of(content):
    """Return the size of a picture in bytes."""
    with Image.open(io.BytesIO(content)) as image:
        return image.size
