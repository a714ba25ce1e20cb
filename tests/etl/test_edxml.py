"""Messages of the document axis: both dialects, attacks, attachments that nobody keeps, and what is counted."""

import base64
import gc
import io
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from xml.parsers import expat

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.mart_tables import mart_sql
from etl.report import LoadReport
from etl.sources.edxml import Limits, read_messages
from etl.sources.edxml_attachments import SignatureFinder
from etl.sources.edxml_reader import MOST_TOKEN_BYTES
from etl.sources.edxml_rows import keep_document_id, signer_kind
from ioc.config import Config, load_config
from ioc.errors import ErrorClass, SourceError
from ioc.store.warehouse import open_warehouse
from tests.empty_store import with_empty_store
from tests.etl.test_documents import COMMUNE, OTHER, PROVINCE, prepare

CLEAN = (Path(__file__).parents[1] / "intake" / "edxml" / "clean.edxml").read_bytes()
NOW = datetime(2026, 11, 1, 6, 30)
LIMITS = Limits(max_message_bytes=1_000_000, max_archive_bytes=10_000_000)
SIGNED_PDF = b"%PDF-1.4 /ByteRange [0 1 2 3] %%EOF"
PLAIN_PDF = b"%PDF-1.4 %%EOF"
PEOPLE = ("Nguyễn Thị Mẫu", "001084012345", "0912345678", "van.mau@gialai.gov.vn", "Chủ tịch", "cong van")
DOCUMENT = "H21,2026/08/03,7816/UBND-VP"


def message(
    document_id: str = DOCUMENT,
    *,
    sender: str = "H21",
    receivers: tuple[str, ...] = ("H21.100",),
    business: int = 0,
    paper: str = "0",
    sent: str = "2026/08/03 09:15:00",
    concerned: str = "",
    is_signed: bool = True,
    attachment: str = "",
) -> str:
    """A small message of the axis."""
    to = "".join(f"<To><OrganId>{code}</OrganId></To>" for code in receivers)
    replaced = f"<ReplacementInfo><DocumentId>{concerned}</DocumentId></ReplacementInfo>" if concerned else ""
    signature = "<Signature><SignatureValue>x</SignatureValue></Signature>" if is_signed else ""
    return (
        f"<edXML><MessageHeader><From><OrganId>{sender}</OrganId></From>{to}<DocumentId>{document_id}</DocumentId>"
        f"</MessageHeader><TraceHeader><OrganId>{sender}</OrganId><Timestamp>{sent}</Timestamp></TraceHeader>"
        f"<Bussiness><BussinessDocType>{business}</BussinessDocType><Paper>{paper}</Paper>{replaced}</Bussiness>{signature}"
        f"<Attachment><ContentTransferEncoded>{attachment}</ContentTransferEncoded></Attachment></edXML>"
    )


def receipt(
    document_id: str = DOCUMENT, *, sender: str = "H21.100", code: str = "06", at: str = "2026/08/04 10:00:00"
) -> str:
    """A receipt."""
    return (
        f"<edXML><MessageHeader><From><OrganId>{sender}</OrganId></From><ResponseFor><OrganId>H21</OrganId>"
        f"<DocumentId>{document_id}</DocumentId></ResponseFor><StatusCode>{code}</StatusCode><Timestamp>{at}</Timestamp>"
        "</MessageHeader></edXML>"
    )


class Axis:
    """A store with one folder of messages."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        content = {
            "site": {"name": "Thử", "unit": PROVINCE},
            "sources": {"axis": {"kind": "edxml", "path": "inbox", "max_message_bytes": LIMITS.max_message_bytes}},
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        self.config: Config = with_empty_store(load_config(folder / "config.yaml", environ={}))

    def put(self, *messages: str) -> None:
        """Puts an archive of messages into the inbox."""
        count = len(list(self.inbox.iterdir()))
        with zipfile.ZipFile(self.inbox / f"{count:03}.zip", "w") as archive:
            for number, text in enumerate(messages):
                archive.writestr(f"{number}.xml", text)

    def run(self) -> list[LoadReport]:
        """Takes in what is new."""
        report = pipeline.run(self.config, clock=lambda: NOW, is_building=False)
        return list(report.sources[0].loads)

    def counts(self, unit: str, period: str = "2026-08") -> dict[str, int]:
        """The mart's figures of one unit and period."""
        with open_warehouse(self.config.store.path) as connection:
            prepare(connection, ["axis"])
            connection.execute(
                """
                create or replace temp table periods as
                select *, end_date as judged_on, end_date + interval 1 day - interval 1 microsecond as judged_at
                from (values ('2026-07', date '2026-07-01', date '2026-07-31'), ('2026-08', '2026-08-01', '2026-08-31'),
                    ('2026-09', '2026-09-01', '2026-09-30'), ('2025', '2025-01-01', '2025-12-31'))
                    as named (period, start_date, end_date)
                """
            )
            rows: list[tuple[str, Decimal]] = connection.rows(
                f"select measure, value from ({mart_sql('message_values')}) where unit_code = ? and period = ?",
                [unit, period],
            )
        return {measure.removeprefix("messages_"): int(value) for measure, value in rows}


