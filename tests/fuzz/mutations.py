"""Files as chance spoils them: a seed file changed one to three times, the same way for the same number."""

import codecs
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

LARGEST_BYTES = 2_000_000
MOST_CHANGES = 3
SEPARATORS = (b",", b";", b"\t")
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252", "latin-1", "utf-8-sig", "utf-32")
NUMBERS = (
    b"9" * 400,
    b"-" + b"9" * 19,
    b"1e999",
    b"1E-400",
    b"NaN",
    b"-Infinity",
    b"0x1F",
    b"-0",
    b"18446744073709551616",
    b"99999999999999999999999999999.999999",
    b"1.234.567,89",
    b"00000000000000",
    b"99991231235959",
    b"20260231250000",
    b"'1",
)
OPENINGS = (b"[", b"{", b'{"a":', b"<a>", b"<table><tr><td>", b'"', b"(")
SIGNS = tuple(
    text.encode()
    for text in (
        "\u200b",
        "\u0000",
        "\u202e",
        "\ufeff",
        "\u00a0",
        "\u2028",
        "\ud7ff",
        "\U0010ffff",
        "\r",
        "\x1a",
        "\x0b",
        '"',
        "\\",
        "&",
        "<!--",
        "%",
        "$",
        "{}",
    )
)
MARKED_MEMBERS = (".xml", ".edxml", ".json")

Change = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class Seed:
    """A file of the fixtures."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Mutation:
    """A spoiled file, and what was done to it."""

    name: str
    content: bytes
    changes: tuple[str, ...]


def mutate(seeds: Sequence[Seed], *, number: int, kind: str) -> Mutation:
    """The mutation of this number: the seeds and the number say all of it."""
    random = Random(f"{kind} {number}")
    seed = random.choice(seeds)
    content, done = seed.content, list[str]()
    for _turn in range(random.randint(1, MOST_CHANGES)):
        change = random.choice(_changes_for(content))
        if change is _splice:
            content = _splice_with(content, random.choice(seeds).content, random)
        else:
            content = change(content, random)
        done.append(change.__name__.strip("_"))
        content = content[:LARGEST_BYTES]
    return Mutation(seed.name, content, tuple(done))


def _changes_for(content: bytes) -> tuple[Change, ...]:
    return (*BYTE_CHANGES, *(ZIP_CHANGES if content.startswith(b"PK\x03\x04") else TEXT_CHANGES))


def _place(content: bytes, random: Random) -> int:
    return random.randint(0, len(content))


def _span(content: bytes, random: Random, *, longest: int = 2_000) -> tuple[int, int]:
    start = _place(content, random)
    return start, min(len(content), start + random.randint(1, longest))


def _flip(content: bytes, random: Random) -> bytes:
    spoiled = bytearray(content)
    for _count in range(random.choice((1, 1, 3, 20)) if spoiled else 0):
        spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def _cut(content: bytes, random: Random) -> bytes:
    return content[: _place(content, random)]


def _cut_front(content: bytes, random: Random) -> bytes:
    return content[_place(content, random) :]


def _repeat(content: bytes, random: Random) -> bytes:
    start, end = _span(content, random)
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _delete(content: bytes, random: Random) -> bytes:
    start, end = _span(content, random, longest=random.choice((1, 10, 400)))
    return content[:start] + content[end:]


def _exchange(content: bytes, random: Random) -> bytes:
    start, end = _span(content, random, longest=200)
    other = _place(content, random)
    return content[:start] + content[other : other + end - start] + content[end:]


def _splice(content: bytes, random: Random) -> bytes:
    """The beginning of one file with the end of another; see `mutate`."""
    return _splice_with(content, content, random)


def _splice_with(content: bytes, other: bytes, random: Random) -> bytes:
    return content[: _place(content, random)] + other[_place(other, random) :]


def _insert_nuls(content: bytes, random: Random) -> bytes:
    place = _place(content, random)
    return content[:place] + b"\x00" * random.choice((1, 2, 4_096)) + content[place:]


def _insert_sign(content: bytes, random: Random) -> bytes:
    place = _place(content, random)
    return content[:place] + random.choice(SIGNS) * random.choice((1, 3)) + content[place:]


def _add_mark(content: bytes, random: Random) -> bytes:
    mark = random.choice((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8 * 2))
    return mark + content


def _recode(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(random.choice(ENCODINGS), random.choice(("ignore", "replace")))


def _mojibake(content: bytes, _random: Random) -> bytes:
    return content.decode("latin-1").encode("utf-8")


def _take_apart(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", "replace")
    form = random.choice(("NFD", "NFKD", "NFKC"))
    return "".join(unicodedata.normalize(form, sign) for sign in text).encode("utf-8", "replace")


def _put_number(content: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    place = random.choice(found).span() if found else (0, 0)
    return content[: place[0]] + random.choice(NUMBERS) + content[place[1] :]


def _nest(content: bytes, random: Random) -> bytes:
    place = _place(content, random)
    return content[:place] + random.choice(OPENINGS) * random.choice((3, 500, 20_000)) + content[place:]


def _lengthen(content: bytes, random: Random) -> bytes:
    place = _place(content, random)
    filler = random.choice((b"x", b"9", b" ", b"a,", "ế".encode(), b"\n", b"<b>"))
    return content[:place] + filler * random.choice((300, 70_000, 400_000)) + content[place:]


def _double_lines(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    chosen = random.choice(lines)
    place = random.randint(0, len(lines))
    return b"".join((*lines[:place], chosen * random.choice((1, 2, 300)), *lines[place:]))


def _shuffle_lines(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    random.shuffle(lines)
    return b"".join(lines)


def _swap_columns(content: bytes, random: Random) -> bytes:
    separator = max(SEPARATORS, key=content.count)
    rows = [line.split(separator) for line in content.split(b"\n")]
    first, second = (random.randrange(max(map(len, rows))) for _side in range(2))
    for row in rows[random.choice((0, 0, 1)) :]:
        if max(first, second) < len(row):
            row[first], row[second] = row[second], row[first]
    return b"\n".join(separator.join(row) for row in rows)


def _swap_texts(content: bytes, random: Random) -> bytes:
    """Two texts in quotation marks or between tags change places: keys, values, elements."""
    found = [match.span() for match in re.finditer(rb'"[^"\n]{0,80}"|>[^<>\n]{1,80}<', content)]
    if len(found) < 2:
        return content
    first, second = sorted(random.sample(found, 2))
    return b"".join(
        (
            content[: first[0]],
            content[slice(*second)],
            content[first[1] : second[0]],
            content[slice(*first)],
            content[second[1] :],
        )
    )


def _change_separator(content: bytes, random: Random) -> bytes:
    return content.replace(max(SEPARATORS, key=content.count), random.choice((*SEPARATORS, b"|", b" ")))


def _spoil_member(content: bytes, random: Random) -> bytes:
    """One part of an archive, such as a sheet's cells, changed as text is, and packed again as it should be."""
    members = _unpacked(content)
    if not members:
        return _flip(content, random)
    texts = [name for name in members if name.endswith(MARKED_MEMBERS)]
    sheets = [name for name in texts if "sheet" in name.lower() or "content" in name]
    name = random.choice(random.choice((sheets or texts or list(members), list(members))))
    members[name] = random.choice((*TEXT_CHANGES, *BYTE_CHANGES))(members[name], random)[:LARGEST_BYTES]
    return _packed(members, random)


