"""UP's signature, by the vectors of docs/protocols/up.md and by what real clients do."""

import hashlib

import pytest
from tests.dialects.up.lab import SECRET, arguments, refusal, sign

from threebath.core.errors import BadSignature
from threebath.dialects.up.signature import signature_of, verified

SEED = {
    "aid": "940915667462717",
    "api_key": "77a52842357422fadd912a2600e6e53c",
    "call_id": "1172623588.023010",
    "caption": "Under the sunset",
    "community": "mycommunity",
    "method": "up.photos.upload",
    "session_key": "489727d0ab2efc6e8003018c-i2LLkn8BDb2s.",
}
VECTORS = [
    (SEED, "mysecret", "eba81bbe09d750f9d5bd5a551720a099"),
    (
        {**SEED, "caption": "Под закатом", "format": "JSON"},
        "mysecret",
        "68b952dfc489ce2fc5d27227203739dc",
    ),
    (
        {
            "apiKey": "myApiKey",
            "community": "mashable",
            "method": "up.users.getInfo",
            "uids": "1,2,3,4,5",
        },
        "mySecret",
        "d4b412bedf3c131206fea1c3b005a722",
    ),
]


@pytest.mark.parametrize(("given", "secret", "signature"), VECTORS)
def test_the_vectors(given, secret, signature):
    """Whatever order the arguments came in."""
    assert signature_of(sorted(given.items()), secret) == signature
    backwards = sorted(given.items(), reverse=True)
    assert verified(backwards, signature, [secret]) == sorted(given.items())


@pytest.mark.parametrize(("given", "secret", "signature"), VECTORS)
def test_any_other_signature_is_refused(given, secret, signature):
    """Upper case, cut off, blank, another secret's, none's."""
    for wrong in (signature.upper(), signature[:-1], "", signature + " ", "0" * 32):
        with pytest.raises(BadSignature):
            verified(given.items(), wrong, [secret])
    for others in ([], [""], [secret + "x"]):
        with pytest.raises(BadSignature):
            verified(given.items(), signature, others)


def test_both_orders_of_sorting_are_known():
    """Ruby's clients sort ``name=value``: a digit then comes before the equals sign."""
    given = {"uids": "5", "uids1": "6"}
    ruby = "uids1=6uids=5"
    assert verified(given.items(), sign(given), [SECRET]) == list(given.items())
    signature = hashlib.md5(f"{ruby}{SECRET}".encode()).hexdigest()
    assert verified(given.items(), signature, [SECRET])[0] == ("uids1", "6")


async def test_the_mistakes_that_clients_make_are_named(up):
    """104 with a reason: upper case, nothing, one argument forgotten; else none."""
    asked = arguments("up.users.getLoggedInUser")
    left_out = {k: v for k, v in asked.items() if k != "format"}
    for signature, reason in (
        (sign(asked).upper(), "the signature must be in lower case"),
        ("", "the call is not signed"),
        (sign(left_out), "format was left out of what was signed"),
        (sign(asked, "another secret"), "the request signature is wrong"),
    ):
        answer = await up.send({**asked, "sig": signature})
        assert refusal(answer) == (104, f"Incorrect signature: {reason}")


async def test_a_missing_signature_is_a_wrong_one(up):
    """No argument at all, or a blank one."""
    asked = arguments("up.users.getLoggedInUser")
    assert refusal(await up.post(data=asked))[0] == 104
    assert refusal(await up.send({**asked, "sig": ""}))[0] == 104


async def test_every_argument_is_signed(up):
    """One more, one less or one changed is another call."""
    asked = arguments("up.users.getLoggedInUser", locale="en_US", v="1.0")
    signature = sign(asked)
    assert (await up.send({**asked, "sig": signature})).json() == 219074
    for changed in ({"v": "1.1"}, {"locale": ""}, {"ss": "1"}):
        answer = await up.send({**asked, **changed, "sig": signature})
        assert refusal(answer)[0] == 104
    asked.pop("v")
    assert refusal(await up.send({**asked, "sig": signature}))[0] == 104
