"""The published figures of 45 communes of Gia Lai as the portal's answers, and what the product must make of them."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
GOLDEN = SHARED / "golden" / "gia_lai_766_2026-10-10.csv"
ROOT_ID = "019d2be3-0000-7000-8000-000000000001"
"""Made up: the published figures do not name the province's own id."""

Row = dict[str, str]

_TRANSPARENCY = {
    "PUBLISH_ON_TIME": "pub",
    "PUBLIC_UPDATE_ON_TIME": "upd",
    "PUBLIC_CONTENT_FULL": "full",
    "DOSSIER_SYNC": "sync",
}
_DIGITISED = {
    "ORIGINAL_RESULT_AVAILABLE": "orig", "SO_HOA_GIAY_TO_GIAI_QUYET": "soho", "REUSED_DIGITIZED_DATA": "reuse",
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": "store", "CITIZEN_DATA_CONNECTED_DOSSIER": "cdd",
    "CITIZEN_DATA_CONNECTED_FORMALITY": "cdf",
}  # fmt: skip
_SATISFACTION = {
    "PETITION_PROCESSING_ON_TIME": "pet",
    "PETITION_HANDLING_SATISFACTION": "pets",
    "DOSSIER_RECEIVING_SATISFACTION": "sat",
}  # fmt: skip
_MAXIMA = {
    "PUBLISH_ON_TIME": 6, "PUBLIC_UPDATE_ON_TIME": 4, "PUBLIC_CONTENT_FULL": 2, "DOSSIER_SYNC": 6,
    "ORIGINAL_RESULT_AVAILABLE": 6, "SO_HOA_GIAY_TO_GIAI_QUYET": 4, "REUSED_DIGITIZED_DATA": 2,
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": 4, "CITIZEN_DATA_CONNECTED_DOSSIER": 2, "CITIZEN_DATA_CONNECTED_FORMALITY": 2,
    "PETITION_PROCESSING_ON_TIME": 6, "PETITION_HANDLING_SATISFACTION": 6, "DOSSIER_RECEIVING_SATISFACTION": 6,
}  # fmt: skip
CRITERIA = {
    "1.1": "pub_s", "1.2": "upd_s", "1.3": "full_s", "1.4": "sync_s", "2.1": "TDGQ",
    "4.1": "orig_s", "4.2": "soho_s", "4.3": "reuse_s", "4.4": "store_s",
    "4.5a": "cdf_s", "4.5b": "cdd_s", "4.6": "copy_s",
    "5.2": "pet_s", "5.3": "pets_s", "5.4": "sat_s",
}  # fmt: skip
"""Node → column of its published points."""
GROUPS = {"CKMB": "CKMB", "TDGQ": "TDGQ", "CLGQ": "ONLINE", "TTTT": "TTTT", "MDSH": "MDSH", "MDHL": "MDHL"}


def golden_rows() -> list[Row]:
    with GOLDEN.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def write_answers(folder: Path, rows: list[Row]) -> None:
    """One stored answer per endpoint for the year 2026."""
    (folder / "2026").mkdir(parents=True)
    for endpoint, data in _answers(rows).items():
        text = json.dumps({"code": "OK", "data": data, "message": "OK"}, ensure_ascii=False, default=_plain)
        (folder / "2026" / f"{endpoint}.json").write_text(text, encoding="utf-8")


def _plain(value: object) -> object:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _answers(rows: list[Row]) -> dict[str, dict[str, Any]]:
    root = {"departmentId": ROOT_ID, "departmentName": "UBND tỉnh Gia Lai", "departmentCode": "H21"}
    evaluation = {
        "transparency": [_shape_a(row, _TRANSPARENCY, "CKMB", 18) for row in rows],
        "dossier-digitized": [_digitised(row) for row in rows],
        "handling-satisfaction": [_shape_a(row, _SATISFACTION, "MDHL", 18) for row in rows],
    }
    trees = {
        "dvc-progress-tree": [_progress(row) for row in rows],
        "provide-online-tree": [
            _unit(row)
            | {
                "level": "COMMUNE",
                "totalScore": _number(row["ONLINE"]),
                "totalMaxScore": 12,
                "ratio": 0,
                "scoreDelta": None,
            }
            for row in rows
        ],
        "formality-online-payment-tree": [_payment(row) for row in rows],
    }
    page = {"total": len(rows) + 1, "currentPage": 1, "pageSize": 200, "totalPages": 1}
    answers: dict[str, dict[str, Any]] = {
        name: {
            "overview": _bare(root, items[0]),
            "evaluation": [_bare(root, items[0]), *items],
            "pagination": page,
            "source": "x",
        }
        for name, items in evaluation.items()
    }
    answers |= {name: {"parent": _bare_parent(root, name), "children": items} for name, items in trees.items()}
    answers["service-results"] = {
        "overview": _service(root, None),
        "evaluation": [_service(_unit(row), row) for row in rows],
        "growthPercent": None,
        "radar": [],
    }
    return answers


