"""The configuration: config.yaml, validated whole."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ioc.boundary_settings import BoundariesSettings, RegionSettings
from ioc.errors import ConfigError, Problem, UsageError
from ioc.located_yaml import Document, KeyPath, read_document, substitute, unknown_word, validate
from ioc.period_templates import has_placeholders
from ioc.periods import parse_period
from ioc.rest_settings import RestAuth, RestInterface, RestPeriods, preset_names, with_preset
from ioc.words import gettext as _

Settings = TypeVar("Settings", bound=BaseModel)

_DURATION = re.compile(r"([1-9][0-9]*) ?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PORTAL_PERIOD = re.compile(r"20[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
_SOURCE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PORTAL_DELAY_S = 3.0
_ASKED_FETCH_S = 3600.0
"""How long a source may take that is asked slowly, in many questions."""
_LEAST_KEY_LENGTH = 16
_VIEW_DATABASES = ("postgresql+psycopg://", "mysql+pymysql://", "mariadb+pymysql://", "mssql+pyodbc://", "sqlite:///")
_PASSWORD_IN_URL = re.compile(r"://[^/@]*:(?!\$\{)[^/@]+@|(?i:passw(or)?d|pwd)(=|%3D)(?!\$\{)")


def read_duration(value: object) -> timedelta:
    """A duration such as "90m", "26h" or "40d"."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value).strip())
    if not found:
        raise ValueError(_("a number with s, m, h or d, such as 90m, 26h, 40d"))
    return timedelta(seconds=int(found.group(1)) * _SECONDS[found.group(2)])


def check_cron(text: str) -> str:
    """Refuses a schedule that is not five fields of cron."""
    fields = text.split()
    limits: tuple[tuple[int, int, tuple[str, ...]], ...] = (
        (0, 59, ()),
        (0, 23, ()),
        (1, 31, ()),
        (1, 12, _MONTHS),
        # The scheduler counts days of the week from Monday, crontab from Sunday: only names mean the same in both.
        (0, -1, _DAYS),
    )
    if len(fields) != len(limits) or not all(map(_is_cron_field, fields, limits)):
        raise ValueError(
            _("five fields of cron: minute, hour, day, month, day of the week by name, such as “0 6 * * mon-fri”")
        )
    return text


def _is_cron_field(text: str, limits: tuple[int, int, tuple[str, ...]]) -> bool:
    lowest, highest, names = limits
    order = [*names, *map(str, range(lowest, highest + 1))]

    def is_part(part: str) -> bool:
        span, slash, step = part.partition("/")
        if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
            return False
        ends = span.lower().split("-")
        if span == "*":
            return True
        known = all(end in order for end in ends)
        return known and (len(ends) == 1 or (len(ends) == 2 and order.index(ends[0]) <= order.index(ends[1])))

    return all(map(is_part, text.split(",")))


