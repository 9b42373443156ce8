"""kill -9 in the middle of a hundred uploads: what was confirmed is there, whole."""

import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from PIL import Image
from tests.live import start

UPLOADS = 100
SENDERS = 4


def _picture(number):
    """Return a small picture whose colour tells its number."""
    target = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 2, 40, 200 - number)).save(target, "PNG")
    return target.getvalue()


class Sender:
    """Uploads and saves, and remembers what was confirmed."""

    def __init__(self, world):
        self.world = world
        self.confirmed = []
        self.lock = threading.Lock()

    def call(self, http, method, **params):
        data = {**params, "access_token": self.world["user_token"], "v": "5.199"}
        answer = http.post(self.world["api"] + method, data=data).json()
        return answer["response"]

    def upload(self, number):
        try:
            with httpx.Client(timeout=30) as http:
                address = self.call(http, "photos.getWallUploadServer")["upload_url"]
                files = {"photo": ("a.png", _picture(number))}
                reply = http.post(address, files=files).json()
                [photo] = self.call(http, "photos.saveWallPhoto", **reply)
        except httpx.HTTPError:
            return
        with self.lock:
            self.confirmed.append(photo)


def test_nothing_confirmed_is_lost_and_nothing_half_made_is_seen(tmp_path):
    """Killed at a random moment under load; after a restart every promise holds."""
    live = start(tmp_path / "data")
    sender = Sender(live.worlds["vk"])
    with ThreadPoolExecutor(SENDERS) as senders:
        for number in range(UPLOADS):
            senders.submit(sender.upload, number)
        while len(sender.confirmed) < 10:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))
        live.kill()
    confirmed = list(sender.confirmed)
    assert 10 <= len(confirmed) < UPLOADS, "it was killed in the middle"

    again = start(tmp_path / "data")
    try:
        _check_all(Sender(again.worlds["vk"]), live, again, confirmed)
    finally:
        again.stop()


def _check_all(reader, live, again, confirmed):
    with httpx.Client(timeout=30) as http:
        listed = {}
        for offset in range(0, UPLOADS, 50):
            page = reader.call(http, "photos.get", album_id="wall", offset=offset, count=50)
            listed |= {one["id"]: one for one in page["items"]}
        assert {one["id"] for one in confirmed} <= listed.keys()
        for photo in listed.values():
            for size in photo["sizes"]:
                url = size["url"].replace(live.address, again.address)
                with Image.open(io.BytesIO(http.get(url).content)) as image:
                    image.load()
                    assert image.size == (size["width"], size["height"])
