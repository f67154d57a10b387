"""Tells a store that is down, which comes back by itself, from code that fails. views.py makes a 503 of one, a 500 of the other."""
from __future__ import annotations

import functools
from typing import Any, Callable

from django.db import InterfaceError, OperationalError

from .engines.base import CookieTooLarge, Engine, Unreadable

# redis-py, pymemcache and others have classes of their own by these names.
_OUTAGES = ("ConnectionError", "TimeoutError")
_STORE_CALLS = ("read", "create", "replace", "rotate", "remove", "destroy", "leave_moved", "read_moved")


class StoreFault(Exception):
    """The store failed; ``__cause__`` is what it raised."""


class HookFault(Exception):
    """A function that the settings name raised, or returned what it may not. The message says which, and what to do."""


def is_outage(error: BaseException) -> bool:
    """Returns whether an error of the project's own code says that a database or cache cannot be reached."""
    names = (kind.__name__ for kind in type(error).__mro__)
    return isinstance(error, (OperationalError, InterfaceError)) or any(name in _OUTAGES for name in names)


def guard_call(call: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a call of the store so that each of its failures raises StoreFault."""

    @functools.wraps(call)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except (CookieTooLarge, Unreadable, StoreFault):
            raise
        except Exception as error:
            raise StoreFault from error

    return guarded


class GuardedEngine:
    """Stands for an engine; its reads and writes raise StoreFault if the store fails."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._engine, name)
        return guard_call(value) if name in _STORE_CALLS else value
