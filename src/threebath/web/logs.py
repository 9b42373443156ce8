"""Logs: one line per event, JSON or for eyes, without anybody's secrets."""

import asyncio
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"
"""Stands where a secret or a whereabouts was."""

_PARTS = (
    "token|secret|passw|cookie|authori[sz]ation|signature|session_?key|access_?key"
    "|ticket|upload_?url|receipt|gps|latitude|longitude|credential|private"
)
"""Parts of the names whose values are never logged."""

_WHOLE = "sig|hash|code|view|lat|lon|long|lng|pw"
"""Whole names of the same kind; as parts they are harmless (``design``)."""

_SECRET = re.compile(rf"{_PARTS}|^(?:{_WHOLE})$", re.IGNORECASE)

_PAIR = re.compile(
    rf"""(\b(?:[\w-]{{0,40}}(?:{_PARTS})[\w-]{{0,40}}|(?:{_WHOLE})\b)"""
    r"""["']?\s*[=:]\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"'&;}\]]+""",
    re.IGNORECASE,
)
"""The same inside a text: ``access_token=...``, ``"sig": "..."``."""


def configure(
    *, as_json: bool | None = None, level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Set up logging for the process: ours, uvicorn's, and whatever else logs.

    Args:
        as_json: JSON lines; by default, unless *stream* is a terminal.
        level: of our own loggers and uvicorn's; others speak up from WARNING on.
        stream: standard error by default.
    """
    out = stream or sys.stderr
    as_json = not out.isatty() if as_json is None else as_json
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(out, as_json=as_json),
            ],
        )
    )
    handler.addFilter(_is_worth_a_line)
    root = logging.getLogger()
    for old in [*root.handlers]:
        if getattr(old, "threebath", False):
            root.removeHandler(old)
    handler.threebath = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in ("threebath", "uvicorn"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True


def hide_secrets(
    _: WrappedLogger | None, __: str, event: EventDict
) -> MutableMapping[str, object]:
    """Mask what must not be in a log, by its name or by the look of the text."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: object) -> object:
    if _is_secret(key):
        return HIDDEN
    match value:
        case str() if not key.startswith("_"):  # those are structlog's own
            has_pairs = "=" in value or ":" in value
            return _PAIR.sub(rf"\1{HIDDEN}", value) if has_pairs else value
        case bytes():
            return f"{len(value)} bytes"
        case Mapping():
            return {str(name): _masked(str(name), one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked("", one) for one in value]
    return value


@lru_cache(1024)
def _is_secret(key: str) -> bool:
    return _SECRET.search(key) is not None


def _renderer(out: TextIO, *, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    # Rich's tracebacks would show local variables, and secrets among them.
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Drop what uvicorn says of a request that was cancelled; we have said it."""
    failure = record.exc_info[1] if record.exc_info else None
    return not isinstance(failure, asyncio.CancelledError)
