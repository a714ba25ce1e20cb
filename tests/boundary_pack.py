"""An index of reports II.06a that is easily scored by hand, in a catalogue of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dossier_files import CATALOG

PACK = "forms_index"
POINTS = "score_forms"
"""The indicator that is the total of the index."""

_INDEX = """
id: forms_index
name: {vi: "Chỉ số biểu 06a", en: "Index of forms"}
version: "1"
valid_from: 2020-01-01
series: form_06a
max_points: 100
legal_source: {vi: "Thử", en: "Test"}
evidence: local
groups:
  - node: A
    name: {vi: "Trực tuyến", en: "Online"}
    max_points: 60
    criteria:
      - node: "A1"
        name: {vi: "Trực tuyến", en: "Online"}
        max_points: 60
        rule: linear
        zero: zero
        numerator: form_received_online
        denominator: [form_received_online, form_received_direct_postal]
        indicator: online_submission_simple
        rule_text: {vi: "60 × tỷ lệ", en: "60 × rate"}
        evidence: local
        legal_source: "Thử"
  - node: B
    name: {vi: "Bậc", en: "Steps"}
    max_points: 40
    criteria:
      - node: "B1"
        name: {vi: "Trực tuyến theo bậc", en: "Online by steps"}
        max_points: 40
        rule: steps
        steps: [{at: 0.6, points: 40}, {at: 0.45, points: 25}, {at: 0.4, points: 10}]
        zero: zero
        numerator: form_received_online
        denominator: form_received_in_period
        rule_text: {vi: "bậc", en: "steps"}
        evidence: local
        legal_source: "Thử"
"""
_INDICATOR = """
- id: score_forms
  number: 901
  name: {vi: "Điểm biểu 06a", en: "Points of forms"}
  group: composite
  formula: {vi: "tổng điểm", en: "sum of points"}
  measure_unit: points
  direction: up
  zero: "null"
  score_index: forms_index
  score_part: total
  evidence: local
  legal_source: {vi: "Thử", en: "Test"}
"""


def write_catalog(folder: Path) -> Path:
    """The product's catalogue with this index and its indicator."""
    catalog = folder / "catalog"
    shutil.copytree(CATALOG, catalog)
    (catalog / "indices" / f"{PACK}.yaml").write_text(_INDEX, encoding="utf-8")
    (catalog / "indicators" / "forms_index.yaml").write_text(_INDICATOR, encoding="utf-8")
    return catalog
