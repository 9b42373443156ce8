"""Universal Platform, which speaks like Facebook's REST API of 2007."""

from threebath.dialects.up.http import UP

__all__ = ["UP"]
