"""Odnoklassniki: an address for many photos, the photos, then a commit or a post."""

from threebath.dialects.ok.http import OK

__all__ = ["OK"]
