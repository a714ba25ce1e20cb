"""YAML that an administrator edits: plain data with the line of every key, and validation that points at it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ioc.errors import Problem
from ioc.nearest import nearest_words
from ioc.words import gettext as _

KeyPath = tuple[str | int, ...]
Record = TypeVar("Record", bound=BaseModel)

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# the parser in C, where PyYAML was built with it, reads the catalogue ten times as fast
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SECRET_WORDS = ("key", "secret", "password", "token", "url")


@dataclass(frozen=True)
class Document:
    """One YAML file."""

    file: Path
    data: object
    """Mappings, lists, text, whole numbers, decimals, booleans and null; a code with leading zeros stays text."""
    lines: Mapping[KeyPath, int]
    problems: tuple[Problem, ...] = ()
    """What the file itself has wrong: its syntax, keys that occur twice."""
    variables: Mapping[KeyPath, str] = field(default_factory=dict)
    """Values that came from the environment, as written in the file."""
    unset: Mapping[KeyPath, str] = field(default_factory=dict)
    """Names of the environment variables that are not set, by the value that needs them."""

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A problem at the line of this key, or of the nearest one around it."""
        return Problem(self.file, self.line(path), ".".join(map(str, path)) or "—", message)

    def line(self, path: KeyPath) -> int:
        """The line of this key, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: KeyPath) -> object:
        """The value at this place; None where there is none."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read_document(path: Path) -> Document:
    """Reads one YAML file; what is wrong with it is in `problems`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _unreadable(path, 1, _("the file does not exist; create it or name another one"))
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(path, 1, _("the file cannot be read as UTF-8 text: {fault}").format(fault=error))
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        fault = getattr(error, "problem", None) or type(error).__name__
        return _unreadable(path, mark.line + 1 if mark else 1, _("this is not YAML: {fault}").format(fault=fault))
    return _Walk(path).document(node)


def substitute(document: Document, environ: Mapping[str, str]) -> Document:
    """Puts the environment's values where the file says ${NAME}; a value whose variable is not set becomes null."""
    variables: dict[KeyPath, str] = {}
    unset: dict[KeyPath, str] = {}

    def filled(value: object, path: KeyPath) -> object:
        if isinstance(value, dict):
            return {key: filled(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or not _VARIABLE.search(value):
            return value
        variables[path] = value
        missing = [name for name in _VARIABLE.findall(value) if not environ.get(name)]
        if missing:
            unset[path] = ", ".join(missing)
            return None
        return _VARIABLE.sub(lambda found: environ[found.group(1)], value)

    data = filled(document.data, ())
    return replace(document, data=data, variables=variables, unset=unset)


def validate(model: type[Record], document: Document, path: KeyPath = ()) -> tuple[Record | None, list[Problem]]:
    """The record at this place of the document, or every problem that keeps it from being one."""
    value = document.at(path)
    try:
        return model.model_validate({} if value is None else value), []
    except ValidationError as error:
        return None, [_explain(model, document, path, detail) for detail in error.errors()]


def unknown_word(came: str, known: Iterable[str]) -> str:
    """What to say about a word that is not among the known ones."""
    names = sorted(known)
    nearest = nearest_words(came, names, most=1)
    if nearest:
        return _("“{came}” is not known; did you mean “{nearest}”? Allowed: {allowed}").format(
            came=came, nearest=nearest[0], allowed=_listed(names)
        )
    return _("“{came}” is not known. Allowed: {allowed}").format(came=came, allowed=_listed(names))


class _Walk:
    """One walk over the nodes of a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines: dict[KeyPath, int] = {}
        self._problems: list[Problem] = []
        self._open: list[int] = []

    def document(self, node: yaml.Node | None) -> Document:
        data = None if node is None else self._value(node, ())
        return Document(self._file, data, self._lines, tuple(self._problems))

    def _value(self, node: yaml.Node, path: KeyPath) -> object:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._open:
            self._report(node, path, _("the alias contains itself; write the value out"))
            return None
        self._open.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
            return _scalar(node)
        finally:
            self._open.pop()

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        found: dict[str, object] = {}
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if key in found:
                first = first_lines[key]
                self._report(key_node, (*path, key), _("the key occurs twice, first in line {line}").format(line=first))
                continue
            first_lines[key] = key_node.start_mark.line + 1
            self._lines[(*path, key)] = first_lines[key]
            found[key] = self._value(value_node, (*path, key))
        return found

    def _report(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        self._problems.append(Problem(self._file, node.start_mark.line + 1, ".".join(map(str, path)), message))


def _scalar(node: yaml.Node) -> object:
    # YAML 1.1's own rules would read 01 as one, 12:30 as 750 and "no" as false: codes and words stay text here.
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _unreadable(path: Path, line: int, message: str) -> Document:
    return Document(path, None, {}, (Problem(path, line, "—", message),))


def _explain(model: type[BaseModel], document: Document, path: KeyPath, detail: ErrorDetails) -> Problem:
    inner = tuple(part for part in detail["loc"] if part != "[key]")
    place = (*path, *inner)
    if place in document.unset:
        name = document.unset[place]
        return document.problem(place, _("the environment variable {name} is not set; set it").format(name=name))
    if detail["type"] == "extra_forbidden":
        return document.problem(place, unknown_word(str(inner[-1]), _keys_at(model, inner)))
    if detail["type"] == "missing":
        return document.problem(place, _("this key is required; write it"))
    came, allowed = _shown(document, place), _allowed(detail)
    return document.problem(place, _("{came} is not allowed. Allowed: {allowed}").format(came=came, allowed=allowed))


def _shown(document: Document, place: KeyPath) -> str:
    """The value as it may be printed: never one that may hold a secret."""
    if place in document.variables:
        return document.variables[place]
    if place and any(word in str(place[-1]).lower() for word in _SECRET_WORDS):
        return _("the value given")
    value = document.at(place)
    if isinstance(value, dict | list):
        return _("a mapping") if isinstance(value, dict) else _("a list")
    return "null" if value is None else f"“{str(value)[:60]}”"


def _allowed(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        # the validator's own list ends in an English "or"
        return ", ".join(re.findall(r"'([^']*)'", str(context["expected"]))) or str(context["expected"])
    for start, words in _KINDS.items():
        if kind.startswith(start):
            return words(context)
    return detail["msg"]


_KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "string_pattern": lambda context: _("text of the form {pattern}").format(pattern=context["pattern"]),
    "string_too_short": lambda context: _("text of at least {n} characters").format(n=context["min_length"]),
    "too_short": lambda context: _("at least {n} entries").format(n=context["min_length"]),
    "string": lambda context: _("text"),
    "int": lambda context: _("a whole number"),
    "float": lambda context: _("a number"),
    "decimal_max_places": lambda context: _("at most {n} decimals").format(n=context["decimal_places"]),
    "decimal": lambda context: _("a number"),
    "bool": lambda context: _("true or false"),
    "date": lambda context: _("a date such as 2026-08-31"),
    "greater_than_equal": lambda context: _("at least {n}").format(n=context["ge"]),
    "greater_than": lambda context: _("more than {n}").format(n=context["gt"]),
    "less_than_equal": lambda context: _("at most {n}").format(n=context["le"]),
    "less_than": lambda context: _("less than {n}").format(n=context["lt"]),
    "list": lambda context: _("a list"),
    "tuple": lambda context: _("a list"),
    "dict": lambda context: _("keys with values"),
    "model": lambda context: _("keys with values"),
}


def _keys_at(model: type[BaseModel], inner: KeyPath) -> list[str]:
    for part in inner[:-1]:
        known = model.model_fields.get(str(part))
        below = next(_models_in(known.annotation), None) if known else None
        model = below or model
    return list(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 12 else ", ".join(names[:12]) + " …"
