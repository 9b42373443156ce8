"""Servers and credentials, from a file that only its owner can read, or the environment.

The file is TOML, a table for each profile and network::

    [default.vk]
    base = "http://127.0.0.1:8470"
    token = "..."

Each value may also come from a variable, ``THREEBATH_VK_TOKEN`` for the one above; a
variable goes before the file.
"""

import hashlib
import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threebath.client.errors import BadArguments
from threebath.client.ok import OK, Session
from threebath.client.targets import Client
from threebath.client.transport import Transport
from threebath.client.up import UP
from threebath.client.vk import VK

NAMES: Mapping[str, tuple[str, ...]] = {
    "vk": ("base", "token", "rate"),
    "ok": (
        "base",
        "application_key",
        "application_secret",
        "access_token",
        "session_key",
        "session_secret",
        "rate",
    ),
    "up": ("base", "api_key", "secret", "session_key", "community", "rate"),
}
"""The values of each network."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "vk": ("token",),
    "ok": ("application_key",),
    "up": ("api_key", "secret"),
}
"""Without these no call can be made."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Account:
    """What it takes to call one network."""

    network: str
    values: Mapping[str, str] = field(repr=False)
    name: str = ""

    @property
    def identity(self) -> str:
        """Tells accounts apart without naming a secret: for the name of a journal."""
        told = self.name or "".join(
            self.values.get(name, "") for name in NAMES[self.network] if name != "base"
        )
        base = self.values.get("base", "")
        return hashlib.sha256(f"{self.network} {base} {told}".encode()).hexdigest()[:32]

    def client(self, transport: Transport | None = None) -> Client:
        """Make the network's client."""
        given: dict[str, Any] = {**self.values, "transport": transport}
        if "rate" in given:
            given["rate"] = _rate(given["rate"])
        match self.network:
            case "vk":
                return VK(given.pop("token"), **given)
            case "ok":
                session = Session(
                    access_token=given.pop("access_token", ""),
                    session_key=given.pop("session_key", ""),
                    secret=given.pop("session_secret", ""),
                )
                return OK(given.pop("application_key"), session=session, **given)
            case _:
                return UP(given.pop("api_key"), given.pop("secret"), **given)


def read_account(
    network: str, *, profile: str, path: Path, environ: Mapping[str, str]
) -> Account:
    """Find the values for *network*.

    Raises:
        BadArguments: the file may be read by others, is not TOML, has unknown names, or
            something is missing everywhere.
    """
    tables = read_profiles(path)
    if profile != "default" and profile not in tables:
        known = ", ".join(sorted(tables)) or "none"
        raise BadArguments(f"{path} has no profile {profile!r}; it has {known}")
    told = tables.get(profile, {}).get(network, {})
    variables = {
        name: environ[variable]
        for name in NAMES[network]
        if (variable := f"THREEBATH_{network}_{name}".upper()) in environ
    }
    values = {**told, **variables}
    for name in NEEDED[network]:
        if not values.get(name):
            variable = f"THREEBATH_{network}_{name}".upper()
            raise BadArguments(
                f"there is no {name} for {network}: set {variable}, "
                f"or {name} in [{profile}.{network}] of {path}"
            )
    return Account(network, values, "" if variables else f"{path} {profile}")


def read_profiles(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Read a file of profiles; no file is no profiles.

    Raises:
        BadArguments: others may read it, or it is not such a file.
    """
    try:
        with path.open("rb") as file:
            _check_safe(path, os.fstat(file.fileno()))
            tables = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadArguments(f"{path} cannot be read: {error}") from error
    return {
        profile: {
            network: _values(f"[{profile}.{network}] of {path}", network, values)
            for network, values in _table(f"[{profile}] of {path}", networks).items()
        }
        for profile, networks in tables.items()
    }


def _check_safe(path: Path, facts: os.stat_result) -> None:
    if facts.st_uid not in {os.geteuid(), 0}:
        raise BadArguments(f"{path} belongs to somebody else")
    if facts.st_mode & OTHERS:
        mode = stat.S_IMODE(facts.st_mode)
        told = f"{path} holds secrets, and others may read or write it (mode {mode:03o})"
        raise BadArguments(f"{told}; run: chmod 600 {path}")


def _values(where: str, network: str, values: object) -> dict[str, str]:
    if network not in NAMES:
        raise BadArguments(f"{where}: there is no network {network!r}")
    table = _table(where, values)
    if unknown := table.keys() - set(NAMES[network]):
        known = ", ".join(NAMES[network])
        raise BadArguments(f"{where} has {', '.join(sorted(unknown))}; known are {known}")
    return {name: str(value) for name, value in table.items()}


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadArguments(f"rate must be a number, not {text!r}") from None


def _table(where: str, found: object) -> Mapping[str, object]:
    if not isinstance(found, dict):
        raise BadArguments(f"{where} must be a table")
    return found


def write_profiles(
    path: Path, profiles: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> None:
    """Write a file of profiles that only its owner can read, in place of an older one."""
    lines = [
        line
        for profile, networks in profiles.items()
        for network, values in networks.items()
        for line in (
            f"[{profile}.{network}]",
            *(f"{name} = {json.dumps(value)}" for name, value in values.items()),
            "",
        )
    ]
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    draft.replace(path)
