"""OK (Odnoklassniki)."""

from threebath.client.ok.api import OK
from threebath.client.ok.calls import Address, Session, Token
from threebath.client.ok.results import Moment, Photo, Topic

__all__ = ["OK", "Address", "Moment", "Photo", "Session", "Token", "Topic"]