@pytest.fixture
def axis(tmp_path: Path) -> Axis:
    return Axis(tmp_path)


def read(content: bytes | str, limits: Limits = LIMITS) -> dict[str, str | None]:
    """What is landed of the only message."""
    data = content.encode() if isinstance(content, str) else content
    (row,), _warnings = read_messages(io.BytesIO(data), limits)
    return row.values


def refusal(content: bytes | str, limits: Limits = LIMITS) -> SourceError:
    """Why a file is refused."""
    with pytest.raises(SourceError) as refused:
        read(content, limits)
    return refused.value


def test_nobody_and_nothing_of_the_content_is_kept(axis: Axis) -> None:
    (axis.inbox / "a.edxml").write_bytes(CLEAN)
    axis.put(
        CLEAN.decode(), CLEAN.decode().replace("<edXML:DocumentId>", "<edXML:DocumentId>Nguyễn Thị Mẫu 0912345678")
    )
    assert [load.error_class for load in axis.run()] == [None, None]
    landed = [str(pq.read_table(path).to_pylist()) for path in axis.config.store.path.rglob("*.parquet")]
    with open_warehouse(axis.config.store.path) as connection:
        refused = str(connection.rows("select * from quarantine"))
        found = str(connection.rows("select * from facts.messages"))
    assert len(landed) == 2
    assert "UBND tỉnh Gia Lai" in found
    assert not [word for word in PEOPLE if word in "".join(landed) + refused + found]


class _Listening(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'<!ENTITY who "somebody">')

    def log_message(self, *_arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def address() -> Iterator[str]:
    _Listening.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listening)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_no_document_type_is_followed_to_disk_or_net(address: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of this machine")
    attacks = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>',
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{address}/x">]>',
        f'<!DOCTYPE r SYSTEM "{address}/r.dtd">',
        f'<!DOCTYPE r PUBLIC "-//r//EN" "{address}/r.dtd">',
        f'<!DOCTYPE r [<!ENTITY % x SYSTEM "{address}/p"> %x;]>',
        "<!DOCTYPE r [" + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(20)) + "]>",
        "<!DOCTYPE r>",
    )
    for attack in attacks:
        error = refusal(f"{attack}<edXML><MessageHeader><DocumentId>&x;&l20;</DocumentId></MessageHeader></edXML>")
        assert error.error_class is ErrorClass.SCHEMA
        assert "DOCTYPE" in str(error)
        assert "secret of this machine" not in str(error)
    assert _Listening.asked == []


def test_a_stylesheet_or_a_schema_at_an_address_is_not_asked_for(address: str) -> None:
    links = f'<?xml-stylesheet href="{address}/a.xsl"?>'
    schema = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a {address}/a.xsd"'
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{address}/a"/>'
    text = links + message().replace("<edXML>", f"<edXML {schema}>{include}")
    assert read(text)["document_id"] == DOCUMENT
    assert _Listening.asked == []


def test_a_large_attachment_passes_by_in_little_memory() -> None:
    text = message(attachment="QUJD" * 5_000_000)
    source = io.BytesIO(text.encode())
    tracemalloc.start()
    (row,), _warnings = read_messages(source, Limits(64_000_000, 1))
    _current, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert row.values["document_id"] == DOCUMENT
    assert peak_bytes < 2_000_000


def test_a_parser_is_freed_with_its_message() -> None:
    gc.collect()
    gc.disable()
    try:
        read(CLEAN)
        assert not [kept for kept in gc.get_objects() if isinstance(kept, expat.XMLParserType)]
    finally:
        gc.enable()


def test_a_message_larger_than_allowed_is_refused() -> None:
    error = refusal(message(attachment="QUJD" * 300_000))
    assert (error.error_class, "1000000" in str(error)) == (ErrorClass.UNREADABLE, True)


@pytest.mark.parametrize(
    "flood",
    ["<!--{}-->", '<a b="{}"/>', "<?a {}?>", "<{}/>"],
    ids=["comment", "attribute", "instruction", "name"],
)
def test_one_endless_tag_does_not_hold_the_reader_up(flood: str) -> None:
    started = time.monotonic()
    text = message().replace("<edXML>", "<edXML>" + flood.format("x" * 20 * MOST_TOKEN_BYTES))
    assert refusal(text, Limits(64_000_000, 1)).error_class is ErrorClass.UNREADABLE
    assert time.monotonic() - started < 5


