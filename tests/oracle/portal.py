"""What the national portal publishes, from its answers as they were kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.oracle.raw import PROVINCE, Answers, Number

METRICS = {
    "tthc_publish_on_time": "PUBLISH_ON_TIME",
    "tthc_update_on_time": "PUBLIC_UPDATE_ON_TIME",
    "tthc_content_full": "PUBLIC_CONTENT_FULL",
    "dossier_sync_rate": "DOSSIER_SYNC",
    "e_result_rate": "ORIGINAL_RESULT_AVAILABLE",
    "digitized_rate": "SO_HOA_GIAY_TO_GIAI_QUYET",
    "reuse_rate": "REUSED_DIGITIZED_DATA",
    "share_store_rate": "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
    "pop_data_dossier": "CITIZEN_DATA_CONNECTED_DOSSIER",
    "pop_data_tthc": "CITIZEN_DATA_CONNECTED_FORMALITY",
    "petition_on_time": "PETITION_PROCESSING_ON_TIME",
    "petition_satisfaction": "PETITION_HANDLING_SATISFACTION",
    "dossier_satisfaction": "DOSSIER_RECEIVING_SATISFACTION",
    "petition_tthc_share": "PETITION_CLASSIFICATION_TTHC",
    "petition_staff_share": "PETITION_CLASSIFICATION_STAFF",
}
"""Indicators that the portal publishes as a metric with numerator and denominator."""
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ontime_766": (("totalOnTime",), ("totalReceived",)),
    "online_coverage": (("partialCount", "fullCount"), ("authorityCount",)),
    "service_with_dossier": (("onlineDossierCount",), ("onlineServiceTotal",)),
    "online_submission_766": (("channelOnlineSum",), ("channelTotalSum",)),
    "direct_rate": (("channelDirectSum",), ("channelTotalSum",)),
    "postal_rate": (("channelPostalSum",), ("channelTotalSum",)),
    "online_ontime": (("onlineOnTimeSum",), ("onlineOnTimeSum", "onlineOverdueSum")),
    "pay_tthc_integrated": (("totalFeeDossierFormality",), ("totalFeeFormality",)),
    "pay_tthc_transacted": (("totalDossierOnlineFormalityPaymentSuccess",), ("totalFeeFormality",)),
    "pay_dossier_online": (("totalDossierOnlinePaymentSuccess",), ("totalDossierFinancialObligation",)),
}
"""Indicators whose numbers it publishes as fields of a unit: those that add up to numerator and denominator."""
CERTIFIED_COPY = "ELECTRONIC_CERTIFIED_COPY"
LISTS = ("transparency", "dossier-digitized", "handling-satisfaction")
TREES = ("dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree")


@dataclass(frozen=True)
class Metric:
    numerator: Decimal | None
    denominator: Decimal | None
    ratio: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Published:
    """What the portal says of one unit and period."""

    metrics: dict[str, Metric]
    fields: dict[str, Decimal]
    groups: dict[str, Decimal]
    total: Decimal | None

    def sum_of(self, names: Iterable[str]) -> Number | None:
        """None where a part is not published."""
        parts = [self.fields.get(name) for name in names]
        return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))


Portal = dict[tuple[str, str], Published]


def read_portal(folder: Path, periods: Iterable[str], units: dict[str, str]) -> Portal:
    """(unit, period) → what was published."""
    found: Portal = {}
    for period in periods:
        answers = {name: _read(folder / period / f"{name}.json") for name in (*LISTS, *TREES, "service-results")}
        metrics: dict[str, dict[str, Metric]] = defaultdict(dict)
        fields: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for name in LISTS:
            for item in (answers[name]["overview"], *answers[name]["evaluation"]):
                metrics[_unit(item, units)] |= {one["code"]: _metric(one) for one in item["metrics"]}
        for name in TREES:
            for item in (answers[name]["parent"], *answers[name]["children"]):
                numbers = {key: Decimal(value) for key, value in item.items() if isinstance(value, int | Decimal)}
                fields[_unit(item, units)] |= numbers
        results = answers["service-results"]
        for item in (results["overview"], *results["evaluation"]):
            unit = _unit(item, units)
            groups = {key: Decimal(value) for key, value in item["groupScores"].items() if value is not None}
            found[unit, period] = Published(metrics[unit], fields[unit], groups, _decimal(item["totalScore"]))
    return found


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["data"]
    return data


def _unit(item: dict[str, Any], units: dict[str, str]) -> str:
    return units.get(item["departmentId"].upper(), PROVINCE)


def _metric(item: dict[str, Any]) -> Metric:
    return Metric(*(_decimal(item[name]) for name in ("numerator", "denominator", "ratio", "score")))


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def count_portal(portal: Portal) -> Answers:
    answers: Answers = defaultdict(dict)
    for key, published in portal.items():
        for indicator, code in METRICS.items():
            metric = published.metrics.get(code)
            if metric is not None:
                answers[indicator, "portal"][key] = (metric.numerator, metric.denominator)
        for indicator, (numerators, denominators) in FIELDS.items():
            numerator, denominator = published.sum_of(numerators), published.sum_of(denominators)
            if numerator is not None and denominator is not None:
                answers[indicator, "portal"][key] = (numerator, denominator)
        answers["e_certified_copy", "portal"][key] = (published.metrics[CERTIFIED_COPY].ratio, None)
    return answers
