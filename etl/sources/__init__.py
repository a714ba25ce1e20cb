"""The kinds of sources, each one module; nothing is discovered, this list is all."""

from etl.sources.certificates import KIND as CERTIFICATES
from etl.sources.dossier_sync import KIND as DOSSIER_SYNC
from etl.sources.incoming import SourceKind
from etl.sources.national_portal import KIND as NATIONAL_PORTAL
from etl.sources.procedures import KIND as PROCEDURES
from etl.sources.staff import KIND as STAFF

SOURCE_KINDS: dict[str, SourceKind] = {
    kind.name: kind for kind in (DOSSIER_SYNC, NATIONAL_PORTAL, CERTIFICATES, STAFF, PROCEDURES)
}