def test_too_many_elements_are_refused() -> None:
    many = message().replace("<edXML>", "<edXML>" + "<a/>" * 200_000)
    assert refusal(many).error_class is ErrorClass.SCHEMA


def test_a_long_field_is_no_field() -> None:
    assert read(message(document_id="1" * 50_000))["document_id"] is None


def test_an_archive_that_holds_more_than_allowed_is_refused_as_a_whole() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(f"{number}.xml", b" " * 1_000_000)
    with pytest.raises(SourceError, match="12000000"):
        read_messages(io.BytesIO(buffer.getvalue()), LIMITS)


def attachment(content: bytes, *, name: str = "a.pdf") -> str:
    """The base64 of an archive of a file, as the axis sends it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return base64.b64encode(buffer.getvalue()).decode()


LOOKED_INTO = {
    "signed": (attachment(SIGNED_PDF), "true", None),
    "plain": (attachment(PLAIN_PDF), "false", None),
    "bare": (base64.encodebytes(SIGNED_PDF).decode(), "true", None),
    "no PDF": (attachment(b"PK /ByteRange", name="a.docx"), None, None),
    "no base64": ("@@@", None, "attachment_unreadable"),
    "cut": (attachment(SIGNED_PDF)[:60], None, "attachment_unreadable"),
    "bomb": (attachment(b"%PDF" + b"0" * 270_000_000), None, "attachment_unreadable"),
    "nothing": ("", None, None),
}


@pytest.mark.parametrize("name", LOOKED_INTO)
def test_attachments_are_looked_into_only_when_asked(name: str) -> None:
    content, is_signed, issue = LOOKED_INTO[name]
    looked = read(message(attachment=content), Limits(10_000_000, 1, check_pdf=True))
    assert looked["attachment_pdf_signed"] == is_signed
    assert (issue or "unreadable") in (looked["issues"] or "") or issue is None
    assert read(message(attachment=content), Limits(10_000_000, 1))["attachment_pdf_signed"] is None


def test_one_signed_document_among_the_attachments_is_enough() -> None:
    finder = SignatureFinder()
    for content in (PLAIN_PDF, SIGNED_PDF, PLAIN_PDF):
        finder.begin()
        finder.add(base64.b64encode(content).decode())
        finder.end()
    assert finder.is_signed is True


SUBJECTS = {
    "CN=Ủy ban nhân dân tỉnh Gia Lai,O=UBND,C=VN": "organisation",
    'C=VN, O=VNPT, CN="Sở Nội vụ"': "organisation",
    "CN=Nguyễn Thị Mẫu, O=UBND tỉnh Gia Lai": "person",
    "UID=CMND:001084012345,CN=Văn phòng": "person",
    "OU=x, CN=Trung tâm Phục vụ hành ch": "organisation",
    "C=VN": None,
    "": None,
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_of_a_signer_only_the_kind_is_told(subject: str) -> None:
    assert signer_kind(subject) == SUBJECTS[subject]


IDENTIFIERS = {
    "000.00.00.H21, 2026/08/03, 7816/UBND-VP": DOCUMENT,
    "H21,2026-08-03,7816/UBND-VP": DOCUMENT,
    "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "7816/VPCP-TTĐT": "7816/VPCP-TTĐT",
    "Nguyễn Thị Mẫu": "•••(14)",
    "001084012345": "•••(12)",
    "B1234567": "•••(8)",
    "12,Nguyen,Mau": "•••(13)",
}


@pytest.mark.parametrize("text", IDENTIFIERS)
def test_identifiers_of_documents_are_written_in_one_way_and_hide_nobody(text: str) -> None:
    assert keep_document_id(text) == IDENTIFIERS[text]


def test_a_document_is_counted_once_for_its_sender_and_once_for_each_receiver(axis: Axis) -> None:
    axis.put(message(), message(receivers=("H21.101", "H21.100")), message(), message(receivers=("H21.999",)))
    axis.run()
    assert axis.counts(PROVINCE)["sent"] == 1
    assert axis.counts(PROVINCE)["received"] == 2
    assert axis.counts(COMMUNE) | {"handled": 0} == {
        "sent": 0, "sent_of": 0, "paperless": 0, "signed": 0, "received": 1, "handled": 0,
    }  # fmt: skip
    assert axis.counts(OTHER)["received"] == 1
    assert axis.counts(OTHER, "2026-07") == {}


def test_the_same_messages_again_change_nothing(axis: Axis) -> None:
    axis.put(message(), receipt())
    axis.run()
    axis.put(receipt(), message())
    buckets = axis.run()[1].buckets
    assert (buckets.loaded, buckets.unchanged, buckets.rows_in) == (0, 2, 2)


def test_a_revocation_takes_the_document_out_in_whatever_order_they_come(axis: Axis) -> None:
    axis.put(message(business=1, sent="2026/09/05 09:00:00"))
    axis.put(message(), message("H21,2026/08/03,7817/UBND-VP"))
    axis.run()
    assert axis.counts(PROVINCE)["sent"] == 1
    assert axis.counts(COMMUNE)["received"] == 1


def test_a_revocation_may_bear_an_identifier_of_its_own(axis: Axis) -> None:
    other = "H21,2026/08/09,8000/UBND-VP"
    axis.put(message(), message(other, business=1, concerned=DOCUMENT, sent="2026/08/09 09:00:00"))
    axis.run()
    assert axis.counts(PROVINCE) == {}


def test_a_document_that_is_sent_anew_after_its_revocation_counts_again(axis: Axis) -> None:
    axis.put(
        message(), message(business=1, sent="2026/08/05 09:00:00"), message(business=2, sent="2026/08/06 09:00:00")
    )
    axis.run()
    assert axis.counts(PROVINCE)["sent"] == 1


def test_an_update_is_no_second_document_and_a_replacement_stands_for_the_first(axis: Axis) -> None:
    newer = "H21,2026/09/01,7900/UBND-VP"
    axis.put(message(), message(business=2, sent="2026/09/01 08:00:00", paper="1"))
    axis.run()
    assert axis.counts(PROVINCE)["sent"] == 1
    axis.put(message(newer, business=3, concerned=DOCUMENT, sent="2026/09/02 08:00:00"))
    axis.run()
    assert axis.counts(PROVINCE) == {}
    assert axis.counts(PROVINCE, "2026-09")["sent"] == 1


def test_paper_that_nobody_speaks_of_is_in_neither_part_of_the_rate(axis: Axis) -> None:
    numbers = {number: f"H21,2026/08/03,{number}/UBND-VP" for number in range(1, 5)}
    axis.put(
        message(numbers[1]),
        message(numbers[2], paper="1"),
        message(numbers[3], is_signed=False),
        message(numbers[4], paper=""),
    )
    axis.run()
    counts = axis.counts(PROVINCE)
    assert (counts["sent"], counts["sent_of"], counts["paperless"], counts["signed"]) == (4, 3, 2, 1)


def test_a_receipt_counts_from_its_day_and_only_for_who_gives_it(axis: Axis) -> None:
    axis.put(
        message(receivers=("H21.100", "H21.101")),
        receipt(at="2026/09/02 08:00:00"),
        receipt(sender="H21.101", code="05"),
    )
    axis.run()
    assert (axis.counts(COMMUNE)["handled"], axis.counts(OTHER)["handled"]) == (0, 0)
    axis.put(receipt(sender="H21.101", at="2026/08/31 17:00:00"))
    axis.run()
    assert (axis.counts(OTHER)["handled"], axis.counts(PROVINCE)["handled"]) == (1, 1)


def test_documents_from_outside_are_received_and_sent_by_nobody_of_ours(axis: Axis) -> None:
    axis.put(message("G22,2026/08/03,1/VPCP", sender="G22"))
    axis.run()
    assert (axis.counts(PROVINCE)["received"], axis.counts(PROVINCE)["sent"]) == (1, 0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_message_breaks_the_reader(data: st.DataObject) -> None:
    content = bytearray(CLEAN)
    for _number in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        content[place : place + length] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<", b"&x;", b"</edXML>"])
        )
    try:
        kept = read(bytes(content))
    except SourceError as error:
        assert error.error_class in (ErrorClass.UNREADABLE, ErrorClass.SCHEMA)
    else:
        assert not [word for word in PEOPLE if word in str(kept)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 2_000), st.integers(0, 2_000))
def test_no_damage_to_an_archive_loses_a_message_without_a_word(noise: bytes, place: int, length: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.xml", message())
        archive.writestr("2.xml", receipt())
    content = bytearray(buffer.getvalue())
    content[place : place + length] = noise
    try:
        rows, warnings = read_messages(io.BytesIO(bytes(content)), LIMITS)
    except SourceError:
        return
    lost = [row for row in rows if row.row.fault is not None]
    assert len(rows) == 2 or warnings
    assert bool(lost) == any("1" in warning or "2" in warning for warning in warnings) or not rows or len(rows) < 2
