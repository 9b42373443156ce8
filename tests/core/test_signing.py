"""Signatures: whose they are, what they are for, and that every bit counts."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from string import ascii_lowercase, ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.core.errors import Forged
from threebath.core.signing import FULL, Keyring, Purpose, same_secret

OLD, NEW = b"an old secret of 16+", b"a new secret of 16 +"
KEYS = Keyring((NEW, OLD))
ALPHABET = ascii_uppercase + ascii_lowercase + digits + "-_"


def test_the_canonical_form_is_what_the_module_says():
    """HMAC under a key of the purpose; sealed: URL-safe base64 without padding."""
    key = hmac.digest(NEW, b"ticket", hashlib.sha256)
    signature = hmac.digest(key, b"message", hashlib.sha256)
    assert KEYS.sign(Purpose.TICKET, b"message") == signature
    sealed = urlsafe_b64encode(signature + b"message").rstrip(b"=").decode()
    assert KEYS.seal(Purpose.TICKET, b"message") == sealed


@given(message=st.binary(max_size=200), size=st.integers(8, FULL))
def test_what_was_signed_verifies_at_any_length(message, size):
    """Whatever the bytes; a cut signature verifies as cut."""
    signature = KEYS.sign(Purpose.RECEIPT, message, size=size)
    assert len(signature) == size
    KEYS.verify(Purpose.RECEIPT, message, signature, size=size)


@given(message=st.binary(max_size=100))
def test_what_was_sealed_comes_back(message):
    """The text is fit for a URL as it is."""
    sealed = KEYS.seal(Purpose.TICKET, message)
    assert set(sealed) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
    assert KEYS.unseal(Purpose.TICKET, sealed) == message


def test_every_bit_of_a_sealed_message_counts():
    """Flip any of them and it is forged."""
    sealed = KEYS.seal(Purpose.TICKET, b"seven")
    for at, letter in enumerate(sealed):
        for bit in range(6):
            other = ALPHABET[ALPHABET.index(letter) ^ 1 << bit]
            with pytest.raises(Forged):
                KEYS.unseal(Purpose.TICKET, sealed[:at] + other + sealed[at + 1 :])


@pytest.mark.parametrize("change", ["", "A", "=", " ", "é", "\x00"])
def test_one_text_stands_for_a_message_and_no_other(change):
    """Padding, spaces and foreign letters are not quietly passed over."""
    sealed = KEYS.seal(Purpose.TICKET, b"message")
    with pytest.raises(Forged):
        KEYS.unseal(Purpose.TICKET, sealed + change if change else sealed[:-1])


def test_a_signature_for_one_purpose_is_none_for_another():
    """A receipt never passes as a ticket."""
    sealed = KEYS.seal(Purpose.RECEIPT, b"message")
    for purpose in set(Purpose) - {Purpose.RECEIPT}:
        with pytest.raises(Forged):
            KEYS.unseal(purpose, sealed)


def test_secrets_are_rotated_without_a_break():
    """The newest signs; those before still verify; a retired one does not."""
    before = Keyring((OLD,)).seal(Purpose.TICKET, b"message")
    assert KEYS.unseal(Purpose.TICKET, before) == b"message"
    assert KEYS.seal(Purpose.TICKET, b"message") != before
    with pytest.raises(Forged):
        Keyring((NEW,)).unseal(Purpose.TICKET, before)


@pytest.mark.parametrize("secrets", [(), (b"short",), (NEW, b"")])
def test_a_keyring_without_a_good_secret_is_refused(secrets):
    """At start-up, not at the first signature."""
    with pytest.raises(ValueError, match="16 bytes"):
        Keyring(secrets)


def test_a_keyring_does_not_show_its_secrets():
    """Not in a log, not in a traceback."""
    assert "secret" not in repr(KEYS)


def test_secrets_are_the_same_or_not():
    """Text and bytes, of any alphabet."""
    assert same_secret("тайна", "тайна".encode())
    assert not same_secret("тайна", "тайны")
