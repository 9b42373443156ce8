"""OK's photos, moments and topics against what the real network answers."""

import hashlib
import json

import httpx
import pytest
from tests.client.replay import html, jpeg, write

from threebath.client import OK, OKSession, Stage
from threebath.client import errors as e

UPLOAD = "https://pu.example/uploadImage?apiToken=a%2Bb%3D&photoIds=x%2By%3D%3D%2Cz%3D%3D"
FIRST, SECOND = "x+y==", "z=="
OAUTH_SECRET = "4375e8e50fe42abb7e883b42150fa419"


def issued(*ids, url=UPLOAD):
    """The answer of getUploadUrl."""
    return {
        "photo_ids": list(ids),
        "upload_url": url,
        "expires_ms": 1_800_000_000_000,
        "ttl_ms": 86_399_988,
    }


def taken(*ids):
    """The answer of the upload host; the real one writes = as an escape."""
    return {"photos": {one: {"token": f"token of {one}"} for one in ids}}


def committed(*pairs, status="SUCCESS"):
    """The answer of photosV2.commit."""
    photos = [
        {"photo_id": one, "assigned_photo_id": assigned, "status": status}
        for one, assigned in pairs
    ]
    return {"photos": photos}


def refused(code, text="NAME : text", data=None):
    """OK's error, with HTTP 200."""
    return {"error_code": code, "error_msg": text, "error_data": data}


def signed(fields, secret, *left_out):
    """Sign as docs/protocols/ok.md 4.1 says, with other code than the client's."""
    rest = {k: v for k, v in fields.items() if k not in {"sig", *left_out}}
    text = "".join(f"{name}={value}" for name, value in sorted(rest.items())) + secret
    return hashlib.md5(text.encode()).hexdigest()


async def test_photos_of_an_album(ok, replay, tmp_path):
    """One address for all, parts in the order of the ids, one commit with the comments."""
    paths = [write(tmp_path, "a.jpg"), write(tmp_path, "b.jpg", jpeg(300, 200))]
    replay.on("photosV2.getUploadUrl", issued(FIRST, SECOND))
    replay.on("upload", taken(SECOND, FIRST))
    replay.on("photosV2.commit", committed((SECOND, "12"), (FIRST, "11")))

    comments = ("Привет 😀", "")
    batch = await ok.upload_photos(paths, album="77", group="55", comments=comments)

    assert [one.id for one in batch.check()] == ["11", "12"]
    assert [one.temporary_id for one in batch.values] == [FIRST, SECOND]
    address, upload, commit = replay.calls
    sizes = ",".join(str(path.stat().st_size) for path in paths)
    asked = {"aid": "77", "gid": "55", "count": "2", "sizes": sizes, "format": "json"}
    assert asked.items() <= address.fields.items()
    assert [(n, f, t) for n, f, t, _ in upload.files] == [
        ("pic1", "a.jpg", "image/jpeg"),
        ("pic2", "b.jpg", "image/jpeg"),
    ]
    assert upload.fields.keys() == {"apiToken", "photoIds"}
    assert json.loads(commit.fields["photos"]) == [
        {"photo_id": FIRST, "token": f"token of {FIRST}", "comment": "Привет 😀"},
        {"photo_id": SECOND, "token": f"token of {SECOND}"},
    ]
    for call in (address, commit):
        sig = signed(call.fields, OAUTH_SECRET, "access_token")
        assert call.fields["sig"] == sig


async def test_the_three_steps_one_by_one(ok, replay, tmp_path):
    """Whoever needs the token itself, for a topic of another shape, takes it singly."""
    replay.on("photosV2.getUploadUrl", issued(FIRST)).on("upload", taken(FIRST))

    address = await ok.issue({"count": 1})
    (token,) = await ok.send(address, [write(tmp_path)])

    assert (token.photo_id, token.token) == (FIRST, f"token of {FIRST}")


