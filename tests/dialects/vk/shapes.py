"""What VK's published schema (version 5.199) demands of the answers that are served.

Our own words for the part we need: types, what must be there, bounds, and the letters of
sizes. Unknown keys pass wherever VK lets them pass.
"""

import jsonschema

INT = {"type": "integer"}
NATURAL = {"type": "integer", "minimum": 0}
POSITIVE = {"type": "integer", "minimum": 1}
TEXT = {"type": "string"}
BIT = {"enum": [0, 1]}
ADDRESS = {"type": "string", "pattern": "^https?://"}
ONE = {"const": 1}

LETTERS = [*"tsmxopqrklyzcwabeidjhgnfuv", "temp", "max", "base", "orig"]


def record(required, optional=None, *, closed=False):
    """Return the shape of an object."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": not closed,
    }


def list_of(shape, least=0):
    """Return the shape of a list."""
    return {"type": "array", "items": shape, "minItems": least}


def counted(shape):
    """Return the shape of a page of a listing."""
    return record({"count": NATURAL, "items": list_of(shape)})


SIZE = record(
    {"type": {"enum": LETTERS}, "width": NATURAL, "height": NATURAL}, {"url": ADDRESS}
)
PHOTO = record(
    {
        "id": NATURAL,
        "album_id": INT,
        "owner_id": INT,
        "date": NATURAL,
        "has_tags": {"type": "boolean"},
    },
    {
        "access_key": TEXT,
        "lat": {"type": "number"},
        "long": {"type": "number"},
        "sizes": list_of(SIZE, least=1),
        "text": TEXT,
        "user_id": POSITIVE,
    },
)
ALBUM = record(
    {"id": INT, "owner_id": INT, "size": NATURAL, "title": TEXT},
    {
        "can_upload": BIT,
        "created": NATURAL,
        "updated": NATURAL,
        "description": TEXT,
        "thumb_id": NATURAL,
    },
)
SERVER = record({"album_id": INT, "upload_url": ADDRESS, "user_id": INT}, {"group_id": INT})
USER = record(
    {"id": INT, "first_name": TEXT, "last_name": TEXT},
    {
        "can_access_closed": {"type": "boolean"},
        "is_closed": {"type": "boolean"},
        "screen_name": TEXT,
        "photo_50": ADDRESS,
        "photo_100": ADDRESS,
        "photo_200": ADDRESS,
    },
)
GROUP = record(
    {"id": INT},
    {
        "name": TEXT,
        "screen_name": TEXT,
        "is_closed": {"enum": [0, 1, 2]},
        "type": {"enum": ["group", "page", "event"]},
        "photo_50": ADDRESS,
        "photo_100": ADDRESS,
        "photo_200": ADDRESS,
    },
    closed=True,
)
SENT = record({"peer_id": INT, "message_id": INT, "conversation_message_id": INT})

IMAGE = record({"url": ADDRESS, "width": NATURAL, "height": NATURAL})
UPLOAD = record({"upload_url": ADDRESS})
CHAT = record(
    {
        "message_id": POSITIVE,
        "chat": record(
            {
                "id": NATURAL,
                "type": TEXT,
                "title": TEXT,
                "admin_id": INT,
                "users": list_of(INT),
                "members_count": NATURAL,
            },
            {"is_default_photo": {"type": "boolean"}, "photo_50": ADDRESS},
        ),
    }
)
STORY = record(
    {"id": NATURAL, "owner_id": INT},
    {
        "type": {"enum": ["photo", "video", "live_active", "live_finished"]},
        "date": NATURAL,
        "expires_at": NATURAL,
        "access_key": TEXT,
        "can_see": BIT,
        "can_reply": BIT,
        "photo": PHOTO,
        "link": record({"text": TEXT, "url": ADDRESS}),
    },
)
FILM = record(
    {"id": NATURAL, "owner_id": INT, "title": TEXT, "duration": NATURAL},
    {
        "description": TEXT,
        "date": NATURAL,
        "adding_date": NATURAL,
        "image": list_of(IMAGE, least=1),
        "player": ADDRESS,
        "access_key": TEXT,
        "processing": ONE,
        "width": NATURAL,
        "height": NATURAL,
        "type": TEXT,
    },
)
STORY["properties"]["video"] = FILM
STORY_SERVER = record(
    {"upload_url": ADDRESS, "user_ids": list_of(NATURAL), "peer_ids": list_of(INT)}
)
DOC = record(
    {
        "id": NATURAL,
        "owner_id": INT,
        "title": TEXT,
        "size": NATURAL,
        "ext": TEXT,
        "date": NATURAL,
        "type": {"enum": [1, 2, 3, 4, 5, 6, 7, 8]},
    },
    {
        "url": ADDRESS,
        "access_key": TEXT,
        "is_licensed": BIT,
        "tags": list_of(TEXT),
        "preview": record(
            {},
            {
                "photo": record(
                    {
                        "sizes": list_of(
                            record(
                                {
                                    "src": ADDRESS,
                                    "width": NATURAL,
                                    "height": NATURAL,
                                    "type": {"enum": LETTERS},
                                }
                            ),
                            least=1,
                        )
                    }
                )
            },
        ),
    },
)
GRAFFITI = record(
    {"id": NATURAL, "owner_id": INT, "url": ADDRESS, "width": POSITIVE, "height": POSITIVE},
    {"access_key": TEXT},
)
VOICE = record(
    {
        "id": NATURAL,
        "owner_id": INT,
        "duration": NATURAL,
        "link_mp3": ADDRESS,
        "link_ogg": ADDRESS,
        "waveform": {
            "type": "array",
            "minItems": 128,
            "maxItems": 128,
            "items": {"type": "integer", "minimum": 0, "maximum": 31},
        },
    },
    {"access_key": TEXT},
)


def typed(word, shape):
    """Return the shape of an object that says what it holds."""
    return record({"type": {"const": word}, word: shape})


METHODS = {
    "docs.getUploadServer": UPLOAD,
    "docs.getWallUploadServer": UPLOAD,
    "docs.getMessagesUploadServer": UPLOAD,
    "docs.save": {
        "oneOf": [
            typed("doc", DOC),
            typed("graffiti", GRAFFITI),
            typed("audio_message", VOICE),
            list_of(DOC, least=1),
        ]
    },
    "docs.get": counted(DOC),
    "audio.getUploadServer": UPLOAD,
    "audio.save": record(
        {
            "id": POSITIVE,
            "owner_id": INT,
            "artist": TEXT,
            "title": TEXT,
            "duration": POSITIVE,
            "url": ADDRESS,
        },
        {"date": NATURAL},
    ),
    "video.save": record(
        {
            "access_key": TEXT,
            "description": TEXT,
            "owner_id": INT,
            "title": TEXT,
            "upload_url": ADDRESS,
            "video_id": POSITIVE,
        }
    ),
    "video.get": counted(FILM),
    "stories.getVideoUploadServer": STORY_SERVER,
    "docs.getById": list_of(DOC),
    "photos.getChatUploadServer": UPLOAD,
    "messages.setChatPhoto": CHAT,
    "messages.deleteChatPhoto": CHAT,
    "photos.getMarketUploadServer": UPLOAD,
    "photos.saveMarketPhoto": list_of(PHOTO, least=1),
    "market.getProductPhotoUploadServer": UPLOAD,
    "market.saveProductPhoto": record({"photo_id": POSITIVE}, {"photo": PHOTO}),
    "photos.getMarketAlbumUploadServer": UPLOAD,
    "photos.saveMarketAlbumPhoto": list_of(PHOTO, least=1),
    "market.add": record({"market_item_id": POSITIVE}),
    "market.addAlbum": record({"market_album_id": POSITIVE, "albums_count": POSITIVE}),
    "market.getById": counted(
        record(
            {
                "id": INT,
                "owner_id": INT,
                "title": TEXT,
                "description": TEXT,
                "availability": {"enum": [0, 1, 2]},
                "category": record({"id": INT, "name": TEXT}),
                "price": record({"amount": TEXT, "text": TEXT}),
            },
            {"thumb_photo": TEXT, "photos": list_of(PHOTO), "date": NATURAL},
        )
    ),
    "photos.getOwnerCoverPhotoUploadServer": UPLOAD,
    "photos.saveOwnerCoverPhoto": record({"images": list_of(IMAGE, least=1)}),
    "stories.getPhotoUploadServer": STORY_SERVER,
    "stories.save": counted(STORY),
    "polls.getPhotoUploadServer": UPLOAD,
    "polls.savePhoto": record(
        {"id": INT, "type": {"enum": ["gradient", "tile"]}, "images": list_of(IMAGE)},
        {"color": TEXT, "width": NATURAL, "height": NATURAL},
    ),
    "prettyCards.getUploadURL": ADDRESS,
    "prettyCards.create": record({"owner_id": INT, "card_id": TEXT}),
    "leadForms.getUploadURL": ADDRESS,
    "leadForms.create": record({"form_id": INT, "url": ADDRESS}),
    "video.getThumbUploadUrl": UPLOAD,
    "video.saveUploadedThumb": record(
        {"photo_id": INT, "photo_hash": TEXT},
        {"photo_owner_id": INT, "image": list_of(IMAGE, least=1)},
    ),
    "appWidgets.getGroupImageUploadServer": UPLOAD,
    "appWidgets.saveGroupImage": record({"id": TEXT, "images": list_of(IMAGE, least=1)}),
    "photos.getUploadServer": SERVER,
    "photos.getWallUploadServer": SERVER,
    "photos.getMessagesUploadServer": SERVER,
    "photos.getOwnerPhotoUploadServer": record({"upload_url": ADDRESS}),
    "photos.save": list_of(PHOTO, least=1),
    "photos.saveWallPhoto": list_of(PHOTO, least=1),
    "photos.saveMessagesPhoto": list_of(PHOTO, least=1),
    "photos.saveOwnerPhoto": record(
        {"photo_hash": TEXT, "photo_src": ADDRESS},
        {
            "photo_src_big": ADDRESS,
            "photo_src_small": ADDRESS,
            "saved": ONE,
            "post_id": POSITIVE,
        },
    ),
    "photos.get": counted(PHOTO),
    "photos.getById": list_of(PHOTO),
    "photos.getAlbums": counted(ALBUM),
    "photos.createAlbum": ALBUM,
    "photos.delete": ONE,
    "users.get": list_of(USER),
    "groups.getById": {
        "oneOf": [
            list_of(GROUP),
            record({"groups": list_of(GROUP), "profiles": list_of(USER)}),
        ]
    },
    "stats.trackVisitor": ONE,
    "wall.post": record({"post_id": POSITIVE}),
    "messages.send": {"oneOf": [POSITIVE, list_of(SENT, least=1)]},
}
ERROR = record(
    {
        "error_code": POSITIVE,
        "error_msg": TEXT,
        "request_params": list_of(record({"key": TEXT, "value": TEXT}, closed=True)),
    },
    closed=True,
)
REPLY = record(
    {},
    {
        "server": INT,
        "aid": INT,
        "gid": INT,
        "mid": INT,
        "message_code": INT,
        "profile_aid": INT,
        "photo": TEXT,
        "photos_list": TEXT,
        "hash": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "file": TEXT,
        "response": {},
        "group_id": INT,
        "size": INT,
        "video_id": INT,
        "owner_id": INT,
        "crop_data": TEXT,
        "crop_hash": TEXT,
    },
)


def check(shape, answer):
    """Fail the test unless *answer* is of the shape."""
    jsonschema.Draft7Validator.check_schema(shape)
    jsonschema.validate(answer, shape, jsonschema.Draft7Validator)
