"""The signatures of OK and UP: MD5, because the protocols say so."""

import hashlib
from collections.abc import Mapping


def signature(fields: Mapping[str, str], secret: str) -> str:
    """Sign *fields*: ``name=value`` sorted by name, joined with nothing, then *secret*.

    >>> signature({"apiKey": "myApiKey", "community": "mashable",
    ...            "method": "up.users.getInfo", "uids": "1,2,3,4,5"}, "mySecret")
    'd4b412bedf3c131206fea1c3b005a722'
    """
    joined = "".join(f"{name}={fields[name]}" for name in sorted(fields))
    return _md5(joined + secret)


def session_secret(access_token: str, application_secret: str) -> str:
    """Return what OK calls with an access token are signed with.

    >>> session_secret("tok1", "APPSECRET")
    '4375e8e50fe42abb7e883b42150fa419'
    """
    return _md5(access_token + application_secret)


def _md5(text: str) -> str:
    digest = hashlib.md5(text.encode(errors="replace"), usedforsecurity=False)
    return digest.hexdigest()
