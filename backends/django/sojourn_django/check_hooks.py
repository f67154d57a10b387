"""System checks of the functions that the settings name: that they are there, and can be called as the endpoint calls them."""
from __future__ import annotations

import inspect
from typing import Any

from django.core.checks import CheckMessage, Error

from .conf import Settings, get_function

_HOOKS = {"IDENTITY": ("request",), "VALIDATE": ("data", "request", "changed"), "ADMIT": ("request",)}


def check_hooks(conf: Settings) -> list[CheckMessage]:
    """Imports each function and compares its parameters."""
    found: list[CheckMessage] = []
    for name, parameters in _HOOKS.items():
        value = getattr(conf, name)
        if value is None:
            continue
        wanted = f"Name a function f({', '.join(parameters)})."
        try:
            function: Any = get_function(value)
        except Exception as error:  # Whatever the project's module raises while it is imported.
            found.append(_error(f"SOJOURN[{name!r}] cannot be imported: {type(error).__name__}: {error}.", wanted))
            continue
        if not callable(function):
            found.append(_error(f"SOJOURN[{name!r}] is {type(function).__name__}, which cannot be called.", wanted))
        elif inspect.iscoroutinefunction(function):
            found.append(_error(f"SOJOURN[{name!r}] is an async function.", f"{wanted} It may call async_to_sync."))
        elif not _takes(function, parameters):
            found.append(_error(f"SOJOURN[{name!r}] takes other parameters than {', '.join(parameters)}.", wanted))
    return found


def _error(message: str, hint: str) -> CheckMessage:
    return Error(message, hint=hint, id="sojourn.E007")


def _takes(function: Any, parameters: tuple[str, ...]) -> bool:
    try:
        inspect.signature(function).bind(*parameters)
    except TypeError:
        return False
    except ValueError:
        return True  # A function in C that does not tell its parameters.
    return True
