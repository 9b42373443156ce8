"""vk_api from the package index, unmodified, through the session that it takes."""

import io
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image, ImageDraw

requests = pytest.importorskip("requests", reason="the interop group is not installed")
vk_api = pytest.importorskip("vk_api", reason="the interop group is not installed")
jconfig = pytest.importorskip("jconfig", reason="the interop group is not installed")

pytestmark = pytest.mark.interop

SIZES = {
    "A": (640, 480),
    "P": (1620, 2160),
    "L": (3000, 1500),
    "S": (150, 150),
    "N": (2600, 120),
}


def picture(name, kind="JPEG"):
    """Return one of the fixtures of the page, as bytes."""
    image = Image.new("RGB", SIZES[name], "#335577")
    ImageDraw.Draw(image).ellipse((5, 5, SIZES[name][0] - 5, SIZES[name][1] - 5), "#cc8844")
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    made = {}
    for name, kind in (
        ("A", "jpeg"),
        ("P", "jpeg"),
        ("L", "png"),
        ("S", "png"),
        ("N", "png"),
    ):
        made[name] = folder / f"{name}.{kind}"
        made[name].write_bytes(picture(name, kind.upper()))
    for name, kind in (("G", "gif"), ("B", "bmp")):
        made[name] = folder / f"{name}.{kind}"
        made[name].write_bytes(picture("A", kind.upper()))
    made["T"] = folder / "text.jpg"
    made["T"].write_text("this is no picture")
    made["M"] = folder / "misnamed.jpg"
    made["M"].write_bytes(picture("A", "PNG"))
    return {name: str(path) for name, path in made.items()}


@pytest.fixture(scope="module")
def session(live):
    """The hook that the library has: a session, here one that changes the host."""

    class Here(requests.Session):
        def request(self, method, url, *args, **kwargs):
            parts = urlsplit(url)
            assert parts.netloc in {"api.vk.ru", "api.vk.com"}, "it calls somewhere else"
            return super().request(method, live.address + parts.path, *args, **kwargs)

    return Here


def _client(session, token):
    return vk_api.VkApi(token=token, session=session(), config=jconfig.MemoryConfig)


@pytest.fixture(scope="module")
def upload(live, session):
    return vk_api.VkUpload(_client(session, live.worlds["vk"]["user_token"]))


@pytest.fixture(scope="module")
def api(upload):
    return upload.vk


def _sizes(photo):
    return {one["type"]: (one["width"], one["height"]) for one in photo["sizes"]}


def _check_pixels(photo):
    """Every address answers with a picture of the size that it is said to have."""
    for one in photo["sizes"]:
        answer = httpx.get(one["url"])
        assert answer.headers["content-type"] == "image/jpeg"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (one["width"], one["height"])
            assert not image.getexif()


def test_album_photos_come_in_order_with_their_sizes(live, upload, files):
    """u.photo([A, L], album_id=1): two photos in that order."""
    photos = upload.photo([files["A"], files["L"]], album_id=live.worlds["vk"]["album_id"])
    assert [_sizes(one)["x"] for one in photos] == [(604, 453), (604, 302)]
    assert _sizes(photos[0]) == {
        "s": (75, 56), "m": (130, 97), "x": (604, 453), "y": (640, 480),
        "o": (130, 98), "p": (200, 150), "q": (320, 240), "r": (510, 383),
    }  # fmt: skip
    for one in photos:
        _check_pixels(one)


def test_a_file_without_a_name_is_taken(live, upload):
    """u.photo(BytesIO(A), 1)."""
    [photo] = upload.photo(io.BytesIO(picture("A")), live.worlds["vk"]["album_id"])
    assert photo["album_id"] == live.worlds["vk"]["album_id"]


def test_six_files_for_an_album_are_refused_with_the_reason(live, upload, files):
    """u.photo([A]*6, 1): 100, and why."""
    with pytest.raises(vk_api.exceptions.ApiError, match="at most 5 file") as refusal:
        upload.photo([files["A"]] * 6, live.worlds["vk"]["album_id"])
    assert refusal.value.code == 100


def test_message_photos_are_uploaded_and_sent(upload, api, files, live):
    """u.photo_messages(A, peer_id=5), and the message that carries it."""
    [photo] = upload.photo_messages(files["A"], peer_id=live.worlds["vk"]["peer_id"])
    attachment = f"photo{photo['owner_id']}_{photo['id']}_{photo['access_key']}"
    sent = api.messages.send(
        peer_id=live.worlds["vk"]["peer_id"], random_id=77, attachment=attachment
    )
    assert sent > 0


def test_a_community_sends_a_photo(live, session, files):
    """The same with a community's token."""
    group = vk_api.VkUpload(_client(session, live.worlds["vk"]["group_token"]))
    [photo] = group.photo_messages(files["A"], peer_id=live.worlds["vk"]["peer_id"])
    assert photo["owner_id"] == -live.worlds["vk"]["group_id"]


