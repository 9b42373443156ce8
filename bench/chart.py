"""The results as bars, in an SVG that is written by hand."""

from collections.abc import Iterator, Sequence
from html import escape

from bench.results import Section, number

WIDTH, LABELS, FIGURES = 860, 270, 70
ROW, BAR, HEAD = 22, 14, 44
OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" '
    'font-family="system-ui, sans-serif" font-size="13">'
)
OURS, OTHERS, LIMIT = "#0b7285", "#adb5bd", "#343a40"


def chart(sections: Sequence[Section]) -> str:
    """Draw a panel of bars for each section, one above the other; shorter is better."""
    panels, top = [], 10
    for section in sections:
        panels += _panel(section, top)
        top += HEAD + ROW * len(section.table)
    return "\n".join(
        [
            OPENING.format(WIDTH, top),
            f'<rect width="{WIDTH}" height="{top}" fill="white"/>',
            *panels,
            "</svg>\n",
        ]
    )


def _panel(section: Section, top: int) -> Iterator[str]:
    title = f"{section.title}: {section.unit}"
    yield f'<text x="10" y="{top + 18}" font-weight="600">{escape(title)}</text>'
    rows = section.ordered()
    most = max(samples.middle for _, samples in rows)
    room = WIDTH - LABELS - FIGURES - 20
    for row, (name, samples) in enumerate(rows):
        y = top + 30 + row * ROW
        length = max(1.0, room * samples.middle / most)
        colour = OTHERS
        if name.startswith("threebath"):
            colour = OURS
        elif name == "C limit":
            colour = LIMIT
        yield _text(LABELS, y, name, "end")
        yield (
            f'<rect x="{LABELS + 8}" y="{y}" width="{length:.1f}" height="{BAR}" '
            f'rx="2" fill="{colour}"/>'
        )
        yield _text(LABELS + 14 + length, y, number(samples.middle), "start")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y + 12}" text-anchor="{anchor}">{escape(text)}</text>'