async def test_one_photo_of_a_commit_fails(ok, replay, tmp_path):
    """Every status is looked at; what is not SUCCESS is a failure of that photo."""
    paths = [write(tmp_path, "a.jpg"), write(tmp_path, "b.jpg")]
    replay.on("photosV2.getUploadUrl", issued(FIRST, SECOND))
    replay.on("upload", taken(FIRST, SECOND))
    answer = committed((FIRST, "11"))
    answer["photos"].append({"photo_id": SECOND, "status": "FAILURE"})
    replay.on("photosV2.commit", answer)

    batch = await ok.upload_photos(paths)

    assert [one.stage for one in batch.outcomes] == [Stage.SAVED, Stage.FAILED]
    assert "FAILURE" in str(batch.failed[0].error)


async def test_a_photo_that_the_commit_does_not_mention_failed(ok, replay, tmp_path):
    """Results are looked up by id; what is missing is not saved."""
    paths = [write(tmp_path, "a.jpg"), write(tmp_path, "b.jpg")]
    replay.on("photosV2.getUploadUrl", issued(FIRST, SECOND))
    replay.on("upload", taken(FIRST, SECOND))
    replay.on("photosV2.commit", committed((SECOND, "12")))

    batch = await ok.upload_photos(paths)

    assert [one.stage for one in batch.outcomes] == [Stage.FAILED, Stage.SAVED]


@pytest.mark.parametrize("code", range(500, 506))
async def test_a_bad_picture_is_found_among_good_ones(ok, replay, tmp_path, code):
    """The upload host takes all or none; one by one shows which it was."""
    good, bad = write(tmp_path, "good.jpg"), write(tmp_path, "bad.jpg")

    def answer(call):
        if any(name == "bad.jpg" for _, name, *_ in call.files):
            return refused(code, "PHOTO : no")
        return taken(FIRST)

    issues = (issued(FIRST, SECOND), issued(FIRST), issued(SECOND))
    replay.on("photosV2.getUploadUrl", *issues).on("upload", answer, answer, answer)
    replay.on("photosV2.commit", committed((FIRST, "11")))

    batch = await ok.upload_photos([good, bad])

    assert [one.stage for one in batch.outcomes] == [Stage.SAVED, Stage.FAILED]
    assert batch.failed[0].error.code == code
    assert isinstance(batch.failed[0].error, e.UploadRefused)


async def test_moments_are_uploaded_singly_and_committed_together(ok, replay, tmp_path):
    """An address and an upload for each, one commit for all."""
    paths = [write(tmp_path, "a.jpg"), write(tmp_path, "b.jpg")]
    replay.on("moments.getUploadUrl", issued(FIRST), issued(SECOND))
    replay.on("upload", taken(FIRST), taken(SECOND))
    replay.on("moments.commit", {"ids": ["901", "902"]})

    batch = await ok.post_moments(paths)

    assert [one.id for one in batch.check()] == ["901", "902"]
    assert json.loads(replay.calls[-1].fields["photos"]) == [
        {"photo_id": FIRST, "token": f"token of {FIRST}"},
        {"photo_id": SECOND, "token": f"token of {SECOND}"},
    ]


@pytest.mark.parametrize("answer", [True, {"success": True}, {"ids": []}, []])
async def test_a_commit_of_moments_may_say_anything(ok, replay, tmp_path, answer):
    """OK does not publish what it answers; whatever is no error is success."""
    replay.on("moments.getUploadUrl", issued(FIRST)).on("upload", taken(FIRST))
    replay.on("moments.commit", answer)

    batch = await ok.post_moments([write(tmp_path)])

    assert [one.id for one in batch.check()] == [""]


async def test_a_topic_takes_the_upload_tokens(ok, replay, tmp_path):
    """No commit: the post names each token as id, once, and the temporary ids never."""
    paths = [write(tmp_path, "a.jpg"), write(tmp_path, "b.jpg")]
    replay.on("photosV2.getUploadUrl", issued(FIRST, SECOND))
    replay.on("upload", taken(FIRST, SECOND))
    replay.on("mediatopic.post", "63841231112244")

    topic = await ok.post_topic(paths, text="Summer", group="55")

    assert topic.id == "63841231112244"
    post = replay.calls[-1].fields
    assert (post["type"], post["gid"]) == ("GROUP_THEME", "55")
    photos = [{"id": f"token of {FIRST}"}, {"id": f"token of {SECOND}"}]
    assert json.loads(post["attachment"]) == {
        "media": [{"type": "text", "text": "Summer"}, {"type": "photo", "list": photos}]
    }


