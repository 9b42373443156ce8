"""Lets ``threebath upload`` find a server that ``threebath dev`` started beside it."""

from collections.abc import Mapping
from pathlib import Path

from threebath.client.profiles import write_profiles

DEV_DATA = Path("threebath-data/dev")
"""Where ready-made worlds live unless told otherwise; never the folder of `serve`."""

NAME = "profiles.toml"

FROM_WORLD: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "default": {
        "vk": {"token": "user_token"},
        "ok": {
            "application_key": "application_key",
            "application_secret": "application_secret_key",
            "access_token": "access_token",
        },
        "up": {
            "api_key": "api_key",
            "secret": "secret",
            "session_key": "session_key",
            "community": "community",
        },
    },
    "community": {"vk": {"token": "group_token"}},
    "session": {
        "ok": {
            "application_key": "application_key",
            "session_key": "session_key",
            "session_secret": "session_secret_key",
        }
    },
}
"""Profiles, and where in a ready-made world each of their values stands."""


def write_for(worlds: Mapping[str, Mapping[str, object]], base: str, data: Path) -> Path:
    """Write the profiles of ready-made worlds into their data folder."""
    profiles = {
        profile: {
            network: {
                "base": base,
                **{name: str(worlds[network][key]) for name, key in names.items()},
            }
            for network, names in networks.items()
            if network in worlds
        }
        for profile, networks in FROM_WORLD.items()
    }
    path = data / NAME
    write_profiles(path, profiles)
    return path
