"""What an operator may change while the server runs: which formats are refused."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from threebath.core.kinds import Format
from threebath.service.ports import Observer
from threebath.settings import FILE, Settings

EVERY = 2.0
"""Seconds between two looks at the file."""


async def follow(
    refuse: Callable[[Iterable[Format]], None], observer: Observer, every: float = EVERY
) -> None:
    """Have formats refused as the settings' file says, whenever it has changed.

    A file that is wrong, half written or closed to us changes nothing and is told to
    *observer*.
    """
    log = structlog.get_logger("threebath")
    seen = _changed()
    while True:
        await asyncio.sleep(every)
        changed = _changed()
        if changed == seen:
            continue
        seen = changed
        try:
            disabled = Settings().render.disabled
        except Exception as error:  # noqa: BLE001 - whatever it is, the next may be right
            observer.failed("settings", error)
            continue
        refuse(disabled)
        log.warning("formats are refused", formats=sorted(disabled))


def _changed() -> int:
    """Say when the settings' file or its mode was changed; 0 where there is none."""
    try:
        return FILE.stat().st_ctime_ns
    except OSError:
        return 0
