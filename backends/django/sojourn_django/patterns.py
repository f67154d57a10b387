"""ECMAScript regular expressions, as zod writes them into a JSON Schema, for Python's `re`. `json_schema.py` compiles with it.

What `re` reads differently is translated or refused by name; nothing is guessed. ECMA-262, section 22.2, has the syntax.
"""
from __future__ import annotations

import re
from typing import Callable

_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NO_SPACE = (
    r"\x00-\x08\x0e-\x1f\x21-\x9f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe"
    "\\uff00-\\U0010ffff"
)
_CLASSES = {
    "s": _SPACE,
    "S": _NO_SPACE,
    "d": "0-9",
    "D": r"\x00-/:-\U0010ffff",
    "w": "A-Za-z0-9_",
    "W": r"\x00-/:-@\[-\^`{-\U0010ffff",
}
_ANY_BUT_LINE_ENDS = r"[^\n\r\u2028\u2029]"
_QUANTIFIER = re.compile(r"\{[0-9]+(,[0-9]*)?\}")
_ESCAPE = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}")
_CONTROL = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "0": "\0"}


class PatternFault(ValueError):
    """Why a pattern cannot be used in Python."""


def compile_pattern(source: str, flags: str = "") -> Callable[[str], bool]:
    """Returns a function that says whether a text matches, as `RegExp.prototype.test` does. Raises PatternFault.

    The flags `i`, `s` and `u` are known.
    """
    unknown = "".join(sorted(set(flags) - set("isu")))
    if unknown:
        raise PatternFault(f"it has the flag {unknown!r}")
    if "i" in flags and not source.isascii():
        raise PatternFault("it has the flag 'i' and letters that are not ASCII")
    # Without the flag `u` a pattern sees UTF-16 code units: an emoji is two.
    by_unit = "u" not in flags
    translated = _Translator(_to_units(source) if by_unit else source, flags).translate()
    try:
        compiled = re.compile(translated, re.ASCII | (re.IGNORECASE if "i" in flags else 0))
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternFault(f"Python cannot read it ({error})") from None
    if not by_unit:
        return lambda text: compiled.search(text) is not None
    return lambda text: compiled.search(_to_units(text)) is not None


def _to_units(text: str) -> str:
    """The text with each character beyond U+FFFF as its two surrogates."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(map(chr, units))


class _Translator:
    """Reads a pattern once, from left to right."""

    def __init__(self, source: str, flags: str):
        self.source, self.flags = source, flags
        self.at = 0

    def translate(self) -> str:
        # Searching for `.*x` finds what searching for `x` finds. Python would try it from every place: quadratic.
        while self.source.startswith(".*") and not self.source.startswith((".*?", ".*+")) and "|" not in self.source:
            self.source = self.source[2:]
        parts = []
        while self.at < len(self.source):
            parts.append(self._next())
        return "".join(parts)

    def _take(self, length: int = 1) -> str:
        taken = self.source[self.at : self.at + length]
        self.at += length
        return taken

    def _next(self) -> str:
        character = self._take()
        if character == "\\":
            return self._escape(in_class=False)
        if character == "[":
            return self._class()
        if character == "(":
            return self._group()
        if character == "$":
            return r"\Z"
        if character == ".":
            return r"[\s\S]" if "s" in self.flags else _ANY_BUT_LINE_ENDS
        if character == "{":
            quantifier = _QUANTIFIER.match(self.source, self.at - 1)
            return "{" + self._take(quantifier.end() - self.at) if quantifier else r"\{"
        return character

    def _group(self) -> str:
        if not self.source.startswith("?", self.at):
            return "("
        for start in ("?:", "?=", "?!", "?<=", "?<!"):
            if self.source.startswith(start, self.at):
                return "(" + self._take(len(start))
        name = re.compile(r"\?<[A-Za-z_][A-Za-z0-9_]*>").match(self.source, self.at)
        if name is None:
            raise PatternFault(f"Python has no {'(' + self.source[self.at : self.at + 3]!r}")
        # No pattern refers back to a group, so its name is no use.
        self.at = name.end()
        return "("

    def _class(self) -> str:
        negated = self.source.startswith("^", self.at)
        if negated:
            self._take()
        members = []
        while not self.source.startswith("]", self.at):
            if self.at >= len(self.source):
                raise PatternFault("a class of characters does not end")
            character = self._take()
            if character == "\\":
                members.append(self._escape(in_class=True))
            elif character == "-" and (members and members[-1] in _CLASSES.values() or self._is_class_escape()):
                # Next to a class such as \w it is no range.
                members.append(r"\-")
            else:
                # Python takes doubled ones for the operations on sets that it may have one day.
                members.append("\\" + character if character in "[&~|" else character)
        self._take()
        if not members:
            return r"[\s\S]" if negated else "(?!)"
        return f"[{'^' if negated else ''}{''.join(members)}]"

    def _is_class_escape(self) -> bool:
        return self.source[self.at : self.at + 1] == "\\" and self.source[self.at + 1 : self.at + 2] in _CLASSES

    def _escape(self, in_class: bool) -> str:
        code = _ESCAPE.match(self.source, self.at)
        if code and (code.group(3) is None or "u" in self.flags):
            self.at = code.end()
            number = int(code.group(1) or code.group(2) or code.group(3), 16)
            if "u" in self.flags and 0xD800 <= number <= 0xDFFF or number > 0x10FFFF:
                raise PatternFault(f"Python reads \\{code.group()} differently")
            return _literal(chr(number))
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character] if in_class else f"[{_CLASSES[character]}]"
        if character in _CONTROL and not (character == "0" and self.source[self.at : self.at + 1].isdigit()):
            return _literal(_CONTROL[character])
        if character == "b":
            return r"\x08" if in_class else r"\b"
        if character == "B" and not in_class:
            # Python's own finds nothing in an empty text.
            return r"(?!\b)"
        if character == "" or character.isalnum():
            raise PatternFault(f"Python reads \\{character} differently")
        return _literal(character)


def _literal(character: str) -> str:
    """A character as itself, outside of a class and within."""
    return f"\\{character}" if character.isascii() and not character.isalnum() and character.isprintable() else f"\\U{ord(character):08x}"
