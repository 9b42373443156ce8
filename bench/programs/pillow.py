"""Pillow: ``recipe`` opens the photograph for each size, ``cascade`` decodes it once."""

import sys
from io import BytesIO

from PIL import Image

from bench.programs.lines import Plan, answer

LANCZOS = Image.Resampling.LANCZOS
Image.MAX_IMAGE_PIXELS = None


def recipe(data: bytes, plan: Plan) -> list[bytes]:
    """Reopen, let the decoder shrink, scale: what `Image.thumbnail` does."""
    return [_small(data, step.crop, step.size) for step in plan.steps]


def cascade(data: bytes, plan: Plan) -> list[bytes]:
    """Decode once and scale each size from the one that the plan says."""
    whole = Image.open(BytesIO(data)).convert("RGB")
    made: list[Image.Image] = []
    for step in plan.steps:
        parent = whole if step.parent < 0 else made[step.parent]
        left, top, width, height = step.region
        box = (left, top, left + width, top + height)
        made.append(parent.resize(step.size, LANCZOS, box=box))
    return [_encoded(one) for one in made]


def _small(data: bytes, crop: tuple[int, int, int, int], size: tuple[int, int]) -> bytes:
    with Image.open(BytesIO(data)) as image:
        whole = image.width
        image.draft("RGB", (size[0] * 2, size[1] * 2))
        factor = image.width / whole
        left, top, width, height = (side * factor for side in crop)
        box = (left, top, min(image.width, left + width), min(image.height, top + height))
        return _encoded(image.resize(size, LANCZOS, box=box, reducing_gap=2.0))


def _encoded(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=85, subsampling="4:2:0")
    return target.getvalue()


if __name__ == "__main__":
    answer({"recipe": recipe, "cascade": cascade}[sys.argv[1]])
