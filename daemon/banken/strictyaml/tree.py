"""From YAML text to plain data and the place of each value, in PyYAML's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from banken.i18n import _
from banken.strictyaml.problem import Problem, ProblemsError, Trail, shown
from banken.strictyaml.syntax import syntax_problem

_DEEPEST = 60
"""Levels below each other; more is no file that a person wrote."""
_STRAY = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Control characters, and the line breaks that YAML counts but no editor shows (NEL, LS, PS)."""

_MAY_BE_ANCHOR = re.compile(r"(?<!\w)[&*]")
"""No value begins behind a letter (Q&A, interview*)."""


def plant(text: str, name: str) -> tuple[Any, dict[Trail, tuple[int, int]]]:
    """Return the data of YAML text (None for an empty one) and the line and column of each value; raises ProblemsError."""
    if early := [*_stray_characters(text, name), *_anchors(text, name)]:
        raise ProblemsError(early)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ProblemsError([syntax_problem(error, text, name)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        why = shown(str(error))
        raise ProblemsError([Problem(name, 1, 1, _("this is not YAML: {why}").format(why=why))]) from None
    builder = _Builder(name)
    data = builder.build(node, ()) if node is not None else None
    if builder.problems:
        raise ProblemsError(builder.problems)
    return data, builder.places


def _stray_characters(text: str, name: str) -> Iterator[Problem]:
    for found in _STRAY.finditer(text):
        before = text[: found.start()]
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        what = _("an invisible character (U+{code}) stands here").format(code=f"{ord(found.group()):04X}")
        yield Problem(name, line, column, what, _("delete it"))
        return  # one is enough: a file with many is no text at all


def _anchors(text: str, name: str) -> Iterator[Problem]:
    """Yield a problem for each anchor and alias; the text is only gone through when one is possible."""
    if not _MAY_BE_ANCHOR.search(text):
        return
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if getattr(event, "anchor", None) is not None:
                what = _("anchors and aliases (words that begin with & or *) are not read here")
                todo = _("write it out, or put it in quotes when it is meant as text")
                yield Problem(name, *_place(event), what, todo)
    except (yaml.YAMLError, RecursionError):
        return  # composing tells what is wrong


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's safe loader with the few implicit types that people expect."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own name and shape


_TYPES = {
    "bool": (re.compile(r"^(?:true|false|True|False)$"), "tTfF"),
    "int": (re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
    "float": (re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), "-+0123456789"),
    "null": (re.compile(r"^(?:~|null|)$"), ["~", "n", ""]),
}
"""What a plain word is taken for, and how such a word begins."""

for _type, (_pattern, _first) in _TYPES.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_type}", _pattern, list(_first))


class _Builder:
    """Turns the node tree into plain data and notes where each value stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Trail, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, trail: Trail) -> Any:
        self.places.setdefault(trail, _place(node))
        if len(trail) > _DEEPEST:
            self._note(node, _("this is nested too deep"), _("check the brackets and the indentation"))
            return None
        if not _plain_tag(node):
            self._note(node, _("tags (words that begin with !) are not read here"), _("put it in quotes"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, trail)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*trail, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in data:
                self._note(key_node, _("“{key}” stands here twice").format(key=shown(key)), _("keep one of them"))
            self.places[(*trail, key)] = _place(key_node)
            data[key] = self.build(value_node, (*trail, key))
        return data

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._note(node, _("a key must be a word, not a list or a block"), _("put it in quotes"))
            return ""
        key = str(node.value)
        if not node.style and key != key.strip():  # YAML has cut ASCII spaces: these are full-width
            self._note(node, _("a full-width space stands here"), _("use half-width spaces"))
        return key

    def _note(self, node: yaml.Node, what: str, todo: str) -> None:
        self.problems.append(Problem(self.file, *_place(node), what, todo))


def _place(node: yaml.Node | yaml.Event) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _plain_tag(node: yaml.Node) -> bool:
    """Whether nobody wrote a tag that changes what `node` is (`!!str 1` is fine, `!!int x` is not)."""
    kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
    if isinstance(node, yaml.ScalarNode):
        return kind == "str" or (kind in _TYPES and bool(_TYPES[kind][0].match(node.value)))
    return kind == ("map" if isinstance(node, yaml.MappingNode) else "seq")


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text) if len(text) < 20 else text  # a longer run of digits is no number anyone means
        case "float":
            return float(text) if len(text) < 40 else text
        case "null":
            return None
    return text
