"""The YAML parser's complaints in words for people, at the place where the hand has to go."""

from __future__ import annotations

import re

import yaml

from banken.i18n import _
from banken.strictyaml.problem import Problem, shown

_MISFIT = ("this line does not fit the lines above it", "indent it like its neighbours")
_OPEN = ("this bracket is not closed", "close it, and put text with brackets, commas or colons in quotes")
_ESCAPE = ("this \\ means nothing here", "use single quotes ('…'), in which \\ is an ordinary character")
_NO_PAIR = ("this line is no “key: value”", "write a half-width colon and a space behind the key")

_COMPLAINTS = {
    "mapping values are not allowed in this context": (
        "a colon stands where none can be",
        "put the value in quotes, or indent the line like its neighbours",
    ),
    "did not find expected key": _MISFIT,
    "did not find expected <document start>": _MISFIT,
    "did not find expected '-' indicator": (
        "this line does not fit the list above it",
        "begin it with “- ”, or indent it differently",
    ),
    "did not find expected ',' or '}'": _OPEN,
    "did not find expected ',' or ']'": _OPEN,
    "did not find expected node content": ("a value is missing here", "write it, or take the comma away"),
    "found unexpected end of stream": ("the quotation mark is not closed", "close it"),
    "found unknown escape character": _ESCAPE,
    "did not find expected hexdecimal number": _ESCAPE,  # libyaml's spelling
    "could not find expected ':'": _NO_PAIR,
    "found character that cannot start any token": (
        "a value cannot begin with this character",
        "put the value in quotes",
    ),
    "but found another document": ("a second document begins here (---)", "keep one document in a file"),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin here",
        "begin it on a line of its own",
    ),
    "exceeded maximum nesting depth": ("this is nested too deep", "check the brackets and the indentation"),
    "found undefined tag handle": ("tags (words that begin with !) are not read here", "put it in quotes"),
}
"""libyaml's words: what is wrong and what to do, as msgids."""

_WIDE_COLON = re.compile(r"[ \t-]*[A-Za-z_]+：")
"""A line that was meant as `key: value`."""

_AT_THE_BEGINNING = (
    "did not find expected ',' or '}'",
    "did not find expected ',' or ']'",
    "found unexpected end of stream",
    "could not find expected ':'",
)
"""Complaints that libyaml makes where it gave up; the mistake is where the thing began (its context)."""


def syntax_problem(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    """Return what is wrong in `text` (the file `name`) for a person, given what PyYAML raised."""
    complaint = error.problem or error.context or ""
    mark = error.problem_mark or error.context_mark
    if complaint in _AT_THE_BEGINNING:
        mark = error.context_mark or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    indent = here[: len(here) - len(here.lstrip(" \t"))]
    if "\t" in indent:
        tab = indent.index("\t") + 1
        return Problem(name, line, tab, _("a tab stands where spaces must be"), _("indent with spaces"))
    for number in (line, line - 1):  # a line without a real colon is only noticed in the next one
        if 0 < number <= len(lines) and (wide := _WIDE_COLON.match(lines[number - 1])):
            what, todo = _("a full-width colon stands here"), _("write a half-width colon and a space behind the key")
            return Problem(name, number, wide.end(), what, todo)
    if complaint in _COMPLAINTS:
        what, todo = _COMPLAINTS[complaint]
        return Problem(name, line, column, _(what), _(todo))
    return Problem(name, line, column, _("this is not YAML: {why}").format(why=shown(complaint)))
