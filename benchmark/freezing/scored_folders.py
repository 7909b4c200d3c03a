"""Makes a protocol of the pairs that folders of stylized pictures hold, so that they can be scored without one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.freezing.names import hashed_name, name_of
from benchmark.freezing.own_images import find_images, read_facts_of_styles
from benchmark.freezing.pairs_table import read_pairs
from benchmark.images import image_size
from benchmark.pictures.finding import find_pictures, hash_pictures, name_pictures
from benchmark.pictures.folder import PictureFolder
from benchmark.pictures.geometry import is_same_aspect
from benchmark.pictures.listing import list_folder, natural_key, without_suffix
from benchmark.pictures.part import Part
from benchmark.pictures.pattern import PicturesArgument, fold, parse_pattern, parse_pictures
from benchmark.prompts import is_blank
from benchmark.protocol.case import Case, Content, Style
from benchmark.protocol.crossed_cases import CrossedCases
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol
from benchmark.text_files import read_table, read_text
from benchmark.wording import format_count

NO_STYLE: Final = "no_style"
"""Name of the style of pictures for which none is given."""
_SMALLEST: Final = 16
_PATHS: Final = ("content", "style", "prompts", "pairs")
_LARGEST: Final = 4096


@dataclass(frozen=True)
class ScoredFolders:
    """Places of pictures that are to be scored.

    Attributes:
        stylized: Folders of stylized pictures: ``FOLDER``, or ``NAME=FOLDER[:PATTERN][:PART]``, one for each method.
        content: Folder of the contents, or the content of all; ``None`` where a table names them.
        style: Folder of the style images, or the style image of all; ``None`` where there are none.
        prompts: Prompts: a table with the columns ``file`` and ``prompt`` beside style images, else a text file with a
            prompt on each line or a table with the column ``prompt``; ``None`` where there are none.
        pairs: Table with the columns ``stylized``, ``content``, ``style`` and ``prompt``, or ``None`` to go by names.
        in_order: Whether to pair the pictures of all folders by their alphabetical order.
        fit: Whether to cut out the centre of pictures of another aspect than their content's.
        resolution: Side of the squares that are compared, in pixels, or ``None`` for the commonest shorter side.
    """

    stylized: tuple[str, ...]
    content: Path | None
    style: Path | None = None
    prompts: Path | None = None
    pairs: Path | None = None
    in_order: bool = False
    fit: bool = False
    resolution: int | None = None

    def to_text(self, like: str) -> str:
        """Returns the places as text by which the same protocol is made again, from any folder.

        Args:
            like: Name or path of the protocol whose networks are used.
        """
        paths = {name: getattr(self, name) for name in _PATHS}
        places = {name: str(path.expanduser().absolute()) for name, path in paths.items() if path is not None}
        options = {"in_order": self.in_order, "fit": self.fit, "resolution": self.resolution}
        stylized = [_written(_argument(given)) for given in self.stylized]
        return json.dumps({"like": like, "stylized": stylized, **places, **options}, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> tuple[Self, str]:
        """Reads the places, and the protocol whose networks are used.

        Raises:
            ValueError: It is no such text.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or not isinstance(values.get("stylized"), list):
            raise ValueError("these are no places of pictures")
        like = str(values.pop("like", ""))
        paths = {name: Path(values.pop(name)) for name in _PATHS if name in values}
        stylized = tuple(map(str, values.pop("stylized")))
        try:
            return cls(stylized=stylized, **{"content": None, **paths, **values}), like
        except TypeError as error:
            raise ValueError(str(error)) from error


@dataclass(frozen=True)
class PairedFolders:
    """Folders whose pictures are paired with contents and styles.

    Attributes:
        protocol: The pairs that are there.
        sources: The pictures, as sources of methods.
        notes: What was found, in lines.
    """

    protocol: Protocol
    sources: tuple[PictureFolder, ...]
    notes: tuple[str, ...]


def pair_folders(folders: ScoredFolders, like: Protocol, note: Callable[[str], None]) -> PairedFolders:
    """Finds out which stylized picture was made of which content and style.

    Args:
        folders: The places of the pictures.
        like: The protocol whose networks are used.
        note: Called with one line about files that are passed over.

    Raises:
        InputError: A folder, a table or a picture cannot be used, or it cannot be told what belongs together.
    """
    table = folders.pairs
    found = _by_folders(folders, like, note) if table is None else _by_table(folders, table, like)
    side = found.protocol.resolution
    sizes = [image_size(file.path) for source in found.sources for file in source.files.values()]
    smaller = sum(size is not None and min(size) < side for size in sizes)
    enlarged = f"; {format_count(smaller, 'smaller picture')} enlarged (see --resolution)" if smaller else ""
    notes = (*found.notes, f"compared at {side}×{side} px, of each picture the centre square{enlarged}")
    return replace(found, notes=notes)