def _change_cell(content: bytes, random: Random) -> bytes:
    """Some values of a spreadsheet's cells replaced: numbers, indices of shared texts, types, places."""
    members = _unpacked(content)
    sheets = [name for name in members if re.search(r"sheet\d*\.xml|content\.xml|sharedStrings", name)]
    if not sheets:
        return _flip(content, random)
    name = random.choice(sheets)
    for pattern in random.sample(
        (
            rb"<v>[^<]*",
            rb' t="\w+"',
            rb' r="\w+"',
            rb' s="\w+"',
            rb"<t[^>]*>[^<]*",
            rb' ref="[^"]*"',
            rb' [\w:-]*repeated="\d+"',
        ),
        3,
    ):
        found = list(re.finditer(pattern, members[name]))
        if found:
            spot = random.choice(found)
            value = _put_number(spot.group(), random) if random.random() < 0.7 else _exchange(spot.group(), random)
            members[name] = members[name][: spot.start()] + value + members[name][spot.end() :]
    return _packed(members, random)


def _lose_member(content: bytes, random: Random) -> bytes:
    members = _unpacked(content)
    if members:
        members.pop(random.choice(list(members)))
    return _packed(members, random)


def _add_member(content: bytes, random: Random) -> bytes:
    members = _unpacked(content)
    name = random.choice(
        ("../evil.xml", "xl/vbaProject.bin", "xl/worksheets/sheet2.xml", "a" * 300, "mimetype", "note.edxml")
    )
    return _packed(members | {name: random.choice([b"", b"x" * 500_000, *members.values()])}, random)


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, NotImplementedError):
        return {}


def _packed(members: dict[str, bytes], random: Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    return buffer.getvalue()


BYTE_CHANGES: tuple[Change, ...] = (
    _flip,
    _cut,
    _cut_front,
    _repeat,
    _delete,
    _exchange,
    _splice,
    _insert_nuls,
    _add_mark,
)
TEXT_CHANGES: tuple[Change, ...] = (
    _insert_sign,
    _recode,
    _mojibake,
    _take_apart,
    _put_number,
    _nest,
    _lengthen,
    _double_lines,
    _shuffle_lines,
    _swap_columns,
    _swap_texts,
    _change_separator,
)
# more often than bytes: most flipped bytes only break the archive
ZIP_CHANGES: tuple[Change, ...] = (*(_spoil_member, _change_cell) * 8, _lose_member, _add_member)
