"""Still pictures beyond photos: chats, goods, covers, stories, and what they are for."""

import json

import pytest
from tests.dialects.vk.samples import PICTURE
from tests.dialects.vk.test_refusals import _nothing_left

from threebath.dialects.vk.kinds import (
    CHAT,
    COVER,
    MARKET_COLLECTION,
    MARKET_ITEM,
    STORY_PHOTO,
)
from threebath.testing import toy


async def test_a_chat_shows_its_new_photo_and_tells_of_it_once(vk):
    """setChatPhoto answers the chat with its previews; the same again is the same."""
    steps = await vk.three_steps(CHAT)
    chat = steps.saved["chat"]
    assert (chat["users"], chat["members_count"], chat["admin_id"]) == ([1, 5], 3, 1)
    assert chat["photo_200"].endswith("/c.jpg")
    assert vk.house.renderer.options == [{"_crop": "10,20,400"}]
    assert await vk.save(CHAT, steps.reply) == steps.saved
    gone = await vk.ok("messages.deleteChatPhoto", chat_id=1)
    assert gone["chat"]["is_default_photo"]


async def test_a_chats_community_sets_its_photo_by_the_name_that_vkbottle_calls(vk):
    """photos.setChatPhoto does not exist on VK; here it is messages.setChatPhoto."""
    issued = await vk.ok("photos.getChatUploadServer", "group", chat_id=1)
    reply = await vk.send(issued["upload_url"], PICTURE)
    found = await vk.ok("photos.setChatPhoto", "group", file=reply["response"])
    assert found["message_id"] > 0


@pytest.mark.parametrize(
    ("asked", "code", "why"),
    [
        ({"chat_id": 2_000_000_001}, 22, "chat_id 2000000001 is a peer's number"),
        ({"chat_id": 9}, 927, "no chat 9"),
        ({}, 100, "chat_id is missing"),
        ({"chat_id": 1, "crop_width": 199}, 100, "at least 200, and it is 199"),
        ({"chat_id": 1, "crop_x": -1}, 100, "crop_x should be 0 or more"),
    ],
)
async def test_a_chats_server_says_what_is_wrong(vk, asked, code, why):
    """The peer's number instead of the chat's is 22, as on VK."""
    found, text = await vk.error("photos.getChatUploadServer", **asked)
    assert (found, why in text) == (code, True), text


@pytest.mark.parametrize("file", ["nonsense", "e30", "undefined", "[object Object]", ""])
async def test_nonsense_is_no_chat_photo(vk, file):
    """22, or 100 where nothing came; what vk-io sends after a refusal is nothing."""
    code, text = await vk.error("messages.setChatPhoto", file=file)
    assert code == (22 if file in {"nonsense", "e30"} else 100), text


async def test_goods_are_made_of_photos(vk):
    """saveMarketPhoto, saveMarketAlbumPhoto, then market.add and market.addAlbum."""
    [photo] = (await vk.three_steps(MARKET_ITEM)).saved
    item = {"owner_id": -7, "name": "A camera", "description": "Hardly used at all"}
    more = {"category_id": 1, "price": "10", "main_photo_id": photo["id"]}
    made = await vk.ok("market.add", **item, **more)
    name = f"-7_{made['market_item_id']}"
    shown = await vk.ok("market.getById", item_ids=f"{name},-7_999")
    assert [one["photos"] for one in shown["items"]] == [[photo]]
    assert await vk.ok("wall.post", attachments=f"market{name}")
    [cover] = (await vk.three_steps(MARKET_COLLECTION)).saved
    collection = {"owner_id": -7, "title": "Cameras", "photo_id": cover["id"]}
    assert (await vk.ok("market.addAlbum", **collection))["albums_count"] == 1
    wrong = {**item, **more, "main_photo_id": cover["id"]}
    code, text = await vk.error("market.add", **wrong)
    assert (code, "uploaded as vk.market_collection" in text) == (100, True)


@pytest.mark.parametrize(
    ("method", "asked", "why"),
    [
        ("market.add", {"owner_id": 1}, "should be minus a community, and it is 1"),
        (
            "market.add",
            {"owner_id": -7, "name": "abc"},
            "4 to 100 characters, and it has 3",
        ),
        ("market.addAlbum", {"owner_id": -7, "title": "a", "photo_id": 9}, "no photo 9"),
        ("market.getById", {"item_ids": "x"}, "is invalid: x"),
        ("photos.getMarketUploadServer", {}, "group_id is undefined"),
        ("polls.savePhoto", {}, "photo is undefined"),
        ("stories.getPhotoUploadServer", {}, "who will see it?"),
        ("stories.save", {"upload_results_json": "{}"}, "is not a JSON list"),
        ("market.saveProductPhoto", {"upload_response": "x"}, "not the text of an upload"),
        ("appWidgets.getGroupImageUploadServer", {"image_type": "9x9"}, "24x24, 50x50"),
    ],
)
async def test_what_is_missing_is_named(vk, method, asked, why):
    """100, with what was seen and what would be right."""
    token = "group" if method.startswith("app") else "user"
    code, text = await vk.error(method, token, **asked)
    assert (code, why in text) == (100, True), text


