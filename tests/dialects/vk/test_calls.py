"""VK's calling convention: where parameters come from, tokens, versions, execute."""

import httpx
import pytest

POOL = (
    "var values = VALUES,i = 0,result = [];while(i < values.length) "
    "{result.push(API.users.get(values[i]));i = i + 1;}return result;"
)
"""What vk_api's pool of calls to one method sends."""

ONE_KEY = (
    'var def_values = {"fields":"photo_50"},values = VALUES,result = [],i = 0;'
    "while(i < values.length) {def_values.user_ids = values[i];"
    "result.push(API.users.get(def_values));i = i + 1;}return result;"
)
"""What its pool for one changing parameter sends."""

NOBODY = {"peer_id": 404, "message": "a", "random_id": 1}


async def test_parameters_come_from_query_and_body_together(vk):
    """vkbottle puts token and version into the query and the rest into the body."""
    query = {"access_token": vk.world["user_token"], "v": "5.199"}
    answer = await vk.http.post("/method/users.get", params=query, data={"user_ids": "5"})
    assert [one["first_name"] for one in answer.json()["response"]] == ["Ben"]


@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_get_and_post_are_the_same(vk, verb):
    """The manual's word."""
    answer = await vk.raw("users.get", verb=verb)
    assert answer.json()["response"][0]["id"] == 1


async def test_the_token_may_be_a_bearer(vk):
    """The Go library sends only the header."""
    headers = {"Authorization": f"Bearer {vk.world['user_token']}"}
    url = "/method/stats.trackVisitor?v=5.199"
    assert (await vk.http.get(url, headers=headers)).json() == {"response": 1}


async def test_a_body_without_a_type_is_a_form(vk):
    """The PHP library names no Content-Type."""
    body = f"access_token={vk.world['user_token']}&v=5.199&user_ids=1,5"
    request = httpx.Request("POST", f"{vk.http.base_url}/method/users.get", content=body)
    request.headers.pop("content-type", None)
    assert len((await vk.http.send(request)).json()["response"]) == 2


async def test_a_call_may_be_multipart(vk):
    """VK's own curl samples use -F."""
    files = {"access_token": (None, vk.world["user_token"]), "v": (None, "5.199")}
    answer = await vk.http.post("/method/users.get", files=files)
    assert answer.json()["response"][0]["id"] == 1


async def test_empty_is_absent_and_what_is_unknown_is_ignored(vk):
    """The Go library sends every parameter; vk_api sends the whole upload reply."""
    issued = await vk.ok("photos.getWallUploadServer", group_id="", bwact="x", caption="c")
    assert issued["user_id"] == 1


@pytest.mark.parametrize(
    ("method", "token", "params", "code", "said"),
    [
        ("users.get", None, {}, 5, "unknown"),
        ("users.get", "nonsense", {}, 5, "unknown"),
        ("users.get", "user", {"v": None}, 8, "v (version) is required"),
        ("users.get", "user", {"v": "latest"}, 8, "v (version)"),
        ("users.none", "user", {}, 3, "users.none"),
        ("Users.get", "user", {}, 3, "Users.get"),
        ("photos.getWallUploadServer", "group", {}, 27, "user token is needed"),
        ("photos.getWallUploadServer", "service", {}, 28, "user token is needed"),
        ("photos.getUploadServer", "user", {}, 100, "album_id undefined"),
        ("photos.getUploadServer", "user", {"album_id": "x"}, 100, "not integer"),
        ("photos.getUploadServer", "user", {"album_id": 99}, 114, "no such album"),
        ("photos.getUploadServer", "user", {"album_id": 1, "group_id": 7}, 200, "belong"),
        ("photos.getWallUploadServer", "user", {"group_id": 99}, 125, "community 99"),
        ("photos.getOwnerPhotoUploadServer", "user", {"owner_id": 5}, 15, "denied"),
        ("photos.createAlbum", "user", {}, 100, "title is missing"),
        ("photos.createAlbum", "user", {"title": "a"}, 100, "2 letters"),
        ("photos.delete", "user", {}, 100, "photo_id is undefined"),
        ("photos.delete", "user", {"photo_id": 1}, 100, "no photo"),
        ("photos.get", "user", {}, 100, "album_id is missing"),
        ("photos.get", "user", {"album_id": "wall", "count": 9999}, 100, "1000"),
        ("photos.getById", "user", {"photos": "x"}, 100, "photos is invalid"),
        ("groups.getById", "user", {}, 100, "group_ids is undefined"),
        ("wall.post", "user", {}, 100, "message is undefined"),
        ("wall.post", "user", {"message": "a", "owner_id": 5}, 15, "denied"),
        ("wall.post", "user", {"attachments": "photo1_2"}, 100, "no photo"),
        ("wall.post", "user", {"attachments": "nonsense"}, 100, "cannot be attached"),
        ("wall.post", "user", {"attachments": ",".join(["a"] * 11)}, 100, "at most 10"),
        ("messages.send", "user", {"peer_id": 5}, 100, "message is empty"),
        ("messages.send", "user", {"peer_id": 5, "message": "a"}, 100, "random_id"),
        ("messages.send", "user", {"message": "a", "random_id": 1}, 100, "peer_id"),
        (
            "messages.send",
            "user",
            {"peer_id": 404, "message": "a", "random_id": 1},
            901,
            "",
        ),
        ("execute", "user", {"code": "delete everything"}, 12, "code"),
        ("execute", "user", {}, 100, "code is missing"),
    ],
)
async def test_what_is_wrong_has_its_own_number_and_says_why(
    vk, method, token, params, code, said
):  # one column of the table each
    """The numbers are VK's; after VK's words stand ours."""
    found, text = await vk.error(method, token, **params)
    assert (found, said in text) == (code, True), text


