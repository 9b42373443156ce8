"""What OK's clients need of a live server, beyond what `threebath dev` prints."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from threebath.bootstrap import open_stores
from threebath.cli.worlds.ok import APP, USER
from threebath.service.ports import TokenDraft
from threebath.settings import Settings

LIMITED = "a-token-without-permissions"
BACK = "http://localhost:9/back"


async def add_limited_token(live):
    """Give out a token that may do nothing; the second token of the protocol page."""
    async with open_stores(Settings(data=live.folder)) as stores:
        await stores.registry.add_token(TokenDraft(token=LIMITED, app_id=APP, user_id=USER))
    return LIMITED


def oauth(live, scope="GET_EMAIL"):
    """Sign in, allow, exchange the code; return what the token endpoint says.

    What is granted stays granted: by default what no other test looks at.
    """
    world = live.worlds["ok"]
    asked = {
        "client_id": world["application_id"],
        "scope": scope,
        "response_type": "code",
        "redirect_uri": BACK,
    }
    with httpx.Client(base_url=live.address) as http:
        http.post("/sign-in", data={"user_id": world["user_id"], "next": "/"})
        page = http.get("/oauth/authorize", params=asked).text
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', page)
        form = {name: unescape(value) for name, value in fields} | {"choice": "allow"}
        where = http.post("/oauth/authorize", data=form).headers["location"]
        [code] = parse_qs(urlsplit(where).query)["code"]
        told = http.post(
            "/oauth/token.do",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": world["application_id"],
                "client_secret": world["application_secret_key"],
                "redirect_uri": BACK,
            },
        )
    return told.json()