def is_loopback(host: str | None) -> bool:
    """Whether an address reaches only this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_portal_period(text: str) -> str:
    if not _PORTAL_PERIOD.fullmatch(text):
        raise ValueError(_("a year, quarter or month, such as 2026, 2026-Q3, 2026-08"))
    return text


def _check_period(text: str) -> str:
    try:
        return parse_period(text).id
    except UsageError as error:
        raise ValueError(str(error)) from error


def _check_some(periods: tuple[str, ...]) -> tuple[str, ...]:
    if not periods:
        raise ValueError(_("a year, quarter or month, such as 2026, 2026-Q3, 2026-08"))
    return periods


def _check_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme == "https" and address.hostname:
        return text.rstrip("/")
    if address.scheme == "http" and is_loopback(address.hostname):
        return text.rstrip("/")
    raise ValueError(_("an address beginning with https:// (http:// for this machine only)"))


def _check_delay(delay_s: float, base_url: str) -> float:
    if delay_s < _PORTAL_DELAY_S and not is_loopback(urlsplit(base_url).hostname):
        raise ValueError(_("at least {n} seconds, so that the portal is not burdened").format(n=int(_PORTAL_DELAY_S)))
    return delay_s


def _check_database(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if text != "sqlite" and not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError(_("sqlite, sqlite:///… or postgresql+psycopg://…"))
    return url


def _check_view_database(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(_VIEW_DATABASES):
        raise ValueError(", ".join(f"{start}…" for start in _VIEW_DATABASES))
    return url


def _check_key_length(key: SecretStr | None) -> SecretStr | None:
    if key is not None and len(key.get_secret_value()) < _LEAST_KEY_LENGTH:
        raise ValueError(_("a key of at least {n} characters").format(n=_LEAST_KEY_LENGTH))
    return key


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
OptionalDuration = Annotated[
    timedelta | None, BeforeValidator(lambda value: None if value is None else read_duration(value))
]
Cron = Annotated[str, AfterValidator(check_cron)]
PortalPeriod = Annotated[str, AfterValidator(_check_portal_period)]
Name = Annotated[str, Field(min_length=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class SiteSettings(_Settings):
    """Whose dashboard it is."""

    name: Name
    unit: Name
    """The unit whose figures open first."""
    level: Literal["province", "department", "commune"] = "province"
    language: Literal["vi", "en"] = "vi"
    timezone: Literal["Asia/Ho_Chi_Minh"] = "Asia/Ho_Chi_Minh"
    simulated: bool = False
    """Every page says that the data are simulated."""


class StoreSettings(_Settings):
    path: Path = Path("data/store")


class ControlSettings(_Settings):
    url: Annotated[SecretStr, AfterValidator(_check_database)] = SecretStr("sqlite")
    """`sqlite` (a file in the store) or an SQLAlchemy URL; secret because it may hold a password."""


class WebSettings(_Settings):
    host: Name = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=64)
    allow_open: bool = False
    """Serve beyond this machine although there is no login yet; every page then says that it is open."""


class CatalogSettings(_Settings):
    path: Path = Path("data/catalog")
    indices: tuple[str, ...] = ("qd766_portal_2026",)


class UnitsSettings(_Settings):
    crosswalks: tuple[Path, ...] = ()
    """Further tables of unit codes, beside those of data/reference."""


class CalendarSettings(_Settings):
    """What an office decides beside the official holidays; terms in working days count by it."""

    closures: tuple[date, ...] = ()
    """Days on which offices stay closed, for a storm or a festival."""
    working_days: tuple[date, ...] = ()
    """Days of rest on which offices work, such as Saturdays instead of a bridge day."""


class PrivacySettings(_Settings):
    holder_key: Annotated[SecretStr | None, AfterValidator(_check_key_length)] = None
    """Under which holders of certificates are pseudonymised; without it such rows are not loaded."""


class SourceSettings(_Settings):
    """What every kind of source can be told."""

    kind: str
    enabled: bool = True
    schedule: Cron | None = None
    """Cron in local time; null: only by hand."""
    fresh_within: Duration = timedelta(hours=26)
    """How old its data may be before they are called old."""
    timeout_s: float = Field(default=600, gt=0, le=86400)
    """How long a whole fetch may keep us waiting; a source that is asked in many questions says it of each."""
    start_jitter_s: float = Field(default=0, ge=0, le=3600)
    """By how much its starts are put off at most: the same for the same time, another for another house."""

    @property
    def fetch_timeout_s(self) -> float:
        """How long a whole fetch may keep the other sources waiting."""
        return self.timeout_s


class FileSourceSettings(SourceSettings):
    """A source that is a folder which files are put into."""

    path: Path


class DossierSyncSettings(FileSourceSettings):
    kind: Literal["dossier_sync"]
    schedule: Cron | None = "*/15 * * * *"


class RegisterSettings(FileSourceSettings):
    """A register that somebody exports now and then."""

    kind: Literal["certificates", "staff", "procedures"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=40)


class FormSettings(FileSourceSettings):
    """Reports of dossiers after the form II.06a, as people hand them in."""

    kind: Literal["form_06a"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=40)
    period: Annotated[str, AfterValidator(_check_period)] | None = None
    """Of reports that tell none, neither in their title nor in the names of sheet and file."""
    unit: Name | None = None
    """Whose figures a report gives whose rows are fields and whose title names no unit of the site."""


class PetitionSettings(FileSourceSettings):
    """Petitions of people and firms, as the portal or a hotline exports them."""

    kind: Literal["petitions"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=8)
    deadline_working_days: int = Field(default=15, ge=1, le=250)
    """Within which a petition without a date of its own is to be handled, counted from its reception."""
    fields: tuple[Name, ...] = ()
    """Names of fields beside those that the product knows; any other text of that column is not kept."""


class ReportedSettings(FileSourceSettings):
    """Figures that somebody writes down because no system gives them."""

    kind: Literal["reported_values"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=100)
    decimal: Literal[".", ","] | None = None
    """The decimal mark of its files; None: a figure such as 1.234 of a measure with decimals is refused."""


class PlanSettings(FileSourceSettings):
    """The tasks of a plan, with how far they are."""

    kind: Literal["plan"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=40)
    stagnation_days: int = Field(default=14, ge=1, le=366)
    """After how many days without news or progress a task in progress counts as stagnating."""


class DocumentsSettings(FileSourceSettings):
    """Counts of documents sent, received and signed, as reports and the document axis state them."""

    kind: Literal["documents"]
    schedule: Cron | None = "30 6 * * *"
    fresh_within: Duration = timedelta(days=40)
    period: Annotated[str, AfterValidator(_check_period)] | None = None
    """The days of files that name none themselves, such as 2026-08."""


class EdxmlSettings(FileSourceSettings):
    """Messages of the document axis in edXML, single or in ZIP archives."""

    kind: Literal["edxml"]
    schedule: Cron | None = "*/15 * * * *"
    max_message_bytes: int = Field(default=128 * 1024 * 1024, ge=1024)
    """A larger message is refused; attachments count, although they are never kept."""
    max_archive_bytes: int = Field(default=4 * 1024 * 1024 * 1024, ge=1024)
    """How much an archive may hold unpacked."""
    check_pdf: bool = False
    """Also look into attachments whether the PDF holds a signature; slower, and still nothing of them is kept."""


class PortalSettings(SourceSettings):
    """The national portal's evaluation figures."""

    kind: Literal["national_portal"]
    enabled: bool = False
    schedule: Cron | None = "0 6 * * *"
    fresh_within: Duration = timedelta(hours=50)
    timeout_s: float = Field(default=60, gt=0, le=600)
    base_url: Annotated[str, AfterValidator(_check_address)] = "https://dichvucong.gov.vn"
    dialect: Literal["reporting_v1"] = "reporting_v1"
    root_department_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,64}$")
    """The portal's own identifier of the province."""
    periods: Annotated[tuple[PortalPeriod, ...], AfterValidator(_check_some)]
    min_delay_s: float = Field(default=_PORTAL_DELAY_S, ge=0, le=3600)
    jitter_s: float = Field(default=1, ge=0, le=600)
    start_jitter_s: float = Field(default=300, ge=0, le=3600)
    max_retries: int = Field(default=2, ge=0, le=5)
    page_size: int | None = Field(default=None, ge=1, le=1000)
    """None: as the portal's own page asks."""
    user_agent: Name = "ioc/0.1 (bang dieu khien IOC)"

    @property
    def fetch_timeout_s(self) -> float:
        """Time for all questions; `timeout_s` is said of one answer."""
        return _ASKED_FETCH_S

    @field_validator("min_delay_s")
    @classmethod
    def _gentle(cls, delay_s: float, info: ValidationInfo) -> float:
        return _check_delay(delay_s, info.data.get("base_url", ""))


