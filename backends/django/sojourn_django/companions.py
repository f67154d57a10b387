"""The session keys of well-known Django apps that trust them: a browser that reads or writes one can take over an account.

`keys.py` and the system checks refuse them in the list of exposed keys. The patterns are those of fnmatch.
"""
from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Iterable, Optional


@dataclass(frozen=True)
class Companion:
    """An installed app, the patterns of its session keys, and what they decide."""

    app: str
    patterns: tuple[str, ...]
    purpose: str


_COMPANIONS = (
    Companion("allauth", ("account_*", "socialaccount_*", "mfa.*", "mfa_*"), "log-in codes and unfinished log-ins"),
    Companion("django_otp", ("otp_*",), "whether the second factor was given"),
    Companion("otp_webauthn", ("otp_*",), "the challenge of a passkey"),
    Companion("two_factor", ("otp_*", "wizard_*", "django_two_factor*", "webauthn_*"), "unfinished log-ins and new secrets"),
    Companion("formtools", ("wizard_*",), "the finished steps of a form"),
    Companion("mozilla_django_oidc", ("oidc_*",), "the tokens of the identity provider"),
    Companion("social_django", ("social_*", "partial_pipeline_*", "*_state", "*_nonce", "*unauthorized_token*"), "the state of a log-in elsewhere"),
    Companion("hijack", ("hijack_*", "hijacker*", "is_hijacked*"), "who acts as whom"),
    Companion("loginas", ("loginas_*",), "who acts as whom"),
    Companion("django_su", ("exit_users_*",), "who acts as whom"),
    Companion("mfa", ("mfa", "mfa_*", "base_username", "fido*", "email_secret"), "the challenge of a second factor"),
    Companion("wagtail", ("passed_*_view_restrictions",), "which protected pages are open"),
)


def companion_of(key: str, installed: Iterable[str]) -> Optional[Companion]:
    """Returns the installed app that keeps this key for itself; None if there is none."""
    apps = tuple(installed)
    for companion in _COMPANIONS:
        is_installed = any(app == companion.app or app.startswith(f"{companion.app}.") for app in apps)
        if is_installed and any(fnmatchcase(key, pattern) for pattern in companion.patterns):
            return companion
    return None
