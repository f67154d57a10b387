"""Requests for `scripts/fuzz`: well-formed commits on the current state, then broken in their JSON, bytes and header fields."""
from __future__ import annotations

import copy
import json
import random
import string
from dataclasses import dataclass, field
from typing import Any

CLIENT = "c" * 22
ORIGIN = "http://testserver"
#: A private key that the session holds, and its value: no response may hold either.
PRIVATE_KEY, PRIVATE_VALUE = "hidden_by_the_server", "value-that-no-client-sees"

_KEYS = ["a", "b", "theme", "cart", "plan", "10", "constructor", "ü", ""]
_ODD_KEYS = ["_auth_user_id", "_sojourn", "_session_expiry", "__proto__", "not_exposed", PRIVATE_KEY, "\ud800", "x" * 3000, "_", "a\0"]
_VALUES: list[Any] = [None, True, False, 0, -1, 1.5, 2**53 - 1, "", "text", "ü\u2028</script>", [], {}, [1, [2]], {"x": {"y": None}}, "z" * 2000]
_ODD_VALUES: list[Any] = [2**53, 10**400, -(10**30), "\udfff", "\0", "x" * 70_000, [[]] * 3000, {"__proto__": 1}, {"\ud800": 1}]
_RAW = [b"1e400", b"-1e999", b"NaN", b"Infinity", b"01", b"1.", b"'a'", b"tru", b"/**/1", b"\xff", b'"\\x"', b'"\\ud800"', b"-", b"{", b"[,]"]
_METHODS = ["GET"] * 4 + ["HEAD", "OPTIONS", "PUT", "POST", "TRACE", "FOO", "get"]
_FIELDS: dict[str, list[str]] = {
    "HTTP_ORIGIN": [ORIGIN, "https://app.example", "https://evil.example", "null", "", "\x00", "x" * 5000, "http://testserver:99999"],
    "HTTP_SEC_FETCH_SITE": ["same-origin", "same-site", "cross-site", "none", "x", ""],
    "HTTP_IDEMPOTENCY_KEY": [f'"{CLIENT}/0"', f'"{CLIENT}/1e3"', f"{CLIENT}/1", '""', f'"{CLIENT}/{"9" * 400}"', f'"{CLIENT}/１"', "x" * 9000],
    "HTTP_SESSION_CLIENT": [CLIENT, "short", "x" * 65, "ü" * 22, f"{CLIENT}\n"],
    "HTTP_SESSION_LINEAGE": ["", "x", "x" * 5000, "ü", "\udcff"],
    "HTTP_SESSION_REQUEST": ["Zk3v0cJp2mY", "a b", "x" * 999, "ü", "\r\nSet-Cookie: a=b"],
    "HTTP_IF_NONE_MATCH": ["*", '"x"', 'W/"', "," * 3000, '"v0"', "ü"],
    "HTTP_PREFER": ["return=minimal", "return=representation", "RETURN=MINIMAL;x", ",;=" * 300],
    "HTTP_CONTENT_ENCODING": ["gzip", "identity", "br, gzip"],
    "CONTENT_TYPE": ["text/plain", "application/json; charset=utf-16", "application/json;charset=UTF8", "", ";;;", "multipart/form-data; boundary=x"],
    "HTTP_HOST": ["testserver", "evil host", "x/y", "[::1", "testserver:http"],
    "HTTP_X_CSRFTOKEN": ["", "x", "x" * 64, "ü" * 64],
    "CONTENT_LENGTH": ["-1", "x", "", "3", "0"],
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": ["x-csrftoken", "x" * 3000, "ü"],
}


