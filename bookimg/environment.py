"""Reads settings from the environment and from .env. An invalid value raises an error that names the variable."""

import fcntl
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# With small matrices, a second thread costs more than it gains. Read once, when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
env = environ.Env()
environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")


def read_setting(name: str, kind, default):
    """An environment variable as `kind`. Raises an error that names it."""
    try:
        return getattr(env, kind)(name, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} is not a valid {kind}: {env.str(name)!r}") from error


def read_choice(name: str, allowed: tuple[str, ...], dotted: bool = False) -> str:
    """One of `allowed` (the first is the default), or a dotted path if `dotted`."""
    value = env.str(name, default=allowed[0])
    if value in allowed or (dotted and "." in value):
        return value
    raise ImproperlyConfigured(
        f"{name} must be one of {', '.join(allowed)}{' or a dotted path' if dotted else ''}, not {value!r}"
    )


def read_number(name: str, default: int, least: int = 1) -> int:
    value = read_setting(name, "int", default)
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}")
    return value


def read_ports(name: str, default: list[str]) -> list[int]:
    values = read_setting(name, "list", default)
    if not all(value.isdecimal() and 0 < int(value) < 65_536 for value in values):
        raise ImproperlyConfigured(f"{name} must be port numbers such as 80,443, not {env.str(name)!r}")
    return [int(value) for value in values]


def flag(name: str, default: bool) -> bool:
    value = env.str(name, default="").lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def read_address(name: str, default: str) -> str:
    """A web address without a trailing slash."""
    value = env.str(name, default=default).rstrip("/")
    if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} must begin with http:// or https://, not {value!r}")
    return value


def kept_secret(path: Path) -> str:
    """The secret key of this installation, created at its first start and stored with its data."""
    if path.exists() and (key := path.read_text().strip()):
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the processes of a first start get the same key
        file.seek(0)
        key = file.read().strip() or secrets.token_urlsafe(64)
        file.seek(0)
        file.truncate()
        file.write(key)
    return key


def rate(name: str, default: str) -> tuple[int, int]:
    """A number of calls and of seconds: `100/m` is (100, 60)."""
    value = env.str(name, default=default)
    count, _, unit = value.partition("/")
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400}.get(unit)
    if not (count.isascii() and count.isdecimal() and 0 < int(count) < 1_000_000 and seconds):
        raise ImproperlyConfigured(f"{name} must be a number per s, m, h or d, such as 100/m, not {value!r}")
    return int(count), seconds
