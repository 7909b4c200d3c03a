"""Labels of points that are close to each other."""

from __future__ import annotations

import pytest

from reports.figures.label_placement import LABEL_HEIGHT, LETTER_WIDTH, Label, Offset, Span, place_labels

WIDTH, HEIGHT = 560, 400


def box(label: Label, offset: Offset) -> tuple[float, float, float, float]:
    width = len(label.text) * LETTER_WIDTH
    left = label.x + offset.dx - {"left": 0.0, "center": width / 2, "right": width}[offset.align]
    top = label.y + offset.dy - LABEL_HEIGHT / 2
    return left, top, left + width, top + LABEL_HEIGHT


def test_labels_of_close_points_do_not_overlap() -> None:
    labels = [Label(f"Method number {n}", 250 + 6 * n, 200 + 5 * n) for n in range(4)]
    boxes = [box(*pair) for pair in zip(labels, place_labels(labels, WIDTH, HEIGHT), strict=True)]
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:index]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


@pytest.mark.parametrize("x", [2, 558])
def test_a_label_at_the_edge_stays_inside(x: float) -> None:
    label = Label("A long name of a method", x, 200)
    left, _, right, _ = box(label, place_labels([label], WIDTH, HEIGHT)[0])
    assert left >= 0
    assert right <= WIDTH


def test_a_label_that_has_room_stands_above_to_the_right() -> None:
    assert place_labels([Label("Method", 100, 100)], WIDTH, HEIGHT) == [Offset(10, -10, "left")]


def test_spans_share_out_what_they_hold_and_keep_what_is_beyond_at_their_ends() -> None:
    assert Span(0, 4).share(1) == 0.25
    assert Span(4, 0).share(1) == 0.75
    assert Span(1, 100, logarithmic=True).share(10) == pytest.approx(0.5)
    assert Span(0, 1).share(7) == 1
    assert Span(1, 1).share(1) == 0.5
