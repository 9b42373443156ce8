"""The test captcha and the rates, as vk_api meets them: unmodified, with its own means."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from tests.live import running

requests = pytest.importorskip("requests", reason="the interop group is not installed")
vk_api = pytest.importorskip("vk_api", reason="the interop group is not installed")
jconfig = pytest.importorskip("jconfig", reason="the interop group is not installed")

pytestmark = pytest.mark.interop


def _api(live, **more):
    class Here(requests.Session):
        def request(self, method, url, *args, **kwargs):
            return super().request(
                method, live.address + urlsplit(url).path, *args, **kwargs
            )

    token = live.worlds["vk"]["user_token"]
    client = vk_api.VkApi(token=token, session=Here(), config=jconfig.MemoryConfig, **more)
    return client.get_api()


def test_a_captcha_is_solved_and_the_call_repeated(tmp_path):
    """The library asks its handler, which looks at the picture."""
    pictures = []

    def solve(captcha):
        pictures.append(httpx.get(captcha.get_url()).text)
        return captcha.try_again(re.search(r">(\w+)</text>", pictures[-1])[1])

    with running(tmp_path / "data", dialects__vk_captcha="wall.post") as live:
        api = _api(live, captcha_handler=solve)
        assert api.users.get()[0]["id"] == 1
        assert api.wall.post(message="hi")["post_id"] > 0
    assert len(pictures) == 1


def test_too_many_calls_are_waited_out(tmp_path):
    """Two clients of one token: one of them gets 6, waits, and comes through."""
    with running(tmp_path / "data", dialects__vk_rates="true") as live:
        apis = [_api(live) for _ in range(2)]
        found = [api.users.get()[0]["id"] for _ in range(4) for api in apis]
        token = {"access_token": live.worlds["vk"]["user_token"], "v": "5.199"}
        method = live.worlds["vk"]["api"] + "users.get"
        codes = [httpx.post(method, data=token).json().get("error", {}) for _ in range(5)]
    assert found == [1] * 8
    assert 6 in [one.get("error_code") for one in codes]
