"""Trying again where somebody else wrote between reading and storing."""
from __future__ import annotations

import random
import time
from typing import Callable, Optional, TypeVar

# How often a compare-and-set is tried.
_MAX_TRIES = 60

T = TypeVar("T")


def retry(attempt: Callable[[], Optional[T]]) -> Optional[T]:
    """Tries until there is a result, with small random pauses so that rivals do not meet again; None after the last try."""
    for tries in range(1, _MAX_TRIES + 1):
        result = attempt()
        if result is not None:
            return result
        if tries > 2:
            time.sleep(random.random() * min(tries, 20) / 1000)
    return None
