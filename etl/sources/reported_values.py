"""Source kind `reported_values`: figures that no system gives, written down with the document that says them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.json_tables import read_any_table
from etl.kept import Keep, keep, keep_matching, keep_word, masked, vocabulary, words_of
from etl.period_words import read_period
from etl.public_text import keep_public_text
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, TableRow, keep_cells, landing_table
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.config import Config, ReportedSettings
from ioc.errors import ConfigError, ErrorClass, SourceError
from ioc.units import REFORM, former_code
from ioc.words import gettext as _

FACT = "reported"
"""How the catalogue names measures of this kind."""
WITH_DECIMALS: Final = frozenset({"percent", "points", "hours", "days", "million_dong"})
"""Units of measures that may be no whole numbers."""
BOUNDS: Final = vocabulary(
    {
        "exact": ("chính xác", "đúng", "bằng", "="),
        "at_least": ("ít nhất", "trên", "hơn", "tối thiểu", "không dưới", "từ", "at least", "more than"),
        "about": ("khoảng", "gần", "xấp xỉ", "ước", "ước tính", "nearly"),
    }
)
MEASURE_UNITS: Final = vocabulary(
    {
        "percent": ("phần trăm", "tỷ lệ phần trăm", "tỷ lệ"),
        "dossiers": ("hồ sơ",),
        "points": ("điểm",),
        "certificates": ("chứng thư số", "chứng thư", "chữ ký số"),
        "petitions": ("phản ánh", "pakn", "kiến nghị"),
        "days": ("ngày",),
        "actions": ("lượt", "lượt hỗ trợ", "lần"),
        "transactions": ("giao dịch",),
        "people": ("người",),
        "units": ("đơn vị", "xã", "cơ quan"),
        "documents": ("văn bản", "tài liệu"),
        "tasks": ("nhiệm vụ",),
        "procedures": ("thủ tục", "tthc", "dịch vụ", "dịch vụ công"),
        "hours": ("giờ",),
        "million_dong": ("triệu đồng", "trđ"),
    }
)

keep_figure: Final = keep_matching(r"[+-]?\d{1,3}([., ]\d{3}){0,3}([.,]\d{1,6})? ?%?|[+-]?\d{1,12}([.,]\d{1,6})? ?%?")
keep_period_text: Final = keep_matching(r"[0-9A-Za-z/.:\- ]{1,40}")
keep_any_unit: Final = keep_matching(r"(?=.*[0-9])[A-Za-z0-9.@-]{1,48}")

LAYOUT: Final = Layout(
    columns=(
        Column("unit_code", ("mã đơn vị", "mã định danh", "mã cơ quan", "đơn vị báo cáo")),
        Column("period", ("kỳ", "kỳ báo cáo", "kỳ số liệu", "thời kỳ")),
        Column("measure", ("chỉ tiêu", "mã chỉ tiêu", "số đo", "mã số đo", "chỉ số", "mã chỉ số")),
        Column("value", ("giá trị", "số liệu", "kết quả"), keep_figure),
        Column("of", ("trên tổng số", "mẫu số", "tổng số", "trên tổng"), keep_figure),
        Column("bound", ("mức độ chính xác", "độ chính xác", "mức")),
        Column("measure_unit", ("đơn vị tính", "đvt")),
        Column("source_document", ("văn bản", "văn bản nguồn", "nguồn", "tài liệu nguồn"), keep_public_text),
        Column("note", ("ghi chú", "diễn giải"), keep_public_text),
        # Known so that it is not taken for something else.
        Column("unit_name", ("đơn vị", "tên đơn vị")),
    ),
    required=(("unit_code",), ("period",), ("measure",), ("value",), ("source_document",)),
    key="unit_code",
)
LANDED: Final = (
    "unit_code", "period", "period_start", "period_end", "measure", "value", "of", "bound", "measure_unit",
    "source_document", "note", "decimal_mark", "catalogue",
)  # fmt: skip


@dataclass(frozen=True)
class Reportable:
    """One name that may stand in the column `measure`, and what the catalogue makes of it."""

    metric: str
    measure_unit: str
    has_whole: bool
    """There is a denominator, so that `of` may be given."""
    needs_whole: bool
    """A figure alone has no measure to go to."""
    names: tuple[str, ...] = ()
    """What people call it; not part of the landing."""

    def landed(self) -> Mapping[str, object]:
        """What the contract has to know."""
        return {
            "metric": self.metric,
            "measure_unit": self.measure_unit,
            "has_whole": self.has_whole,
            "needs_whole": self.needs_whole,
            "has_decimals": self.measure_unit in WITH_DECIMALS,
        }


def reportables(catalog: Catalog) -> tuple[Reportable, ...]:
    """Every name under which the catalogue takes reported figures; its unit is that of the indicator it feeds."""
    parts: dict[str, set[str]] = {}
    fed: dict[str, str] = {}
    for measure in catalog.measures:
        if measure.fact == FACT and measure.metric:
            parts.setdefault(measure.metric, set()).add(str(measure.part))
            fed[measure.id] = measure.metric
    found: dict[str, Reportable] = {}
    for indicator in catalog.indicators:
        used = {fed[name] for series in indicator.series for name in series.numerator if name in fed}
        for metric in used - found.keys():
            has_whole = "denominator" in parts[metric]
            found[metric] = Reportable(
                metric,
                indicator.measure_unit,
                has_whole=has_whole,
                needs_whole=has_whole and "ratio" not in parts[metric],
                names=(indicator.id, indicator.name.vi, indicator.name.en),
            )
    return tuple(found[metric] for metric in sorted(found))


def to_landing(content: bytes, *, known: Sequence[Reportable], decimal_mark: str | None = None) -> Landed:
    """The landing's rows of one table of reported values."""
    table = read_any_table(content, LAYOUT)
    rule = _measure_rule(known)
    same = {
        "decimal_mark": decimal_mark,
        "catalogue": json.dumps([one.landed() for one in known], ensure_ascii=False),
    }
    rows = [(row, _keep_row(row, rule) | same) for row in table.rows]
    return landing_table(LANDED, rows), table.warnings