class PortalProceduresSettings(SourceSettings):
    """The national portal's list of administrative procedures."""

    kind: Literal["portal_procedures"]
    enabled: bool = False
    schedule: Cron | None = "0 4 * * sun"
    fresh_within: Duration = timedelta(days=15)
    timeout_s: float = Field(default=60, gt=0, le=600)
    base_url: Annotated[str, AfterValidator(_check_address)] = "https://dichvucong.gov.vn"
    query: str | None = Field(default=None, min_length=1, max_length=200)
    """What the names or codes must contain; None: the whole list."""
    min_delay_s: float = Field(default=_PORTAL_DELAY_S, ge=0, le=3600)
    jitter_s: float = Field(default=1, ge=0, le=600)
    start_jitter_s: float = Field(default=300, ge=0, le=3600)
    max_retries: int = Field(default=2, ge=0, le=5)
    page_size: int = Field(default=100, ge=1, le=1000)
    user_agent: Name = "ioc/0.1 (bang dieu khien IOC)"

    @property
    def fetch_timeout_s(self) -> float:
        """Time for all questions; `timeout_s` is said of one answer."""
        return _ASKED_FETCH_S

    @field_validator("min_delay_s")
    @classmethod
    def _gentle(cls, delay_s: float, info: ValidationInfo) -> float:
        return _check_delay(delay_s, info.data.get("base_url", ""))


