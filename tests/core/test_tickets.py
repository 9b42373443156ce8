"""Tickets: sealed whole, fresh until a moment, and for one caller."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.core import errors as e
from threebath.core.places import RULES, Place, rule_of
from threebath.core.signing import Keyring, Purpose
from threebath.core.tickets import Caller, Destination, Ticket, TokenKind

KEYS = Keyring((b"a secret for tests only",))
THEN = datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)

words = st.text(max_size=20)
tickets = st.builds(
    Ticket,
    id=words,
    kind=words,
    app_id=st.integers(0, 2**53),
    actor_id=st.integers(-(2**53), 2**53),
    destination=st.builds(
        Destination,
        st.sampled_from(Place),
        st.integers(-(2**53), 2**53),
        st.none() | st.integers(0, 2**53),
    ),
    expires_at=st.integers(0, 2**33).map(lambda at: datetime.fromtimestamp(at, UTC)),
    slots=st.lists(words, max_size=3).map(tuple),
    options=st.dictionaries(words, words, max_size=3),
)


@given(ticket=tickets)
def test_a_ticket_comes_back_as_it_was_sealed(ticket):
    """Every field, whatever is in it."""
    assert Ticket.unseal(ticket.seal(KEYS), KEYS) == ticket


def test_a_receipts_seal_opens_no_ticket():
    """Even if what is in it looks like one."""
    sealed = KEYS.seal(Purpose.RECEIPT, b"[]")
    with pytest.raises(e.Forged):
        Ticket.unseal(sealed, KEYS)


def test_a_ticket_is_fresh_until_its_moment():
    """Not a second longer."""
    to = Destination(Place.WALL, 1)
    ticket = Ticket(
        id="t", kind="vk.wall", app_id=1, actor_id=1, destination=to, expires_at=THEN
    )
    ticket.check_fresh(THEN - timedelta(seconds=1))
    with pytest.raises(e.Expired, match="2026-05-01 12:00:05 UTC"):
        ticket.check_fresh(THEN)


def test_a_caller_acts_as_a_user_or_a_community():
    """Minus the community's id, as owners are written."""
    user = Caller(app_id=1, user_id=3)
    group = Caller(app_id=1, community_id=7, kind=TokenKind.COMMUNITY)
    assert (user.actor_id, group.actor_id) == (3, -7)


def test_a_permission_is_granted_or_not():
    """The empty one is nobody's to grant."""
    caller = Caller(app_id=1, user_id=3, permissions=frozenset({"photos"}))
    caller.check_may("photos")
    caller.check_may("")
    with pytest.raises(e.PermissionDenied, match="wall"):
        replace(caller).check_may("wall")


def test_a_session_does_not_show_its_secret():
    """Callers are printed in logs."""
    assert "hush" not in repr(Caller(app_id=1, secret="hush"))


def test_every_place_has_a_rule():
    """Albums hold, profiles replace, messages are unlisted."""
    assert {place for place in Place if rule_of(place).in_album} == {Place.ALBUM}
    assert rule_of(Place.PROFILE).becomes_main
    assert not rule_of(Place.MESSAGE).listed
    assert set(RULES) <= set(Place)
