"""What everything that registers applications, people and tokens must do."""

import asyncio
from dataclasses import replace

import pytest

from threebath.core.errors import BadParameter, UnknownApplication, UnknownSession
from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application
from threebath.service.ports import Accounts, Registry, TokenDraft
from threebath.testing.contracts.codes import CodesContract
from threebath.testing.samples import NOW


def _application(app_id: int, key: str) -> Application:
    return Application(id=app_id, key=key, secret="s3cret")


class RegistryContract(CodesContract):
    """The part of `AccountsContract` that is about `Registry`."""

    pytestmark = pytest.mark.anyio

    async def test_adding_again_replaces(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Seeding twice is the same as once; a change takes effect."""
        made = _application(7, "KEY")
        user = User(id=5, first_name="Ann", last_name="Lee", screen_name="first")
        group = Community(id=3, name="Cats", screen_name="first")
        chat = Chat(id=4, title="We", admin_id=5, members=(5,))
        for name in ("first", "second"):
            made = replace(made, title=name)
            user = replace(user, screen_name=name)
            group = replace(group, screen_name=name)
            chat = replace(chat, title=name)
            assert await registry.add_application(made) == made
            assert await registry.add_user(user) == user
            assert await registry.add_community(group, admins=[5, 5, 6]) == group
            assert await registry.add_chat(chat) == chat
        assert await registry.applications() == [made]
        assert await accounts.users([5]) == [user]
        assert await accounts.all_communities() == [group]
        assert await accounts.chat(4) == chat
        assert await accounts.by_screen_name("first") is None

    async def test_the_administrators_are_replaced_too(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Who is no longer named may no longer act."""
        group = Community(id=3, name="Cats", screen_name="cats")
        await registry.add_community(group, admins=[5, 6])
        await registry.add_community(group, admins=[6, 7])
        found = [await accounts.administers(one, 3) for one in (5, 6, 7)]
        assert found == [False, True, True]

    async def test_id_zero_asks_for_the_next_free_one(self, registry: Registry) -> None:
        """From one up, after the greatest that there is."""
        person = User(id=0, first_name="Ann", last_name="Lee")
        group = Community(id=0, name="Cats", screen_name="cats")
        chat = Chat(id=0, title="We", admin_id=1, members=(1,))
        for made in (1, 2):
            assert await registry.add_user(person) == replace(person, id=made)
            assert await registry.add_community(group) == replace(group, id=made)
            assert await registry.add_chat(chat) == replace(chat, id=made)
            application = _application(0, f"KEY{made}")
            stored = await registry.add_application(application)
            assert stored == replace(application, id=made)
        await registry.add_user(replace(person, id=100))
        assert (await registry.add_user(person)).id == 101

    async def test_racing_calls_get_ids_of_their_own(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Nobody replaces anybody."""
        people = [User(id=0, first_name=str(n), last_name="") for n in range(12)]
        made = await asyncio.gather(*(registry.add_user(one) for one in people))
        assert sorted(one.id for one in made) == [*range(1, 13)]
        assert await accounts.users([one.id for one in made]) == made

    async def test_a_key_is_one_application_s(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """A second one with it is refused, and the first stays as it was."""
        first = await registry.add_application(_application(7, "KEY"))
        for number in (8, 0):
            with pytest.raises(BadParameter):
                await registry.add_application(_application(number, "KEY"))
        assert await accounts.application("KEY") == first
        await registry.add_application(_application(7, "NEW"))
        with pytest.raises(UnknownApplication):
            await accounts.application("KEY")

    async def test_applications_are_listed_by_id(self, registry: Registry) -> None:
        """Whenever they came."""
        for number in (9, 7, 8):
            await registry.add_application(_application(number, f"KEY{number}"))
        assert [one.id for one in await registry.applications()] == [7, 8, 9]

    async def test_a_token_given_again_is_the_later_one(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Seeding twice leaves one token."""
        for user_id in (5, 6):
            await registry.add_token(TokenDraft(token="t", app_id=7, user_id=user_id))
        assert (await accounts.caller("t", NOW)).user_id == 6
        assert await registry.revoke_token("t")
        assert not await registry.revoke_token("t")

    async def test_a_revoked_token_is_unknown(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """From the next call on; others stay."""
        for token in "ab":
            await registry.add_token(TokenDraft(token=token, app_id=7))
        assert await registry.revoke_token("a")
        with pytest.raises(UnknownSession):
            await accounts.caller("a", NOW)
        await accounts.caller("b", NOW)

    async def test_a_removed_application_takes_its_tokens_along(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """And what was granted to it; other applications' stay."""
        for number in (7, 8):
            await registry.add_application(_application(number, f"KEY{number}"))
            await registry.add_token(TokenDraft(token=f"t{number}", app_id=number))
            await registry.grant(number, 5, "photos")
        assert await registry.remove_application(7)
        assert not await registry.remove_application(7)
        with pytest.raises(UnknownApplication):
            await accounts.application_by_id(7)
        with pytest.raises(UnknownSession):
            await accounts.caller("t7", NOW)
        assert await registry.permissions(7, 5) == frozenset()
        assert (await accounts.caller("t8", NOW)).app_id == 8
        assert await registry.permissions(8, 5) == {"photos"}

    async def test_grants_are_a_set(self, registry: Registry) -> None:
        """Granting twice is once; withdrawing what is not there is quiet."""
        assert await registry.permissions(7, 5) == frozenset()
        for permission in ("photos", "photos", "status"):
            await registry.grant(7, 5, permission)
        assert await registry.permissions(7, 5) == {"photos", "status"}
        for _ in range(2):
            await registry.withdraw(7, 5, "photos")
            assert await registry.permissions(7, 5) == {"status"}
        assert await registry.permissions(7, 6) == frozenset()
