"""The configuration: config.yaml, validated whole."""

import re
from collections.abc import Mapping
from datetime import timedelta
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
)

from ioc.errors import ConfigError, Problem
from ioc.located_yaml import Document, KeyPath, read_document, substitute, unknown_word, validate
from ioc.words import gettext as _

Settings = TypeVar("Settings", bound=BaseModel)

_DURATION = re.compile(r"([1-9][0-9]*) ?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PORTAL_PERIOD = re.compile(r"20[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
_SOURCE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PORTAL_DELAY_S = 3.0
_LEAST_KEY_LENGTH = 16


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


def _check_database(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if text != "sqlite" and not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError(_("sqlite, sqlite:///… or postgresql+psycopg://…"))
    return url


def _check_key_length(key: SecretStr | None) -> SecretStr | None:
    if key is not None and len(key.get_secret_value()) < _LEAST_KEY_LENGTH:
        raise ValueError(_("a key of at least {n} characters").format(n=_LEAST_KEY_LENGTH))
    return key


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
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
    max_retries: int = Field(default=2, ge=0, le=5)
    page_size: int | None = Field(default=None, ge=1, le=1000)
    """None: as the portal's own page asks."""
    user_agent: Name = "ioc/0.1 (bang dieu khien IOC)"

    @field_validator("min_delay_s")
    @classmethod
    def _gentle(cls, delay_s: float, info: ValidationInfo) -> float:
        host = urlsplit(info.data.get("base_url", "")).hostname
        if delay_s < _PORTAL_DELAY_S and not is_loopback(host):
            raise ValueError(
                _("at least {n} seconds, so that the portal is not burdened").format(n=int(_PORTAL_DELAY_S))
            )
        return delay_s


SOURCE_KINDS: Mapping[str, type[SourceSettings]] = {
    "national_portal": PortalSettings,
    "dossier_sync": DossierSyncSettings,
    "certificates": RegisterSettings,
    "staff": RegisterSettings,
    "procedures": RegisterSettings,
}
PRODUCT = Path(__file__).parent.parent
"""Where the product lies, with the catalogue that ships with it."""
LATER_KINDS = ("sql_view", "form_06a", "documents", "petitions", "reported_values", "plan")


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
    known = {*_SECTIONS, "sources"}
    problems += [document.problem((key,), unknown_word(key, known)) for key in document.data if key not in known]
    sections = {name: _section(model, document, name, problems) for name, model in _SECTIONS.items()}
    sources = _sources(document, problems)
    problems += _missing_files(document, sections["units"])
    if problems:
        raise ConfigError(sorted(set(problems), key=lambda problem: (problem.line, problem.where)))
    return Config.model_validate({"file": document.file, "sources": sources, **sections})


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
        if _waits_for_later(block):
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


def _waits_for_later(block: object) -> bool:
    """A source of a kind to come, written down but switched off: it asks for nothing yet."""
    return isinstance(block, dict) and block.get("kind") in LATER_KINDS and block.get("enabled") is False


def _kind_of(source_id: str, block: object) -> tuple[type[SourceSettings] | None, str]:
    if not _SOURCE_ID.fullmatch(source_id):
        return None, _("“{came}” cannot name a source; allowed: small letters, digits and _").format(came=source_id)
    if not isinstance(block, dict) or block.get("kind") is None:
        return None, _("the kind is required. Allowed: {allowed}").format(allowed=", ".join(SOURCE_KINDS))
    kind = str(block["kind"])
    if kind in LATER_KINDS:
        return None, _(
            "the kind {kind} is not yet available in this version; remove the block or write enabled: false"
        ).format(kind=kind)
    return SOURCE_KINDS.get(kind), unknown_word(kind, SOURCE_KINDS)


def _plain_secrets(document: Document) -> list[Problem]:
    message = _("a secret is not written into the file; write ${{NAME}} and set NAME in the environment").format()
    written = [place for place in _SECRET_PLACES if not _is_reference(document.at(place))]
    if re.search(r"://[^/@]*:(?!\$\{)[^/@]+@", str(document.at(("control", "url")))):
        written.append(("control", "url"))
    return [document.problem(place, message) for place in written]


def _is_reference(value: object) -> bool:
    return value is None or bool(re.fullmatch(r"\$\{\w+\}", str(value)))


def _missing_files(document: Document, units: Any) -> list[Problem]:
    return [
        document.problem(
            ("units", "crosswalks", index), _("the file {path} does not exist; put it there").format(path=path)
        )
        for index, path in enumerate(units.crosswalks if units else ())
        if not path.is_file()
    ]


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
