"""What the shared macros make of the texts that sources send."""

import importlib.resources
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.store.engine import Connection, open_memory


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    opened = open_memory()
    opened.execute((importlib.resources.files("etl.facts") / "macros.sql").read_text(encoding="utf-8"))
    yield opened
    opened.close()


def apply(connection: Connection, macro: str, text: str | None) -> Any:
    return connection.row(f"select {macro}($text::varchar)", {"text": text})[0]


@pytest.mark.parametrize(
    "text", [None, "", " ", "-", "–", "—", "N/A", "n/a", "NULL", "None", "Không có", "\u00a0\t\r\n"]
)
def test_sources_write_nothing_in_many_ways(connection: Connection, text: str | None) -> None:
    assert apply(connection, "null_if_blank", text) is None
    assert apply(connection, "parse_timestamp", text) is None
    assert apply(connection, "parse_integer", text) is None
    assert apply(connection, "parse_decimal", text) is None
    assert apply(connection, "scrub", text) is None


@pytest.mark.parametrize(
    ("text", "clean"), [("0", "0"), (" a\t", "a"), ("\ufeffH24", "H24"), ("Ngọc", "Ngọc"), ("-1", "-1")]
)
def test_what_says_something_stays(connection: Connection, text: str, clean: str) -> None:
    assert apply(connection, "null_if_blank", text) == clean


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20261105083059", datetime(2026, 11, 5, 8, 30, 59)),
        ("202611050830", datetime(2026, 11, 5, 8, 30)),
        ("20261105", datetime(2026, 11, 5)),
        ("05/11/2026 08:30:59", datetime(2026, 11, 5, 8, 30, 59)),
        ("5/11/2026 8:30", datetime(2026, 11, 5, 8, 30)),
        ("05/11/2026", datetime(2026, 11, 5)),
        ("05-11-2026", datetime(2026, 11, 5)),
        ("05-11-26", datetime(2026, 11, 5)),
        ("5/1/26", datetime(2026, 1, 5)),
        ("2026-11-05", datetime(2026, 11, 5)),
        ("2026-11-05 08:30:59", datetime(2026, 11, 5, 8, 30, 59)),
        ("2026/11/05 08:30", datetime(2026, 11, 5, 8, 30)),
        ("2026-11-05T08:30:59", datetime(2026, 11, 5, 8, 30, 59)),
        ("2026-11-05T18:30:59Z", datetime(2026, 11, 6, 1, 30, 59)),
        ("2026-11-05T18:30:59.000Z", datetime(2026, 11, 6, 1, 30, 59)),
        ("2026-11-05T08:30:59+07:00", datetime(2026, 11, 5, 8, 30, 59)),
        ("2026-11-05T08:30:59.1234567+07:00", datetime(2026, 11, 5, 8, 30, 59, 123456)),
        ("2026-11-05T08:30:59-0530", datetime(2026, 11, 5, 21, 0, 59)),
        (" 20261105083059 ", datetime(2026, 11, 5, 8, 30, 59)),
    ],
)
def test_every_dialect_of_dates_is_read_as_local_time(connection: Connection, text: str, moment: datetime) -> None:
    assert apply(connection, "parse_timestamp", text) == moment
    assert apply(connection, "parse_date", text) == moment.date()


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00", "0001-01-01", "19000101000000", "19000101", "01/01/1900", "9999-12-31"]
)
def test_dates_that_mean_no_date(connection: Connection, text: str) -> None:
    assert apply(connection, "null_if_no_date", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "20261305",
        "20260230083000",
        "13/14/2026",
        "31/04/2026",
        "05/11",
        "2026110508305",
        "hôm qua",
        "1762300000000",
        "20261105250000",
    ],
)
def test_what_is_no_date_is_null_but_not_blank(connection: Connection, text: str) -> None:
    assert apply(connection, "parse_timestamp", text) is None
    assert apply(connection, "null_if_no_date", text) == text


@given(
    moment=st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)).map(lambda found: found.replace(microsecond=0))
)
def test_a_moment_survives_every_dialect(connection: Connection, moment: datetime) -> None:
    utc = moment - timedelta(hours=7)
    spellings = [
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment:%d/%m/%Y %H:%M:%S}",
        f"{moment:%d-%m-%Y %H:%M:%S}",
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M:%S}+07:00",
        f"{utc:%Y-%m-%dT%H:%M:%S}Z",
    ]
    assert [apply(connection, "parse_timestamp", text) for text in spellings] == [moment] * len(spellings)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01", 1),
        ("2.0", 2),
        ("2,0", 2),
        ("1.234", 1234),
        ("12.345.678", 12345678),
        ("1,234", 1234),
        (" 1 234 ", 1234),
        ("-3", -3),
    ],
)
def test_whole_numbers(connection: Connection, text: str, number: int) -> None:
    assert apply(connection, "parse_integer", text) == number