class RestSettings(RestInterface, SourceSettings):
    """Figures that another system gives by an interface which the configuration describes."""

    kind: Literal["rest"]
    preset: str | None = None
    """A described interface of data/presets; own keys come before its own."""
    target: Literal["dossier_stat"] = "dossier_stat"
    schedule: Cron | None = "0 5 * * *"
    timeout_s: float = Field(default=60, gt=0, le=600)
    """For each answer."""
    base_url: Annotated[str, AfterValidator(_check_address)]
    periods: RestPeriods = RestPeriods(last=2)
    retries: int = Field(default=2, ge=0, le=5)
    retry_on: tuple[Annotated[int, Field(ge=400, le=599)], ...] = ()
    """Further statuses to try again after; 5xx always are."""
    min_delay_s: float = Field(default=1, ge=0, le=3600)
    jitter_s: float = Field(default=0, ge=0, le=600)
    tls_ca_file: Path | None = None
    """The certificate of a private authority; certificates are always verified."""
    user_agent: Name = "ioc/0.1 (bang dieu khien IOC)"

    @property
    def fetch_timeout_s(self) -> float:
        """Time for all questions; `timeout_s` is said of one answer."""
        return _ASKED_FETCH_S

    @model_validator(mode="before")
    @classmethod
    def _over_preset(cls, data: Any) -> Any:
        return with_preset(data) if isinstance(data, dict) else data

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str | None) -> str | None:
        if name is not None and name not in preset_names():
            raise ValueError(unknown_word(name, preset_names()))
        return name

    @field_validator("auth")
    @classmethod
    def _safe_token_address(cls, auth: RestAuth) -> RestAuth:
        if auth.token_url is not None:
            _check_address(auth.token_url)
        return auth

    @model_validator(mode="after")
    def _asked_by_period(self) -> "RestSettings":
        if "period" in self.fields and has_placeholders([self.path, self.query, self.body, self.form, self.only]):
            raise ValueError(_("placeholders of a period, or the field period from each record, not both"))
        return self


