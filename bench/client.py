"""What sending a large file costs the sender: ours beside vk_api.

``python -m bench.client``; the file is sparse, the network a loopback that keeps nothing.
"""

import asyncio
import tempfile

from tests.client.sink import Sink
from tests.client.weigh import sparse, weigh

RUNS = (("ours", 300), ("vk_api", 300), ("ours", 5000))
"""Client and megabytes; vk_api reads the file into memory, so it gets no 5 GB."""


async def measure() -> list[dict[str, object]]:
    """Send each file; return rows to print."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for client, megabytes in RUNS:
            path = sparse(folder, megabytes * 1_000_000)
            async with Sink() as sink:
                found = await weigh(client, path, sink)
            rows.append(
                {
                    "client": client,
                    "file, MB": megabytes,
                    "peak memory, MB": round(found["peak"] / 1e6),
                    "MB/s": round(megabytes / found["seconds"]),
                }
            )
    return rows


def main() -> None:
    """Print one line for each run."""
    for row in asyncio.run(measure()):
        print("  ".join(f"{name}: {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
