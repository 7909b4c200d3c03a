"""Reads the names of files as names of cases: every reading that the names of a protocol allow, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from benchmark.file_names import file_stem
from benchmark.pictures.pattern import NUMBERS, ORDERS, Field, Fixed, Pattern, Token, Wildcard, fold
from benchmark.pictures.stems import Candidates, NameIndex, PromptIndex, cut_forms, exact, whole_forms
from benchmark.protocol.case import Case, Content, Style

_KEY: Final = (Field.CONTENT, Field.STYLE, Field.SEED)
MOST_SHOWN: Final = 3


@dataclass(frozen=True)
class Reading:
    """What a file name says.

    Attributes:
        cases: Positions of the cases that it may be; of many, the first few.
        count: Number of these cases.
        is_whole: Whether no name in it was cut.
        number: The running number in it, or ``None``.
    """

    cases: tuple[int, ...]
    count: int
    is_whole: bool = True
    number: int | None = None


_Value = tuple[Field, object, bool]
"""A placeholder, what it stands for, and whether the text is the whole name of that."""


@dataclass(frozen=True)
class _Text:
    """A file name, folded, and as it is where letter case is to count."""

    folded: str
    original: str = ""


class CaseNames:
    """The names of the cases of a protocol.

    Args:
        cases: The cases, in the order of the protocol. They are gone through once.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        self.contents: dict[str, Content] = {}
        self.styles: dict[str, tuple[Style, ...]] = {}
        self.ids: list[str] = []
        self._keys: list[tuple[str, str, int]] = []
        for case in cases:
            self.contents.setdefault(case.content.id, case.content)
            if case.style_id not in self.styles:
                self.styles[case.style_id] = tuple(weighted.style for weighted in case.styles)
            self.ids.append(case.id)
            self._keys.append((case.content.id, case.style_id, case.seed))
        self.seeds = {seed for _, _, seed in self._keys}
        self._by_fields: dict[frozenset[Field], dict[tuple[object, ...], list[int]]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def by_id(self) -> dict[str, int]:
        """Position of each case."""
        return {name: position for position, name in enumerate(self.ids)}

    def values(self, position: int) -> dict[Field, str]:
        """Returns what stands in the name of a picture of a case.

        Args:
            position: Position of the case.
        """
        content, style, seed = self._keys[position]
        return {
            Field.CONTENT: content,
            Field.STYLE: style,
            Field.SEED: str(seed),
            Field.CASE: file_stem(self.ids[position]),
            Field.PROMPT: _joined_prompts(self.styles[style]),
        }

    def most_of_one_name(self, pattern: Pattern) -> tuple[int, list[int]]:
        """Returns how many cases a name of a pattern can stand for at most, and the positions of those.

        Args:
            pattern: A pattern that names cases.
        """
        if Field.CASE in pattern.fields:
            return 1, []
        most = max(self._index(self._key_fields(pattern.fields)).values(), key=len)
        return len(most), most[:MOST_SHOWN]

    def read(self, pattern: Pattern, name: str) -> list[Reading]:
        """Returns all readings of a file name; those that agree in letter case, where there are such.

        Args:
            pattern: The pattern.
            name: Path of the file in the folder, without suffix, as many components as the pattern has.
        """
        folded = fold(name)
        readings = self._readings(pattern, _Text(folded))
        if len(readings) > 1 or (readings and readings[0].count > 1):
            original = exact(name)
            # Folding a few letters changes the length of a text, so that its parts lie elsewhere.
            strict = self._readings(pattern, _Text(folded, original)) if len(original) == len(folded) else []
            if len(strict) == 1:
                return strict
        return readings

    def find(self, field: Field, text: str) -> Candidates:
        """Returns the contents or styles that a text may stand for.

        Args:
            field: Content, style or prompt.
            text: The text.
        """
        candidates = self._candidates(field, fold(text), is_exact=False)
        if len(candidates) > 1:
            strict = self._candidates(field, exact(text), is_exact=True)
            return strict if len(strict) == 1 else candidates
        return candidates

    def with_key(self, key: dict[Field, object]) -> list[int]:
        """Returns the positions of the cases of a content, a style and a seed, or of those that are given.

        Args:
            key: The name of the content, of the style, and the seed.
        """
        fields = frozenset(key)
        return self._index(fields).get(tuple(key[field] for field in _KEY if field in fields), [])

    def _readings(self, pattern: Pattern, text: _Text) -> list[Reading]:
        found: dict[tuple[tuple[int, ...], int | None], Reading] = {}
        for values in self._matches(pattern.tokens, 0, text, 0, ()):
            reading = self._reading(values)
            if reading is not None:
                key = reading.cases, reading.number
                if key not in found or reading.is_whole:
                    found[key] = reading
        return list(found.values())

    def _reading(self, values: tuple[_Value, ...]) -> Reading | None:
        key: dict[Field, object] = {}
        number: int | None = None
        case: object = None
        for field, value, _ in values:
            if field in NUMBERS:
                number = value if isinstance(value, int) else None
            elif field is Field.CASE:
                case = value
            elif field is Field.PROMPT:
                if key.setdefault(Field.STYLE, value) != value:
                    return None
            elif field not in ORDERS and (field is not Field.SEED or len(self.seeds) > 1):
                key[field] = value
        is_whole = all(whole for _, _, whole in values)
        if case is not None:
            position = self.by_id[str(case)]
            if key and position not in self.with_key(key):
                return None
            return Reading((position,), 1, is_whole, number)
        positions = self.with_key(key)
        return Reading(tuple(positions[:MOST_SHOWN]), len(positions), is_whole, number) if positions else None

    def _matches(
        self, tokens: tuple[Token, ...], place: int, text: _Text, start: int, values: tuple[_Value, ...]
    ) -> Iterator[tuple[_Value, ...]]:
        folded = text.folded
        if place == len(tokens):
            if start == len(folded):
                yield values
            return
        token = tokens[place]
        if isinstance(token, Fixed):
            if folded.startswith(token.text, start):
                yield from self._matches(tokens, place + 1, text, start + len(token.text), values)
            return
        limit = folded.find("/", start)
        for end in _ends(tokens, place, folded, start, len(folded) if limit < 0 else limit):
            if isinstance(token, Wildcard):
                yield from self._matches(tokens, place + 1, text, end, values)
                continue
            if token in NUMBERS and _cuts_number(tokens, place, folded, start, end):
                continue
            for value, is_whole in self._values(token, text, start, end):
                # The same placeholder twice stands for the same.
                if all(field is not token or other == value for field, other, _ in values):
                    yield from self._matches(tokens, place + 1, text, end, (*values, (token, value, is_whole)))

    def _values(self, field: Field, text: _Text, start: int, end: int) -> Sequence[tuple[object, bool]]:
        piece = text.folded[start:end]
        if field in ORDERS:
            return ((piece, True),) if piece else ()
        if field is Field.SEED or field in NUMBERS:
            if not (piece.isascii() and piece.isdigit()) or len(piece) > 12:
                return ()
            number = int(piece)
            if field is Field.SEED and len(self.seeds) > 1 and number not in self.seeds:
                return ()
            return ((number, True),)
        if text.original:
            return self._candidates(field, text.original[start:end], is_exact=True)
        return self._candidates(field, piece, is_exact=False)

    def _candidates(self, field: Field, piece: str, is_exact: bool) -> Candidates:
        match field:
            case Field.CONTENT:
                return (self._exact_contents if is_exact else self._contents).find(piece)
            case Field.STYLE:
                return (self._exact_styles if is_exact else self._styles).find(piece)
            case Field.PROMPT:
                return self._prompts.find(piece)
            case _:
                return (self._exact_cases if is_exact else self._cases).find(piece)

    @cached_property
    def _content_forms(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {name: (tuple(whole_forms(item)), tuple(cut_forms(item))) for name, item in self.contents.items()}

    @cached_property
    def _style_forms(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {
            name: (
                _joined([tuple(whole_forms(item)) for item in items]),
                _joined([tuple(cut_forms(item)) for item in items]),
            )
            for name, items in self.styles.items()
        }

    @cached_property
    def _contents(self) -> NameIndex:
        return NameIndex(self._content_forms)

    @cached_property
    def _exact_contents(self) -> NameIndex:
        return NameIndex(self._content_forms, exact)

    @cached_property
    def _styles(self) -> NameIndex:
        return NameIndex(self._style_forms)

    @cached_property
    def _exact_styles(self) -> NameIndex:
        return NameIndex(self._style_forms, exact)

    @cached_property
    def _cases(self) -> NameIndex:
        return NameIndex({name: ((name, file_stem(name)), ()) for name in self.ids})

    @cached_property
    def _exact_cases(self) -> NameIndex:
        return NameIndex({name: ((name, file_stem(name)), ()) for name in self.ids}, exact)

    @cached_property
    def _prompts(self) -> PromptIndex:
        prompts = {
            name: " + ".join(item.prompt for item in items if item.prompt) for name, items in self.styles.items()
        }
        return PromptIndex({name: prompt for name, prompt in prompts.items() if prompt})

    def _key_fields(self, fields: frozenset[Field]) -> frozenset[Field]:
        key = {Field.STYLE if field is Field.PROMPT else field for field in fields} & set(_KEY)
        return frozenset(key - {Field.SEED} if len(self.seeds) == 1 else key)

    def _index(self, fields: frozenset[Field]) -> dict[tuple[object, ...], list[int]]:
        if fields not in self._by_fields:
            places = [place for place, field in enumerate(_KEY) if field in fields]
            found: dict[tuple[object, ...], list[int]] = {}
            for position, key in enumerate(self._keys):
                found.setdefault(tuple(key[place] for place in places), []).append(position)
            self._by_fields[fields] = found
        return self._by_fields[fields]


def _ends(tokens: tuple[Token, ...], place: int, text: str, start: int, limit: int) -> Iterator[int]:
    """Yields where the text of a placeholder may end, given what follows it in the pattern."""
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if following is None:
        if limit == len(text):
            yield limit
    elif isinstance(following, Fixed):
        end = text.find(following.text, start)
        while 0 <= end <= limit:
            yield end
            end = text.find(following.text, end + 1)
    else:
        yield from range(start, limit + 1)


def _cuts_number(tokens: tuple[Token, ...], place: int, text: str, start: int, end: int) -> bool:
    """Returns whether a ``*`` beside the placeholder of a number would take some of its digits."""
    before = tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return (isinstance(before, Wildcard) and text[max(start - 1, 0) : start].isdecimal()) or (
        isinstance(after, Wildcard) and text[end : end + 1].isdecimal()
    )


def _joined(forms: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Joins the forms of several styles, form by form; a single style has its own."""
    if len(forms) == 1:
        return forms[0]
    shortest = min(map(len, forms))
    return tuple("+".join(of_style[place] for of_style in forms) for place in range(shortest))


def _joined_prompts(styles: Sequence[Style]) -> str:
    return " + ".join(style.prompt for style in styles if style.prompt)
