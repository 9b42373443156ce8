"""The upload service that social apps run themselves."""

__version__ = "0.1.0"
