"""pyvips as its documentation shows it: `thumbnail_buffer` for each size."""

import pyvips

from bench.programs.lines import Plan, answer


def ladder(data: bytes, plan: Plan) -> list[bytes]:
    """Decode anew for each size; libvips lets the decoder shrink where it can."""
    made = []
    for step in plan.steps:
        width, height = step.size
        whole = step.crop == (0, 0, plan.width, plan.height)
        how = {"size": "force"} if whole else {"crop": "centre"}
        image = pyvips.Image.thumbnail_buffer(data, width, height=height, **how)
        made.append(image.jpegsave_buffer(Q=85, keep="none"))
    return made


if __name__ == "__main__":
    answer(ladder)
