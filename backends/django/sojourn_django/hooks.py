"""Calls the functions that the settings name (ADMIT, IDENTITY, VALIDATE) and checks what they return. The endpoint alone calls them."""
from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any, Collection, Optional, Sequence, Union

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise

from .conf import Settings, get_function
from .faults import HookFault, StoreFault, is_outage
from .keys import exposed_keys
from .problems import Problem


def admit(conf: Settings, request: HttpRequest) -> None:
    """Raises the 401 or 429 that ADMIT asks for; HookFault if it fails."""
    refusal = _call("ADMIT", conf.ADMIT, request) if conf.ADMIT else None
    if refusal is None:
        return
    if refusal == "unauthenticated":
        # RFC 9110 wants a challenge with every 401; no browser reacts to this one.
        raise Problem("unauthenticated", headers={"WWW-Authenticate": "Cookie"})
    if isinstance(refusal, (tuple, list)) and len(refusal) == 2 and refusal[0] == "rate-limited" and _is_seconds(refusal[1]):
        raise Problem("rate-limited", headers={"Retry-After": str(math.ceil(refusal[1]))})
    raise _wrong("ADMIT", refusal, "None, 'unauthenticated' or ('rate-limited', seconds)")


def identify(conf: Settings, request: HttpRequest) -> Optional[str]:
    """Returns who is signed in, by IDENTITY; raises HookFault if it fails."""
    identity = _call("IDENTITY", conf.IDENTITY, request)
    if identity is None or isinstance(identity, (str, Promise)):
        return None if identity is None else str(identity)
    raise _wrong("IDENTITY", identity, "a text, or None for nobody")


def validate(conf: Settings, request: HttpRequest, data: Mapping[str, Any], changed: Collection[str]) -> None:
    """Raises the 422 of what VALIDATE refuses; HookFault if it fails. It sees private keys, whose names clients must not learn."""
    if not conf.VALIDATE:
        return
    names = exposed_keys(conf).names
    try:
        found = _call("VALIDATE", conf.VALIDATE, data, request, tuple(changed), passes=ValidationError)
    except ValidationError as error:
        raise _to_problem(error, tuple(changed), names) from None
    if not isinstance(found, (list, tuple)) or not all(_is_error(error) for error in found):
        raise _wrong("VALIDATE", found, "a list of {'key': …, 'message': …}, which is empty if nothing is refused")
    if found:
        raise Problem("refused", errors=[_to_error(error, names) for error in found])


def _call(name: str, setting: Any, *args: Any, passes: Union[type[Exception], tuple[()]] = ()) -> Any:
    try:
        result = get_function(setting)(*args)
    except passes:
        raise
    except Exception as error:
        if is_outage(error):
            raise StoreFault from error
        raise HookFault(f"SOJOURN['{name}'] failed: {type(error).__name__}.") from error
    if inspect.iscoroutine(result):
        result.close()
        raise HookFault(f"SOJOURN['{name}'] is an async function. Name a plain one; it may call async_to_sync.")
    return result


def _wrong(name: str, result: Any, wanted: str) -> HookFault:
    # The type alone: the value may hold session data, and this is logged.
    return HookFault(f"SOJOURN['{name}'] returned {type(result).__name__}. It must return {wanted}.")


def _is_seconds(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_error(error: Any) -> bool:
    if not isinstance(error, Mapping) or not isinstance(error.get("key"), str):
        return False
    path = error.get("path", ())
    is_path = isinstance(path, (list, tuple)) and all(isinstance(part, (str, int)) for part in path)
    return is_path and isinstance(error.get("message", ""), (str, Promise))


def _to_error(error: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A lazy translation becomes text here, in the language of the request."""
    message = {"message": str(error.get("message", ""))}
    if error["key"] not in names:
        return message
    return {"key": error["key"], **message, **({"path": list(error["path"])} if "path" in error else {})}


def _to_problem(error: ValidationError, changed: Sequence[str], names: Collection[str]) -> Problem:
    """A Django ValidationError. What names no key concerns the key that the commit changes; of several none is to blame alone."""
    by_key = {str(key): messages for key, messages in error} if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    general = by_key.pop(NON_FIELD_ERRORS, [])
    if len(changed) == 1 and general:
        by_key.setdefault(changed[0], []).extend(general)
        general = []
    errors = [_to_error({"key": key, "message": message}, names) for key, messages in by_key.items() for message in messages]
    return Problem("refused", " ".join(map(str, general)) or None, errors=errors)
