"""OK's clients from PyPI, unmodified apart from the address that each lets one change."""

import json
from urllib.parse import unquote

import pytest
from tests.interop.ok_credentials import add_limited_token, oauth
from tests.pictures import photo, scene

WHY = "the interop group is not installed"
requests = pytest.importorskip("requests", reason=WHY)
pyodnoklassniki = pytest.importorskip("pyodnoklassniki", reason=WHY)
odnoklassniki = pytest.importorskip("odnoklassniki", reason=WHY)
ok_api = pytest.importorskip("ok_api", reason=WHY)
aiookru = pytest.importorskip("aiookru", reason=WHY)

pytestmark = [
    pytest.mark.interop,
    # The clients leave their sessions open.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def world(live):
    return live.worlds["ok"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "a.jpg").write_bytes(photo(640, 480))
    scene(300, 200).save(folder / "b.png")
    return folder


@pytest.fixture
def py_ok(world, monkeypatch):
    """Set pyodnoklassniki up; its address is read when the API object is built."""
    monkeypatch.setattr(pyodnoklassniki, "app_pub_key", world["application_key"])
    monkeypatch.setattr(pyodnoklassniki, "app_secret_key", world["application_secret_key"])
    monkeypatch.setattr(pyodnoklassniki, "api_base", f"{world['api']}fb.do")
    return pyodnoklassniki


def sent(address, *contents):
    files = [(f"pic{n}", (f"{n}.jpg", one)) for n, one in enumerate(contents, 1)]
    return requests.post(address, files=files, timeout=60).json()["photos"]


def test_pyodnoklassniki_uploads_and_commits(py_ok, world):
    """Cases 1 to 3: ids and an address, the filler, a single commit by GET."""
    api = py_ok.OdnoklassnikiAPI(access_token=world["access_token"])
    issued = api.photosV2.getUploadUrl(count=2)
    assert len(issued["photo_ids"]) == 2
    assert issued["upload_url"].startswith(world["api"])
    filler = api.photosV2.getUploadUrl(count=1, placeholders="true")
    assert "${photoIds}" in filler["upload_url"]
    photos = sent(issued["upload_url"], photo(640, 480), photo(300, 200))
    for photo_id in issued["photo_ids"]:
        done = api.photosV2.commit(photo_id=photo_id, token=photos[photo_id]["token"])
        assert done["photos"][0]["status"] == "SUCCESS"
        assert done["photos"][0]["assigned_photo_id"].isdecimal()


def test_pyodnoklassniki_signs_sessions_its_own_way(py_ok, world):
    """Case 4: session_key is part of what is signed."""
    api = py_ok.OdnoklassnikiAPI(
        session_key=world["session_key"], session_secret_key=world["session_secret_key"]
    )
    assert api.users.getCurrentUser()["uid"] == world["user_id"]


def test_pyodnoklassniki_raises_what_it_is_told(py_ok, world, monkeypatch):
    """Cases 5 to 7: 104 for a wrong secret, 3 for an unknown method, 100 for no session."""
    api = py_ok.OdnoklassnikiAPI(access_token=world["access_token"])
    with pytest.raises(py_ok.OdnoklassnikiError) as caught:
        api.nothing.here()
    assert caught.value.code == 3
    with pytest.raises(py_ok.OdnoklassnikiError) as caught:
        py_ok.OdnoklassnikiAPI().users.getCurrentUser()
    assert str(caught.value).startswith("PARAM : Missed required parameter: access_token")
    monkeypatch.setattr(py_ok, "app_secret_key", "wrong")
    api = py_ok.OdnoklassnikiAPI(access_token=world["access_token"])
    with pytest.raises(py_ok.AuthError) as caught:
        api.users.getCurrentUser()
    assert caught.value.code == 104


@pytest.fixture
def od(world, monkeypatch):
    """Return what makes a client of `odnoklassniki`; its address is read at each call."""
    monkeypatch.setattr(odnoklassniki.api, "API_URL", f"{world['api']}fb.do")

    def make(token=world["access_token"]):
        return odnoklassniki.Odnoklassniki(
            world["application_key"], world["application_secret_key"], token
        )

    return make


def test_odnoklassniki_commits_a_cyrillic_comment(od):
    """Case 8: JSON text with letters as they are, hashed as it was received."""
    api = od()
    issued = api.photosV2.getUploadUrl(count=1)
    [photo_id] = issued["photo_ids"]
    photos = sent(issued["upload_url"], photo(640, 480))
    listed = [{"photo_id": photo_id, "token": photos[photo_id]["token"], "comment": "Ночь"}]
    said = json.dumps(listed, ensure_ascii=False)
    [done] = api.photosV2.commit(photos=said)["photos"]
    found = api.photos.getPhotoInfo(photo_id=done["assigned_photo_id"])
    assert found["photo"]["text"] == "Ночь"


def test_odnoklassniki_posts_a_topic_with_a_token(od, world):
    """Case 9: no commit; a plain string. With the group's upload, or with one's own."""
    api = od()
    for asked in ({}, {"gid": world["group_id"]}):
        issued = api.photosV2.getUploadUrl(count=1, **asked)
        [(_, found)] = sent(issued["upload_url"], photo(640, 480)).items()
        media = [{"type": "photo", "list": [{"id": found["token"]}]}]
        topic = api.mediatopic.post(
            type="GROUP_THEME",
            gid=world["group_id"],
            attachment=json.dumps({"media": media}),
        )
        assert isinstance(topic, str)
        assert topic.isdecimal()


async def test_odnoklassniki_hears_of_a_missing_permission(od, live):
    """Case 10: error 10, its text, and the name in lower case."""
    api = od(await add_limited_token(live))
    with pytest.raises(odnoklassniki.OdnoklassnikiError) as caught:
        api.photosV2.getUploadUrl(count=1)
    assert caught.value.code == 10
    words = "User must grant an access to permission 'PHOTO_CONTENT'"
    assert caught.value.message == f"PERMISSION_DENIED : {words}"


@pytest.fixture
def kapi(world, monkeypatch):
    """Set ok_api up: it has no hook, so the private address is set as it is made."""
    made = ok_api.OkApi.__init__

    def init(self, *args, **named):
        made(self, *args, **named)
        self._OkApi__API_URL = f"{world['api']}fb.do"

    monkeypatch.setattr(ok_api.OkApi, "__init__", init)
    return ok_api.OkApi(
        access_token=world["access_token"],
        application_key=world["application_key"],
        application_secret_key=world["application_secret_key"],
    )


def test_ok_api_uploads_two_files(kapi, files):
    """Case 11: odd part names, the type `image`, blank aid and gid."""
    names = [str(files / "a.jpg"), str(files / "b.png")]
    answer = ok_api.Upload(kapi).photo(photos=names)
    assert len(answer["photos"]) == 2
    listed = [{"photo_id": one, **found} for one, found in answer["photos"].items()]
    done = kapi.photosV2.commit(photos=json.dumps(listed)).json()
    assert {one["status"] for one in done["photos"]} == {"SUCCESS"}


def test_ok_api_hears_of_a_foreign_album(kapi, files, world):
    """Case 12: no upload_url in the answer, so it raises what came instead."""
    with pytest.raises(ok_api.UploadPhotoError) as caught:
        ok_api.Upload(kapi).photo(
            photos=str(files / "a.jpg"), album=world["group_album_id"]
        )
    assert caught.value.message["error_code"] == 512
    answer = ok_api.Upload(kapi).photo(
        photos=str(files / "a.jpg"),
        album=world["group_album_id"],
        group_id=world["group_id"],
    )
    assert len(answer["photos"]) == 1


async def test_aiookru_uploads_and_commits(world):
    """Cases 13 to 15: GETs, a comment of every sign, and errors as what they are."""
    api = aiookru.API(
        access_token=world["access_token"],
        application_key=world["application_key"],
        application_secret_key=world["application_secret_key"],
    )
    api.session.client.base_url = world["api"]
    async with api:
        issued = await api.photosV2.getUploadUrl(count=3)
        assert len(issued["photo_ids"]) == 3
        photos = sent(issued["upload_url"], *[photo(640, 480)] * 3)
        one = issued["photo_ids"][1]
        asked = {"photo_id": one, "token": photos[one]["token"], "comment": "a b&c+d"}
        [done] = (await api.photosV2.commit(**asked))["photos"]
        found = await api.photos.getPhotoInfo(photo_id=done["assigned_photo_id"])
        assert found["photo"]["text"] == "a b&c+d"
        refused = await api.photosV2.commit(photo_id="x", token="y")
        assert refused["error_code"] == 121


def test_tokens_of_oauth_work_in_a_client(live, od):
    """Let in at the page, exchanged for a token, and used."""
    told = oauth(live)
    assert od(told["access_token"]).users.getCurrentUser()["name"] == "Olga Orlova"


def test_ids_in_the_address_are_those_of_the_answer(od):
    """Percent-encoded once, as `requests` sends them on."""
    issued = od().photosV2.getUploadUrl(count=2)
    listed = unquote(issued["upload_url"].partition("&photoIds=")[2])
    assert listed.split(",") == issued["photo_ids"]
