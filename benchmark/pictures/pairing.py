"""Pairing: which file of a folder is the picture of which case. It goes by names, and never by a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.pictures.case_names import MOST_SHOWN, CaseNames, Reading
from benchmark.pictures.known_patterns import KNOWN_PATTERNS, KnownPattern
from benchmark.pictures.listing import Listing, list_folder, natural_key, show_names, suffix_of, without_suffix
from benchmark.pictures.pattern import Field, Pattern, fold
from benchmark.pictures.table import find_table, read_pictures_table
from benchmark.protocol.case import Case
from benchmark.wording import format_count

_CLOSE: Final = 0.9
"""Share of the cases of the best pattern from which on another one that disagrees with it is as good."""
_SAMPLE: Final = 2000
_FEW: Final = 50
"""Files of a sample from which on it tells which patterns are likely."""
_LARGE_PRIME: Final = 2654435761
_FIELD_NAMES: Final = {Field.CONTENT: "content", Field.STYLE: "style", Field.SEED: "seed"}
_WAYS_OUT: Final = "or list the files in NAME.csv beside the folder, with the columns file and case"


@dataclass(frozen=True)
class Pairing:
    """The pictures of cases that a folder holds.

    Attributes:
        folder: The folder.
        rule: What paired them, in words: a pattern and who names pictures so, or a table.
        pattern: The pattern, or an empty string where a table paired them.
        files: The file of each case that has one, by the name of the case.
        missing: Reason for each case that has none.
        ambiguous: For each case whose picture cannot be told: between what, in words.
        unused: Pictures in the folder that belong to no case, as paths in it.
        others: Number of files in the folder that are no pictures by name.
        seconds: What the author says that each picture took, in seconds, where a table says it.
        order: First and last pair in words, where they were paired by order; else empty.
    """

    folder: Path
    rule: str
    pattern: str
    files: Mapping[str, Path]
    missing: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    others: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    order: str = ""


@dataclass(frozen=True)
class _File:
    name: str
    stem: str
    folded: str


@dataclass
class _Attempt:
    """What a pattern makes of the files.

    Attributes:
        pattern: The pattern.
        claims: The files that name a case, by the position of the case.
        several: Readings of the files that have several.
    """

    pattern: Pattern
    claims: dict[int, list[int]] = field(default_factory=dict)
    several: dict[int, list[Reading]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return len(self.claims)


def pair_pictures(
    folder: Path, cases: Sequence[Case] | CaseNames, pattern: Pattern | None = None, name: str = ""
) -> Pairing:
    """Finds the picture of every case in a folder.

    Without a pattern and without a table, the patterns of known repositories are tried, and the one that names the
    most cases is taken, unless another one fits about as well and disagrees.

    Args:
        folder: The folder.
        cases: All cases of the protocol, in its order, or their names.
        pattern: The pattern of the names, or ``None``.
        name: Name of the method, by which a table beside the folder is found.

    Raises:
        InputError: The folder or the table cannot be read, nothing fits, or two patterns fit.
    """
    names = cases if isinstance(cases, CaseNames) else CaseNames(cases)
    table = find_table(folder, name)
    if pattern is not None:
        refuse_pattern_that_names_too_little(pattern, names)
    listing = list_folder(folder, pattern.depth) if pattern is not None else list_folder(folder)
    if not listing.pictures:
        more = f", but {format_count(len(listing.others), 'other file')}" if listing.others else ""
        raise InputError(f"folder {printable(folder)} holds no pictures{more}")
    stated = read_pictures_table(table, names, listing) if table is not None else None
    seconds = stated.seconds if stated else {}
    pictures: Sequence[str] = listing.pictures
    if stated is not None and stated.names_files and pattern is None:
        # Outputs may have names of their own beside the table of an export, which says how they should be called.
        pictures = [] if stated.claims else [name for name in pictures if name not in stated.inputs]
        if not pictures:
            return _pairing(
                folder, names, listing, stated.claims, {}, printable(stated.path), "", seconds, absent=stated.absent
            )
    stems = map(without_suffix, pictures)
    files = [_File(picture, stem, fold(stem)) for picture, stem in zip(pictures, stems, strict=True)]
    if pattern is not None:
        return _paired_by_pattern(folder, names, listing, files, pattern, seconds)
    return _paired_by_known_pattern(folder, names, listing, files, seconds)


def refuse_pattern_that_names_too_little(pattern: Pattern, names: CaseNames) -> None:
    """Refuses a pattern by which a name can never tell which case it is.

    Raises:
        InputError: It is such a pattern.
    """
    if pattern.order is not None or len(names) == 1:
        return
    if not pattern.names_cases:
        raise InputError(
            f"pattern {pattern.text!r} names no case, and the protocol has {format_count(len(names), 'case')};"
            " it must hold placeholders such as {content} and {style}"
        )
    most, examples = names.most_of_one_name(pattern)
    if most > 1:
        lacking = _lacking(pattern, names, examples)
        raise InputError(
            f"pattern {pattern.text!r} cannot tell {' from '.join(names.ids[place] for place in examples[:2])};"
            f" it must hold {' and '.join(f'{{{one}}}' for one in lacking)} too"
        )


def _lacking(pattern: Pattern, names: CaseNames, examples: Sequence[int]) -> list[str]:
    values = [names.values(place) for place in examples[:2]]
    has = pattern.fields | ({Field.STYLE} if Field.PROMPT in pattern.fields else set())
    return [word for one, word in _FIELD_NAMES.items() if one not in has and values[0][one] != values[1][one]]


def _paired_by_pattern(
    folder: Path,
    names: CaseNames,
    listing: Listing,
    files: Sequence[_File],
    pattern: Pattern,
    seconds: Mapping[str, float],
) -> Pairing:
    attempt = _attempt(pattern, names, files)
    order = ""
    if pattern.order is not None:
        attempt.claims, order = _by_order(pattern, names, files, folder)
    elif len(names) == 1 and not pattern.names_cases:
        fitting = [place for place, file in enumerate(files) if _readings(pattern, names, file)]
        attempt.claims = {0: fitting} if fitting else {}
    if not attempt.claims and not attempt.several:
        raise InputError(_nothing_fits(folder, names, listing, pattern))
    _settle(attempt)
    _prefer_suffix(attempt, files)
    claims = {position: [files[place].name for place in found] for position, found in attempt.claims.items()}
    several = {files[place].name: readings for place, readings in attempt.several.items()}
    return _pairing(
        folder, names, listing, claims, several, pattern.text, pattern.text, seconds, pattern=pattern, order=order
    )


def _paired_by_known_pattern(
    folder: Path, names: CaseNames, listing: Listing, files: Sequence[_File], seconds: Mapping[str, float]
) -> Pairing:
    if len(names) == 1 and len(files) == 1:
        claims = {0: [files[0].name]}
        return _pairing(folder, names, listing, claims, {}, "the only picture there", files[0].name, seconds)
    attempts = {known: _attempt(known.pattern, names, files) for known in _likely_patterns(names, files)}
    for attempt in attempts.values():
        _settle(attempt)
    best_score = max(attempt.score for attempt in attempts.values())
    if best_score == 0:
        raise InputError(_why_no_known_pattern_fits(folder, names, listing, files, attempts))
    good = [known for known, attempt in attempts.items() if attempt.score >= _CLOSE * best_score]
    beside = {text for known in good for text in known.siblings}
    good = [known for known in good if known.pattern.text not in beside] or good
    best = max(good, key=lambda known: attempts[known].score)
    for other in good:
        if disagreement := _disagreement(names, files, best, attempts[best], other, attempts[other]):
            raise InputError(
                f"folder {printable(folder)}: two patterns fit: {disagreement}; say which it is:"
                f" NAME=FOLDER:PATTERN, {_WAYS_OUT}"
            )
    attempt = attempts[best]
    claims = {position: [files[place].name for place in found] for position, found in attempt.claims.items()}
    several = {files[place].name: readings for place, readings in attempt.several.items()}
    pattern = best.pattern
    return _pairing(folder, names, listing, claims, several, best.described, pattern.text, seconds, pattern=pattern)


def _likely_patterns(names: CaseNames, files: Sequence[_File]) -> Sequence[KnownPattern]:
    """Returns the known patterns that a sample of very many files does not rule out."""
    if len(files) <= 2 * _SAMPLE:
        return KNOWN_PATTERNS
    # Multiplication by a large prime scatters the places, as names often repeat with a period.
    scattered = sorted(range(len(files)), key=lambda place: place * _LARGE_PRIME % 2**32)
    sample = [files[place] for place in scattered[:_SAMPLE]]
    tries = {known: _attempt(known.pattern, names, sample) for known in KNOWN_PATTERNS}
    named = {known: len(attempt.claims) + len(attempt.several) for known, attempt in tries.items()}
    most = max(named.values())
    if most < _FEW:
        return KNOWN_PATTERNS
    return [known for known, number in named.items() if number >= most / 2]


def _attempt(pattern: Pattern, names: CaseNames, files: Sequence[_File]) -> _Attempt:
    attempt = _Attempt(pattern)
    if pattern.order is not None or not pattern.names_cases:
        return attempt
    literals, depth = pattern.literals, pattern.depth
    for place, file in enumerate(files):
        # Nearly all patterns end here for nearly all files.
        if any(literal not in file.folded for literal in literals):
            continue
        parts = file.stem.split("/")
        if len(parts) < depth or (pattern.anchored and len(parts) != depth):
            continue
        readings = names.read(pattern, "/".join(parts[-depth:]))
        if len(readings) == 1 and readings[0].count == 1:
            attempt.claims.setdefault(readings[0].cases[0], []).append(place)
        elif readings:
            attempt.several[place] = readings
    return attempt


def _settle(attempt: _Attempt) -> None:
    """Drops readings of a name that has several, where another file is certainly that case.

    With contents ``a`` and ``a.b``, whose name some programs cut to ``a``, the name ``a`` is the first if there is
    another file for the second.
    """
    while True:
        settled: dict[int, list[int]] = {}
        for place, readings in attempt.several.items():
            if any(reading.count != 1 for reading in readings):
                continue
            left = [reading.cases[0] for reading in readings if reading.cases[0] not in attempt.claims]
            if len(left) == 1:
                settled.setdefault(left[0], []).append(place)
        # Only now: several files that settle on one case are all its claims, whichever was looked at first.
        attempt.claims.update(settled)
        for place in (place for places in settled.values() for place in places):
            del attempt.several[place]
        if not settled:
            return


def _prefer_suffix(attempt: _Attempt, files: Sequence[_File]) -> None:
    """Takes the file with the suffix of the pattern, where a case has several that differ in it."""
    suffix = attempt.pattern.suffix
    for position, places in attempt.claims.items():
        if suffix and len(places) > 1:
            fitting = [place for place in places if suffix_of(files[place].name).lower() == suffix]
            attempt.claims[position] = fitting if len(fitting) == 1 else places


def _readings(pattern: Pattern, names: CaseNames, file: _File) -> list[Reading]:
    """Returns what a file says by a pattern that is the whole path in the folder."""
    return names.read(pattern, file.stem) if file.stem.count("/") + 1 == pattern.depth else []


def _by_order(
    pattern: Pattern, names: CaseNames, files: Sequence[_File], folder: Path
) -> tuple[dict[int, list[int]], str]:
    where = f"folder {printable(folder)}: pattern {pattern.text!r}"
    fitting: list[tuple[int, Reading]] = []
    for place, file in enumerate(files):
        readings = _readings(pattern, names, file)
        if len(readings) > 1:
            numbers = " or ".join(str(reading.number) for reading in readings[:MOST_SHOWN])
            raise InputError(
                f"{where}: {printable(file.name)} may be number {numbers}; put what is known of the names in place of *"
            )
        if readings:
            fitting.append((place, readings[0]))
    claims: dict[int, list[int]] = {}
    if not fitting:
        return claims, ""
    if pattern.order in (Field.SORTED, Field.NATURAL):
        if len(fitting) != len(names):
            raise InputError(
                f"{where} fits {format_count(len(fitting), 'picture')}, and the protocol has"
                f" {format_count(len(names), 'case')}; pairs by order need as many of both"
            )
        places = [place for place, _ in fitting]
        if pattern.order is Field.NATURAL:
            places.sort(key=lambda place: natural_key(files[place].name))
        claims = {position: [place] for position, place in enumerate(places)}
    else:
        first = _first_number(pattern, [reading.number or 0 for _, reading in fitting], len(names), where)
        for place, reading in fitting:
            position = (reading.number or 0) - first
            if 0 <= position < len(names):
                claims.setdefault(position, []).append(place)
    ends = sorted(claims)
    ends = ends[:1] + ends[-1:]
    pairs = [f"{printable(files[claims[position][0]].name)} is {names.ids[position]}" for position in ends]
    return claims, f"paired by order: {' … '.join(pairs)}"


def _first_number(pattern: Pattern, numbers: Sequence[int], count: int, where: str) -> int:
    match pattern.order:
        case Field.FROM_ZERO:
            return 0
        case Field.FROM_ONE:
            return 1
    lowest, highest = min(numbers), max(numbers)
    if lowest == 0 and highest < count:
        return 0
    if lowest >= 1 and highest == count:
        return 1
    raise InputError(
        f"{where}: the numbers are {lowest} … {highest}, and the protocol has {format_count(count, 'case')}; say where"
        " they begin: {n0} or {n1} in place of {n}"
    )


def _disagreement(
    names: CaseNames, files: Sequence[_File], best: KnownPattern, mine: _Attempt, other: KnownPattern, theirs: _Attempt
) -> str:
    """Shows one file or case that two patterns read differently; empty if they agree on all that both read."""
    if mine is theirs:
        return ""
    of_files = {place: position for position, places in mine.claims.items() for place in places}
    for position, places in theirs.claims.items():
        for place in places:
            if of_files.get(place, position) != position:
                first, second = names.ids[of_files[place]], names.ids[position]
                return (
                    f"{printable(files[place].name)} is {first} by {best.pattern.text}, and {second} by"
                    f" {other.pattern.text}"
                )
        if position in mine.claims and mine.claims[position] != places:
            first, second = files[mine.claims[position][0]].name, files[places[0]].name
            return (
                f"{names.ids[position]} is {printable(first)} by {best.pattern.text}, and {printable(second)} by"
                f" {other.pattern.text}"
            )
    return ""


def _nothing_fits(folder: Path, names: CaseNames, listing: Listing, pattern: Pattern) -> str:
    expected = _expected(pattern, names, 0)
    return (
        f"folder {printable(folder)}: no picture fits {pattern.text!r} and names a case of the protocol; a name such as"
        f" {expected} was expected, and there are {show_names(listing.pictures)}"
    )


def _why_no_known_pattern_fits(
    folder: Path,
    names: CaseNames,
    listing: Listing,
    files: Sequence[_File],
    attempts: Mapping[KnownPattern, _Attempt],
) -> str:
    known, attempt = max(attempts.items(), key=lambda item: len(item[1].several))
    if attempt.several:
        place, readings = next(iter(attempt.several.items()))
        hint = f"; {known.hint}" if known.hint else ""
        return (
            f"folder {printable(folder)}: {printable(files[place].name)} may be {_cases_of(readings, names)}"
            f" by {known.described}{hint}; name a pattern that tells, as NAME=FOLDER:PATTERN, {_WAYS_OUT}"
        )
    examples = [_expected(KNOWN_PATTERNS[number].pattern, names, 0) for number in (1, 0)]
    return (
        f"folder {printable(folder)}: no picture names a case of the protocol; names such as"
        f" {' or '.join(examples)} were expected, and there are {show_names(listing.pictures)}; name the pattern, as"
        f" NAME=FOLDER:PATTERN, {_WAYS_OUT}"
    )


def _expected(pattern: Pattern, names: CaseNames, position: int) -> str:
    text = pattern.render(names.values(position))
    return printable(text if pattern.suffix else f"{text}.png")


def _cases_of(readings: Sequence[Reading], names: CaseNames) -> str:
    cases = [names.ids[position] for reading in readings for position in reading.cases]
    count = max(sum(reading.count for reading in readings), len(cases))
    more = f" or one of {count - MOST_SHOWN:,} more" if count > MOST_SHOWN else ""
    return " or ".join(cases[:MOST_SHOWN]) + more


def _may_be_another(readings: Sequence[Reading], claims: Mapping[int, Sequence[str]]) -> bool:
    """Returns whether a file may be the picture of a case for which there is no other file."""
    return any(
        reading.count > len(reading.cases) or any(position not in claims for position in reading.cases)
        for reading in readings
    )


def _pairing(
    folder: Path,
    names: CaseNames,
    listing: Listing,
    claims: Mapping[int, Sequence[str]],
    several: Mapping[str, Sequence[Reading]],
    rule: str,
    pattern_text: str,
    seconds: Mapping[str, float],
    *,
    pattern: Pattern | None = None,
    absent: Mapping[int, str] | None = None,
    order: str = "",
) -> Pairing:
    absent = absent or {}
    files: dict[str, Path] = {}
    ambiguous: dict[str, str] = {}
    for position, found in claims.items():
        if len(set(found)) > 1:
            ambiguous[names.ids[position]] = " or ".join(map(printable, list(dict.fromkeys(found))[:MOST_SHOWN]))
        else:
            files[names.ids[position]] = folder / found[0]
    for file, readings in several.items():
        for position in (position for reading in readings for position in reading.cases):
            # It may be the picture of this case, or of another that has none.
            if position not in claims:
                words = f"{printable(file)}, which may be {_cases_of(readings, names)}"
                ambiguous.setdefault(names.ids[position], words)
    missing: dict[str, str] = {}
    for position, case in enumerate(names.ids):
        if case not in files and case not in ambiguous:
            missing[case] = absent.get(position) or (
                f"no picture: {_expected(pattern, names, position)} is not there" if pattern else "no picture of it"
            )
    used = {name for found in claims.values() for name in found}
    used |= {file for file, readings in several.items() if _may_be_another(readings, claims)}
    unused = tuple(name for name in listing.pictures if name not in used)
    return Pairing(
        folder=folder,
        rule=rule,
        pattern=pattern_text,
        files=dict(sorted(files.items(), key=lambda item: names.by_id[item[0]])),
        missing=missing,
        ambiguous=ambiguous,
        unused=unused,
        others=len(listing.others),
        seconds=seconds,
        order=order,
    )
