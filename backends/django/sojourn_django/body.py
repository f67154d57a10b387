"""The body of a PATCH, from bytes to a commit."""
from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.http.request import RawPostDataException

from .commit import MAX_KEYS, Commit, CommitFault, TooManyKeys, parse_commit
from .problems import Problem
from .strict_json import JsonFault, parse_strict_json


# How much of a body that is too long is read and dropped: a connection that is cut meanwhile loses the client its response.
_MAX_DRAIN_BYTES = 8_388_608

_CONSUMED = (
    "The body of a session request was read as a stream before the session got it. Let middlewares and views read request.body instead, "
    "which keeps it."
)


def read_commit(request: HttpRequest, max_bytes: int) -> tuple[Commit, bytes]:
    """Reads and checks the body; what is longer than the limit is not kept. Raises Problem."""
    if not _is_json(request):
        # RFC 5789, 2.2 and RFC 9110, 15.5.16: which type and which coding would have been taken.
        raise Problem("unsupported-media-type", headers={"Accept-Patch": "application/json", "Accept-Encoding": "identity"})
    body = _read(request, max_bytes)
    try:
        # utf-8-sig: a byte order mark is skipped.
        return parse_commit(parse_strict_json(body.decode("utf-8-sig"))), body
    except UnicodeDecodeError:
        raise Problem("bad-request", "The body is not UTF-8.") from None
    except JsonFault as fault:
        raise Problem("bad-request", f"The body is refused: {fault}.") from None
    except TooManyKeys:
        raise Problem("too-large", f"A commit names at most {MAX_KEYS} keys.", limit=MAX_KEYS) from None
    except CommitFault as fault:
        raise Problem("bad-request", f"The body is no commit: {fault}.") from None


def _read(request: HttpRequest, max_bytes: int) -> bytes:
    max_bytes = min(max_bytes, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or max_bytes)
    too_large = Problem("too-large", f"The body is longer than {max_bytes} bytes.", limit=max_bytes)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > max_bytes:
        _drain(request, _MAX_DRAIN_BYTES)
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except RawPostDataException:
        raise Problem("server-error", _CONSUMED, reason="consumed-body") from None
    except ValueError:
        raise Problem("bad-request", "Content-Length is no number.") from None
    except UnreadablePostError:
        raise Problem("bad-request", "The body is not complete.") from None
    if len(body) > max_bytes:
        raise too_large
    if not body and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        raise Problem("bad-request", "The body came in chunks, which Django reads under ASGI alone. Send Content-Length.")
    return body


def _drain(request: HttpRequest, max_bytes: int) -> None:
    """Reads what a client is still sending and drops it."""
    try:
        while max_bytes > 0 and request.read(65_536):
            max_bytes -= 65_536
    except OSError:
        pass


def _is_json(request: HttpRequest) -> bool:
    kind, *parameters = (part.strip() for part in request.META.get("CONTENT_TYPE", "").lower().split(";"))
    charsets = [part[8:].strip('"') for part in parameters if part.startswith("charset=")]
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity").lower()
    return kind == "application/json" and encoding == "identity" and all(name in ("utf-8", "utf8") for name in charsets)