def test_wall_photos_are_saved_with_a_caption_and_posted(live, upload, api, files):
    """u.photo_wall(A, group_id=7, caption="x"), then wall.post."""
    group = live.worlds["vk"]["group_id"]
    [photo] = upload.photo_wall(files["A"], group_id=group, caption="подпись")
    assert (photo["owner_id"], photo["text"]) == (-group, "подпись")
    attachment = f"photo{photo['owner_id']}_{photo['id']}"
    post = api.wall.post(owner_id=-group, from_group=1, attachments=attachment)
    assert post["post_id"] > 0


def test_several_wall_photos_are_saved_at_once(upload, files):
    """u.photo_wall([A, P]): VK refuses this; here both are saved."""
    photos = upload.photo_wall([files["A"], files["P"]])
    assert [_sizes(one).get("w", _sizes(one)["y"]) for one in photos] == [
        (640, 480),
        (1620, 2160),
    ]
    _check_pixels(photos[1])


def test_a_profile_photo_is_cropped_and_shown(upload, files):
    """u.photo_profile(P, owner_id=-7, crop…): three previews, and the owner has them."""
    saved = upload.photo_profile(
        files["P"], owner_id=-7, crop_x=1, crop_y=2, crop_width=200
    )
    assert saved["saved"] == 1
    with Image.open(io.BytesIO(httpx.get(saved["photo_src"]).content)) as image:
        assert image.size == (200, 200)


def test_a_profile_photo_that_is_too_small_is_an_error(upload, files):
    """u.photo_profile(S): the library forwards the upload's error; the save is refused."""
    with pytest.raises(vk_api.exceptions.ApiError):
        upload.photo_profile(files["S"])


@pytest.mark.parametrize("name", ["G", "B", "M"])
def test_gif_bmp_and_a_misnamed_png_are_pictures(upload, files, name):
    """Content decides, the name does not."""
    [photo] = upload.photo_wall(files[name])
    assert _sizes(photo)["y"] == (640, 480)


@pytest.mark.parametrize(
    ("name", "why"), [("T", "supported format"), ("N", "width / height must be 1/20")]
)
def test_what_is_no_good_picture_is_refused_with_the_reason(upload, files, name, why):
    """Text named .jpg, and a picture narrower than 1:20."""
    with pytest.raises(vk_api.exceptions.ApiError, match=why) as refusal:
        upload.photo_wall(files[name])
    assert refusal.value.code == 100


def test_the_pool_of_requests_goes_through_execute(live, session):
    """VkRequestsPool: several methods, and one method several times."""
    client = _client(session, live.worlds["vk"]["user_token"])
    with vk_api.VkRequestsPool(client) as pool:
        wall = pool.method("photos.getWallUploadServer", {"group_id": 7})
        message = pool.method("photos.getMessagesUploadServer", {"peer_id": 5})
    assert wall.result["album_id"] == -14
    assert message.result["album_id"] == -3
    found, problems = vk_api.vk_request_one_param_pool(
        client, "users.get", key="user_ids", values=[1, 5]
    )
    assert problems == {}
    assert [found[one][0]["first_name"] for one in (1, 5)] == ["Ada", "Ben"]


def test_photos_are_listed_found_and_deleted(upload, api, files):
    """photos.getAlbums, get, getById, createAlbum, delete by the library's own names."""
    album = api.photos.createAlbum(title="Interop")
    [photo] = upload.photo(files["A"], album_id=album["id"])
    name = f"{photo['owner_id']}_{photo['id']}"
    assert api.photos.getById(photos=name)[0]["id"] == photo["id"]
    assert api.photos.get(album_id=album["id"])["count"] == 1
    albums = api.photos.getAlbums(album_ids=album["id"])
    assert albums["items"][0]["size"] == 1
    assert api.photos.delete(photo_id=photo["id"]) == 1
    assert httpx.get(photo["sizes"][0]["url"]).status_code == 404


def test_small_calls_answer_what_the_library_expects(live, session, api):
    """stats.trackVisitor, users.get, groups.getById at the library's version 5.92."""
    assert api.stats.trackVisitor() == 1
    assert api.users.get()[0]["id"] == live.worlds["vk"]["user_id"]
    assert api.groups.getById(group_id=7)[0]["name"] == "Film Club"
    with pytest.raises(vk_api.exceptions.ApiError) as refusal:
        _client(session, "vk1.a.nonsense").get_api().users.get()
    assert refusal.value.code == 5


def test_a_community_token_on_a_users_method_is_27(live, session):
    """Group authorization failed."""
    group = vk_api.VkUpload(_client(session, live.worlds["vk"]["group_token"]))
    with pytest.raises(vk_api.exceptions.ApiError) as refusal:
        group.photo_wall(io.BytesIO(picture("A")))
    assert refusal.value.code == 27
