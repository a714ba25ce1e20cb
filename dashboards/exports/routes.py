"""`/exports/<name>.csv`: the rows of a view as a file, under the same address as the view."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from dashboards.exports.csv_lines import machine_lines, spreadsheet_lines
from dashboards.exports.tables import TABLES, Maker, Table
from dashboards.filters import Filters, read_filters
from dashboards.view import Desk
from ioc.errors import IocError
from ioc.words import gettext as _
from ioc.words import use_language

SPREADSHEET = "excel"
ROW_COUNT = "X-Row-Count"


def register(server: Flask, desk: Desk) -> None:
    """Adds the downloads to the server."""

    @server.get("/exports/<name>.csv")
    def export(name: str) -> Response:
        filters = read_filters(request.args)
        with use_language(filters.lang or desk.settings.language):
            return _answer(desk, name, filters)


def _answer(desk: Desk, name: str, filters: Filters) -> Response:
    maker = TABLES.get(name)
    if maker is None:
        words = _("There is no export {name}. Allowed are: {known}").format(name=name, known=", ".join(TABLES))
        return _fault(404, "unknown_export", words)
    try:
        table = _read(desk, maker, filters)
    except IocError as error:
        return _fault(400, "bad_question", str(error))
    if table is None:
        return _fault(503, "no_snapshot", _("The first load has not been published yet."))
    return _file(table, name, filters, is_spreadsheet=request.args.get("for") == SPREADSHEET)


def _read(desk: Desk, maker: Maker, filters: Filters) -> Table | None:
    """The table through the scope of whoever asks."""
    view = desk.view()
    if view is None:
        return None
    try:
        return maker(view, filters)
    finally:
        view.connection.close()


def _file(table: Table, name: str, filters: Filters, *, is_spreadsheet: bool) -> Response:
    lines = spreadsheet_lines(table) if is_spreadsheet else machine_lines(table)
    # The words of the headings are looked up while the language still is the reader's: lists, not generators.
    answer = Response(iter(list(lines)), mimetype="text/csv")
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(name, filters)}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers[ROW_COUNT] = str(len(table.rows))
    return answer


def file_name(name: str, filters: Filters) -> str:
    """`breakdown_11557_2026-10.csv`: ASCII, and only what names the view."""
    parts = [name, filters.unit, filters.period, filters.indicator, filters.source]
    text = "_".join(part for part in parts if part)
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_-.") else "-" for sign in text) + ".csv"


def _fault(status: int, code: str, words: str) -> Response:
    answer = jsonify({"error": {"code": code, "message": words, "details": {}}})
    answer.status_code = status
    return answer