def _by_folders(folders: ScoredFolders, like: Protocol, note: Callable[[str], None]) -> PairedFolders:
    if folders.content is None:
        raise InputError("name the contents with --content, or all pictures in a table with --pairs")
    contents = _contents(_pictures(folders.content, note))
    styles = _styles(folders.style, folders.prompts, note)
    arguments = [_argument(given) for given in folders.stylized]
    if folders.in_order:
        base = _protocol(like, contents, styles, _ordered_pairs(contents, styles))
        arguments = [_in_order(argument) for argument in arguments]
    elif _have_equal_names(arguments, contents, styles):
        base = _protocol(like, contents, styles, _pairs_of_equal_names(contents, styles))
        arguments = [replace(argument, pattern=parse_pattern("{content}")) for argument in arguments]
    else:
        base = _protocol(like, contents, styles)
    sources = [one.source for one in find_pictures(arguments, base)]
    protocol = _only(base, {case for source in sources for case in source.files})
    protocol = replace(protocol, resolution=folders.resolution or _commonest_side(sources, protocol.cases))
    # Once more, among the cases that there are: what is missing then is what only other folders hold.
    found = [
        one
        for argument, source in zip(arguments, sources, strict=True)
        for one in find_pictures(
            [argument], protocol, fit=folders.fit or _are_shaped_as_contents(source, protocol.cases)
        )
    ]
    notes = tuple(line for one in found for line in one.notes)
    return PairedFolders(protocol, tuple(one.source for one in found), notes)


def _by_table(folders: ScoredFolders, path: Path, like: Protocol) -> PairedFolders:
    if folders.in_order or folders.prompts is not None:
        raise InputError("--pairs says what belongs together: leave out --in-order and --prompts")
    if len(folders.stylized) > 1:
        raise InputError("--pairs names the pictures of one method; name one folder with --stylized")
    arguments = [_argument(given) for given in folders.stylized]
    if arguments and (pattern := arguments[0].pattern):
        raise InputError(f"--pairs says what belongs together: leave out the pattern {pattern.text!r}")
    named = name_pictures(arguments[0], fit=folders.fit) if arguments else None
    table = read_pairs(path, folders.content, folders.style, named.path if named else None, names_stylized=True)
    contents = _contents(table.contents)
    styles = tuple(
        Style(name, style.image, style.prompt, title=printable(style.image.stem) if style.image else "")
        for name, style in table.styles.items()
    )
    content_places, style_places = _places(contents), _places(styles)
    pairs = [(content_places[content], style_places[style]) for content, style in table.pairs]
    protocol = _protocol(like, contents, styles, pairs)
    files = {case.id: file for case, file in zip(protocol.cases, table.stylized, strict=True)}
    if named is not None:
        source = hash_pictures(named.given, named.folder, files, printable(path), facts=named.facts.method)
        source = replace(source, part=named.part, fit=named.fit)
    else:
        source = replace(hash_pictures("stylized", str(path.parent), files, printable(path)), fit=folders.fit)
    source = replace(source, fit=source.fit or _are_shaped_as_contents(source, protocol.cases))
    protocol = replace(protocol, resolution=folders.resolution or _commonest_side([source], protocol.cases))
    note = f"pictures {source.name}: {format_count(len(files), 'picture')}, paired by {printable(path)}"
    return PairedFolders(protocol, (source,), (note,))


def _argument(given: str) -> PicturesArgument:
    """Reads FOLDER… or NAME=FOLDER…; the name is that of the folder where none is given."""
    if "=" in given and not Path(given).expanduser().is_dir():
        return parse_pictures(given)
    argument = parse_pictures(f"stylized={given}")
    folder = Path(argument.folder).expanduser()
    return replace(argument, name=name_of(folder.absolute().name, "stylized"))


def _written(argument: PicturesArgument) -> str:
    """Writes an argument with the whole path of its folder."""
    others = [argument.pattern.text] if argument.pattern else []
    others += [str(argument.part)] if argument.part else []
    return f"{argument.name}={':'.join([str(Path(argument.folder).expanduser().absolute()), *others])}"