async def test_an_error_echoes_the_call_without_its_token(vk):
    """request_params: method, oauth, v and what was sent, all of it text."""
    error = (await vk.raw("photos.getUploadServer", album_id=99)).json()["error"]
    shown = {one["key"]: one["value"] for one in error["request_params"]}
    assert shown == {
        "method": "photos.getUploadServer",
        "oauth": "1",
        "v": "5.199",
        "album_id": "99",
    }


async def test_communities_are_a_list_up_to_5_131_and_an_object_after(vk):
    """Two generations of vkbottle want two shapes."""
    old = await vk.ok("groups.getById", group_id=7, v="5.131")
    new = await vk.ok("groups.getById", group_id="filmclub")
    own = await vk.ok("groups.getById", "group")
    assert old[0]["name"] == "Film Club"
    assert new == own == {"groups": old, "profiles": []}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('return [API.users.get({"user_ids":5}),API.stats.trackVisitor()];', ["Ben", 1]),
        (
            POOL.replace("VALUES", '[{"user_ids":1},{"user_ids":[5]}]'),
            ["Ada", "Ben"],
        ),
        (ONE_KEY.replace("VALUES", "[5,1]"), ["Ben", "Ada"]),
        ("return [1, [2, true], null];", [1, [2, True], None]),
        ("return 5;", 5),
    ],
)
async def test_execute_runs_the_forms_that_clients_send(vk, code, expected):
    """vk-io's parallel mode and vk_api's pool."""
    answer = await vk.ok("execute", code=code)
    named = (
        [one[0]["first_name"] if isinstance(one, list) and one and isinstance(one[0], dict)
         else one for one in answer]
        if isinstance(answer, list)
        else answer
    )  # fmt: skip
    assert named == expected


async def test_a_failing_call_in_execute_is_false_and_listed(vk):
    """The others go through."""
    code = 'return [API.users.none(),API.stats.trackVisitor(),API.users.get({"v":1})];'
    answer = (await vk.raw("execute", code=code)).json()
    assert answer["response"][:2] == [False, 1]
    first = answer["execute_errors"][0]
    assert (first["method"], first["error_code"]) == ("users.none", 3)


@pytest.mark.parametrize(
    "code",
    [
        "return " + "[" * 50 + "]" * 50 + ";",
        "return [" + ",".join(["API.stats.trackVisitor()"] * 26) + "];",
        "return API.users.get(5);",
        "return [1,",
        "return [1;",
        POOL.replace("VALUES", "5"),
        ONE_KEY.replace("VALUES", "[1"),
        "return 1;" + " " * 70_000,
    ],
)
async def test_hostile_code_is_refused(vk, code):
    """Nesting, too many calls, broken lists: a clear error, never a crash."""
    assert (await vk.error("execute", code=code))[0] in {12, 13}


async def test_old_versions_send_messages_without_a_random_id(vk):
    """It is required from 5.90 on."""
    assert await vk.ok("messages.send", peer_id=5, message="hi", v="5.89")


async def test_messages_go_to_chats_names_and_many_peers(vk):
    """chat_id, domain, user_id, peer_ids."""
    for to in ({"chat_id": 1}, {"domain": "ben"}, {"user_id": 5}, {"peer_id": -7}):
        assert await vk.ok("messages.send", message="hi", random_id=7, **to)
    sent = await vk.ok("messages.send", message="hi", random_id=8, peer_ids="5,2000000001")
    assert [one["peer_id"] for one in sent] == [5, 2000000001]
