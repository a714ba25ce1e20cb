"""How numbers, dates and ages are written for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from ioc.periods import Calendar, PeriodKind, parse_period
from ioc.words import current_language
from ioc.words import gettext as _

NOTHING = "—"
NO_BREAK = "\u00a0"
JOINED = "\u2060"
"""Keeps what stands on its two sides on one line."""
Number = int | float | Decimal


@dataclass(frozen=True)
class Separators:
    thousands: str
    decimal: str


SEPARATORS = MappingProxyType({"vi": Separators(".", ","), "en": Separators(",", ".")})


def separators() -> Separators:
    """Those of the current language."""
    return SEPARATORS[current_language()]


def plotly_separators() -> str:
    """Decimal and thousands sign, as `layout.separators` wants them; Plotly's own Vietnamese locale lacks them."""
    return separators().decimal + separators().thousands


def format_number(value: Number | None, decimals: int = 0) -> str:
    """`1.234.567,8`, rounded half up as people round."""
    if value is None:
        return NOTHING
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    signs = separators()
    text = f"{abs(rounded):,.{decimals}f}".replace(",", "\0").replace(".", signs.decimal).replace("\0", signs.thousands)
    return ("−" if rounded < 0 else "") + text


def format_percent(fraction: Number | None, decimals: int = 2) -> str:
    """`91,77 %` of a fraction 0.9177."""
    if fraction is None:
        return NOTHING
    return f"{format_number(Decimal(str(fraction)) * 100, decimals)}{NO_BREAK}%"


def format_value(value: Number | None, measure_unit: str, decimals: int = 2) -> str:
    """A value in its indicator's unit, without the unit's name unless it is a percent."""
    return format_percent(value, decimals) if measure_unit == "percent" else format_number(value, decimals)


def format_change(change: Number | None, measure_unit: str, decimals: int = 2) -> str:
    """A difference without its sign; that of two percentages is in percentage points."""
    if change is None:
        return NOTHING
    if measure_unit == "percent":
        return _("{n} pp").format(n=format_number(abs(Decimal(str(change)) * 100), decimals))
    return format_number(abs(Decimal(str(change))), decimals)


def format_count(count: Number | None, indicator: str) -> str:
    """`1.142 hồ sơ`: a count with the word for what the indicator counts."""
    return f"{format_number(count, count_decimals(indicator))}{NO_BREAK}{counted_noun(indicator)}"


def format_ratio(numerator: Number | None, denominator: Number | None, indicator: str) -> str:
    """`1.048 trên 1.142 hồ sơ`, or nothing where the parts are not known."""
    if numerator is None or denominator is None:
        return ""
    part = format_number(numerator, count_decimals(indicator))
    return _("{part} out of {whole}").format(part=part, whole=format_count(denominator, indicator))


def format_date(day: date | None) -> str:
    """`21/11/2026`."""
    return NOTHING if day is None else f"{day:%d/%m/%Y}"


def format_moment(moment: datetime | None) -> str:
    """`17:00 20/11/2026`; a moment at midnight is a day."""
    if moment is None:
        return NOTHING
    return format_date(moment) if (moment.hour, moment.minute) == (0, 0) else f"{moment:%H:%M %d/%m/%Y}"


