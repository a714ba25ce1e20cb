"""What a source of kind `rest` may be told: how an interface is asked, where its records are, what of them is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from ioc.errors import UsageError
from ioc.located_yaml import read_document, unknown_word
from ioc.period_templates import check_template
from ioc.periods import Period, PeriodKind, month_of, parse_period, quarter_of, year_of
from ioc.words import gettext as _

PRESETS = Path(__file__).parent.parent / "data" / "presets"
"""Interfaces of known vendors, each a block of the same keys as a source's own."""

FieldType = Literal["int", "text", "date", "period"]
FIELD_TYPES: Mapping[str, FieldType] = {
    "unit_name": "text",
    "field_name": "text",
    "period": "period",
    "stated_at": "date",
    "received_total": "int",
    "received_in_period": "int",
    "received_online": "int",
    "received_direct_postal": "int",
    "received_carried": "int",
    "done_total": "int",
    "done_early": "int",
    "done_on_time": "int",
    "done_late": "int",
    "open_total": "int",
    "open_in_time": "int",
    "open_overdue": "int",
    "withdrawn": "int",
    "returned": "int",
    "supplement": "int",
}
"""What a record may be mapped to, and how it is read."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"\$|[^.\s]+(\.[^.\s]+)*")
_SECRET_HEADERS = re.compile(r"authori[sz]ation|cookie|token|key|secret|password", re.IGNORECASE)
_EXCLUSIVE = ("auth", "paging")
"""Maps whose `type` decides what else they hold: another type takes nothing over from the preset."""


def _check_path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise ValueError(_("a dotted path such as data.items, or $ for the whole answer"))
    return text


def _check_filled(value: Any) -> Any:
    check_template(value)
    return value


def _check_period(text: str) -> str:
    try:
        return parse_period(text).id
    except UsageError as error:
        raise ValueError(str(error)) from error


DottedPath = Annotated[str, AfterValidator(_check_path)]
Template = Annotated[Any, AfterValidator(_check_filled)]
PeriodText = Annotated[str, AfterValidator(_check_period)]


class RestPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class RestAuth(RestPart):
    """How the interface knows us; secrets are named, never written."""

    type: Literal["none", "bearer_env", "basic_env", "header_env", "oauth2_client_credentials"] = "none"
    env: str | None = None
    """The environment variable that holds the token, `user:password`, the header's value or the client's secret."""
    header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")
    client_id_env: str | None = None
    token_url: str | None = None
    scope: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_names(cls, data: Any) -> Any:
        """Here and not at the key, so that a secret pasted into it is not repeated by the message."""
        names = [data.get(key) for key in ("env", "client_id_env")] if isinstance(data, dict) else []
        if any(name is not None and not _VARIABLE.fullmatch(str(name)) for name in names):
            raise ValueError(_("env is the name of an environment variable, such as IOC_TOKEN, never its value"))
        return data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"header_env": ["env", "header"], "oauth2_client_credentials": ["env", "client_id_env", "token_url"]}
        lacking = [key for key in needed.get(self.type, ["env"]) if self.type != "none" and getattr(self, key) is None]
        if lacking:
            raise ValueError(_("type {type} with {keys}").format(type=self.type, keys=", ".join(lacking)))
        return self


class RestPaging(RestPart):
    """How an interface gives its records in pages."""

    type: Literal["none", "page", "offset"] = "none"
    page_param: str | None = None
    """None: `page` or `offset`."""
    size_param: str | None = None
    size: int = Field(default=100, ge=1, le=10_000)
    start: int | None = Field(default=None, ge=0, le=1)
    """None: 1 for pages, 0 for offsets."""
    stop: Literal["empty", "short", "total_path", "no_progress"] = "empty"
    total_path: DottedPath | None = None
    """Where the answer says how many records there are; within a record that repeats it: `data.0.totalCount`."""
    place: Literal["query", "body", "form"] | None = None
    """None: the query of a GET, the body of a POST."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.stop == "total_path" and self.total_path is None:
            raise ValueError(_("stop: total_path with total_path"))
        return self


class RestField(RestPart):
    """Where a record holds one of our figures."""

    path: DottedPath | None = None
    sum: tuple[DottedPath, ...] = ()
    """Instead of a path: the sum of these, for a figure that the interface gives only in parts."""
    type: FieldType | None = None
    required: bool = False
    null_values: tuple[str, ...] = ()
    decimal: Literal["point", "comma"] | None = None
    """Which mark of a number as text is the decimal one; None: groups of three are thousands."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"path": data}
        return {"sum": data} if isinstance(data, list) else data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.path is None) == (len(self.sum) < 2):
            raise ValueError(_("either path, or sum with at least two paths"))
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that the figure is read from."""
        return self.sum if self.path is None else (self.path,)


