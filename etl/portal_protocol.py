"""The evaluation interface of the National Public Service Portal: its questions, as the portal's own page asks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ioc.periods import Period

PATH = "/api/v1/reporting"
PAGE = "/danh-gia-chat-luong-phuc-vu"
"""The public page that asks these questions; the portal expects it as the referrer."""

GROUP_MAXIMA = {"CKMB": "18", "TDGQ": "20", "CLGQ": "12", "TTTT": "10", "MDHL": "18", "MDSH": "22"}
"""The six groups of Decision 766 and their points; 100 together."""
TOTAL_MAXIMUM = "100"

PERIOD_KINDS = ("month", "quarter", "year")
_MONTH_LENGTHS = (28, 29, 30, 31)


class Shape(StrEnum):
    """How an answer is laid out."""

    LIST = "list"
    """`overview` and `evaluation[]`, each with `metrics[]`."""
    TREE = "tree"
    """`parent` and `children[]`, whose names for the same thing differ."""
    SUMMARY = "summary"
    """`evaluation[]` with the six groups."""


@dataclass(frozen=True)
class Endpoint:
    """One question of the interface."""

    name: str
    shape: Shape
    group: str | None = None
    """The group of Decision 766 whose points it gives; None for all of them."""
    page_size: int | None = None
    metrics: tuple[str, ...] = ()
    """The codes that a list is known to carry."""
    counts: tuple[str, ...] = ()
    """Counts beside the points that come together or not at all."""
    optional_counts: tuple[str, ...] = ()
    children_have_counts: bool = True
    has_dates: bool = False
    """It asks for a first and a last day instead of a year with its quarter or month."""

    @property
    def path(self) -> str:
        return f"evaluation/{self.name}"


PROGRESS = Endpoint(
    "dvc-progress-tree",
    Shape.TREE,
    group="TDGQ",
    page_size=100,
    counts=("totalReceived", "totalOnTime"),
    optional_counts=("totalOverdue", "totalCompleted", "avgProcessingDays"),
)
DIGITISED = Endpoint(
    "dossier-digitized",
    Shape.LIST,
    group="MDSH",
    page_size=200,
    metrics=(
        "ORIGINAL_RESULT_AVAILABLE",
        "SO_HOA_GIAY_TO_GIAI_QUYET",
        "REUSED_DIGITIZED_DATA",
        "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
        "CITIZEN_DATA_CONNECTED_DOSSIER",
        "CITIZEN_DATA_CONNECTED_FORMALITY",
        "ELECTRONIC_CERTIFIED_COPY",
    ),
)
ONLINE = Endpoint(
    "provide-online-tree",
    Shape.TREE,
    group="CLGQ",
    page_size=200,
    counts=(
        "authorityCount",
        "partialCount",
        "fullCount",
        "onlineDossierCount",
        "onlineServiceTotal",
        "channelOnlineSum",
        "channelTotalSum",
    ),
    optional_counts=("channelDirectSum", "channelPostalSum", "onlineOnTimeSum", "onlineOverdueSum"),
    children_have_counts=False,
)
PAYMENT = Endpoint(
    "formality-online-payment-tree",
    Shape.TREE,
    group="TTTT",
    page_size=100,
    counts=(
        "totalDossierOnlinePaymentSuccess",
        "totalDossierFinancialObligation",
        "totalDossierOnlineFormalityPaymentSuccess",
        "totalFeeFormality",
    ),
    optional_counts=("totalFeeDossierFormalityDistinct", "totalFeeDossierFormality"),
)
SUMMARY = Endpoint("service-results", Shape.SUMMARY)
TRANSPARENCY = Endpoint(
    "transparency",
    Shape.LIST,
    group="CKMB",
    page_size=200,
    metrics=("PUBLISH_ON_TIME", "PUBLIC_UPDATE_ON_TIME", "PUBLIC_CONTENT_FULL", "DOSSIER_SYNC"),
)
SATISFACTION = Endpoint(
    "handling-satisfaction",
    Shape.LIST,
    group="MDHL",
    page_size=200,
    metrics=(
        "PETITION_CLASSIFICATION_TTHC",
        "PETITION_CLASSIFICATION_STAFF",
        "DOSSIER_RECEIVING_SATISFACTION",
        "PETITION_PROCESSING_ON_TIME",
        "PETITION_HANDLING_SATISFACTION",
    ),
    optional_counts=("totalPetitions", "classifiedPetitions", "totalDossiers"),
    has_dates=True,
)

# transparency and satisfaction give no electronic identifiers: they are asked after those that do
ENDPOINTS = (PROGRESS, DIGITISED, ONLINE, PAYMENT, SUMMARY, TRANSPARENCY, SATISFACTION)

Body = dict[str, str | int]


def question(
    endpoint: Endpoint, period: Period, *, root_department_id: str | None, page: int = 1, page_size: int | None = None
) -> Body:
    """The body that asks an endpoint for a period."""
    body: Body = {}
    if endpoint.has_dates:
        body |= {"fromDate": period.start.isoformat(), "toDate": period.end.isoformat()}
    else:
        body |= {"timeType": str(period.kind), "year": period.start.year}
        body |= _part_of_year(period)
    if root_department_id is not None:
        body["rootDepartmentId"] = root_department_id
    if endpoint.shape is Shape.SUMMARY:
        body["departmentType"] = "ADMINISTRATIVE_UNIT"
    if endpoint.page_size is not None:
        body |= {"currentPage": page, "pageSize": page_size or endpoint.page_size}
    return body


def _part_of_year(period: Period) -> Body:
    if period.kind == "quarter":
        return {"quarter": (period.start.month + 2) // 3}
    if period.kind == "month":
        return {"month": period.start.month}
    return {}


def asked_period(endpoint: Endpoint, body: Mapping[str, object]) -> str | None:
    """The id of the period that a body asks for; None where the interface would not understand it."""
    if endpoint.has_dates:
        return _period_of_days(str(body.get("fromDate")), str(body.get("toDate")))
    kind, year = body.get("timeType"), body.get("year")
    if kind not in PERIOD_KINDS or not _is_within(year, 2000, 2100):
        return None
    if kind == "month":
        month = body.get("month")
        return f"{year}-{month:02d}" if _is_within(month, 1, 12) else None
    if kind == "quarter":
        return f"{year}-Q{body.get('quarter')}" if _is_within(body.get("quarter"), 1, 4) else None
    return str(year)


def _is_within(number: object, lowest: int, highest: int) -> bool:
    return type(number) is int and lowest <= number <= highest


def _period_of_days(first: str, last: str) -> str | None:
    days = re.fullmatch(r"(\d{4})-(\d\d)-01 (\d{4})-(\d\d)-(\d\d)", f"{first} {last}")
    if days is None or days[1] != days[3] or int(days[5]) not in _MONTH_LENGTHS:
        return None
    first_month, last_month = int(days[2]), int(days[4])
    if (first_month, last_month) == (1, 12):
        return days[1]
    if first_month == last_month:
        return f"{days[1]}-{days[2]}"
    if last_month == first_month + 2 and first_month % 3 == 1:
        return f"{days[1]}-Q{(first_month + 2) // 3}"
    return None
