"""Bodies in the manner of real clients, and what must be found in them."""

from dataclasses import dataclass, field

from threebath.core.errors import BadBody
from threebath.multipart.decoder import Decoder, PartBegin, PartData, PartEnd
from threebath.multipart.headers import read_boundary
from threebath.multipart.limits import FormLimits

SIZES = (1, 2, 3, 7, 64, 4096, 65536)
LIMITS = FormLimits(max_bytes=10_000_000)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\r\n--\r\n\r\n-\r\x00\n\xff\xd9"


@dataclass(frozen=True)
class Capture:
    """A body and its parts: name, file name, type, content."""

    client: str
    content_type: str
    body: bytes
    parts: tuple[tuple[str, str | None, str, bytes], ...]
    closing: bytes = field(default=b"")

    @property
    def closed_at(self):
        """The length of the shortest prefix that is a whole form."""
        return self.body.rindex(self.closing) + len(self.closing)


def _capture(client, content_type, lines, parts):
    joined = b"\r\n".join(one.encode() if isinstance(one, str) else one for one in lines)
    boundary = read_boundary(content_type, 70)
    return Capture(client, content_type, joined, tuple(parts), b"--" + boundary + b"--")


def _disposition(rest):
    return f"Content-Disposition: form-data; {rest}"


_CURL = "------------------------d74496d66958873e"
_CHROME = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
_URLLIB3 = "4f5a9d0c1b2e3f405162738495a6b7c8"
_FORM_DATA = "--------------------------736382916450021839475610"
_UNDICI = "----formdata-undici-041592653589"
_GUZZLE = "6b1f0a4d2c9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a"
_NET = "---------------------8dce1f2a3b4c5d6"
_GUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_MD5 = "9e107d9d372bb6826bd81d3542a419d6"
_PYFACEBOOK = "--------------------------------ThIs_Is_tHe_bouNdaRY_$"
_FORM = "multipart/form-data; boundary="