async def test_a_topic_is_posted_whole_or_not_at_all(ok, replay, tmp_path):
    """One file that cannot be sent, and nobody sees half a post."""
    paths = [write(tmp_path, "a.jpg"), tmp_path / "gone.jpg"]

    with pytest.raises(e.FileMissing):
        await ok.post_topic(paths)

    assert replay.calls == []


@pytest.mark.parametrize(
    "trouble",
    [httpx.ReadError("reset"), html(502), refused(5000)],
    ids=["reset", "502", "5000"],
)
async def test_a_topic_is_never_posted_twice(ok, replay, tmp_path, trouble):
    """Even where commits may be repeated, a second post would be a second post."""
    replay.on("photosV2.getUploadUrl", issued(FIRST)).on("upload", taken(FIRST))
    replay.on("mediatopic.post", trouble)

    with pytest.raises(e.Uncertain):
        await ok.post_topic([write(tmp_path)])


async def test_the_session_key_is_signed_and_if_refused_is_not(replay):
    """OK's JavaScript signs it, OK's documentation leaves it out; what worked is kept."""
    session = OKSession(session_key="sess1", secret="SESSSECRET")
    ok = OK("CBAPPKEY", session=session, transport=replay.transport())
    wrong = refused(104, "PARAM_SIGNATURE : Invalid signature")
    replay.on("users.getCurrentUser", wrong, {"uid": "1"}, {"uid": "1"})

    await ok.call("users.getCurrentUser", {})
    await ok.call("users.getCurrentUser", {})

    first, second, third = (call.fields for call in replay.calls)
    assert first["sig"] == signed(first, "SESSSECRET")
    for call in (second, third):
        assert call["session_key"] == "sess1"
        assert call["sig"] == signed(call, "SESSSECRET", "session_key")


async def test_two_refused_signatures_are_an_error(replay):
    """A wrong secret is not repaired by trying on."""
    session = OKSession(session_key="sess1", secret="WRONG")
    ok = OK("CBAPPKEY", session=session, transport=replay.transport())
    wrong = refused(104, "PARAM_SIGNATURE : Invalid signature")
    replay.on("users.getCurrentUser", wrong, wrong)

    with pytest.raises(e.SignatureRefused):
        await ok.call("users.getCurrentUser", {})


async def test_a_token_is_signed_one_way_only(ok, replay):
    """With an access token there is no second way, so 104 is final."""
    replay.on("users.getCurrentUser", refused(104))

    with pytest.raises(e.SignatureRefused):
        await ok.call("users.getCurrentUser", {})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"count": 2, "format": "JSON"}, "0d48615c5b76473c12c7e10c76077a0b"),
    ],
)
def test_the_signature_is_that_of_the_vectors(given, expected):
    """Vector 1 of docs/protocols/ok.md 4.6, which a real client sent."""
    fields = {
        "application_key": "CBAPPKEY",
        "method": "photosV2.getUploadUrl",
        "session_key": "sess1",
        **{name: str(value) for name, value in given.items()},
    }
    assert signed(fields, "SESSSECRET") == expected


@pytest.mark.parametrize("code", [102, 103])
async def test_a_session_that_has_run_out_is_refreshed_once(replay, code):
    """The hook gives a new session; the call goes on with it."""
    asked = []

    async def refresh():
        asked.append(1)
        return OKSession(access_token="new")

    ok = OK(
        "CBAPPKEY",
        application_secret="APPSECRET",
        session=OKSession(access_token="old"),
        refresh=refresh,
        transport=replay.transport(),
    )
    replay.on("users.getCurrentUser", refused(code), {"uid": "1"})
    await ok.call("users.getCurrentUser", {})
    assert [call.fields["access_token"] for call in replay.calls] == ["old", "new"]

    replay.on("users.getCurrentUser", refused(code), refused(code))
    with pytest.raises(e.TokenRefused):
        await ok.call("users.getCurrentUser", {})
    assert len(asked) == 2