async def test_a_crop_outside_a_market_photo_is_said_at_upload_and_save(vk):
    """ERR_UPLOAD_BAD_IMAGE_SIZE, then 1434: the client forwards the whole reply."""
    asked = {"group_id": 7, "main_photo": 1, "crop_x": 900, "crop_y": 0, "crop_width": 800}
    issued = await vk.ok("photos.getMarketUploadServer", **asked)
    reply = await vk.send(issued["upload_url"], PICTURE)
    assert reply["error"].startswith("ERR_UPLOAD_BAD_IMAGE_SIZE: the crop reaches")
    code, text = await vk.error("photos.saveMarketPhoto", group_id=7, **reply)
    assert (code, "to 1700,800; the picture is 1600x900" in text) == (1434, True), text
    await _nothing_left(vk)


async def test_a_market_crop_under_400_is_1435(vk):
    """Before anything is uploaded."""
    asked = {"group_id": 7, "main_photo": 1, "crop_width": 399}
    code, text = await vk.error("photos.getMarketUploadServer", **asked)
    assert (code, "at least 400, and it is 399" in text) == (1435, True)


async def test_a_main_market_photo_comes_with_signed_crop_data(vk):
    """crop_data and crop_hash belong together; without main_photo they are empty."""
    issued = await vk.ok(MARKET_ITEM.issue, group_id=7, main_photo=1, crop_width=400)
    reply = await vk.send(issued["upload_url"], PICTURE)
    assert reply["crop_data"]
    bad = {**reply, "crop_data": "0,0,999"}
    assert (await vk.error("photos.saveMarketPhoto", **bad))[0] == 121
    plain = await vk.ok(MARKET_ITEM.issue, group_id=7)
    reply = await vk.send(plain["upload_url"], PICTURE)
    assert (reply["crop_data"], reply["crop_hash"]) == ("", "")
    assert await vk.ok("photos.saveMarketPhoto", **reply)


async def test_a_market_photo_of_another_group_is_121(vk):
    """The group of step 1 is the group of step 3."""
    issued = await vk.ok(MARKET_ITEM.issue, group_id=7)
    reply = await vk.send(issued["upload_url"], PICTURE)
    code, text = await vk.error("photos.saveMarketPhoto", **{**reply, "group_id": 8})
    assert (code, "made for owner -7" in text) == (121, True)


@pytest.mark.parametrize(
    ("content", "why"),
    [(toy(399, 400), "at least 400x400"), (b"text", "not of a supported format")],
)
async def test_a_bad_market_photo_is_100_with_the_uploads_reason(vk, content, why):
    """vk_api and vkbottle forward ``error``; the save repeats it."""
    issued = await vk.ok(MARKET_ITEM.issue, group_id=7)
    reply = await vk.send(issued["upload_url"], content)
    code, text = await vk.error("photos.saveMarketPhoto", **reply)
    assert (code, why in text) == (100, True), text


@pytest.mark.parametrize(
    ("corners", "why"),
    [
        ((0, 0, 795, 200), "min height of crop is 265, and it is 200"),
        ((0, 0, 600, 300), "min width of crop is 795, and it is 600"),
        ((100, 0, 50, 300), "is empty"),
        ((-1, 0, 900, 300), "crop_x should be 0 or more"),
        ((0, 0, None, None), "min height of crop is 265, and it is 200"),
        ((None, None, 1590, None), "min height of crop is 530, and it is 200"),
        ((0, 0, "wide", 300), "crop_x2 not integer"),
    ],
)
async def test_a_cover_too_low_is_refused_in_vks_words(vk, corners, why):
    """The ratio became 3:1 in 2021."""
    names = ("crop_x", "crop_y", "crop_x2", "crop_y2")
    asked = dict(zip(names, corners, strict=True))
    code, text = await vk.error(COVER.issue, group_id=7, **asked)
    assert (code, why in text) == (100, True), text


async def test_a_cover_is_five_images_of_the_crop(vk):
    """The community's token may do it, too."""
    corners = {"crop_x": 0, "crop_y": 0, "crop_x2": 1590, "crop_y2": 530}
    issued = await vk.ok(COVER.issue, "group", **corners)
    reply = await vk.send(issued["upload_url"], PICTURE)
    assert vk.house.renderer.options == [{"_crop": "0,0,1590,530"}]
    saved = await vk.ok("photos.saveOwnerCoverPhoto", "group", **reply)
    assert [one["width"] for one in saved["images"]] == [200, 400, 795, 1080, 1590]


