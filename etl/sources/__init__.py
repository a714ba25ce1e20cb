"""The kinds of sources, each one module; nothing is discovered, this list is all."""

from etl.sources.certificates import KIND as CERTIFICATES
from etl.sources.documents import KIND as DOCUMENTS
from etl.sources.dossier_sync import KIND as DOSSIER_SYNC
from etl.sources.edxml import KIND as EDXML
from etl.sources.form_06a import KIND as FORM_06A
from etl.sources.incoming import SourceKind
from etl.sources.national_portal import KIND as NATIONAL_PORTAL
from etl.sources.petitions import KIND as PETITIONS
from etl.sources.plan import KIND as PLAN
from etl.sources.portal_procedures import KIND as PORTAL_PROCEDURES
from etl.sources.procedures import KIND as PROCEDURES
from etl.sources.reported_values import KIND as REPORTED_VALUES
from etl.sources.rest import KIND as REST
from etl.sources.sql_view import KIND as SQL_VIEW
from etl.sources.sql_view import STATISTIC_KIND as SQL_VIEW_OF_STATISTICS
from etl.sources.staff import KIND as STAFF
from ioc.config import SourceSettings, SqlViewSettings

SOURCE_KINDS: dict[str, SourceKind] = {
    kind.name: kind
    for kind in (
        DOSSIER_SYNC,
        NATIONAL_PORTAL,
        CERTIFICATES,
        STAFF,
        PROCEDURES,
        FORM_06A,
        DOCUMENTS,
        EDXML,
        SQL_VIEW,
        REST,
        PORTAL_PROCEDURES,
        PETITIONS,
        REPORTED_VALUES,
        PLAN,
    )
}


KINDS_IN_LEDGER: dict[str, SourceKind] = {**SOURCE_KINDS, SQL_VIEW_OF_STATISTICS.name: SQL_VIEW_OF_STATISTICS}
"""Every kind by the name under which the ledger keeps its loads."""


def kind_of(settings: SourceSettings) -> SourceKind:
    """The kind of a source; a view of counts is another one than a view of dossiers."""
    if isinstance(settings, SqlViewSettings) and settings.is_statistic:
        return SQL_VIEW_OF_STATISTICS
    return SOURCE_KINDS[settings.kind]