@pytest.mark.parametrize("text", ["1.5", "1.23", "x", "1.2345", "12e3", "1..000", "--1"])
def test_what_is_no_whole_number(connection: Connection, text: str) -> None:
    assert apply(connection, "parse_integer", text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17.45", "17.45"),
        ("17,45", "17.45"),
        ("98,7%", "98.7"),
        ("95,0 %", "95"),
        ("1.234.567", "1234567"),
        ("1.234.567,5", "1234567.5"),
        ("1,234.5", "1234.5"),
        ("1 234", "1234"),
        ("-0.5", "-0.5"),
    ],
)
def test_decimals_by_their_last_mark(connection: Connection, text: str, number: str) -> None:
    assert apply(connection, "parse_decimal", text) == Decimal(number)


@pytest.mark.parametrize("text", ["1.2.3", "1,2.3,4", "abc", "5 đồng", "."])
def test_what_is_no_decimal(connection: Connection, text: str) -> None:
    assert apply(connection, "parse_decimal", text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("8000", 8000),
        ("8.000", 8000),
        ("8,000", 8000),
        ("8.000 đ", 8000),
        ("50.000 VNĐ", 50000),
        ("50.000,00", 50000),
        ("50,000.00", 50000),
        ("8000.0", 8000),
        ("0", 0),
        ("0.0", 0),
    ],
)
def test_amounts_of_money(connection: Connection, text: str, amount: int) -> None:
    assert apply(connection, "parse_amount", text) == amount


@pytest.mark.parametrize("text", ["0912345678", "001085012345", "Miễn phí", "-5", "123456789012", None])
def test_what_is_no_amount_or_might_be_a_person(connection: Connection, text: str | None) -> None:
    assert apply(connection, "parse_amount", text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("H26.19", "H26.19"),
        (" h44.100 ", "H44.100"),
        ("000.00.19.H26", "H26.19"),
        ("000.00.00.H22", "H22"),
        ("012.34.19.H26", "H26.19.34.012"),
        ("23551", "23551"),
    ],
)
def test_unit_identifiers_in_both_orders(connection: Connection, text: str, code: str) -> None:
    assert apply(connection, "unit_identifier", text) == code


@pytest.mark.parametrize(
    "text",
    [
        "H99.101-261101-0001",
        "000.00.19.H26-241202-0001",
        "H99.101-261101-0001-8f3a2b",
        "1.001193.000.00.00.H99",
        "HS-1",
    ],
)
def test_codes(connection: Connection, text: str) -> None:
    assert apply(connection, "is_code", text) is True


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn A",
        "NguyenVanA1985",
        "abc",
        "0912345678",
        "0912.345.678",
        "84912345678",
        "001085012345",
        "001.085.012345",
        "123456789",
        "H99-0912345678",
        "H99.101-001085012345",
        "a b 1",
        "x" * 51,
        None,
    ],
)
def test_what_is_no_code_because_it_may_be_a_person(connection: Connection, text: str | None) -> None:
    assert apply(connection, "is_code", text) is False


@pytest.mark.parametrize("text", ["11", "20261305", "13/14/2026", "H99.101", "2.000815", "12,5%", "G15-TP08"])
def test_a_harmless_value_is_shown(connection: Connection, text: str) -> None:
    assert apply(connection, "safe_value", text) == text


@pytest.mark.parametrize(
    "text", ["Trần Thị Bình", "0912 345 678", "0912-345-678", "001085012345", "202613011000", "binh@x.vn"]
)
def test_of_any_other_value_the_length_is_shown(connection: Connection, text: str) -> None:
    shown = apply(connection, "safe_value", text)
    assert shown == f"•••({len(text)})"
    assert apply(connection, "safe_value", shown) == shown


@given(text=st.text(alphabet="0123456789 .-ABnaễ@/", max_size=20))
def test_no_shown_value_holds_a_long_run_of_digits_or_a_word(connection: Connection, text: str) -> None:
    shown = apply(connection, "safe_value", text) or ""
    runs = "".join(letter if letter.isdigit() else " " for letter in shown).split()
    assert not any(9 <= len(run) <= 12 for run in runs)
    assert "ễ" not in shown
    assert "@" not in shown


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Đăng ký khai sinh", "Đăng ký khai sinh"),
        ("theo Nghị định 130/2018", "theo Nghị định 130/2018"),
        ("giai đoạn 2021-2025", "giai đoạn 2021-2025"),
        ("Bà mẹ Việt Nam anh hùng", "Bà mẹ Việt Nam anh hùng"),
        ("gọi 0912 345 678 nhé", "gọi ••• nhé"),
        ("gọi +84.912.345.678", "gọi •••"),
        ("CCCD 001085012345", "CCCD •••"),
        ("gửi an.nguyen@example.vn ngay", "gửi ••• ngay"),
        ("cho ông Nguyễn Văn An ở xã A", "cho ông ••• ở xã A"),
        ("Họ và tên: Trần Thị Bình", "Họ và tên •••"),
        ("Ho\u0302\u0323 ti\u0323ch", "Hộ tịch"),
    ],
)
def test_a_free_text_loses_what_names_a_person(connection: Connection, text: str, clean: str) -> None:
    assert apply(connection, "scrub", text) == clean
