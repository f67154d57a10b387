"""The formats of text that zod checks by code of its own, not by a pattern. `json_schema.py` asks for them by name."""
from __future__ import annotations

import base64
import json
import re
from ipaddress import IPv6Address
from typing import Callable, Mapping

# The URL Standard reads these with an authority, any number of slashes before it; https://url.spec.whatwg.org/#special-scheme
_SPECIAL = re.compile(
    r"(?:https?|wss?|ftp):[/\\]*(?:[^/\\?#@]*@)?(?:[^/\\?#@:\[\]\s<>^|%]+|\[([0-9A-Fa-f:.]+)\])(?::([0-9]*))?(?:[/\\?#]|\Z)", re.ASCII | re.I
)
_OTHER = re.compile(r"(?!(?:https?|wss?|ftp):)[A-Za-z][A-Za-z0-9+.\-]*:", re.ASCII | re.I)
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")


def _is_url(text: str) -> bool:
    """By its scheme, host and port. The rest of the URL Standard, such as host names in other scripts, is not looked at."""
    special = _SPECIAL.match(text.strip())
    if not special:
        return _OTHER.match(text.strip()) is not None
    address, port = special.groups()
    return (address is None or _is_ipv6(address)) and (not port or len(port) < 7 and int(port) <= 65_535)


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text)) and "%" not in text
    except ValueError:
        return False


def _is_cidr_v6(text: str) -> bool:
    address, _, prefix = text.partition("/")
    return _PREFIX.fullmatch(prefix) is not None and int(prefix) <= 128 and _is_ipv6(address)


def _is_jwt(text: str) -> bool:
    """Three parts, of which the first is JSON that names an algorithm. No signature is checked."""
    head, *rest = text.split(".")
    if len(rest) != 2:
        return False
    try:
        header = json.loads(base64.b64decode(head + "=" * (-len(head) % 4), validate=True))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and bool(header.get("alg")) and header.get("typ", "JWT") == "JWT"


#: In place of the pattern that stands beside them, which zod itself does not use.
INSTEAD_OF_PATTERN: Mapping[str, Callable[[str], bool]] = {"ipv6": _is_ipv6, "cidrv6": _is_cidr_v6}
#: In addition to a pattern, if there is one.
FORMATS: Mapping[str, Callable[[str], bool]] = {"uri": _is_url, "jwt": _is_jwt, **INSTEAD_OF_PATTERN}
