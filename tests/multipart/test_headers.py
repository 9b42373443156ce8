"""Headers: whatever a client calls its file, the form is read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threebath.core.errors import BadBody, BodyTooLarge, BrokenMultipart, NotMultipart
from threebath.multipart.headers import PartHead, read_boundary, read_part_head


def _disposed(rest):
    return read_part_head([b"Content-Disposition: form-data; " + rest])


@pytest.mark.parametrize(
    ("sent", "filename"),
    [
        (b'filename="a.jpg"', "a.jpg"),
        (b"filename=a.jpg", "a.jpg"),
        (b"filename = a b.jpg ; x=y", "a b.jpg"),
        (b'filename=""', ""),
        (b"filename=", ""),
        (b"FileName=a", "a"),
        ('filename="фото.jpg"'.encode(), "фото.jpg"),
        (b'filename="%D1%84%D0%BE%D1%82%D0%BE.jpg"', "фото.jpg"),
        (b'filename="a%22b%0D%0Ac.jpg"', 'a"bc.jpg'),
        (b'filename="100%.jpg"', "100%.jpg"),
        (b'filename="%FF%FE.jpg"', "%FF%FE.jpg"),
        (b"filename*=UTF-8''%D1%84.jpg", "ф.jpg"),
        (b"filename*=utf-8'ru'%D1%84.jpg; filename=x", "ф.jpg"),
        (b"filename=\"x\"; filename*=UTF-8''%D1%84.jpg", "ф.jpg"),
        (b"filename*=iso-8859-1''%E9.jpg", "é.jpg"),
        (b"filename*=windows-1251''%F4.jpg", "ф.jpg"),
        (b"filename*=zip''%D1%84.jpg", "ф.jpg"),
        (b"filename*=nonsense; filename=x", "x"),
        (b"filename*=UTF-8''%FF", "�"),
        (b'filename="caf\xe9.jpg"', "caf�.jpg"),
        (b'filename="say \\"hi\\".jpg"', 'say "hi".jpg'),
        (b'filename="say "hi".jpg"', 'say "hi".jpg'),
        (b'filename="a;b=c.jpg"; x=y', "a;b=c.jpg"),
        (b'filename="never closed.jpg', "never closed.jpg"),
        (b'filename="ends in \\', "ends in "),
        (rb'filename="C:\Users\me\a.jpg"', "a.jpg"),
        (rb'filename="\\host\share\a.jpg"', "a.jpg"),
        (b'filename="/home/me/a.jpg"', "a.jpg"),
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="..%2F..%2Fetc%2Fpasswd"', "passwd"),
        (b'filename="a/b/"', "b"),
        (b'filename="///"', ""),
        (b'filename="a\x00.php\x01.jpg"', "a.php.jpg"),
        (b'filename="a%00.jpg"', "a.jpg"),
        ('filename="a\u202egpj.exe"'.encode(), "agpj.exe"),
        (b'filename="first"; filename="second"', "first"),
        (b'filename="' + b'\\"' * 1000 + b'"', '"' * 255),
        (b'filename="' + b"n" * 65536 + b'.jpg"', "n" * 255),
        (b'filename="' + b"%D1%84" * 10000 + b'"', "ф" * 255),
        (b'filename="' + "ф".encode() * 32768 + b'"', "ф" * 255),
    ],
    ids=lambda one: repr(one)[:40],
)
def test_a_file_name_is_decoded_and_made_harmless(sent, filename):
    """All encodings are understood; a path, a control, a mark or a flood never gets in."""
    assert _disposed(b"name=a; " + sent) == PartHead("a", filename)


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        ([], PartHead()),
        ([b"Content-Disposition: form-data"], PartHead()),
        ([b'Content-Disposition: form-data; filename="f"'], PartHead("", "f")),
        ([b"Content-Disposition: form-data; name"], PartHead()),
        ([b"Content-Disposition: form-data; name;filename=f"], PartHead("", "f")),
        ([b"Content-Disposition: name=a; filename=f"], PartHead("a", "f")),
        ([b"Content-Disposition: attachment; name=a"], PartHead("a")),
        ([b"Content-Disposition: form-data;;; ;name=a;"], PartHead("a")),
        ([b'Content-Disposition: form-data; filename="; name=b"; name=a'],
         PartHead("a", "; name=b")),
        ([b'Content-Disposition: form-data; name="a%22b"'], PartHead("a%22b")),
        ([b"Content-Disposition: form-data; " + b"x=y;" * 20 + b"name=a"], PartHead()),
        ([b"Content-Disposition: x; name=a", b"Content-Disposition: x; name=b"],
         PartHead("a")),
        ([b"CONTENT-TYPE: Image/JPG ; q=1", b"content-disposition:form-data;name=a"],
         PartHead("a", None, "image/jpg")),
        ([b"Content-Type:", b"junk", b": junk", b"\xff\xfe: \x00"], PartHead()),
        ([b" folded from nothing", b"Content-Type: a", b" b"], PartHead("", None, "a b")),
    ],
)  # fmt: skip
def test_part_headers_are_read_leniently(lines, head):
    """Order, case, repeats, folds and junk do not matter."""
    assert read_part_head(lines) == head


@given(st.lists(st.binary(), max_size=4), st.binary())
def test_no_header_makes_the_reader_fail(lines, rest):
    """Whatever bytes come, they become a head whose file name is short and safe."""
    head = read_part_head([*lines, b"Content-Disposition: form-data; filename=" + rest])

    assert len(head.filename or "") <= 255
    assert not set("/\\\0\r\n") & set(head.filename or "")
    for text in (head.name, head.filename or "", head.content_type):
        assert text.encode().decode() == text  # no lone surrogates


@pytest.mark.parametrize(
    ("sent", "boundary"),
    [
        ("multipart/form-data; boundary=x", b"x"),
        ("multipart/form-data, boundary=x", b"x"),
        ("multipart/form-data;boundary=x", b"x"),
        (" MULTIPART/Form-Data ; Charset=utf-8; BOUNDARY = x ; a=b", b"x"),
        ('multipart/form-data; boundary="x y"', b"x y"),
        ('multipart/form-data; boundary="x', b"x"),
        ("multipart/form-data; boundary=a,b'()+_-./:=?", b"a,b'()+_-./:=?"),
        ("multipart/form-data, boundary=x, charset=utf-8", b"x"),
        ("multipart/form-data, charset=utf-8, boundary=x", b"x"),
        ('multipart/form-data; a="; boundary=y"; boundary=x', b"x"),
        ("multipart/form-data; boundary=x; boundary=y", b"x"),
        ("multipart/form-data; boundary=\xe9", b"\xe9"),
        ("multipart/form-data; boundary=" + "x" * 70, b"x" * 70),
    ],
)
def test_the_boundary_is_found(sent, boundary):
    """After a semicolon or a comma, quoted or bare, among other parameters."""
    assert read_boundary(sent, 70) == boundary


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (None, NotMultipart),
        ("", NotMultipart),
        ("image/jpeg", NotMultipart),
        ("multipart/mixed; boundary=x", NotMultipart),
        ("multipart/form-data-x; boundary=x", NotMultipart),
        ("multipart/form-data", BrokenMultipart),
        ("multipart/form-data; boundary", BrokenMultipart),
        ("multipart/form-data; boundary=", BrokenMultipart),
        ('multipart/form-data; boundary=" "', BrokenMultipart),
        ('multipart/form-data; boundary="a\nb"', BrokenMultipart),
        ("multipart/form-data; boundary=ф", BrokenMultipart),
        ("multipart/form-data; boundary=" + "x" * 71, BodyTooLarge),
    ],
)
def test_a_body_without_a_boundary_is_refused(sent, error):
    """Another type is not multipart; without a usable boundary it is broken."""
    with pytest.raises(error):
        read_boundary(sent, 70)


@given(st.text())
def test_no_content_type_makes_the_reader_fail(text):
    """A Content-Type gives a boundary or a refusal."""
    with suppress(BadBody):
        assert read_boundary("multipart/form-data; " + text, 70)
