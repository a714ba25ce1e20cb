"""Reading an answer of the portal's evaluation interface: exact numbers, null is not zero, and no guessing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn

from etl.portal_protocol import GROUP_MAXIMA, TOTAL_MAXIMUM, Endpoint, Shape
from ioc.errors import ErrorClass, SourceError
from ioc.names import nfc
from ioc.words import gettext as _

MAX_NAME_LETTERS = 300
MAX_FIGURE_SIGNS = 40
GROUPS_MAY_DIFFER_BY = Decimal("0.05")
NOT_A_NUMBER = "(not a number)"
"""Lands in place of anything that is no number, which might be a person's data; the contract refuses it."""

_METRIC_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_DEPARTMENT_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_UNIT_CODE = re.compile(r"[A-Za-z0-9.]{1,40}")
_LONG_NUMBER = re.compile(r"\d{9,}")
_PROVINCE_SUFFIX = re.compile(r"\s+[-–]\s+(?:tỉnh|thành phố|tp\.?)\s+[^-–]+$", re.IGNORECASE)
_UPPER_LETTER = re.compile(r"(?<!^)(?=[A-Z])")
_TYPES_BY_LEVEL = {"COMMUNE": "COMMUNE_PEOPLE_COMMITTEE", "PROVINCE": "PROVINCIAL_DEPARTMENT"}


@dataclass(frozen=True)
class Metric:
    """One published figure of a unit; every part is the text that came."""

    code: str
    numerator: str | None = None
    denominator: str | None = None
    ratio: str | None = None
    points: str | None = None
    max_points: str | None = None
    quality_status: str | None = None
    quality_message: str | None = None


@dataclass(frozen=True)
class PublishedUnit:
    """What an answer says of one unit."""

    department_id: str
    department_code: str | None
    department_name: str | None
    department_type: str | None
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class PortalAnswer:
    """One page of one endpoint."""

    root: PublishedUnit | None
    units: tuple[PublishedUnit, ...]
    """Without the root."""
    total: int | None
    """How many units there are on all pages, as the answer says."""
    total_pages: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Node:
    """An object of the answer, and where it stands."""

    where: str
    fields: Mapping[str, object]
    warnings: list[str] = field(default_factory=list)

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def child(self, key: str) -> _Node:
        return self._as_node(self._require(key), f"{self.where}.{key}")

    def children(self, key: str) -> list[_Node]:
        found = self._require(key)
        if not isinstance(found, list):
            _refuse(f"{self.where}.{key}", _("a list is expected"))
        return [self._as_node(item, f"{self.where}.{key}[{position}]") for position, item in enumerate(found)]

    def figure(self, key: str) -> str | None:
        """The number under a key that must be there; null stays null."""
        return _number_text(self._require(key))

    def figure_if_any(self, key: str) -> str | None:
        return _number_text(self.fields.get(key))

    def integer_if_any(self, key: str) -> int | None:
        found = self.fields.get(key)
        return int(found) if isinstance(found, Decimal) and abs(found) < 10**9 else None

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        found = self._require(key)
        if not isinstance(found, str) or not pattern.fullmatch(found):
            _refuse(f"{self.where}.{key}", _("its form is unknown"))
        return found

    def text(self, key: str) -> str | None:
        return _clean_text(self._require(key))

    def text_if_any(self, key: str) -> str | None:
        return _clean_text(self.fields.get(key))

    def _require(self, key: str) -> object:
        if key not in self.fields:
            _refuse(f"{self.where}.{key}", _("it is missing"))
        return self.fields[key]

    def _as_node(self, found: object, where: str) -> _Node:
        if not isinstance(found, dict):
            _refuse(where, _("an object is expected"))
        return _Node(where, found, self.warnings)


def read_answer(endpoint: Endpoint, body: bytes) -> PortalAnswer:
    """What an endpoint published; anything missing or renamed is a SourceError for the whole answer."""
    data = _open_envelope(body)
    root: PublishedUnit | None
    if endpoint.shape is Shape.TREE:
        root, units = _read_tree(endpoint, data)
    elif endpoint.shape is Shape.LIST:
        root, units = _read_list(endpoint, data)
    else:
        root, units = _read_summary(data)
    pages = data.child("pagination") if isinstance(data.fields.get("pagination"), dict) else None
    return PortalAnswer(
        root=root,
        units=tuple(unit for unit in units if root is None or unit.department_id != root.department_id),
        total=pages.integer_if_any("total") if pages else None,
        total_pages=pages.integer_if_any("totalPages") if pages else None,
        warnings=tuple(data.warnings) + _doubtful_metrics(endpoint, [root, *units] if root else units),
    )


