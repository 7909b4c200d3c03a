"""The part of a case's pictures that is worth enlarging: the window in which the methods' details differ most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

SHORTEST_SIDE: Final = 64
"""A smaller picture is shown whole, larger than its pixels; there is nothing to enlarge in it."""
WIDTH_SHARE: Final = 0.3
"""Width of the window, as a share of the picture's."""
_COMPARED_WIDTH: Final = 192
_DETAIL_SHARE: Final = 0.03
"""What is narrower than this share of the picture's width is detail."""
_MARGIN_SHARE: Final = 0.03
"""Methods differ at the border because their networks pad it, which says nothing of them."""
_LEAST_DIFFERENCE: Final = 1e-8


@dataclass(frozen=True)
class DetailWindow:
    """A window of a picture, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float


def find_detail_window(pictures: Sequence[Image.Image], aspect: float) -> DetailWindow | None:
    """Finds the window in which the details of pictures of one case differ most.

    Details are what remains of a picture without its Gaussian blur, so that a style's palette, which differs
    everywhere, does not decide. A window's difference is the variance of the details between the pictures, summed over
    the colours and averaged over the window. Pictures of several sizes are compared at one; windows at the border are
    left out.

    Args:
        pictures: The pictures, at least two.
        aspect: Height of the window by its width, in pixels.

    Returns:
        The window, or ``None`` where the pictures do not differ, or one of them is too small to be enlarged.
    """
    import numpy as np

    if len(pictures) < 2 or min(min(picture.size) for picture in pictures) < SHORTEST_SIDE:
        return None
    first = pictures[0]
    size = (_COMPARED_WIDTH, max(1, round(_COMPARED_WIDTH * first.height / first.width)))
    details = np.stack([_details(picture, size) for picture in pictures])
    difference = details.var(axis=0).sum(axis=-1)
    width = round(WIDTH_SHARE * size[0])
    height = min(round(aspect * width), size[1])
    means = _window_means(difference, height, width)
    margin = round(_MARGIN_SHARE * size[0])
    inner = means[margin : len(means) - margin, margin : means.shape[1] - margin]
    if inner.size == 0 or inner.max() < _LEAST_DIFFERENCE:
        return None
    top, left = np.unravel_index(int(inner.argmax()), inner.shape)
    return DetailWindow(
        (int(left) + margin) / size[0], (int(top) + margin) / size[1], width / size[0], height / size[1]
    )


def cut_out(picture: Image.Image, window: DetailWindow, width: int) -> Image.Image:
    """Returns the part of a picture that a window shows, enlarged.

    Args:
        picture: The picture.
        window: The window.
        width: Width of the result in pixels; of a part that is as wide already, all pixels are kept.
    """
    from PIL import Image

    left, top = window.left * picture.width, window.top * picture.height
    box = (left, top, left + window.width * picture.width, top + window.height * picture.height)
    wide = max(width, round(box[2] - box[0]))
    tall = max(1, round(wide * (box[3] - box[1]) / (box[2] - box[0])))
    return picture.resize((wide, tall), Image.Resampling.LANCZOS, box=box)


def _details(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.float64]:
    """Returns a picture less its blurred self, height × width × 3."""
    import numpy as np
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    pixels = np.asarray(picture.resize(size, Image.Resampling.LANCZOS), dtype=np.float64) / 255
    spread = _DETAIL_SHARE * size[0]
    return pixels - gaussian_filter(pixels, (spread, spread, 0))


def _window_means(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Returns the mean of every window of a map, by the window's upper left corner."""
    import numpy as np

    sums = np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    within = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    means: NDArray[np.float64] = within / (height * width)
    return means