async def test_a_corner_that_is_left_out_is_vks_default(vk):
    """Top left 0,0; of the width that covers have."""
    await vk.ok(COVER.issue, group_id=7, crop_y2=265)
    issued = await vk.ok(COVER.issue, group_id=7, crop_y2=300)
    await vk.send(issued["upload_url"], PICTURE)
    assert vk.house.renderer.options == [{"_crop": "0,0,795,300"}]


BOX = ("crop_x", "crop_y", "crop_width", "crop_height")
CHOSEN = {"crop_x": 10, "crop_y": 20, "crop_x2": 910, "crop_y2": 320}


@pytest.mark.parametrize(
    ("corners", "named"),
    [
        (CHOSEN, (10, 20, 900, 300)),
        ({}, (0, 0, 1600, 1200)),
        (CHOSEN, (0, 0, 0, 0)),
        (CHOSEN, ("", "", "", "")),
    ],
)
async def test_a_save_may_say_again_which_part_the_cover_is(vk, corners, named):
    """Its left and top, width and height; noughts and nothing say nothing."""
    issued = await vk.ok(COVER.issue, group_id=7, **corners)
    reply = await vk.send(issued["upload_url"], toy(1600, 1200))
    said = dict(zip(BOX, named, strict=True))
    assert (await vk.ok("photos.saveOwnerCoverPhoto", **reply, **said))["images"]


@pytest.mark.parametrize(
    ("corners", "named", "why"),
    [
        (CHOSEN, (0, 0, 900, 300), "name 0,0,900,300, but the cover was made of 10,20"),
        ({}, (0, 0, 1590, 530), "made of 0,0,1600,1200: choose its part with crop_x"),
        (CHOSEN, (-1, 0, 900, 300), "crop_x should be 0 or more"),
        (CHOSEN, (10, 20, "all", 300), "crop_width not integer"),
    ],
)
async def test_a_save_that_names_another_part_is_refused(vk, corners, named, why):
    """Nothing is published in silence that is not what was asked for."""
    issued = await vk.ok(COVER.issue, group_id=7, **corners)
    reply = await vk.send(issued["upload_url"], toy(1600, 1200))
    said = dict(zip(BOX, named, strict=True))
    code, text = await vk.error("photos.saveOwnerCoverPhoto", **reply, **said)
    assert (code, why in text) == (100, True), text
    assert await vk.ok("photos.saveOwnerCoverPhoto", **reply)


async def test_a_story_is_saved_from_one_or_many_results(vk):
    """upload_results is a comma list; the JSON form takes whole replies, too."""
    replies = []
    for _ in range(2):
        issued = await vk.ok(STORY_PHOTO.issue, user_ids="1,5")
        assert issued["user_ids"] == [1, 5]
        replies.append(await vk.send(issued["upload_url"], PICTURE))
    results = ",".join(one["response"]["upload_result"] for one in replies)
    saved = await vk.ok("stories.save", upload_results=results)
    assert (saved["count"], len(saved["items"])) == (2, 2)
    assert {one["photo"]["album_id"] for one in saved["items"]} == {-81}
    assert {one["expires_at"] - one["date"] for one in saved["items"]} == {86_400}
    assert saved == await vk.ok("stories.save", upload_results_json=json.dumps(replies))
    name = f"story1_{saved['items'][0]['id']}"
    assert await vk.ok("messages.send", peer_id=5, random_id=4, attachment=name)


async def test_a_story_over_10_mb_is_an_object_in_error(vk):
    """Shape D."""
    issued = await vk.ok(STORY_PHOTO.issue, add_to_news=1)
    files = {"file": ("a.jpg", b"x" * (10 * 1024 * 1024 + 1))}
    error = (await vk.http.post(issued["upload_url"], files=files)).json()["error"]
    assert (error["error_code"], "larger than" in error["error_msg"]) == (4, True)


async def test_a_widget_of_another_size_is_129_and_says_which(vk):
    """The picture is three times as large as its name."""
    method = "appWidgets.getGroupImageUploadServer"
    issued = await vk.ok(method, "group", image_type="24x24")
    reply = await vk.send(issued["upload_url"], toy(24, 24), name="image")
    assert reply["image"] == "[]"
    code, text = await vk.error("appWidgets.saveGroupImage", "group", **reply)
    assert (code, "image size should be 72x72, and it is 24x24" in text) == (129, True)


async def test_a_square_outside_a_main_photo_is_5705(vk):
    """The preview reaches beyond the picture: said at the upload, numbered at the save."""
    issued = await vk.ok("photos.getOwnerPhotoUploadServer")
    reply = await vk.send(issued["upload_url"], toy(640, 480), _square_crop="600,0,200")
    assert "to 800,200; the picture is 640x480" in reply["error"]
    code, text = await vk.error("photos.saveOwnerPhoto", **reply)
    assert (code, "to 800,200" in text) == (5705, True), text
