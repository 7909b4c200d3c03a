"""Writes the pictures of a protocol, as methods see them, for programs that stylize elsewhere."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.errors import InputError
from benchmark.escaping import printable, shell_command
from benchmark.file_names import file_stem
from benchmark.images import fit_square, open_image, open_stored_image
from benchmark.protocol.case import Case, Content, Style
from benchmark.protocol.case_table import FILE_NAME, CaseRow, write_case_table
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import replacing, write_bytes, write_json, write_text
from benchmark.text_files import read_json
from benchmark.wording import format_count

if TYPE_CHECKING:
    from PIL import Image

MARK: Final = "export.json"
"""File that says which protocol an export is of."""
README: Final = "README.md"
SCHEMA_VERSION: Final = 1
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>|#])")
_ADDRESS: Final = re.compile(r"https?://[^\s<>]+")


def export_protocol(protocol: Protocol, folder: Path, given: str) -> None:
    """Writes contents, styles and masks as PNG at the protocol's resolution, a table of the cases, and a README.

    A new folder is written whole or not at all. In the folder of an earlier export of the same fingerprint, every file
    is written anew, and what else lies there is left alone.

    Args:
        protocol: The protocol.
        folder: The folder.
        given: The name or path of the protocol, for the commands in the README.

    Raises:
        InputError: The folder holds something else, an image is not the pinned one, or the disk is full.
        MissingModelError: The fingerprint cannot be told.
    """
    is_there = _holds_export(protocol, folder)
    try:
        if is_there:
            _write(protocol, folder, given)
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as temporary:
            made = Path(temporary) / "export"
            _write(protocol, made, given)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise InputError(f"cannot write {printable(folder)}: {error.strerror or error}") from error


def refuse_other_folder(protocol: Protocol, folder: Path) -> None:
    """Refuses a folder with something else in it than an earlier export of the protocol.

    Raises:
        InputError: It holds something else, or cannot be read.
    """
    _holds_export(protocol, folder)


def _holds_export(protocol: Protocol, folder: Path) -> bool:
    try:
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return False
        is_export = (folder / MARK).is_file()
    except OSError as error:
        raise InputError(f"cannot write {printable(folder)}: {error.strerror}") from error
    if not is_export:
        raise InputError(f"{printable(folder)} exists already and holds something else; name a folder that does not")
    mark: Any = read_json(folder / MARK, "export")
    found = mark.get("fingerprint") if isinstance(mark, dict) else None
    if found != protocol.fingerprint:
        of = f"of {printable(mark.get('protocol'))} {printable(mark.get('version'))}" if found else "of something else"
        raise InputError(
            f"{printable(folder)} is an export {of} with another fingerprint ({printable(found)[:12]}…, this is"
            f" {protocol.fingerprint[:12]}…); name another folder"
        )
    return True


@dataclass
class _Pictures:
    """The pictures of an export by their paths in it.

    Attributes:
        images: Files of contents and styles.
        masks: Files of masks.
    """

    images: dict[str, Path] = field(default_factory=dict)
    masks: dict[str, Path] = field(default_factory=dict)

    def content(self, content: Content) -> str:
        """Returns the path of a content."""
        return self._image("contents", content.id, content.image)

    def style(self, style: Style) -> str:
        """Returns the path of a style image, or an empty string where there is none."""
        return self._image("styles", style.id, style.image) if style.image else ""

    def mask(self, case: Case, number: int) -> str:
        """Returns the path of the mask of a style of a case, or an empty string; repetitions of a case share it."""
        mask = case.styles[number].mask
        if mask is None:
            return ""
        name = f"masks/{file_stem(f'{replace(case, seed=0).id}--{number + 1}')}.png"
        self.masks[name] = mask
        return name

    def _image(self, kind: str, name: str, file: Path) -> str:
        path = f"{kind}/{file_stem(name)}.png"
        self.images[path] = file
        return path


def _write(protocol: Protocol, folder: Path, given: str) -> None:
    pictures = _Pictures()
    for content in protocol.contents:
        pictures.content(content)
    for style in protocol.styles:
        pictures.style(style)
    with replacing(folder / FILE_NAME) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        write_case_table(_rows(protocol, pictures), stream)
    for path, file in pictures.images.items():
        _write_png(fit_square(open_image(file), protocol.resolution), folder / path)
    for path, file in pictures.masks.items():
        _write_png(fit_square(open_stored_image(file), protocol.resolution).convert("L"), folder / path)
    write_text(folder / README, _readme(protocol, pictures, given))
    mark = {
        "schema_version": SCHEMA_VERSION,
        "protocol": protocol.name,
        "version": protocol.version,
        "fingerprint": protocol.fingerprint,
        "resolution": protocol.resolution,
    }
    write_json(folder / MARK, mark)


def _rows(protocol: Protocol, pictures: _Pictures) -> Iterator[CaseRow]:
    for case in protocol.cases:
        yield CaseRow(
            case=case.id,
            content=pictures.content(case.content),
            styles=tuple(pictures.style(share.style) for share in case.styles),
            weights=tuple(share.weight for share in case.styles),
            masks=tuple(pictures.mask(case, number) for number in range(len(case.styles))),
            prompt=case.prompt,
            seed=case.seed,
            file=f"{file_stem(case.id)}.png",
        )


def _write_png(image: Image.Image, path: Path) -> None:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    write_bytes(path, buffer.getvalue())


def _readme(protocol: Protocol, pictures: _Pictures, given: str) -> str:
    side = protocol.resolution
    command = shell_command(["benchmark", "run", "--protocol", given, "--pictures"])
    first = next(iter(protocol.cases), None)
    example = f", as `{file_stem(first.id)}.png`" if first else ""
    masks = (
        "\n- `masks/`: where the style of a mix applies: white is fully, black not at all." if pictures.masks else ""
    )
    return f"""# The pictures of {_text(protocol.name)} {_text(protocol.version)}

