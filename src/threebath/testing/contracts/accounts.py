"""What everything that knows who may do what must do."""

from datetime import timedelta

import pytest

from threebath.core.errors import (
    AccessDenied,
    CommunityNotFound,
    SessionExpired,
    UnknownApplication,
    UnknownSession,
    UserNotFound,
)
from threebath.core.library import Chat, Community, User
from threebath.core.places import Place
from threebath.core.tickets import Application, Caller, Destination, TokenKind
from threebath.service.ports import Accounts, Registry, TokenDraft
from threebath.testing.contracts.registry import RegistryContract
from threebath.testing.samples import NOW

NOBODY = 10**30
"""An id that no row has: clients send such numbers too."""

ANN = User(id=5, first_name="Ann", last_name="Lee", screen_name="Ann.Lee")
BOB = User(id=6, first_name="Боб", last_name="", main_photo_id=9)
CATS = Community(id=3, name="Cats", screen_name="Котики")
DOGS = Community(id=5, name="Dogs", screen_name="dogs", main_photo_id=8)


class AccountsContract(RegistryContract):
    """Give it ``accounts`` and ``registry``, both of one empty store."""

    async def _populate(self, registry: Registry) -> None:
        """Register Ann, who administers the cats, Bob, and the dogs."""
        for user in (ANN, BOB):
            await registry.add_user(user)
        await registry.add_community(CATS, admins=[5])
        await registry.add_community(DOGS)

    async def test_an_application_is_found_by_key_and_by_id(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """All of it, its secret too: calls are signed with that."""
        made = Application(
            id=7,
            key="CBAKEY",
            secret="s3cret",
            title="Demo",
            community_id=3,
            addresses=("10.0.0.0/8", "::1/128"),
            redirects=("https://demo.example/back", "demo://7"),
        )
        await registry.add_application(made)
        assert await accounts.application("CBAKEY") == made
        assert await accounts.application_by_id(7) == made

    @pytest.mark.parametrize("key", ["", "cbakey", "a\0", "\ud800", "x" * 5000])
    async def test_an_unknown_application_is_refused(
        self, accounts: Accounts, registry: Registry, key: str
    ) -> None:
        """Keys are exact, and nonsense is only unknown."""
        await registry.add_application(Application(id=7, key="CBAKEY", secret=""))
        with pytest.raises(UnknownApplication):
            await accounts.application(key)
        for number in (0, 8, -7, NOBODY):
            with pytest.raises(UnknownApplication):
                await accounts.application_by_id(number)

    async def test_a_token_says_who_calls(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """The same as its draft said, for each kind of token."""
        photos = frozenset({"photos", "wall"})
        for draft, caller in (
            (
                TokenDraft(token="ann", app_id=7, user_id=5, permissions=photos),
                Caller(app_id=7, user_id=5, permissions=photos),
            ),
            (
                TokenDraft(
                    token="cats", app_id=7, community_id=3, kind=TokenKind.COMMUNITY
                ),
                Caller(app_id=7, community_id=3, kind=TokenKind.COMMUNITY),
            ),
            (
                TokenDraft(token="service", app_id=7, kind=TokenKind.SERVICE),
                Caller(app_id=7, kind=TokenKind.SERVICE),
            ),
            (
                TokenDraft(token="signing", app_id=8, user_id=5, secret="sess"),
                Caller(app_id=8, user_id=5, secret="sess"),
            ),
        ):
            await registry.add_token(draft)
            assert await accounts.caller(draft.token, NOW) == caller

    @pytest.mark.parametrize("token", ["", "Ann", "ann ", "a\0", "\ud800", "x" * 5000])
    async def test_an_unknown_token_is_refused(
        self, accounts: Accounts, registry: Registry, token: str
    ) -> None:
        """Tokens are exact, and nonsense is only unknown."""
        await registry.add_token(TokenDraft(token="ann", app_id=7, user_id=5))
        with pytest.raises(UnknownSession):
            await accounts.caller(token, NOW)

    async def test_a_token_expires_at_its_moment(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Good until just before, stale from then on."""
        await registry.add_token(TokenDraft(token="ann", app_id=7, expires_at=NOW))
        await accounts.caller("ann", NOW - timedelta(microseconds=1))
        for late in (timedelta(), timedelta(days=1)):
            with pytest.raises(SessionExpired):
                await accounts.caller("ann", NOW + late)

    async def test_a_token_lives_longer_but_never_shorter(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """The later moment counts; what lives for ever still does."""
        day = timedelta(days=1)
        await registry.add_token(TokenDraft(token="ann", app_id=7, expires_at=NOW))
        await registry.add_token(TokenDraft(token="bob", app_id=7))
        for expires_at in (NOW + day, NOW + day / 2):
            for token in ("ann", "bob", "nobody"):
                await registry.prolong_token(token, expires_at)
        await accounts.caller("ann", NOW + day / 2)
        await accounts.caller("bob", NOW + 2 * day)
        with pytest.raises(SessionExpired):
            await accounts.caller("ann", NOW + day)

    async def test_what_was_granted_for_good_adds_to_the_token(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """For this user and application; withdrawing takes it from the next call."""
        draft = TokenDraft(
            token="ann", app_id=7, user_id=5, permissions=frozenset({"photos"})
        )
        await registry.add_token(draft)
        for app_id, user_id in ((7, 5), (7, 5), (8, 5), (7, 6)):
            await registry.grant(app_id, user_id, f"for {app_id} {user_id}")
        caller = await accounts.caller("ann", NOW)
        assert caller.permissions == {"photos", "for 7 5"}
        await registry.withdraw(7, 5, "for 7 5")
        assert (await accounts.caller("ann", NOW)).permissions == {"photos"}

    @pytest.mark.parametrize(
        ("caller", "owner", "refusal"),
        [
            (Caller(app_id=7, user_id=5), 5, None),
            (Caller(app_id=7, user_id=5), 6, AccessDenied),
            (Caller(app_id=7, user_id=5), -3, None),
            (Caller(app_id=7, user_id=5), -5, AccessDenied),
            (Caller(app_id=7, user_id=6), -3, AccessDenied),
            (Caller(app_id=7, user_id=5, community_id=5), -5, AccessDenied),
            (Caller(app_id=7, user_id=5, community_id=5), 5, None),
            (Caller(app_id=7, community_id=3, kind=TokenKind.COMMUNITY), -3, None),
            (Caller(app_id=7, community_id=5, kind=TokenKind.COMMUNITY), -3, AccessDenied),
            (Caller(app_id=7, community_id=5, kind=TokenKind.COMMUNITY), 5, AccessDenied),
            (Caller(app_id=7, kind=TokenKind.SERVICE), 5, AccessDenied),
            (Caller(app_id=7, kind=TokenKind.SERVICE), -3, AccessDenied),
            (Caller(app_id=7, kind=TokenKind.SERVICE), 0, UserNotFound),
            (Caller(app_id=7, user_id=5), 77, UserNotFound),
            (Caller(app_id=7, user_id=77), 77, UserNotFound),
            (Caller(app_id=7, user_id=5), NOBODY, UserNotFound),
            (Caller(app_id=7, user_id=5), -77, CommunityNotFound),
            (Caller(app_id=7, user_id=5), -NOBODY, CommunityNotFound),
        ],
    )
    async def test_callers_write_to_what_is_theirs(
        self,
        accounts: Accounts,
        registry: Registry,
        caller: Caller,
        owner: int,
        refusal: type[Exception] | None,
    ) -> None:
        """Their own, or what they administer; a community's token, its community."""
        await self._populate(registry)
        to = Destination(Place.ALBUM, owner, album_id=10**9)
        if refusal is None:
            await accounts.authorise(caller, to)
        else:
            with pytest.raises(refusal):
                await accounts.authorise(caller, to)

    async def test_users_and_communities_come_in_the_order_asked(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """Those that exist, as often as they are asked for."""
        await self._populate(registry)
        ids = [6, 77, 5, NOBODY, -5, 0, 6]
        assert await accounts.users(ids) == [BOB, ANN, BOB]
        assert await accounts.users([]) == []
        assert await accounts.communities([5, 77, 3, -NOBODY]) == [DOGS, CATS]
        assert await accounts.communities([]) == []

    async def test_communities_are_listed_by_id(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """As many as were asked for."""
        await registry.add_community(DOGS)
        await registry.add_community(CATS)
        assert await accounts.all_communities() == [CATS, DOGS]
        assert await accounts.all_communities(limit=1) == [CATS]

    async def test_users_are_listed_by_id(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """As many as were asked for."""
        for one in (BOB, ANN):
            await registry.add_user(one)
        assert await accounts.all_users() == [ANN, BOB]
        assert await accounts.all_users(limit=1) == [ANN]

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("ann.lee", ANN),
            ("ANN.LEE", ANN),
            ("dogs", DOGS),
            ("КОТИКИ", CATS),
            ("nobody", None),
            ("", None),
            ("%", None),
            ("a\0", None),
            ("\ud800", None),
        ],
    )
    async def test_a_screen_name_is_found_in_any_letter_case(
        self, accounts: Accounts, registry: Registry, name: str, found: object
    ) -> None:
        """In any alphabet; those without a name are not found by none."""
        await self._populate(registry)
        assert await accounts.by_screen_name(name) == found

    async def test_a_user_is_found_before_a_community(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """And the one with the lower id before the other, if two have a name."""
        for number in (9, 8):
            await registry.add_community(Community(id=number, name="", screen_name="same"))
        found = await accounts.by_screen_name("same")
        assert found == Community(id=8, name="", screen_name="same")
        user = User(id=99, first_name="", last_name="", screen_name="same")
        await registry.add_user(user)
        assert await accounts.by_screen_name("same") == user

    async def test_administrators_are_who_was_named(
        self, accounts: Accounts, registry: Registry
    ) -> None:
        """And nobody else."""
        await self._populate(registry)
        assert await accounts.administers(5, 3)
        for user_id, community_id in ((6, 3), (5, 5), (3, 5), (NOBODY, 3), (0, 3)):
            assert not await accounts.administers(user_id, community_id)

    async def test_a_chat_is_found(self, accounts: Accounts, registry: Registry) -> None:
        """With its members in their order."""
        chat = Chat(id=4, title="We", admin_id=5, members=(6, 5, 7), main_photo_id=1)
        await registry.add_chat(chat)
        assert await accounts.chat(4) == chat
        for number in (0, 5, NOBODY):
            assert await accounts.chat(number) is None
