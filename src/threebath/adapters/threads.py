"""Work that may wait for a disk, away from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(
    threads: Executor | None, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run *call* in one of *threads*; when cancelled, be so only once it has ended.

    Args:
        threads: None for those that the event loop has for everybody.
    """
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(threads, partial(call, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        if not work.cancelled():
            work.exception()
        raise
