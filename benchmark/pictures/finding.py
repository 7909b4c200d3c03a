"""Finds the pictures that the user named, and says what was found, before anything runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmark.errors import InputError
from benchmark.escaping import one_line, printable
from benchmark.file_hash import file_sha256
from benchmark.images import image_size
from benchmark.pictures.case_names import CaseNames
from benchmark.pictures.facts import FactsFile, MethodTable, find_facts, make_info, method_name, read_facts
from benchmark.pictures.folder import PictureFile, PictureFolder
from benchmark.pictures.geometry import Shape, advice, find_squashing, shape_of, spread
from benchmark.pictures.inspection import find_copies, find_transparent
from benchmark.pictures.listing import show_names
from benchmark.pictures.pairing import Pairing, pair_pictures
from benchmark.pictures.part import PART_WORDS, Part, parse_part
from benchmark.pictures.pattern import Pattern, PicturesArgument, parse_pattern, parse_pictures
from benchmark.protocol.protocol import Protocol
from benchmark.suggestion import suggest
from benchmark.wording import format_count

_MOST_COMPARED: Final = 60
"""Pictures that are looked at to find out whether they were squashed, are copies of an input, or transparent."""


@dataclass(frozen=True)
class FoundPictures:
    """Pictures that the user named.

    Attributes:
        source: The pictures as the source of a method.
        notes: What was found, in lines.
    """

    source: PictureFolder
    notes: tuple[str, ...]


@dataclass(frozen=True)
class NamedPictures:
    """A folder of pictures with all that command line and facts say of it.

    Attributes:
        given: Name of the method as the user wrote it.
        name: The name in snake_case.
        folder: The folder as the user wrote it.
        path: Its absolute path.
        pattern: The pattern of the names, or ``None``.
        part: The part of each file that is the picture, or ``None`` for all.
        fit: Whether the centre of pictures of another aspect is cut out.
        facts: What a file says of the method and of the folder.
    """

    given: str
    name: str
    folder: str
    path: Path
    pattern: Pattern | None
    part: Part | None
    fit: bool
    facts: FactsFile


def find_pictures(
    arguments: Sequence[str | PicturesArgument],
    protocol: Protocol,
    *,
    fit: bool = False,
    limit: int | None = None,
    taken: Sequence[str] = (),
) -> Iterator[FoundPictures]:
    """Finds the pictures of cases in folders.

    Args:
        arguments: ``NAME=FOLDER[:PATTERN][:PART]``, or the path of a file of facts, as written or as read.
        protocol: The protocol.
        fit: Whether the centre of pictures of another aspect is cut out.
        limit: Number of cases that are run, from the first, or ``None`` for all.
        taken: Names that other methods have.

    Yields:
        The pictures of each argument.

    Raises:
        InputError: An argument, a folder or facts cannot be used, or it cannot be told which file is which case.
    """
    if not arguments:
        return
    named = [name_pictures(argument, fit=fit) for argument in arguments]
    for position, one in enumerate(named):
        if one.name in taken:
            raise InputError(
                f"pictures {one.given!r}: {one.name} is the name of another method; name them otherwise, for instance"
                f" {one.name}_pictures={one.folder}"
            )
        if one.name in [other.name for other in named[:position]]:
            raise InputError(f"two folders of pictures are called {one.name}; name one of them otherwise")
    names = CaseNames(protocol.cases)
    for one in named:
        yield _found(one, protocol, names, limit)


def name_pictures(argument: str | PicturesArgument, *, fit: bool = False) -> NamedPictures:
    """Finds a folder of pictures, and what a file of facts says of it beside the command line.

    Args:
        argument: ``NAME=FOLDER[:PATTERN][:PART]``, or the path of a file of facts, as written or as read.
        fit: Whether the centre of pictures of another aspect is cut out, whatever the facts say.

    Raises:
        InputError: The argument, the folder or the facts cannot be used.
    """
    parsed = parse_pictures(argument) if isinstance(argument, str) else argument
    if parsed.folder.lower().endswith(".toml") and not Path(parsed.folder).is_dir():
        return _named_by_file(parsed, fit)
    path = Path(parsed.folder).expanduser()
    facts_file = find_facts(path, parsed.name)
    facts = read_facts(facts_file) if facts_file else FactsFile()
    return _combined(parsed.name, parsed, parsed.folder, path, facts, fit)


def _named_by_file(parsed: PicturesArgument, fit: bool) -> NamedPictures:
    file = Path(parsed.folder).expanduser()
    facts = read_facts(file)
    given = parsed.name or facts.method.name or file.stem
    if not facts.pictures.folder and not (file.parent / file.stem).is_dir():
        raise InputError(
            f'facts about pictures {printable(file)} name no folder; add [pictures] folder = "…", relative to the file'
        )
    folder = file.parent / Path(facts.pictures.folder or file.stem).expanduser()
    return _combined(given, parsed, str(folder), folder, facts, fit)


def _combined(
    given: str, parsed: PicturesArgument, folder: str, path: Path, facts: FactsFile, fit: bool
) -> NamedPictures:
    table = facts.pictures
    part = parsed.part
    if part is None and table.part and (part := parse_part(table.part)) is None:
        raise InputError(f"part {table.part!r} of pictures {given}{suggest(table.part, PART_WORDS)}")
    pattern = parsed.pattern or (parse_pattern(table.pattern) if table.pattern else None)
    if not path.is_dir():
        raise InputError(f"pictures {given}: there is no folder {printable(folder)}")
    return NamedPictures(given, method_name(given), folder, path.absolute(), pattern, part, fit or table.fit, facts)


def _found(one: NamedPictures, protocol: Protocol, names: CaseNames, limit: int | None) -> FoundPictures:
    pairing = pair_pictures(one.path, names, one.pattern, one.given)
    planned = names.ids if limit is None else names.ids[:limit]
    counts = _counts(pairing, planned)
    if ambiguous := [case for case in planned if case in pairing.ambiguous]:
        raise InputError(
            f"pictures {one.given}: {counts}: {ambiguous[0]} is {pairing.ambiguous[ambiguous[0]]}; remove what is not"
            " meant, name a pattern that tells, as NAME=FOLDER:PATTERN, or list the files in NAME.csv beside the"
            " folder, with the columns file and case"
        )
    source = replace(
        hash_pictures(one.given, one.folder, pairing.files, pairing.rule, pairing.seconds, one.facts.method),
        pattern=pairing.pattern,
        missing=pairing.missing,
        part=one.part,
        fit=one.fit,
    )
    notes = [
        *_pairing_notes(source, pairing, planned, counts),
        *_size_notes(source, planned, protocol.resolution),
        *_inspection_notes(source, planned, protocol),
    ]
    return FoundPictures(source, tuple(map(one_line, notes)))


def hash_pictures(
    given: str,
    folder: str,
    files: Mapping[str, Path],
    rule: str,
    seconds: Mapping[str, float] = MappingProxyType({}),
    facts: MethodTable | None = None,
) -> PictureFolder:
    """Makes the source of a method whose pictures exist, with the hash of every file.

    Args:
        given: Name of the method as the user wrote it.
        folder: Folder of the pictures as the user wrote it.
        files: The picture of each case, by the name of the case.
        rule: What paired them with the cases, in words.
        seconds: What the author says that each picture took, in seconds.
        facts: What the user says of the method, or ``None`` for nothing.
    """
    hashed = {case: _picture_file(path, seconds.get(case)) for case, path in files.items()}
    digest = hashlib.sha256()
    for case, file in hashed.items():
        digest.update(f"{case}\0{file.sha256}\n".encode())
    info = make_info(method_name(given), given, facts or MethodTable(), digest.hexdigest(), printable(folder))
    return PictureFolder(info=info, folder=folder, rule=rule, pattern="", files=hashed, digest=digest.hexdigest())


def _picture_file(path: Path, seconds: float | None) -> PictureFile:
    try:
        return PictureFile(path, file_sha256(path), seconds)
    except OSError:
        # The unit of this picture fails with the reason, and no other.
        return PictureFile(path, "", seconds)


def _counts(pairing: Pairing, planned: Sequence[str]) -> str:
    found = sum(case in pairing.files for case in planned)
    missing = sum(case in pairing.missing for case in planned)
    ambiguous = len(planned) - found - missing
    more = [f"{number:,} {word}" for number, word in ((missing, "missing"), (ambiguous, "ambiguous")) if number]
    return ", ".join([f"{found:,} of {format_count(len(planned), 'case')} found", *more])


def _pairing_notes(source: PictureFolder, pairing: Pairing, planned: Sequence[str], counts: str) -> Iterator[str]:
    part = f", of each file {source.part}" if source.part else ""
    where = f"pictures {source.name}, in {printable(source.folder)}"
    yield f"{where}: {counts}, paired by {pairing.rule}{part}" if not pairing.order else f"{where}: {counts}"
    if pairing.order:
        yield f"{source.name}: {pairing.order}"
    if missing := [case for case in planned if case in pairing.missing]:
        yield f"{source.name}: missing, and skipped: {show_names(missing)}"
    if pairing.unused:
        yield f"{source.name}: of no case: {format_count(len(pairing.unused), 'picture')}: {show_names(pairing.unused)}"
    if pairing.others:
        yield f"{source.name}: passed over: {format_count(pairing.others, 'file')}, by name no pictures"
    if stated := sum(case in pairing.seconds for case in planned):
        yield f"{source.name}: durations as the author states them: {format_count(stated, 'picture')}"


def _size_notes(source: PictureFolder, planned: Sequence[str], side: int) -> Iterator[str]:
    unreadable: list[str] = []
    by_shape: dict[Shape, list[tuple[int, int]]] = {}
    for file in (source.files[case] for case in planned if case in source.files):
        size = image_size(file.path)
        if size is None:
            unreadable.append(file.path.name)
        else:
            by_shape.setdefault(shape_of(size, (side, side), source.part), []).append(size)
    if unreadable:
        yield f"{source.name}: cannot be read, and will fail: {show_names(unreadable)}"
    if scaled := by_shape.get(Shape.SCALED):
        yield f"{source.name}: resized to {side}×{side}: {_sizes(scaled)}"
    if others := by_shape.get(Shape.OTHER):
        if source.fit:
            yield f"{source.name}: cut to their centre square, {side}×{side}, as contents are: {_sizes(others)}"
        else:
            done = f"refused: {advice(others[0], (side, side))}"
            yield f"{source.name}: of another aspect than their contents, {side}×{side}: {_sizes(others)}; {done}"


def _sizes(sizes: Sequence[tuple[int, int]]) -> str:
    (width, height), number = Counter(sizes).most_common(1)[0]
    others = f", {len(sizes) - number:,} of other sizes" if number < len(sizes) else ""
    return f"{format_count(number, 'picture')} of {width}×{height}{others}"


def _inspection_notes(source: PictureFolder, planned: Sequence[str], protocol: Protocol) -> Iterator[str]:
    cases = [case for case in islice(protocol.cases, len(planned)) if case.id in source.files]
    contents = spread([(source.files[case.id].path, case.content.image) for case in cases], _MOST_COMPARED)
    styles = spread(
        [(source.files[case.id].path, image) for case in cases if (image := case.styles[0].style.image) is not None],
        _MOST_COMPARED,
    )
    squashing = find_squashing(contents, source.part, side=protocol.resolution)
    if squashing.is_clear:
        yield (
            f"{source.name}: squashed? {squashing.squashed} of {squashing.compared} pictures looked at fit their whole"
            " content, squashed to a square, better than its centre, which they are compared with: content scores will"
            " suffer"
        )
    for word, pairs in (("content", contents), ("style image", styles)):
        if copies := find_copies(pairs, source.part, side=protocol.resolution):
            yield f"{source.name}: copies? {_share(copies, pairs)} show their {word} unchanged: {_named(copies)}"
    if transparent := find_transparent(path for path, _ in contents):
        yield (
            f"{source.name}: {_share(transparent, contents)} are transparent, and laid on white: {_named(transparent)};"
            " save them without an alpha channel to be sure of their colours"
        )


def _share(found: Sequence[Path], looked_at: Sequence[object]) -> str:
    return f"{len(found)} of {format_count(len(looked_at), 'picture')} looked at"


def _named(paths: Sequence[Path]) -> str:
    return show_names([path.name for path in paths])
