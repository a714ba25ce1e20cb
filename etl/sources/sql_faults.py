"""What a database's own error means to us, by its code and never by quoting its words."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from ioc.errors import ErrorClass, SourceError, TransientSourceError
from ioc.words import gettext as _
from ioc.words import mark

_CODES: Final[tuple[tuple[str, ErrorClass], ...]] = (
    # SQLSTATE of PostgreSQL and of ODBC; the longer beginnings first
    (r"28...|42501|0P000", ErrorClass.AUTH),
    (r"42P01|42703|42S02|42S22|3D000|3F000|42883|25006", ErrorClass.SCHEMA),
    (r"57014|40...|08...|53...|57P0.|55P03|58...|HYT0.|HY000", ErrorClass.TRANSPORT),
    (r"22...", ErrorClass.VALUE),
    # error numbers of MySQL and MariaDB
    (r"1044|1045|1142|1143|1227|1370|1698", ErrorClass.AUTH),
    (r"1049|1054|1146|1356", ErrorClass.SCHEMA),
    (r"1040|1053|1158|1159|1160|1161|1205|1213|1317|1969|3024|20\d\d|188\d", ErrorClass.TRANSPORT),
    # error numbers of SQL Server
    (r"18456|18470|18488|229|230|4060|916", ErrorClass.AUTH),
    (r"207|208|4413", ErrorClass.SCHEMA),
)
_SERVER_NUMBER: Final = re.compile(r"\((\d{3,5})\)")
_REFUSED: Final = re.compile(r"password|authentication|pg_hba|role \"|permission|access denied|not authorized", re.I)
_ABSENT: Final = re.compile(r"no such (table|column)|database \"[^\"]*\" does not exist|not a database", re.I)

_ADVICE: Final = {
    ErrorClass.TRANSPORT: mark(
        "the database did not answer in time or the connection was lost ({fault}); the next run goes on from here"
    ),
    ErrorClass.AUTH: mark(
        "the database refuses this login ({fault}); check the user, the password and the right to select from the view"
    ),
    ErrorClass.SCHEMA: mark(
        "the database does not know the view or one of its columns ({fault}); compare the view with the guide"
    ),
    ErrorClass.VALUE: mark(
        "the view failed on a value of its own ({fault}); those who keep the database must mend the view"
    ),
}


def explain(error: DBAPIError, *, dialect: str) -> SourceError:
    """The error in our own words: its class, the database's code, and what to do."""
    code = _code_of(error.orig)
    error_class = _class_of(error, code)
    fault = f"{dialect} {code or type(error.orig).__name__}"
    message = _(_ADVICE[error_class]).format(fault=fault)
    if error_class == ErrorClass.TRANSPORT:
        return TransientSourceError(error_class, message)
    return SourceError(error_class, message)


def _class_of(error: DBAPIError, code: str) -> ErrorClass:
    for pattern, error_class in _CODES:
        if re.fullmatch(pattern, code):
            return error_class
    # without a code: a connection that was refused before the session began, or SQLite
    text = str(error.orig)
    if _REFUSED.search(text):
        return ErrorClass.AUTH
    if _ABSENT.search(text):
        return ErrorClass.SCHEMA
    if isinstance(error, OperationalError | InterfaceError):
        return ErrorClass.TRANSPORT
    return ErrorClass.SCHEMA if isinstance(error, ProgrammingError) else ErrorClass.VALUE


def _code_of(cause: Any) -> str:
    """The SQLSTATE or number that a driver gives; empty where it gives none."""
    state = getattr(cause, "sqlstate", None)
    if state:
        return str(state)
    first = next(iter(getattr(cause, "args", ())), None)
    if isinstance(first, int):
        return str(first)
    if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first):
        # ODBC says 42000 for nearly everything and puts SQL Server's own number into the text
        number = _SERVER_NUMBER.findall(str(cause))
        return str(number[-1]) if first in ("42000", "HY000") and number else first
    return ""