class RestPeriods(RestPart):
    """Which periods are asked for: a list of them, or the last ones before today."""

    these: tuple[PeriodText, ...] = ()
    last: int | None = Field(default=None, ge=1, le=60)
    of: Literal["month", "quarter", "year"] = "month"
    calendar: Literal["gregorian", "vpcp"] = "gregorian"
    current: bool = True
    """Whether the period that is not over yet is one of the last."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return {"these": data} if isinstance(data, list | tuple) else data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.last is None) == (not self.these):
            raise ValueError(_("a list of periods, or {{last: 3, of: month}}").format())
        return self

    def on(self, today: date) -> tuple[Period, ...]:
        """The periods as of a day, the earliest first."""
        if self.last is None:
            return tuple(map(parse_period, self.these))
        newest = self._newest(today)
        return tuple(reversed(list(_back(newest if self.current else newest.previous(), self.last))))

    def _newest(self, today: date) -> Period:
        period = {"month": month_of, "quarter": quarter_of, "year": year_of}[self.of](today)
        if self.calendar == "gregorian":
            return period
        reported = parse_period(f"vpcp:{period.id}")
        # from the 15th on, days belong to what is reported next
        return reported if reported.contains(today) else _following(reported)


def _following(period: Period) -> Period:
    later = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[period.kind]
    index = period.end.year * 12 + period.end.month - 1 + later
    day = date(index // 12, index % 12 + 1, 1)
    named = {PeriodKind.MONTH: month_of, PeriodKind.QUARTER: quarter_of, PeriodKind.YEAR: year_of}[period.kind](day)
    return parse_period(f"vpcp:{named.id}")


def _back(period: Period, count: int) -> Iterator[Period]:
    for _number in range(count):
        yield period
        period = period.previous()


class RestInterface(RestPart):
    """The part of a source's settings that describes the interface; a preset may give any of it."""

    path: str = Field(pattern=r"^/?[A-Za-z0-9_~.%{}:-]+(/[A-Za-z0-9_~.%{}:+-]+)*/?$")
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    auth: RestAuth = RestAuth()
    query: dict[str, Template] = Field(default_factory=dict)
    body: dict[str, Template] = Field(default_factory=dict)
    form: dict[str, Template] = Field(default_factory=dict)
    body_encoding: Literal["json", "form", "form_json_field"] = "json"
    json_field: str = "params"
    """With form_json_field: the form's field that holds the body as JSON."""
    ok_statuses: tuple[int, ...] = (200,)
    records_path: tuple[DottedPath, ...]
    """Several: the first that the answer has."""
    paging: RestPaging = RestPaging()
    expect: dict[DottedPath, Template] = Field(default_factory=dict)
    """What every answer must say of itself: that all went well, that it is about the unit asked for."""
    only: dict[DottedPath, Template] = Field(default_factory=dict)
    """Which records are taken: a text or a list of texts, "" for none, "*" for any."""
    fields: dict[str, RestField]
    unit_path: DottedPath | None = None
    unit_code: str | None = None
    """Instead of a path: the unit that every record is about."""
    unit_code_system: Literal["electronic_id", "statistical", "portal_id", "local"] = "electronic_id"
    unit_codes: dict[str, str] = Field(default_factory=dict)
    """The interface's own codes in ours, for those that no crosswalk has."""
    on_time_includes_early: bool | None = None
    """Whether the interface counts what was done early as on time, too; null: not known."""
    period_kinds: tuple[PeriodKind, ...] = ()
    """What the interface can be asked for; none: any stretch of days."""

    @field_validator("records_path", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def _fillable(cls, path: str) -> str:
        check_template(path)
        return path

    @field_validator("headers")
    @classmethod
    def _harmless(cls, headers: dict[str, str]) -> dict[str, str]:
        secret = [name for name in headers if _SECRET_HEADERS.search(name)]
        if secret:
            raise ValueError(_("headers without secrets; those come by auth: {{type: header_env, …}}").format())
        return headers

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, fields: dict[str, RestField]) -> dict[str, RestField]:
        unknown = [name for name in fields if name not in FIELD_TYPES]
        if unknown:
            raise ValueError(unknown_word(unknown[0], FIELD_TYPES))
        return fields

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.unit_path is None) == (self.unit_code is None):
            raise ValueError(_("either unit_path or unit_code"))
        return self


def preset_names() -> tuple[str, ...]:
    """The presets that ship with the product."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.yaml")))


def with_preset(block: Mapping[str, Any]) -> dict[str, Any]:
    """A source's block over its preset: own keys win, maps are joined, null within a map takes a key away."""
    name = block.get("preset")
    if name not in preset_names():
        return dict(block)
    document = read_document(PRESETS / f"{name}.yaml")
    if document.problems or not isinstance(document.data, dict):
        raise ValueError("; ".join(map(str, document.problems)) or name)
    preset = document.data
    return {**preset, **{key: _joined(key, preset.get(key), value) for key, value in block.items()}}


def _joined(key: str, preset: Any, own: Any) -> Any:
    if not isinstance(preset, dict) or not isinstance(own, dict):
        return own
    if key in _EXCLUSIVE and own.get("type", preset.get("type")) != preset.get("type"):
        return own
    joined = {**preset, **{inner: _joined(inner, preset.get(inner), value) for inner, value in own.items()}}
    return {inner: value for inner, value in joined.items() if value is not None}


def texts(value: object) -> Sequence[str]:
    """What a condition allows, as texts."""
    return [_text(item) for item in value] if isinstance(value, list | tuple) else [_text(value)]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
