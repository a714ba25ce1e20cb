"""Reads the catalogue's YAML into frozen records, with every problem at once."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from ioc.catalog.model import Catalog
from ioc.catalog.shapes import IndexShape, IndicatorShape, MeasureShape
from ioc.errors import ConfigError, Problem
from ioc.located_yaml import Document, KeyPath, read_document, unknown_word, validate
from ioc.words import gettext as _

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class _Entry(Generic[Shape]):
    """One validated entry and where it stands."""

    document: Document
    path: KeyPath
    shape: Shape

    def problem(self, path: KeyPath, message: str) -> Problem:
        return self.document.problem((*self.path, *path), message)


def load_catalog(path: Path, *, indices: Sequence[str]) -> Catalog:
    """The measures and indicators of the folder, and the indices that are wanted; read anew where a file changed."""
    found = ((file, file.stat()) for file in sorted(path.rglob("*.yaml")))
    stamps = tuple((file, stat.st_mtime_ns, stat.st_size) for file, stat in found)
    return _load(path, tuple(indices), stamps)


@lru_cache(maxsize=4)
def _load(path: Path, indices: tuple[str, ...], _stamps: tuple[tuple[Path, int, int], ...]) -> Catalog:
    problems: list[Problem] = []
    measures = _read_folder(path / "measures", MeasureShape, problems)
    indicators = _read_folder(path / "indicators", IndicatorShape, problems)
    packs = _read_indices(path / "indices", indices, problems)
    measure_ids = {entry.shape.id for entry in measures}
    indicator_ids = {entry.shape.id for entry in indicators}
    problems += _twice(measures, key="id")
    problems += _twice(indicators, key="id")
    problems += _twice(indicators, key="number")
    problems += _wrong_indicators(indicators, measure_ids, _index_names(path / "indices"))
    problems += _wrong_indices(packs, measure_ids, indicator_ids)
    if problems:
        raise ConfigError(sorted(set(problems), key=lambda problem: (str(problem.file), problem.line, problem.where)))
    catalog = Catalog(
        measures=tuple(entry.shape.record() for entry in measures),
        indicators=tuple(entry.shape.record() for entry in sorted(indicators, key=lambda entry: entry.shape.number)),
        indices=tuple(entry.shape.record() for entry in packs),
        fingerprint="",
    )
    return Catalog(catalog.measures, catalog.indicators, catalog.indices, _fingerprint(catalog))


def _read_folder(folder: Path, model: type[Shape], problems: list[Problem]) -> list[_Entry[Shape]]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        problems.append(Problem(folder, 1, "—", _("no .yaml file is in this folder; put the catalogue there")))
    return [entry for file in files for entry in _read_list(file, model, problems)]


def _read_list(file: Path, model: type[Shape], problems: list[Problem]) -> Iterator[_Entry[Shape]]:
    document = read_document(file)
    problems += document.problems
    if document.data is None:
        return
    if not isinstance(document.data, list):
        problems.append(document.problem((), _("the file must hold a list of entries: - id: …")))
        return
    for index in range(len(document.data)):
        shape, found = validate(model, document, (index,))
        problems += [_named(document, index, problem) for problem in found]
        if shape is not None:
            yield _Entry(document, (index,), shape)


def _named(document: Document, index: int, problem: Problem) -> Problem:
    """The same problem with the entry's id where it stands as a number."""
    entry_id = document.at((index, "id"))
    _number, dot, rest = problem.where.partition(".")
    return Problem(problem.file, problem.line, f"{entry_id or index}{dot}{rest}", problem.message)


def _read_indices(folder: Path, names: Sequence[str], problems: list[Problem]) -> list[_Entry[IndexShape]]:
    found: list[_Entry[IndexShape]] = []
    for name in names:
        file = folder / f"{name}.yaml"
        if not file.is_file():
            problems.append(Problem(file, 1, "catalog.indices", unknown_word(name, _index_names(folder))))
            continue
        document = read_document(file)
        problems += document.problems
        shape, faults = validate(IndexShape, document) if not document.problems else (None, [])
        problems += faults
        if shape is not None:
            found.append(_Entry(document, (), shape))
            if shape.id != name:
                problems.append(
                    document.problem(("id",), _("the id must be the file's name: {name}").format(name=name))
                )
    return found


def _index_names(folder: Path) -> list[str]:
    return [file.stem for file in sorted(folder.glob("*.yaml"))]


def _twice(entries: Iterable[_Entry[Shape]], *, key: str) -> Iterator[Problem]:
    first: dict[object, _Entry[Shape]] = {}
    for entry in entries:
        value = getattr(entry.shape, key)
        if value in first:
            there = first[value]
            place = f"{there.document.file.name}:{there.document.line((*there.path, key))}"
            yield entry.problem((key,), _("{value} is already used in {place}").format(value=value, place=place))
        first.setdefault(value, entry)


def _wrong_indicators(
    entries: Iterable[_Entry[IndicatorShape]], measures: Collection[str], index_names: Collection[str]
) -> Iterator[Problem]:
    for entry in entries:
        for series_id, series in entry.shape.series.items():
            for side, names in (("numerator", series.numerator), ("denominator", series.denominator)):
                yield from _unknown(entry, ("series", series_id, side), names, measures)
        if entry.shape.score_index:
            yield from _unknown(entry, ("score_index",), (entry.shape.score_index,), index_names)


def _wrong_indices(
    entries: Iterable[_Entry[IndexShape]], measures: Collection[str], indicators: Collection[str]
) -> Iterator[Problem]:
    for entry in entries:
        yield from _unknown(entry, ("published_total",), (entry.shape.published_total,), measures)
        for group_no, group in enumerate(entry.shape.groups):
            place: KeyPath = ("groups", group_no)
            yield from _unknown(entry, (*place, "published"), (group.published,), measures)
            for criterion_no, criterion in enumerate(group.criteria):
                here = (*place, "criteria", criterion_no)
                yield from _unknown(entry, (*here, "numerator"), criterion.numerator, measures)
                yield from _unknown(entry, (*here, "denominator"), criterion.denominator, measures)
                yield from _unknown(entry, (*here, "published"), (criterion.published,), measures)
                yield from _unknown(entry, (*here, "indicator"), (criterion.indicator,), indicators)


def _unknown(
    entry: _Entry[Shape], path: KeyPath, names: Iterable[str | None], known: Collection[str]
) -> Iterator[Problem]:
    for name in names:
        if name is not None and name not in known:
            yield entry.problem(path, unknown_word(name, known))


def _fingerprint(catalog: Catalog) -> str:
    meaning = json.dumps(asdict(catalog), default=_plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(meaning.encode()).hexdigest()


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