{_text(protocol.title)}: {format_count(len(protocol.cases), "case")} for a program that stylizes them by itself.
Fingerprint: `{protocol.fingerprint}`.

- `contents/`, `styles/`: photographs and styles of {side} × {side} pixels, exactly as every method gets them: scaled by
  the shorter side (Lanczos), cut to the centre square, in sRGB.{masks}
- `{FILE_NAME}`: a line for each picture that is to be made. `content`, `style` and `masks` are paths in this folder; of
  several styles, paths, `weights` and `masks` stand between semicolons. A style without a picture is its `prompt`.
  `seed` is the number to seed random numbers with: lines that differ in it alone are repetitions.
- `{MARK}`: which protocol this is.

## What is expected back

A folder with one picture for each line, {side} × {side} pixels, named as the column `file` says{example}.
Then:

```bash
{command} NAME=FOLDER
benchmark report runs/…
```

`NAME` is what the pictures are to be called in tables, `FOLDER` where they lie.

## Credits

These are pictures of other people. Who passes them on, passes on their names and licences.

{_credits(protocol, pictures)}
"""


def _credits(protocol: Protocol, pictures: _Pictures) -> str:
    lines = [
        _credit(pictures.content(content), content.title or content.subject, content.creator, content)
        for content in protocol.contents
    ]
    lines += [
        _credit(pictures.style(style), style.title, style.artist, style) for style in protocol.styles if style.image
    ]
    if protocol.origin is not None:
        dataset = protocol.origin.dataset
        licence = f", {_text(dataset.licence)}" if dataset.licence else ""
        lines.append(f"- The styles are works of the data set {_text(dataset.name)}{licence}.")
    return "\n".join(lines)


def _credit(path: str, title: str, creator: str, item: Content | Style) -> str:
    licence = item.licence or "no licence is stated"
    return f"- `{path}`: " + "; ".join(map(_text, filter(None, (title, creator, licence, item.source))))


def _text(text: str) -> str:
    """Returns text that Markdown shows literally, on one line; an address stays one."""
    line = printable(" ".join(text.split()))
    return f"<{line}>" if _ADDRESS.fullmatch(line) else _MARKUP.sub(r"\\\1", line)
