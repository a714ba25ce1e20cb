"""The config.yaml of the demo, which reads the sample through the real sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.sample.places import PROVINCE_CODE, root_department_id

HOLDER_KEY_VARIABLE = "IOC_HOLDER_KEY"

_TEMPLATE = """\
# Cấu hình của bản dùng thử: dữ liệu mô phỏng, do `ioc demo` ghi ra. Chạy lại lệnh đó sẽ ghi đè tệp này.
site:
  name: Thành phố Hải Phòng (mô phỏng)
  unit: "{unit}"
  simulated: true
store:
  path: .
web:
  port: {port}
catalog:
  path: {catalog}
  # bộ chỉ số đầu tiên đứng đầu các trang; hai bộ DTI là mẫu và ví dụ, chưa phải bộ chỉ số chính thức
  indices: [qd766_portal_2026, qd766_draft_2026, dti_commune_template, dti_province_example]
units:
  crosswalks: [crosswalk.csv]
privacy:
  holder_key: "${{{holder_key}}}"
sources:
  one_stop:
    kind: dossier_sync
    path: inbox/dossiers
    fresh_within: 40d
  register:
    kind: certificates
    path: inbox/certificates
    fresh_within: 40d
  staff:
    kind: staff
    path: inbox/staff
    fresh_within: 40d
  procedures:
    kind: procedures
    path: inbox/procedures
    fresh_within: 3650d
  forms:
    kind: form_06a
    path: inbox/forms
    fresh_within: 40d
  # biểu của các xã, phường trước ngày 01/7/2025, mã kèm ngày: 11446@2024-12-31
  history:
    kind: form_06a
    path: inbox/history
    fresh_within: 3650d
  documents:
    kind: documents
    path: inbox/documents
    fresh_within: 40d
  petitions:
    kind: petitions
    path: inbox/petitions
    fresh_within: 40d
  reported:
    kind: reported_values
    path: inbox/reported
    fresh_within: 3650d
  plan:
    kind: plan
    path: inbox/plan
    fresh_within: 40d
  portal:
    kind: national_portal
    enabled: true
    base_url: {portal_url}
    root_department_id: {root}
    periods: [{periods}]
    min_delay_s: 0
    jitter_s: 0
    fresh_within: 40d
"""


def write_config(folder: Path, *, catalog: Path, periods: Sequence[str], portal_url: str, port: int = 8050) -> Path:
    """Writes the demo's config.yaml beside the sample and returns its path; the folder is also the store.

    `portal_url` is where the portal's stand-in answers; IOC_HOLDER_KEY may be unset once the sample is loaded.
    """
    path = folder / "config.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    text = _TEMPLATE.format(
        unit=PROVINCE_CODE,
        port=port,
        catalog=_quoted(str(catalog.absolute())),
        holder_key=HOLDER_KEY_VARIABLE,
        portal_url=_quoted(portal_url),
        root=root_department_id(),
        periods=", ".join(map(_quoted, periods)),
    )
    path.write_text(text, encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
