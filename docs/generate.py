"""Writes the tables that the code knows best: settings, kinds, errors.

``python -m docs.generate`` writes them; with ``--check`` it says which are out of date.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tests.interop.vk.seen import SEEN

from threebath.core.errors import UploadError
from threebath.dialects import ALL_KINDS, DIALECT_TYPES
from threebath.dialects.base import code_for
from threebath.dialects.vk.kinds import KINDS, ROWS
from threebath.settings import PREFIX, Settings

HERE = Path(__file__).parent
NOTE = "<!-- written by `make docs`; change the code instead -->\n\n"


def table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def settings_page() -> str:
    """Describe every setting."""
    return (
        "# Settings\n\n"
        + NOTE
        + "Each is an environment variable, or a line of `threebath.toml` in the working "
        "folder (groups are tables there: `[render]`). Unknown names are refused at "
        "start-up. Times are seconds or ISO 8601 durations.\n\n"
        + table(("setting", "default", "what it is"), _settings(Settings, PREFIX))
    )


def _settings(model: type[BaseModel], prefix: str) -> Iterator[Sequence[object]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _settings(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"`{prefix}{name.upper()}`", _default(field), field.description


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, timedelta):
        value = f"{value.total_seconds():g} s"
    return f"`{value}`" if value not in ("", ()) else ""


def kinds_page() -> str:
    """List every upload kind."""
    rows = (
        (
            f"`{kind.name}`",
            kind.place.value,
            kind.limits.max_files,
            f"{kind.limits.max_bytes:,}",
            kind.limits.min_size or "",
            " to ".join(str(one) for one in kind.limits.aspect or ()),
            " ".join(rung.letter for rung in kind.ladder.rungs),
            kind.needs,
        )
        for kind in ALL_KINDS
    )
    head = ("kind", "place", "files", "bytes", "least", "aspect", "sizes", "permission")
    return "# Upload kinds\n\n" + NOTE + table(head, rows)


def errors_page() -> str:
    """List every error with the dialects' codes."""
    rows = (
        (
            f"`{error.slug}`",
            f"`{error.__name__}`",
            "us" if error.ours else "caller",
            *(_code(one.codes, error) for one in DIALECT_TYPES),
        )
        for error in sorted(_leaves(UploadError), key=lambda one: one.slug)
    )
    head = ("slug", "class", "whose fault", *(one.name.upper() for one in DIALECT_TYPES))
    return (
        "# Errors\n\n"
        + NOTE
        + "The slug stands in logs and metrics. The number is what a client of that "
        "network sees unless the method has one of its own; the reason stands beside it, "
        "and in the header `X-Threebath-Reason`.\n\n" + table(head, rows)
    )


def _leaves(error: type[UploadError]) -> Iterator[type[UploadError]]:
    if error.__module__.startswith("threebath.core"):
        yield error
        for leaf in error.__subclasses__():
            yield from _leaves(leaf)


def _code(codes: object, error: type[UploadError]) -> object:
    return code_for(codes, error.__new__(error))  # type: ignore[arg-type]


def vk_page() -> str:
    """Put the table of VK's rows into its page."""
    begin, end = "<!-- kinds: ", "<!-- end of kinds -->"
    page = (HERE / "protocols" / "vk.md").read_text()
    before, _, rest = page.partition(begin)
    head, after = rest.partition("\n")[0], rest.partition(end)[2]
    names = ("kind", "address", "field", "reply", "save", *SEEN)
    return f"{before}{begin}{head}\n\n{table(names, _vk_rows())}\n{end}{after}"


def _vk_rows() -> Iterator[Sequence[object]]:
    for row in KINDS:
        name = row.kind.name.removeprefix("vk.")
        is_first = row is ROWS[row.kind.name]
        when = " ".join(f"{key}={values[-1]}" for key, values in row.when.items())
        yield (
            f"`{name}`",
            f"`{row.issue}` {when}".strip(),
            f"`{row.file}`",
            f"`{' '.join(row.reply)}`",
            f"`{row.commit}`" if row.commit else "",
            *("✓" if is_first and name in kinds else "" for kinds in SEEN.values()),
        )


PAGES = {
    "settings.md": settings_page,
    "kinds.md": kinds_page,
    "errors.md": errors_page,
    "protocols/vk.md": vk_page,
}


def dead_links() -> Iterator[str]:
    """Yield links between the pages that lead nowhere."""
    for page in [*HERE.rglob("*.md"), *HERE.parent.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(HERE.parent)} -> {target}"


def main() -> int:
    """Write or check; return the exit status."""
    stale = []
    for name, make in PAGES.items():
        path = HERE / name
        if "--check" not in sys.argv:
            path.write_text(make())
        elif not path.exists() or path.read_text() != make():
            stale.append(f"docs/{name} is out of date: run `make docs`")
    problems = [*stale, *(f"dead link: {one}" for one in dead_links())]
    print("\n".join(problems) or "docs are up to date")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