def format_age(moment: datetime | None, now: datetime) -> str:
    """`3 giờ trước`."""
    if moment is None:
        return _("no data yet")
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{n} minutes ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} hours ago").format(n=minutes // 60)
    return _("{n} days ago").format(n=minutes // (24 * 60))


def format_period(period: str) -> str:
    """`Tháng 10/2026`."""
    return parse_period(period).label(current_language())


def compared_words(period: str | None) -> str:
    """`so với 01–20/10/2026`: the part of an earlier period that a running one is compared with; no words for all."""
    if period is None:
        return ""
    part = parse_period(period)
    is_named = part.kind not in (PeriodKind.DAY, PeriodKind.YTD, PeriodKind.RANGE)
    name = part.label(current_language()) if is_named and part.calendar is Calendar.GREGORIAN else part.days()
    return _("against {period}").format(period=name[:1].lower() + name[1:])


def format_rank_range(best: int | None, worst: int | None) -> str:
    """`trong khoảng 8–19`: the places that the number of cases allows; nothing where none but one."""
    if best is None or worst is None or best == worst:
        return ""
    # the two stay on one line
    return _("between {best} and {worst}").format(
        best=f"{format_number(best)}{JOINED}", worst=f"{JOINED}{format_number(worst)}"
    )


def in_language(vietnamese: str | None, english: str | None) -> str:
    """The one of a pair of catalogue texts that the reader wants; the other where it is missing."""
    first, second = (english, vietnamese) if current_language() == "en" else (vietnamese, english)
    return first or second or ""


def counted_noun(indicator: str) -> str:
    """What an indicator counts: dossiers, unless its name says otherwise."""
    nouns = {
        "score_": _("points"),
        "petition_": _("petitions"),
        "cert_coverage": _("officials"),
        "officials_with_": _("officials"),
        "dti_training_share": _("officials"),
        "edoc_": _("documents"),
        "work_file_": _("work files"),
        "plan_": _("tasks"),
        "community_team_coverage": _("communes"),
        "commune_portal_coverage": _("communes"),
        "ioc_commune_coverage": _("communes"),
        "citizen_signature": _("people"),
        "survey_satisfaction": _("people"),
        "dti_identity_adults": _("people"),
        "dti_health_records": _("people"),
        "dti_fibre_households": _("households"),
        "dti_shops_online": _("household businesses"),
        "dti_firms_digital": _("enterprises"),
        "dti_security_level": _("information systems"),
        "dti_endpoint_protection": _("computers"),
        "dti_cashless_places": _("places"),
        "dti_": _("cases"),
        "cert_": _("certificates"),
        "tthc_": _("procedures"),
        "pay_tthc_": _("procedures"),
        "pay_amount_": _("dong"),
        "online_coverage": _("procedures"),
        "full_online_coverage": _("procedures"),
        "online_services_": _("procedures"),
        "service_": _("procedures"),
        "pop_data_tthc": _("procedures"),
        "e_certified_copy": _("units"),
    }
    return next((noun for start, noun in nouns.items() if indicator.startswith(start)), _("dossiers"))


def count_decimals(indicator: str) -> int:
    """Points have two decimals; dossiers and people are whole."""
    return 2 if indicator.startswith("score_") else 0


def measure_unit_word(measure_unit: str) -> str:
    """In what an indicator is counted."""
    known = {
        "percent": _("percent"),
        "dossiers": _("dossiers"),
        "certificates": _("certificates"),
        "petitions": _("petitions"),
        "points": _("points"),
        "days": _("days"),
        "people": _("people"),
        "units": _("units"),
        "documents": _("documents"),
        "tasks": _("tasks"),
        "procedures": _("procedures"),
        "actions": _("actions"),
        "transactions": _("transactions"),
        "hours": _("hours"),
        "million_dong": _("million dong"),
    }
    return known.get(measure_unit, measure_unit)


def status_word(status: str) -> str:
    """`Đạt`, `Nguy cơ`, `Không đạt`, `Chưa đánh giá được`."""
    words = {"on_target": _("On target"), "at_risk": _("At risk"), "off_target": _("Off target")}
    return words.get(status, _("Not assessed"))


def flag_word(flag: str) -> str:
    """`cũ`, `ước lượng`, `ít hồ sơ`, …"""
    words = {
        "stale": _("stale"),
        "estimate": _("estimate"),
        "small_n": _("few dossiers"),
        "unreconciled": _("not reconciled"),
        "source_flag": _("source warns"),
        "revised": _("revised"),
        "by_rule": _("no case, by rule"),
        "partial": _("begins within the period"),
    }
    return words.get(flag, flag)


def basis_word(basis: str | None) -> str:
    """How points came about: `tính toán`, `theo công bố`, `kế thừa`, `theo quy tắc`."""
    words = {
        "computed": _("computed"),
        "published": _("as published"),
        "inherited": _("inherited"),
        "by_rule": _("by rule"),
    }
    return words.get(basis or "", NOTHING)


def evidence_word(evidence: str | None) -> str:
    """How well a target or rule is founded."""
    words = {"official": _("official"), "observed": _("observed"), "draft": _("draft"), "local": _("local")}
    return words.get(evidence or "", "")


def source_kind_word(kind: str) -> str:
    """The kind of a source in the officials' words."""
    words = {
        "dossier_sync": _("One-stop dossiers"),
        "national_portal": _("National Public Service Portal"),
        "certificates": _("Digital certificates"),
        "staff": _("Staff numbers"),
        "procedures": _("Administrative procedures"),
        "form_06a": _("Form II.06a"),
        "sql_view": _("One-stop database"),
        "sql_view_stat": _("One-stop database"),
        "documents": _("Document statistics"),
        "edxml": _("Electronic documents"),
        "rest": _("Data service"),
        "portal_procedures": _("Procedures of the portal"),
        "petitions": _("Petitions and feedback"),
        "reported_values": _("Reported figures"),
        "plan": _("Plan of tasks"),
    }
    return words.get(kind, kind)