def _open_envelope(body: bytes) -> _Node:
    envelope = _Node("answer", _parse(body))
    if envelope.fields.get("code") != "OK":
        message = _clean_text(envelope.fields.get("message")) or ""
        code = _clean_text(envelope.fields.get("code"))
        reason = _('the portal does not say "OK" but {code}: {message}').format(code=code, message=message[:200])
        raise SourceError(ErrorClass.SCHEMA, reason)
    return _Node("data", envelope.child("data").fields)


def _parse(body: bytes) -> dict[str, object]:
    try:
        parsed = json.loads(
            body.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        # the message of the decoder shows no text of the answer
        reason = _("the answer is no whole JSON: {reason} at character {position}")
        message = reason.format(reason=error.msg, position=error.pos)
        raise SourceError(ErrorClass.NOT_JSON, message) from None
    except (ValueError, RecursionError, ArithmeticError):
        raise SourceError(ErrorClass.NOT_JSON, _("the answer is no JSON in UTF-8")) from None
    if not isinstance(parsed, dict):
        _refuse("answer", _("an object is expected"))
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(where: str, reason: str) -> NoReturn:
    message = _("{where}: {reason}; the portal has changed its interface, nothing of this answer was taken")
    raise SourceError(ErrorClass.SCHEMA, message.format(where=where, reason=reason))


def _read_root(
    endpoint: Endpoint, data: _Node, key: str, *, figures: Iterable[str], read: Callable[[_Node], PublishedUnit]
) -> PublishedUnit | None:
    """The root unit; it may be left out, or only be named: its rows are figures all the same."""
    if data.fields.get(key, "absent") in (None, {}):
        data.warnings.append(_("{where} names no root unit: whose figures these are could not be checked").format(
            where=f"data.{key}"
        ))  # fmt: skip
        return None
    node = data.child(key)
    if any(figure in node for figure in figures):
        return read(node)
    data.warnings.append(_("{where} gives no figures").format(where=node.where))
    return _unit(node, [Metric(code=str(endpoint.group))])


def _read_list(endpoint: Endpoint, data: _Node) -> tuple[PublishedUnit | None, list[PublishedUnit]]:
    root = _read_root(
        endpoint,
        data,
        "overview",
        figures=("totalScore", "totalMaxScore", "metrics", *endpoint.optional_counts),
        read=lambda node: _read_list_unit(endpoint, node),
    )
    return root, [_read_list_unit(endpoint, node) for node in data.children("evaluation")]


def _read_list_unit(endpoint: Endpoint, node: _Node) -> PublishedUnit:
    own = Metric(
        code=str(endpoint.group),
        ratio=node.figure_if_any("ratio"),
        points=node.figure("totalScore"),
        max_points=node.figure("totalMaxScore"),
    )
    listed = [_read_metric(metric) for metric in node.children("metrics")]
    return _unit(node, [own, *listed, *_counts(node, endpoint.optional_counts)])


def _read_metric(node: _Node) -> Metric:
    return Metric(
        code=node.matching("code", _METRIC_CODE),
        numerator=node.figure("numerator"),
        denominator=node.figure("denominator"),
        ratio=node.figure_if_any("ratio"),
        points=node.figure("score"),
        max_points=node.figure("maxScore"),
        quality_status=node.text_if_any("dataQualityStatus"),
        quality_message=node.text_if_any("dataQualityMessage"),
    )


def _read_tree(endpoint: Endpoint, data: _Node) -> tuple[PublishedUnit | None, list[PublishedUnit]]:
    root = _read_root(
        endpoint,
        data,
        "parent",
        figures=("totalScore", "totalMaxScore", "score", "maxScore", *endpoint.counts, *endpoint.optional_counts),
        read=lambda node: _read_tree_unit(endpoint, node, is_root=True),
    )
    return root, [_read_tree_unit(endpoint, node, is_root=False) for node in data.children("children")]


def _read_tree_unit(endpoint: Endpoint, node: _Node, *, is_root: bool) -> PublishedUnit:
    # the parent says totalScore where the children of the same answer say score
    is_total = "totalScore" in node or "score" not in node
    own = Metric(
        code=str(endpoint.group),
        ratio=node.figure_if_any("ratio"),
        points=node.figure("totalScore" if is_total else "score"),
        max_points=node.figure("totalMaxScore" if is_total else "maxScore"),
    )
    _check_counts(endpoint, node, is_root=is_root)
    return _unit(node, [own, *_counts(node, (*endpoint.counts, *endpoint.optional_counts))])


def _check_counts(endpoint: Endpoint, node: _Node, *, is_root: bool) -> None:
    """Some counts without the others mean a renamed field; none at all is what the online tree's children have."""
    missing = [key for key in endpoint.counts if key not in node]
    if not missing:
        return
    if len(missing) < len(endpoint.counts) or (endpoint.children_have_counts and not is_root):
        _refuse(f"{node.where}.{missing[0]}", _("it is missing"))
    if is_root:
        node.warnings.append(_("{where} gives points but no counts").format(where=node.where))


def _read_summary(data: _Node) -> tuple[PublishedUnit | None, list[PublishedUnit]]:
    overview = data.fields.get("overview")
    root = None
    if isinstance(overview, dict) and {"departmentId", "totalScore", "groupScores"} <= overview.keys():
        root = _read_summary_unit(data.child("overview"))
    units = [_read_summary_unit(node) for node in data.children("evaluation")]
    data.warnings.extend(_sums_that_differ([root, *units] if root else units))
    return root, units


def _read_summary_unit(node: _Node) -> PublishedUnit:
    groups = node.child("groupScores")
    own = Metric(code="TOTAL", points=node.figure("totalScore"), max_points=TOTAL_MAXIMUM)
    parts = [
        Metric(f"SERVICE_{code}", points=groups.figure(code), max_points=GROUP_MAXIMA[code]) for code in GROUP_MAXIMA
    ]
    return _unit(node, [own, *parts])


def _sums_that_differ(units: Iterable[PublishedUnit]) -> list[str]:
    doubtful = [unit.department_id for unit in units if not _is_sum_right(unit)]
    if not doubtful:
        return []
    message = _("{n} units: the six groups do not add up to the total, the first is {department_id}")
    return [message.format(n=len(doubtful), department_id=doubtful[0])]


def _is_sum_right(unit: PublishedUnit) -> bool:
    total, *groups = (metric.points for metric in unit.metrics)
    if total is None or NOT_A_NUMBER in (total, *groups):
        return True
    return abs(Decimal(total) - sum(Decimal(points or 0) for points in groups)) <= GROUPS_MAY_DIFFER_BY


def _unit(node: _Node, metrics: list[Metric]) -> PublishedUnit:
    code = node.text_if_any("departmentCode")
    name = node.text("departmentName")
    level = node.text_if_any("level")
    return PublishedUnit(
        department_id=node.matching("departmentId", _DEPARTMENT_ID).lower(),
        department_code=code.upper() if code and _UNIT_CODE.fullmatch(code) else None,
        department_name=_PROVINCE_SUFFIX.sub("", name) if name else name,
        department_type=node.text_if_any("departmentType") or _TYPES_BY_LEVEL.get(level or ""),
        metrics=tuple(metrics),
    )


def _counts(node: _Node, keys: Iterable[str]) -> list[Metric]:
    return [Metric(_upper_snake(key), numerator=node.figure(key)) for key in keys if key in node]


def _upper_snake(key: str) -> str:
    return _UPPER_LETTER.sub("_", key).upper()


def _number_text(found: object) -> str | None:
    if found is None:
        return None
    if isinstance(found, str):
        bare = found.strip()
        return bare if re.fullmatch(r"-?\d{1,20}(\.\d{1,10})?", bare, re.ASCII) else NOT_A_NUMBER
    if not isinstance(found, Decimal) or abs(found.adjusted()) > MAX_FIGURE_SIGNS:
        return NOT_A_NUMBER
    text = format(found, "f")
    return text if len(text) <= MAX_FIGURE_SIGNS else NOT_A_NUMBER


def _clean_text(found: object) -> str | None:
    if not isinstance(found, str):
        return None
    whole = nfc(found).encode(errors="replace").decode()
    return _LONG_NUMBER.sub("…", " ".join(whole.split()))[:MAX_NAME_LETTERS]


def _doubtful_metrics(endpoint: Endpoint, units: Iterable[PublishedUnit]) -> tuple[str, ...]:
    if endpoint.shape is not Shape.LIST:
        return ()
    count_codes = {_upper_snake(key) for key in endpoint.optional_counts}
    listed = [{metric.code for metric in unit.metrics} - {str(endpoint.group)} - count_codes for unit in units]
    listed = [codes for codes in listed if codes]
    seen = frozenset[str]().union(*listed)
    known = frozenset(endpoint.metrics)
    lacking = sorted(code for code in known if any(code not in codes for codes in listed))
    warnings = []
    if seen - known:
        warnings.append(_("unknown metrics: {codes}").format(codes=", ".join(sorted(seen - known))))
    if lacking:
        warnings.append(_("metrics that some units lack: {codes}").format(codes=", ".join(lacking)))
    return tuple(warnings)