def _unit(row: Row) -> dict[str, Any]:
    return {
        "departmentId": row["departmentId"],
        "departmentName": row["departmentName"],
        "departmentCode": row["departmentCode"],
    }


def _shape_a(row: Row, codes: dict[str, str], group: str, maximum: int) -> dict[str, Any]:
    return {
        "stt": 1, "departmentId": row["departmentId"], "departmentName": row["departmentName"],
        "departmentType": "COMMUNE_PEOPLE_COMMITTEE", "departmentLevel": "COMMUNE", "agencyLevel": "level_2",
        "totalScore": _number(row[group]), "totalMaxScore": maximum, "ratio": 0, "scoreDelta": None,
        "metrics": [_metric(row, code, prefix) for code, prefix in codes.items()],
    }  # fmt: skip


def _metric(row: Row, code: str, prefix: str) -> dict[str, Any]:
    metric: dict[str, Any] = {
        "code": code, "name": code,
        "numerator": _number(row[f"{prefix}_n"]), "denominator": _number(row[f"{prefix}_d"]),
        "ratio": 0, "score": _number(row[f"{prefix}_s"]), "maxScore": _MAXIMA[code],
    }  # fmt: skip
    if prefix == "sync" and row["sync_dq"]:
        metric |= {"dataQualityStatus": row["sync_dq"], "dataQualityMessage": "x"}
    return metric


def _digitised(row: Row) -> dict[str, Any]:
    item = _shape_a(row, _DIGITISED, "MDSH", 22) | {"departmentCode": row["departmentCode"]}
    item["metrics"].append(
        {"code": "ELECTRONIC_CERTIFIED_COPY", "name": "x", "numerator": None, "denominator": None,
         "ratio": _number(row["copy_ratio"]), "score": _number(row["copy_s"]), "maxScore": 2}
    )  # fmt: skip
    return item


def _progress(row: Row) -> dict[str, Any]:
    return _unit(row) | {
        "level": "COMMUNE", "totalReceived": _number(row["tdgq_received"]), "totalOnTime": _number(row["tdgq_ontime"]),
        "totalOverdue": _number(row["tdgq_overdue"]), "avgProcessingDays": _number(row["avg_days"]), "ratio": 0,
        "score": _number(row["TDGQ"]), "maxScore": 20, "scoreDelta": None,
    }  # fmt: skip


def _payment(row: Row) -> dict[str, Any]:
    return _unit(row) | {
        "level": "COMMUNE", "totalMaxScore": 10, "ratio": 0, "totalScore": _number(row["TTTT"]),
        "totalDossierOnlinePaymentSuccess": _number(row["pay_ok"]),
        "totalDossierFinancialObligation": _number(row["pay_obl"]),
        "totalDossierOnlineFormalityPaymentSuccess": _number(row["pay_tthc_ok"]),
        "totalFeeDossierFormalityDistinct": None,
        "totalFeeDossierFormality": None, "totalFeeFormality": _number(row["fee_tthc"]), "scoreDelta": None,
    }  # fmt: skip


def _bare(root: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """A province's row whose figures are not known."""
    metrics = [
        metric | {"numerator": None, "denominator": None, "ratio": None, "score": None} for metric in like["metrics"]
    ]
    item = (
        like
        | root
        | {"departmentType": "PROVINCE", "departmentLevel": "PROVINCE", "totalScore": None, "metrics": metrics}
    )
    return item if "departmentCode" in like else {key: value for key, value in item.items() if key != "departmentCode"}


def _bare_parent(root: dict[str, Any], endpoint: str) -> dict[str, Any]:
    sample = json.loads((SHARED / "portal" / f"{endpoint}.year.json").read_text(encoding="utf-8"))["data"]["parent"]
    return {key: root.get(key, None if not key.endswith("MaxScore") else value) for key, value in sample.items()}


def _service(unit: dict[str, Any], row: Row | None) -> dict[str, Any]:
    scores = {group: _number(row[column]) if row else None for group, column in GROUPS.items()}
    return unit | {
        "totalScore": _number(row["totalScore"]) if row else None, "scoreDelta": None,
        "childGroup": None, "groupScores": scores,
    }  # fmt: skip