def _keep_row(row: TableRow, measure_rule: Keep) -> dict[str, str | None]:
    period = read_period(row.cell("period"))
    return keep_cells(row, LAYOUT) | {
        "unit_code": keep(former_code(row.cell("unit_code")), keep_any_unit),
        "period": period.id if period else keep(row.cell("period"), keep_period_text),
        "period_start": period.start.isoformat() if period else None,
        "period_end": period.end.isoformat() if period else None,
        "measure": keep(row.cell("measure"), measure_rule),
        "bound": keep(row.cell("bound"), _keep_bound),
        "measure_unit": keep(row.cell("measure_unit"), _keep_measure_unit),
    }


def _measure_rule(known: Sequence[Reportable]) -> Keep:
    names = vocabulary({one.metric: one.names for one in known})
    slug = keep_matching(r"[A-Za-z][A-Za-z0-9_]{0,60}")
    return lambda text: names.get(words_of(text)) or (slug(text).lower() if "_" in text else masked(text))


def _keep_bound(text: str) -> str:
    return {">=": "at_least", "≥": "at_least", ">": "at_least", "~": "about", "≈": "about"}.get(text) or keep_word(
        BOUNDS
    )(text)


def _keep_measure_unit(text: str) -> str:
    return "percent" if text == "%" else keep_word(MEASURE_UNITS)(text)


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The tables of reported values of the inbox folder."""
    known = reportables(_read_catalog(context.config))
    decimal_mark = context.settings.decimal if isinstance(context.settings, ReportedSettings) else None
    for item in fetch_register(context, to_landing=partial(to_landing, known=known, decimal_mark=decimal_mark)):
        yield item if isinstance(item, Failure) else replace(item, land=partial(_land, item))


def _read_catalog(config: Config) -> Catalog:
    try:
        return load_catalog(config.catalog.path, indices=config.catalog.indices)
    except ConfigError as error:
        message = _("the catalogue has mistakes, so that no figure can be named: {error}").format(
            error=error.problems[0]
        )
        raise SourceError(ErrorClass.SCHEMA, message) from error


def _land(item: Incoming, path: Path) -> tuple[str, ...]:
    """Lands a file and tells what may have been meant otherwise."""
    warnings = tuple(item.land(path) or ())
    landed = pq.read_table(path, columns=["unit_code", "period", "period_start", "period_end"])
    return (*warnings, *_warn_of_days(landed), *_warn_of_reused_codes(landed))


def _warn_of_days(landed: pa.Table) -> Iterator[str]:
    # A spreadsheet makes 1 September 2025 of “2025-09” without a word.
    days = pc.sum(pc.match_substring_regex(landed["period"], r"^\d{4}-\d\d-01$")).as_py() or 0
    if days:
        yield _(
            "VALUE: {n} rows are for the first day of a month alone; if the whole month was meant, format the column "
            "as text and write 2025-09"
        ).format(n=days)


def _warn_of_reused_codes(landed: pa.Table) -> Iterator[str]:
    is_past = pc.less(landed["period_end"], REFORM.isoformat())
    # bare statistical codes are refused row by row
    is_bare = pc.invert(pc.match_substring_regex(landed["unit_code"], "@|^[0-9]+$"))
    count = pc.sum(pc.and_(is_past, is_bare)).as_py() or 0
    if count:
        yield _(
            "INTEGRITY: {n} rows before 1 July 2025 have the code of a present unit and are read as its present "
            "territory; the unit of that time is written CODE@2024"
        ).format(n=count)


KIND: Final = SourceKind(
    name="reported_values",
    fact=Fact("reported_value", ("source_id", "unit_code", "period", "metric")),
    contract="reported_value",
    fetch=fetch,
)