def _in_order(argument: PicturesArgument) -> PicturesArgument:
    pattern = argument.pattern or parse_pattern("{sorted}")
    if pattern.order is None:
        raise InputError(
            f"--in-order pairs by the order of the names: leave out the pattern {pattern.text!r}, or put {{sorted}} in"
            " place of what differs between the names"
        )
    folder = Path(argument.folder).expanduser()
    if folder.is_dir():
        _refuse_two_orders(list_folder(folder).pictures, f"folder {printable(folder)}")
    return replace(argument, pattern=pattern)


def _refuse_two_orders(names: Sequence[str], where: str) -> None:
    """Refuses names whose order by letters is not the one by the numbers in them.

    Raises:
        InputError: They are such names.
    """
    for before, after in zip(sorted(names), sorted(names, key=natural_key), strict=True):
        if before != after:
            raise InputError(
                f"{where}: {printable(before)} and {printable(after)} stand in one order by letters and in another by"
                " number, so --in-order is not certain; write numbers with equally many digits, or use --pairs"
            )


def _pictures(path: Path, note: Callable[[str], None]) -> dict[str, Path]:
    return {name_of(path.stem, "image"): path} if path.is_file() else find_images(path, note)


def _contents(pictures: Mapping[str, Path]) -> tuple[Content, ...]:
    return tuple(Content(name, file, title=printable(file.stem)) for name, file in pictures.items())


def _styles(images: Path | None, prompts: Path | None, note: Callable[[str], None]) -> tuple[Style, ...]:
    if images is not None:
        pictures = _pictures(images, note)
        facts = read_facts_of_styles(prompts, pictures) if prompts is not None else {}
        return tuple(
            Style(name, file, **{"title": printable(file.stem), **facts.get(name, {})})
            for name, file in pictures.items()
        )
    if prompts is not None:
        return tuple(Style(name, prompt=prompt) for name, prompt in _read_prompts(prompts).items())
    return (Style(NO_STYLE),)


def _read_prompts(path: Path) -> dict[str, str]:
    """Reads prompts without pictures, by the names that their styles get.

    Raises:
        InputError: The file cannot be read, holds no prompts, or one twice.
    """
    what = f"prompts {printable(path)}"
    if path.suffix.lower() in (".csv", ".tsv"):
        prompts = [row.cells.get("prompt", "") for row in read_table(path, "prompts", needed=("prompt",))]
    else:
        prompts = [line.strip() for line in read_text(path, "prompts").splitlines()]
    prompts = [prompt for prompt in prompts if not is_blank(prompt)]
    if not prompts:
        raise InputError(f"{what} holds no prompts")
    if repeated := [prompt for prompt, times in Counter(prompts).items() if times > 1]:
        raise InputError(f"{what}: {repeated[0]!r} is there twice")
    names = {prompt: name_of(prompt, "prompt") for prompt in prompts}
    times = Counter(names.values())
    return {hashed_name(name, prompt) if times[name] > 1 else name: prompt for prompt, name in names.items()}


def _protocol(
    like: Protocol,
    contents: tuple[Content, ...],
    styles: tuple[Style, ...],
    pairs: Sequence[tuple[int, int]] | None = None,
) -> Protocol:
    cases = CrossedCases(contents, styles) if pairs is None else PairedCases(contents, styles, pairs=tuple(pairs))
    return Protocol(
        name="pictures",
        version="1",
        title="Pictures that were made elsewhere",
        description="Stylized pictures, with the contents and styles that they were made of.",
        resolution=like.resolution,
        contents=contents,
        styles=styles,
        cases=cases,
        models=like.models,
        metric_settings=like.metric_settings,
    )


def _only(protocol: Protocol, answered: set[str]) -> Protocol:
    """Returns a protocol without the pairs, contents and styles of which there is no picture."""
    if len(answered) == len(protocol.cases):
        return protocol
    cases = [case for case in protocol.cases if case.id in answered]
    contents = tuple(dict.fromkeys(case.content for case in cases))
    styles = tuple(dict.fromkeys(case.styles[0].style for case in cases))
    content_places, style_places = _places(contents), _places(styles)
    pairs = tuple((content_places[case.content.id], style_places[case.style_id]) for case in cases)
    crossed = len(pairs) == len(contents) * len(styles)
    kept = CrossedCases(contents, styles) if crossed else PairedCases(contents, styles, pairs=pairs)
    return replace(protocol, contents=contents, styles=styles, cases=kept)