CAPTURES = (
    _capture(
        "curl",
        _FORM + _CURL,
        [
            f"--{_CURL}",
            _disposition('name="caption"'),
            "",
            "Под закатом",
            f"--{_CURL}",
            _disposition('name="pic1"; filename="a.jpg"'),
            "Content-Type: image/jpeg",
            "",
            JPEG,
            f"--{_CURL}--",
            "",
        ],
        [
            ("caption", None, "", "Под закатом".encode()),
            ("pic1", "a.jpg", "image/jpeg", JPEG),
        ],
    ),
    _capture(
        "requests (vk_api): no part type",
        _FORM + _URLLIB3,
        [
            f"--{_URLLIB3}",
            _disposition('name="file0"; filename="file0.jpg"'),
            "",
            JPEG,
            f"--{_URLLIB3}",
            _disposition('name="file1"; filename="file1.jpg"'),
            "",
            b"",
            f"--{_URLLIB3}--",
            "",
        ],
        [("file0", "file0.jpg", "", JPEG), ("file1", "file1.jpg", "", b"")],
    ),
    _capture(
        "urllib3 1: filename* alone",
        _FORM + _URLLIB3,
        [
            f"--{_URLLIB3}",
            _disposition("name=\"file\"; filename*=utf-8''%D0%BF%20%22.txt"),
            "Content-Type: text/plain",
            "",
            "text",
            f"--{_URLLIB3}--",
            "",
        ],
        [("file", 'п ".txt', "text/plain", b"text")],
    ),
    _capture(
        "aiohttp (vkbottle): type first, name in percents",
        _FORM + _URLLIB3,
        [
            f"--{_URLLIB3}",
            "Content-Type: image/jpeg",
            _disposition('name="file1"; filename="%D0%BF%D1%80.jpg"'),
            "",
            JPEG,
            f"--{_URLLIB3}--",
            "",
        ],
        [("file1", "пр.jpg", "image/jpeg", JPEG)],
    ),
    _capture(
        "undici",
        _FORM + _UNDICI,
        [
            f"--{_UNDICI}",
            _disposition('name="_square_crop"'),
            "",
            "10,10,200",
            f"--{_UNDICI}",
            _disposition('name="photo"; filename="blob"'),
            "Content-Type: application/octet-stream",
            "",
            JPEG,
            f"--{_UNDICI}--",
            "",
        ],
        [
            ("_square_crop", None, "", b"10,10,200"),
            ("photo", "blob", "application/octet-stream", JPEG),
        ],
    ),
    _capture(
        "form-data (vk-io): raw UTF-8 name",
        _FORM + _FORM_DATA,
        [
            f"--{_FORM_DATA}",
            _disposition('name="file"; filename="документ.dat"'),
            "Content-Type: application/octet-stream",
            "",
            JPEG,
            f"--{_FORM_DATA}--",
            "",
        ],
        [("file", "документ.dat", "application/octet-stream", JPEG)],
    ),
    _capture(
        "Guzzle (VK's PHP SDK): part lengths",
        _FORM + _GUZZLE,
        [
            f"--{_GUZZLE}",
            _disposition('name="photo"; filename="a.png"'),
            f"Content-Length: {len(JPEG)}",
            "Content-Type: image/png",
            "",
            JPEG,
            f"--{_GUZZLE}--",
            "",
        ],
        [("photo", "a.png", "image/png", JPEG)],
    ),
    _capture(
        ".NET WebClient",
        _FORM + _NET,
        [
            f"--{_NET}",
            _disposition('name="file"; filename="a.jpg"'),
            "Content-Type: application/octet-stream",
            "",
            JPEG,
            f"--{_NET}--",
            "",
        ],
        [("file", "a.jpg", "application/octet-stream", JPEG)],
    ),
    _capture(
        ".NET HttpClient: quoted boundary, bare names",
        f'{_FORM}"{_GUID}"',
        [
            f"--{_GUID}",
            "Content-Type: text/plain; charset=utf-8",
            _disposition("name=sig"),
            "",
            "abc",
            f"--{_GUID}",
            _disposition("name=pic1; filename=a.jpg; filename*=utf-8''a.jpg"),
            "",
            JPEG,
            f"--{_GUID}--",
            "",
        ],
        [("sig", None, "text/plain", b"abc"), ("pic1", "a.jpg", "", JPEG)],
    ),
    _capture(
        "Chromium: quotes in percents, an input left empty",
        _FORM + _CHROME,
        [
            f"--{_CHROME}",
            _disposition('name="pic1"; filename="say %22hi%22.jpg"'),
            "Content-Type: image/jpeg",
            "",
            JPEG,
            f"--{_CHROME}",
            _disposition('name="pic2"; filename=""'),
            "Content-Type: application/octet-stream",
            "",
            "",
            f"--{_CHROME}--",
            "",
        ],
        [
            ("pic1", 'say "hi".jpg', "image/jpeg", JPEG),
            ("pic2", "", "application/octet-stream", b""),
        ],
    ),
    _capture(
        "OK's iOS example: no last CRLF",
        _FORM + "0xKhTmLbOuNdArY",
        [
            "--0xKhTmLbOuNdArY",
            _disposition('name="image"; filename="pic1.jpg"'),
            "Content-Type: image/jpg",
            "",
            JPEG,
            "--0xKhTmLbOuNdArY--",
        ],
        [("image", "pic1.jpg", "image/jpg", JPEG)],
    ),
    _capture(
        "mini_fb: boundary after a comma, unnamed part, no last CRLF",
        f"multipart/form-data, boundary={_MD5}",
        [
            f"--{_MD5}",
            'Content-disposition: form-data; name="api_key"',
            "",
            "77a52842357422fadd912a2600e6e53c",
            f"--{_MD5}",
            'Content-disposition: form-data; filename="me.jpg"',
            "Content-Transfer-Encoding: binary",
            "Content-type: image/jpg",
            "",
            JPEG,
            f"--{_MD5}--",
        ],
        [
            ("api_key", None, "", b"77a52842357422fadd912a2600e6e53c"),
            ("", "me.jpg", "image/jpg", JPEG),
        ],
    ),
    _capture(
        "PHP without curl: unnamed part, whole path",
        _FORM + "--------------------------b0undary",
        [
            "----------------------------b0undary",
            _disposition('name="aid"'),
            "",
            "",
            "----------------------------b0undary",
            _disposition('filename="/home/me/photos/a b.jpg"'),
            "Content-Type: application/octet-stream",
            "",
            JPEG,
            "----------------------------b0undary--",
            "",
        ],
        [("aid", None, "", b""), ("", "a b.jpg", "application/octet-stream", JPEG)],
    ),
    _capture(
        "pyfacebook: a boundary of dashes, the type None",
        _FORM + _PYFACEBOOK,
        [
            f"--{_PYFACEBOOK}",
            _disposition('filename="x.unknown"'),
            "Content-Type: None",
            "",
            JPEG,
            f"--{_PYFACEBOOK}--",
            "",
        ],
        [("", "x.unknown", "none", JPEG)],
    ),
    _capture(
        "Unity: parts of type multipart/form-data",
        f'{_FORM}"Vq7Zk1o9W3"',
        [
            "--Vq7Zk1o9W3",
            'Content-Type: text/plain; charset="utf-8"',
            'Content-disposition: form-data; name="comment"',
            "",
            "hi",
            "--Vq7Zk1o9W3",
            "Content-Type: multipart/form-data",
            'Content-disposition: form-data; name="pic1"; filename="pic2.jpg"',
            "",
            JPEG,
            "--Vq7Zk1o9W3--",
            "",
        ],
        [
            ("comment", None, "text/plain", b"hi"),
            ("pic1", "pic2.jpg", "multipart/form-data", JPEG),
        ],
    ),
    _capture(
        "Internet Explorer: whole path with backslashes",
        _FORM + "-----------------------------7d91191b0d60",
        [
            "-------------------------------7d91191b0d60",
            _disposition(r'name="file1"; filename="C:\Users\me\new photo.jpg"'),
            "Content-Type: image/pjpeg",
            "",
            JPEG,
            "-------------------------------7d91191b0d60--",
            "",
        ],
        [("file1", "new photo.jpg", "image/pjpeg", JPEG)],
    ),
    _capture(
        "a leading CRLF, spaces after boundaries, folded and odd headers, an epilogue",
        "Multipart/Form-Data;charset=utf-8 ; BOUNDARY = x.y/z ",
        [
            "",
            "--x.y/z  \t",
            "X-Nonsense",
            "content-DISPOSITION :form-data;",
            '\tNAME = "a\\"b" ; filename=c;d',
            "content-type:  Text/HTML;charset=x",
            "",
            "--x.y/z\r\n--x.y/zz\r\n--x.y/z-\r\n--x.y/z \r",
            "--x.y/z ",
            "",
            "bare",
            "--x.y/z--  ",
            "epilogue",
            "--x.y/",
        ],
        [
            ('a"b', "c", "text/html", b"--x.y/z\r\n--x.y/zz\r\n--x.y/z-\r\n--x.y/z \r"),
            ("", None, "", b"bare"),
        ],
    ),
    Capture(
        "bare LF throughout",
        _FORM + "x",
        b'--x\nContent-Disposition: form-data; name="a"\n\n1\r\n2\n3\n--x\n'
        b'Content-Disposition: form-data; name="b"; filename="b"\r\n\r\n\n--x--\n',
        (("a", None, "", b"1\r\n2\n3"), ("b", "b", "", b"")),
        b"--x--",
    ),
    Capture("no parts", _FORM + "x", b"--x--\r\n", (), b"--x--"),
)


def pieces(body, size):
    """Cut *body* into pieces of *size* bytes."""
    return [body[at : at + size] for at in range(0, len(body), size)]


def decode(boundary, chunks, limits=LIMITS):
    """Return the parts that were begun, and the class of the error or None."""
    decoder = Decoder(boundary, limits)
    parts = []
    try:
        for chunk in chunks:
            decoder.feed(chunk)
            _pull(decoder, parts)
        decoder.finish()
        _pull(decoder, parts)
    except BadBody as error:
        return _settled(parts), type(error)
    return _settled(parts), None


def _pull(decoder, parts):
    while event := decoder.next_event():
        match event:
            case PartBegin(head):
                parts.append((head, bytearray(), []))
            case PartData(content):
                assert content
                parts[-1][1].extend(content)
            case PartEnd():
                parts[-1][2].append(True)


def _settled(parts):
    return [
        (head.name, head.filename, head.content_type, bytes(content))
        for head, content, ended in parts
        if ended
    ]