@dataclass
class FuzzedRequest:
    """One request, with header fields as in WSGI."""

    method: str
    body: bytes
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everything that the request itself names."""
        return self.body.decode("utf-8", "replace") + json.dumps(self.fields)


def make_request(rng: random.Random, state: dict[str, Any], number: int) -> FuzzedRequest:
    """Makes a request: often a commit or an end that would succeed, with none to four things wrong."""
    commit = _make_commit(rng, state, number)
    fields = {"HTTP_ORIGIN": ORIGIN, "HTTP_IDEMPOTENCY_KEY": f'"{CLIENT}/{number}"', "HTTP_SESSION_CLIENT": CLIENT, "CONTENT_TYPE": "application/json"}
    if "csrf" in state:
        fields["HTTP_X_CSRFTOKEN"] = state["csrf"]
    if rng.random() < 0.3:
        fields["HTTP_IF_NONE_MATCH"] = f'"{state["version"]}"'
    if state["lineage"]:
        fields["HTTP_SESSION_LINEAGE"] = state["lineage"]
    method = rng.choices(["PATCH", "DELETE", rng.choice(_METHODS)], [80, 4, 16])[0]
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 3])):
        rng.choice([_break_json, _break_json, _break_member])(rng, commit)
    body = json.dumps(commit).encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        body = body.decode().encode(rng.choice(["utf-8-sig", "utf-16", "utf-8"]))
    for _ in range(rng.choice([0, 0, 0, 0, 0, 1, 3])):
        body = _break_bytes(rng, body)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        name = rng.choice(list(_FIELDS))
        fields[name] = rng.choice(_FIELDS[name])
    if rng.random() < 0.05:
        fields.pop(rng.choice(list(fields)), None)
    return FuzzedRequest(method, b"" if method in ("GET", "HEAD") else body, fields)


def _make_commit(rng: random.Random, state: dict[str, Any], number: int) -> dict[str, Any]:
    commit: dict[str, Any] = {"lineage": state["lineage"], "base": state["version"], "after": state["last"]}
    if state.get("unknownKey") and rng.random() < 0.5:
        commit["fresh"] = True
    keys = rng.sample(_KEYS, rng.randint(0, 4))
    if rng.random() < 0.8:
        commit["set"] = {key: copy.deepcopy(rng.choice(_VALUES)) for key in keys if key != "plan" or rng.random() < 0.1}
    if rng.random() < 0.3:
        commit["delete"] = [key for key in _KEYS if key not in keys and key != "plan"][: rng.randint(0, 3)]
    if rng.random() < 0.4:
        commit["expect"] = {key: state["tags"].get(key) for key in rng.sample(_KEYS, 2)} if rng.random() < 0.8 else "base"
    for name, values in {"clear": [True, False], "cycleKey": [True], "expiry": [0, 300, None, "2099-01-01T00:00:00Z", "2000-01-01T00:00:00Z"]}.items():
        if rng.random() < 0.1:
            commit[name] = rng.choice(values)
    return commit


def _break_member(rng: random.Random, commit: dict[str, Any]) -> None:
    """Gives a member of the commit another value, or takes it away, or adds one."""
    name = rng.choice(["lineage", "base", "after", "set", "delete", "expect", "clear", "expiry", "cycleKey", "fresh", "data", "", "__proto__"])
    if rng.random() < 0.2:
        commit.pop(name, None)
    else:
        commit[name] = copy.deepcopy(rng.choice([*_VALUES, *_ODD_VALUES, *_KEYS, *_ODD_KEYS, ["a", "a"], {"a": None}, {"_x": 1}]))


def _break_json(rng: random.Random, commit: dict[str, Any]) -> None:
    """Changes something deep in the commit, such as a key or a value that is set."""
    kept = commit.get("set")
    if not isinstance(kept, dict):
        commit["set"] = kept = {}
    key = rng.choice([*_KEYS, *_ODD_KEYS])
    kept[key] = copy.deepcopy(rng.choice([*_VALUES, *_ODD_VALUES]))
    if rng.random() < 0.2:
        for _ in range(rng.choice([5, 62, 63, 64, 65, 200])):
            kept[key] = [kept[key]] if rng.random() < 0.5 else {"x": kept[key]}
    elif rng.random() < 0.2:
        commit["delete"] = [key, *rng.sample([*_KEYS, *_ODD_KEYS], 2)]
    elif rng.random() < 0.2:
        commit["expect"] = {key: rng.choice([None, "tag", "x" * 300, 5, ""])}


def _break_bytes(rng: random.Random, body: bytes) -> bytes:
    """Cuts, doubles, replaces or inserts some bytes."""
    place = rng.randrange(len(body) + 1)
    length = rng.choice([1, 1, 2, 10, 100])
    kind = rng.randrange(6)
    if kind == 0:
        return body[:place]
    if kind == 1:
        return body[:place] + body[place + length :]
    if kind == 2:
        return body[:place] + body[place : place + length] * 2 + body[place + length :]
    if kind == 3:
        return body[:place] + rng.choice(_RAW) + body[place:]
    if kind == 4:
        return body[:place] + bytes(rng.randrange(256) for _ in range(length)) + body[place:]
    hostile = rng.choice(['"' + '\\"' * 20_000, "[" * 30_000, '{"a":' * 5000, "1" * 30_000, string.whitespace * 3000, '"\\u00' * 5000])
    return hostile.encode() if rng.random() < 0.5 else body[:place] + hostile.encode() + body[place:]
