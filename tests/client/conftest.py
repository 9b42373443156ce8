"""A client of each network over recorded answers."""

import pytest
from tests.client.replay import Replay

from threebath.client import OK, UP, VK, OKSession


@pytest.fixture
def replay():
    """Whatever was foreseen must have been asked for."""
    replay = Replay()
    yield replay
    left = {name: list(rest) for name, rest in replay.answers.items() if rest}
    assert left == {}


@pytest.fixture
def vk(replay):
    return VK("secret-token", rate=None, transport=replay.transport())


@pytest.fixture
def own_vk(replay):
    """A client of a threebath server, where a repeated save makes nothing new."""
    base = "http://threebath.example"
    return VK("secret-token", base=base, rate=None, transport=replay.transport())


@pytest.fixture
def ok(replay):
    session = OKSession(access_token="tok1")
    return OK(
        "CBAPPKEY",
        application_secret="APPSECRET",
        session=session,
        transport=replay.transport(),
    )


@pytest.fixture
def up(replay):
    return UP(
        "77a52842357422fadd912a2600e6e53c",
        "mysecret",
        session_key="489727d0ab2efc6e8003018c-i2LLkn8BDb2s.",
        community="mycommunity",
        transport=replay.transport(),
    )
