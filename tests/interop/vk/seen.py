"""Which kinds each client library was seen to upload, by the tests beside this file."""

COMMON = {
    *("album", "wall", "profile", "message", "chat", "market_item"),
    *("video", "document", "voice", "graffiti"),
}
MOST = COMMON | {"market_collection", "cover", "story_photo", "story_video"}

SEEN = {
    "vk_api": MOST | {"audio", "video_cover", "widget.24x24"},
    "vkbottle": COMMON | {"audio"},
    "vk-io": MOST | {"audio", "poll"},
    "vksdk (Go)": MOST | {"poll", "card", "lead_form"},
}
"""Names of kinds without ``vk.``; a library that has no call for a kind is not named."""
