"""What everything that keeps codes and call ids must do."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from threebath.core.errors import UnknownSession
from threebath.service.ports import Accounts, CodeDraft, Registry, TokenDraft
from threebath.testing.samples import LATER, NOW

CODE = CodeDraft(
    code="c0de",
    app_id=7,
    community_id=3,
    permissions=frozenset({"photo_upload"}),
    life=timedelta(minutes=90),
    own_secret=True,
    expires_at=LATER,
)


class CodesContract:
    """The part of `AccountsContract` that is about codes and call ids."""

    pytestmark = pytest.mark.anyio

    async def test_a_code_comes_back_without_itself(self, registry: Registry) -> None:
        """Only its hash is kept, with all that was said of it."""
        await registry.add_code(CODE, NOW)
        await registry.add_code(replace(CODE, code="other", life=None), NOW)
        assert await registry.code("c0de", NOW) == replace(CODE, code="")
        assert await registry.code("other", NOW) == replace(CODE, code="", life=None)
        assert await registry.code("unknown", NOW) is None

    async def test_one_person_signs_in_with_a_code(self, registry: Registry) -> None:
        """The first; then it can be used up, once, however many race."""
        await registry.add_code(CODE, NOW)
        assert await registry.take_code("c0de", NOW) is None
        tries = (registry.sign_in_code("c0de", user, NOW) for user in (5, 6))
        assert sorted(await asyncio.gather(*tries)) == [False, True]
        taken = await asyncio.gather(*(registry.take_code("c0de", NOW) for _ in range(8)))
        [found] = [one for one in taken if one]
        assert found.user_id in (5, 6)
        assert found == replace(CODE, code="", user_id=found.user_id)
        assert await registry.code("c0de", NOW) is None

    async def test_a_stale_code_is_none(self, registry: Registry) -> None:
        """From its expiry on, for all that one can do with it."""
        await registry.add_code(replace(CODE, user_id=5), NOW)
        assert await registry.code("c0de", LATER) is None
        assert await registry.take_code("c0de", LATER) is None
        assert not await registry.sign_in_code("c0de", 5, LATER)

    async def test_codes_leave_with_their_application(self, registry: Registry) -> None:
        """As its tokens do."""
        await registry.add_code(CODE, NOW)
        await registry.remove_application(7)
        assert await registry.code("c0de", NOW) is None

    async def test_stale_tokens_and_codes_are_forgotten(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """The stalest first and few at a time; what is good, or never expires, stays."""
        dates = {f"old {n}": LATER - timedelta(hours=n) for n in (1, 2, 3)}
        for token, date in {"new": LATER, "ever": None, **dates}.items():
            draft = TokenDraft(token=token, app_id=7, expires_at=date)
            await registry.add_token(draft)
        for code, date in {"new": LATER, **dates}.items():
            await registry.add_code(replace(CODE, code=code, expires_at=date), NOW)
        assert await registry.forget_stale(LATER, 2) == 4
        for kept in ("new", "ever", "old 1"):
            await accounts.caller(kept, NOW)
        for gone in ("old 2", "old 3"):
            with pytest.raises(UnknownSession):
                await accounts.caller(gone, NOW)
            assert await registry.code(gone, NOW) is None
        assert await registry.code("old 1", NOW) is not None
        assert await registry.forget_stale(LATER, 2) == 2
        assert await registry.forget_stale(LATER, 2) == 0
        assert await registry.code("new", NOW) is not None
        await accounts.caller("new", NOW)
        await accounts.caller("ever", LATER)

    async def test_sweeps_that_race_forget_each_token_once(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """And none that is prolonged."""
        for number in range(20):
            draft = TokenDraft(token=str(number), app_id=7, expires_at=NOW)
            await registry.add_token(draft)
        await registry.prolong_token("7", LATER)
        before = NOW + timedelta(seconds=1)
        sweeps = (registry.forget_stale(before, 8) for _ in range(6))
        gone = sum(await asyncio.gather(*sweeps))
        assert gone + await registry.forget_stale(before, 20) == 19
        await accounts.caller("7", NOW)

    async def test_call_ids_only_rise(self, registry: Registry) -> None:
        """Of calls that race with one number, one is let through."""
        for token in "ab":
            await registry.add_token(TokenDraft(token=token, app_id=7))
        race = (registry.raise_call_id("a", "0010") for _ in range(8))
        assert sum(await asyncio.gather(*race)) == 1
        asked = ["0010", "0009", "0011", "0010.5", "0011.5"]
        seen = [await registry.raise_call_id("a", one) for one in asked]
        assert seen == [False, False, True, False, True]
        assert await registry.raise_call_id("b", "0001")