@pytest.mark.parametrize("code", [2, 8, 11, 5000])
async def test_what_passes_is_asked_again(ok, replay, code):
    """Busy and too fast, with a pause; reading calls are always safe."""
    replay.on("users.getCurrentUser", refused(code), {"uid": "1"})

    await ok.call("users.getCurrentUser", {})

    assert len(replay.slept) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10, e.PermissionMissing),
        (100, e.NetworkError),
        (101, e.NetworkError),
        (120, e.NetworkError),
        (500, e.UploadRefused),
        (512, e.PermissionMissing),
    ],
)
async def test_what_does_not_pass_is_said_at_once(ok, replay, tmp_path, code, kind):
    """With the number, the text, and the permission that is missing."""
    replay.on("photosV2.getUploadUrl", refused(code, "NAME : told", "photo_content"))

    batch = await ok.upload_photos([write(tmp_path)])

    error = batch.failed[0].error
    assert isinstance(error, kind)
    assert error.code == code
    assert error.facts["error_data"] == "photo_content"


async def test_an_expired_address_is_replaced_once(ok, replay, tmp_path):
    """The upload host answers 102 where the address itself is too old."""
    replay.on("photosV2.getUploadUrl", issued(FIRST), issued(SECOND))
    replay.on("upload", refused(102), taken(SECOND))
    replay.on("photosV2.commit", committed((SECOND, "12")))

    batch = await ok.upload_photos([write(tmp_path)])

    assert batch.check()[0].id == "12"


async def test_a_commit_is_not_repeated_at_ok_itself(ok, replay, tmp_path):
    """OK does not say what a second commit does."""
    replay.on("photosV2.getUploadUrl", issued(FIRST)).on("upload", taken(FIRST))
    replay.on("photosV2.commit", httpx.ReadTimeout("slow"))

    batch = await ok.upload_photos([write(tmp_path)])

    assert [one.stage for one in batch.outcomes] == [Stage.UNCERTAIN]


async def test_text_html_is_read_as_json(ok, replay, tmp_path):
    """The real upload host labels its JSON text/html, for old browsers."""
    text = json.dumps(taken(FIRST)).replace("=", "\\u003d")
    answer = httpx.Response(200, html=text)
    replay.on("photosV2.getUploadUrl", issued(FIRST)).on("upload", answer)
    replay.on("photosV2.commit", committed((FIRST, "11")))

    assert (await ok.upload_photos([write(tmp_path)])).check()[0].id == "11"


WRONG = [
    ("photosV2.getUploadUrl", {"photo_ids": [], "upload_url": UPLOAD}, "no photo_ids"),
    ("photosV2.getUploadUrl", {"photo_ids": 7, "upload_url": UPLOAD}, "is no list"),
    ("photosV2.getUploadUrl", issued(FIRST, url=None), "upload_url is no text"),
    ("upload", {"photos": []}, "is no object"),
    ("upload", {"photos": {FIRST: {}}}, "has no token"),
    ("upload", {"photos": {"another": {"token": "t"}}}, "0 of 1 photos were taken"),
    ("photosV2.commit", {"photos": {}}, "is no list"),
    ("photosV2.commit", {"photos": [{"status": "SUCCESS"}]}, "has no photo_id"),
]


@pytest.mark.parametrize(("where", "answer", "told"), WRONG, ids=range(len(WRONG)))
async def test_json_of_a_wrong_shape_is_named(replay, tmp_path, where, answer, told):
    """What is not as documented is said by place."""
    ok = OK("k", base="http://here.example", transport=replay.transport())
    good = {
        "photosV2.getUploadUrl": issued(FIRST),
        "upload": taken(FIRST),
        "photosV2.commit": committed((FIRST, "11")),
    }
    for name, usual in good.items():
        replay.on(name, answer if name == where else usual)
        if name == where:
            break

    batch = await ok.upload_photos([write(tmp_path)])

    assert told in str(batch.failed[0].error)
