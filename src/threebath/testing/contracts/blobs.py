"""What every blob store must do."""

import asyncio
from pathlib import Path

import pytest

from threebath.service.ports import Blobs


async def _content(
    blobs: Blobs, key: str, start: int = 0, stop: int | None = None
) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(key, start, stop)])


async def _keys(blobs: Blobs) -> list[str]:
    return sorted([key async for key in blobs.keys()])  # noqa: SIM118 - a port, not a dict


class BlobsContract:
    """Give it a ``blobs`` fixture: an empty store."""

    pytestmark = pytest.mark.anyio

    async def test_what_was_put_comes_back(self, blobs: Blobs) -> None:
        """Bytes are bytes, and an empty blob is a blob."""
        for key, content in {"aa/bb/s.jpg": bytes(range(256)), "empty": b""}.items():
            await blobs.put(key, content)
            assert await _content(blobs, key) == content
            assert await blobs.size(key) == len(content)

    async def test_a_large_blob_comes_back_whole(self, blobs: Blobs) -> None:
        """Chunks have bounds of their own; the content has not."""
        content = bytes(range(251)) * 5_000
        await blobs.put("aa/large", content)
        assert await _content(blobs, "aa/large") == content
        assert await _content(blobs, "aa/large", 70_000, 900_001) == content[70_000:900_001]

    async def test_several_blobs_are_put_at_once(self, blobs: Blobs) -> None:
        """As one by one: in several folders, in place of others, or none at all."""
        contents = {f"a{n % 3}/asset/{n}.jpg": bytes([n]) * 1000 * n for n in range(9)}
        await blobs.put("a0/asset/3.jpg", b"this is replaced")
        await blobs.put("a0/asset/other.jpg", b"this stays")
        await blobs.put_many(contents)
        await blobs.put_many({})
        assert await _keys(blobs) == sorted([*contents, "a0/asset/other.jpg"])
        for key, content in contents.items():
            assert await _content(blobs, key) == content
        assert await _content(blobs, "a0/asset/other.jpg") == b"this stays"

    async def test_a_file_is_put_from_where_it_waits(
        self, blobs: Blobs, tmp_path: Path
    ) -> None:
        """From its beginning, wherever the descriptor stands, and no more than asked."""
        content = bytes(range(241)) * 20_000
        (tmp_path / "spool").write_bytes(content + b"not this")
        with (tmp_path / "spool").open("rb") as file:
            file.seek(100)
            await blobs.put_file("aa/file", file.fileno(), len(content))
        assert await _content(blobs, "aa/file") == content
        assert await _keys(blobs) == ["aa/file"]

    @pytest.mark.parametrize(
        ("start", "stop", "seen"),
        [
            (0, None, b"0123456789"),
            (3, None, b"3456789"),
            (0, 1, b"0"),
            (9, 10, b"9"),
            (2, 5, b"234"),
            (4, 4, b""),
            (5, 1000, b"56789"),
            (10, None, b""),
        ],
    )
    async def test_a_part_can_be_read(
        self, blobs: Blobs, start: int, stop: int | None, seen: bytes
    ) -> None:
        """Bounds are a slice's: the first is in, the last is out, the end is the end."""
        await blobs.put("aa/digits", b"0123456789")
        assert await _content(blobs, "aa/digits", start, stop) == seen

    async def test_a_second_put_replaces_the_first(self, blobs: Blobs) -> None:
        """The later content is all there is, even where it is shorter."""
        await blobs.put("aa/same", b"the first content")
        await blobs.put("aa/same", b"second")
        assert await _content(blobs, "aa/same") == b"second"
        assert await _keys(blobs) == ["aa/same"]

    async def test_what_is_not_there_is_absent(self, blobs: Blobs) -> None:
        """Asking for nothing is no error; reading it is, before the first chunk."""
        assert await blobs.size("aa/none") is None
        with pytest.raises(KeyError):
            await anext(blobs.read("aa/none"))

    async def test_deleting_is_for_good_and_quiet_the_second_time(
        self, blobs: Blobs
    ) -> None:
        """A sweep that was interrupted deletes again."""
        await blobs.put("aa/bb", b"content")
        await blobs.put("aa/cc", b"other")
        for _ in range(2):
            await blobs.delete("aa/bb")
            assert await blobs.size("aa/bb") is None
        assert await _content(blobs, "aa/cc") == b"other"

    async def test_every_key_is_listed_once(self, blobs: Blobs) -> None:
        """`doctor` compares them with the catalog."""
        keys = sorted(f"{n:02x}/{n}/s-1_x.jpg" for n in range(20))
        for key in keys:
            await blobs.put(key, b"content")
        await blobs.delete(keys.pop())
        assert await _keys(blobs) == keys

    @pytest.mark.parametrize(
        "key", ["", "..", "../aa", "/aa", "aa/../bb", "aa//bb", "aa/", "aa b", "aa\0", "ä"]
    )
    async def test_a_key_outside_the_grammar_is_refused(
        self, blobs: Blobs, key: str
    ) -> None:
        """No key leads out of the store; one like that is a bug, and says so."""
        with pytest.raises(ValueError, match="key"):
            await blobs.put(key, b"content")
        with pytest.raises(ValueError, match="key"):
            await blobs.put_many({"aa/sound": b"content", key: b"content"})
        with pytest.raises(ValueError, match="key"):
            await blobs.size(key)
        with pytest.raises(ValueError, match="key"):
            await _content(blobs, key)
        with pytest.raises(ValueError, match="key"):
            await blobs.delete(key)
        assert await _keys(blobs) == []

    async def test_racing_puts_leave_one_of_them_whole(self, blobs: Blobs) -> None:
        """A reader sees all of a blob, never a mixture."""
        contents = [bytes([n]) * 100_000 for n in range(8)]
        await asyncio.gather(*(blobs.put("aa/same", one) for one in contents))
        assert await _content(blobs, "aa/same") in contents

    async def test_a_healthy_store_says_nothing(self, blobs: Blobs) -> None:
        """`check` raises where something is wrong, and leaves nothing behind."""
        await blobs.check()
        assert await _keys(blobs) == []