class SqlViewSettings(SourceSettings):
    """A view of another system's database, made for us by those who keep it."""

    kind: Literal["sql_view"]
    schedule: Cron | None = "*/30 * * * *"
    timeout_s: float = Field(default=3600, gt=0, le=86400)
    """Of a whole reading; the pages that were read by then stay."""
    url: Annotated[SecretStr, AfterValidator(_check_view_database)]
    """An SQLAlchemy URL; secret because it may hold a password."""
    view: str = Field(default="v_ioc_dossier", pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$")
    granularity: Literal["dossier", "statistic"] | None = None
    """What a row is; None: a statistic where the view's name ends in `_stat`, else a dossier."""
    watermark: str = Field(default="ngay_cap_nhat", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The column that tells when a row changed last."""
    overlap: Duration = timedelta(hours=24)
    """How far behind the watermark each reading begins: rows that were being written then are not missed."""
    page_rows: int = Field(default=50_000, ge=1, le=500_000)
    statement_timeout_s: float = Field(default=120, gt=0, le=3600)
    refresh_open: OptionalDuration = timedelta(days=7)
    """How often all open dossiers are read again, changed or not; None: never."""
    max_retries: int = Field(default=2, ge=0, le=5)
    """Of lost connections, time-outs and deadlocks only."""

    @property
    def is_statistic(self) -> bool:
        """Whether a row is a unit's figures of a period."""
        return self.granularity == "statistic" or (self.granularity is None and self.view.lower().endswith("_stat"))


SOURCE_KINDS: Mapping[str, type[SourceSettings]] = {
    "documents": DocumentsSettings,
    "edxml": EdxmlSettings,
    "form_06a": FormSettings,
    "sql_view": SqlViewSettings,
    "national_portal": PortalSettings,
    "dossier_sync": DossierSyncSettings,
    "certificates": RegisterSettings,
    "staff": RegisterSettings,
    "procedures": RegisterSettings,
    "petitions": PetitionSettings,
    "reported_values": ReportedSettings,
    "plan": PlanSettings,
    "rest": RestSettings,
    "portal_procedures": PortalProceduresSettings,
}
PRODUCT = Path(__file__).parent.parent
"""Where the product lies, with the catalogue that ships with it."""


class Config(_Settings):
    """Everything an administrator decides; paths are absolute."""

    file: Path
    site: SiteSettings
    store: StoreSettings
    control: ControlSettings
    web: WebSettings
    catalog: CatalogSettings
    units: UnitsSettings
    privacy: PrivacySettings
    calendar: CalendarSettings
    boundaries: BoundariesSettings
    regions: tuple[RegionSettings, ...]
    sources: dict[str, SourceSettings]

    def with_store(self, path: Path) -> "Config":
        """The same configuration over another store."""
        return self.model_copy(update={"store": StoreSettings(path=path.absolute())})


_SECTIONS: Mapping[str, type[BaseModel]] = {
    "site": SiteSettings,
    "store": StoreSettings,
    "control": ControlSettings,
    "web": WebSettings,
    "catalog": CatalogSettings,
    "units": UnitsSettings,
    "privacy": PrivacySettings,
    "calendar": CalendarSettings,
    "boundaries": BoundariesSettings,
}
_SECRET_PLACES: tuple[KeyPath, ...] = (("privacy", "holder_key"),)


def load_config(path: Path, *, environ: Mapping[str, str]) -> Config:
    """Reads and validates config.yaml; ConfigError names every problem at once."""
    document = read_document(path.absolute())
    if document.problems and document.data is None:
        raise ConfigError(list(document.problems))
    problems = [*document.problems, *_plain_secrets(document)]
    document = substitute(document, environ)
    if not isinstance(document.data, dict):
        raise ConfigError([document.problem((), _("the file must hold keys with values: site, store, sources …"))])
    known = {*_SECTIONS, "regions", "sources"}
    problems += [document.problem((key,), unknown_word(key, known)) for key in document.data if key not in known]
    sections = {name: _section(model, document, name, problems) for name, model in _SECTIONS.items()}
    sources = _sources(document, problems)
    regions = _regions(document, problems)
    problems += _missing_files(document, sections["units"], sections["boundaries"])
    if problems:
        raise ConfigError(sorted(set(problems), key=lambda problem: (problem.line, problem.where)))
    return Config.model_validate({"file": document.file, "sources": sources, "regions": regions, **sections})


def missing_folders(config: Config) -> list[Problem]:
    """Folders of switched-on sources that are not there: such a source fails until somebody creates its folder."""
    document = read_document(config.file)
    message = _("there is no folder {folder}; create it, or correct the source's path")
    return [
        document.problem(("sources", name, "path"), message.format(folder=settings.path))
        for name, settings in config.sources.items()
        if settings.enabled and isinstance(settings, FileSourceSettings) and not settings.path.is_dir()
    ]


def find_catalog(path: Path, *, environ: Mapping[str, str]) -> CatalogSettings:
    """Where the catalogue is, as far as a file says that may be faulty elsewhere."""
    document = substitute(read_document(path.absolute()), environ)
    section = _section(CatalogSettings, document, "catalog", []) if isinstance(document.data, dict) else None
    return section or _absolute(CatalogSettings(), path.absolute().parent)


def _section(model: type[Settings], document: Document, name: str, problems: list[Problem]) -> Settings | None:
    section, found = validate(model, document, (name,))
    problems += found
    return None if section is None else _absolute(section, document.file.parent)


def _sources(document: Document, problems: list[Problem]) -> dict[str, SourceSettings]:
    blocks = document.at(("sources",))
    if blocks is not None and not isinstance(blocks, dict):
        problems.append(document.problem(("sources",), _("sources must be a mapping of name: {kind: …}")))
    loaded: dict[str, SourceSettings] = {}
    for source_id, block in blocks.items() if isinstance(blocks, dict) else ():
        if _waits_for_environment(document, source_id, block):
            continue
        model, fault = _kind_of(source_id, block)
        if model is None:
            problems.append(document.problem(("sources", source_id, "kind"), fault))
            continue
        settings, found = validate(model, document, ("sources", source_id))
        problems += found
        if settings is not None:
            loaded[source_id] = _absolute(settings, document.file.parent)
    return loaded


def _regions(document: Document, problems: list[Problem]) -> tuple[RegionSettings, ...]:
    blocks = document.at(("regions",))
    if blocks is not None and not isinstance(blocks, list):
        problems.append(document.problem(("regions",), _("regions must be a list of {code: …, name: …, units: […]}")))
    loaded: list[RegionSettings] = []
    for place in range(len(blocks) if isinstance(blocks, list) else 0):
        region, found = validate(RegionSettings, document, ("regions", place))
        problems += found
        if region is not None and region.code in {known.code for known in loaded}:
            message = _("the region {code} is there twice").format(code=region.code)
            problems.append(document.problem(("regions", place, "code"), message))
        elif region is not None:
            loaded.append(region)
    return tuple(loaded)


def _waits_for_environment(document: Document, source_id: str, block: object) -> bool:
    """A source that is switched off and whose secrets are not there yet: it asks for nothing."""
    is_off = isinstance(block, dict) and block.get("enabled") is False
    return is_off and any(place[:2] == ("sources", source_id) for place in document.unset)


def _kind_of(source_id: str, block: object) -> tuple[type[SourceSettings] | None, str]:
    if not _SOURCE_ID.fullmatch(source_id):
        return None, _("“{came}” cannot name a source; allowed: small letters, digits and _").format(came=source_id)
    if not isinstance(block, dict) or block.get("kind") is None:
        return None, _("the kind is required. Allowed: {allowed}").format(allowed=", ".join(SOURCE_KINDS))
    kind = str(block["kind"])
    return SOURCE_KINDS.get(kind), unknown_word(kind, SOURCE_KINDS)


def _plain_secrets(document: Document) -> list[Problem]:
    message = _("a secret is not written into the file; write ${{NAME}} and set NAME in the environment").format()
    written = [place for place in _SECRET_PLACES if not _is_reference(document.at(place))]
    if re.search(r"://[^/@]*:(?!\$\{)[^/@]+@", str(document.at(("control", "url")))):
        written.append(("control", "url"))
    written += [
        ("sources", source_id, "url")
        for source_id in _keys(document.at(("sources",)))
        if _PASSWORD_IN_URL.search(str(document.at(("sources", source_id, "url"))))
    ]
    return [document.problem(place, message) for place in written]


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _is_reference(value: object) -> bool:
    return value is None or bool(re.fullmatch(r"\$\{\w+\}", str(value)))


def _missing_files(document: Document, units: Any, boundaries: Any) -> list[Problem]:
    named: list[tuple[KeyPath, Path]] = [
        (("units", "crosswalks", index), path) for index, path in enumerate(units.crosswalks if units else ())
    ]
    if boundaries and boundaries.shares is not None:
        named.append((("boundaries", "shares"), boundaries.shares))
    message = _("the file {path} does not exist; put it there")
    return [document.problem(place, message.format(path=path)) for place, path in named if not path.is_file()]


def _absolute(settings: Settings, folder: Path) -> Settings:
    def resolved(value: object) -> object:
        if isinstance(value, Path):
            return _catalog_folder(value, folder) if isinstance(settings, CatalogSettings) else folder / value
        return tuple(map(resolved, value)) if isinstance(value, tuple) else value

    return settings.model_copy(update={name: resolved(value) for name, value in settings})


def _catalog_folder(path: Path, folder: Path) -> Path:
    """Beside the configuration; where there is none, the catalogue that ships with the product under that name."""
    beside, shipped = folder / path, PRODUCT / path
    return shipped if shipped.is_dir() and not beside.is_dir() else beside