def _places(items: Sequence[Content | Style]) -> dict[str, int]:
    return {item.id: place for place, item in enumerate(items)}


def _ordered_pairs(contents: Sequence[Content], styles: Sequence[Style]) -> list[tuple[int, int]]:
    if 1 not in (len(contents), len(styles)) and len(contents) != len(styles):
        raise InputError(
            "--in-order pairs the n-th content with the n-th style, but there are"
            f" {format_count(len(contents), 'content')} and {format_count(len(styles), 'style')}"
        )
    _refuse_two_orders([content.image.name for content in contents], "contents")
    _refuse_two_orders([style.image.name for style in styles if style.image], "styles")
    number = max(len(contents), len(styles))
    return [(min(place, len(contents) - 1), min(place, len(styles) - 1)) for place in range(number)]


def _have_equal_names(
    arguments: Iterable[PicturesArgument], contents: Sequence[Content], styles: Sequence[Style]
) -> bool:
    """Returns whether every stylized picture bears the name of both a content and a style image."""
    of_both = {fold(content.image.stem) for content in contents}
    of_both &= {fold(style.image.stem) for style in styles if style.image}
    for argument in arguments:
        if argument.pattern is not None or not (folder := Path(argument.folder).expanduser()).is_dir():
            return False
        if not {fold(without_suffix(name)) for name in list_folder(folder).pictures} <= of_both:
            return False
    return bool(of_both) and min(len(contents), len(styles)) > 1


def _pairs_of_equal_names(contents: Sequence[Content], styles: Sequence[Style]) -> list[tuple[int, int]]:
    places = {fold(style.image.stem): place for place, style in enumerate(styles) if style.image}
    return [
        (place, places[name]) for place, content in enumerate(contents) if (name := fold(content.image.stem)) in places
    ]


@dataclass(frozen=True)
class _Panel:
    """The part of a picture that is the result."""

    file: Path
    size: tuple[int, int]
    part: Part
    panel: tuple[int, int]


def _commonest_side(sources: Iterable[PictureFolder], cases: Iterable[Case]) -> int:
    """Returns the commonest length of the shorter side of the pictures; of equally common ones the larger.

    Raises:
        InputError: No picture can be read, or a part of one cannot be cut out exactly.
    """
    contents = {case.id: case.content.image for case in cases}
    sides: Counter[int] = Counter()
    panels: list[_Panel] = []
    for source in sources:
        for case, file in source.files.items():
            size = image_size(file.path)
            if size is None:
                continue
            if source.part is not None:
                panel = source.part.find_panel(size, image_size(contents[case]))
                if panel is None:
                    raise InputError(
                        f"{_words(file.path, size)}: how large its panels are cannot be told; name the side of a panel"
                        " with --resolution"
                    )
                panels.append(_Panel(file.path, size, source.part, panel))
                size = panel
            sides[min(size)] += 1
    if not sides:
        raise InputError("none of the stylized pictures can be read")
    most = max(sides.values())
    side = min(max(max(side for side, times in sides.items() if times == most), _SMALLEST), _LARGEST)
    for one in panels:
        # Panels of another size than the expected one would be cut with their frame.
        if one.part.box(one.size, (side, side)) != one.part.box(one.size, one.panel):
            raise InputError(
                f"{_words(one.file, one.size)}: panels of {one.panel[0]}×{one.panel[1]} with a frame cannot be compared"
                f" at {side}×{side} px; score them apart, or name another side with --resolution"
            )
    return side


def _words(file: Path, size: tuple[int, int]) -> str:
    return f"picture {printable(file)}, {size[0]}×{size[1]}"


def _are_shaped_as_contents(source: PictureFolder, cases: Iterable[Case]) -> bool:
    """Returns whether all pictures that are no squares have the aspect of their contents, and can be cut like these."""
    if source.part is not None:
        return False
    contents = {case.id: case.content.image for case in cases}
    sizes = [(image_size(file.path), image_size(contents[case])) for case, file in source.files.items()]
    readable = [(size, content) for size, content in sizes if size and content]
    others = [pair for pair in readable if not is_same_aspect(pair[0], (1, 1))]
    return bool(others) and all(is_same_aspect(size, content) for size, content in others)
