"""Where the names in a chart go so that no two touch.

Covers a greedy search over a few places around each mark, in the pixels of a nominal width. A name that finds
no place is left out: the table below the chart has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Box", "Labels", "Spot", "wide_of"]

_HIGH = 14.0
_GAP = 11.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, y downwards."""

    x1: float
    y1: float
    x2: float
    y2: float

    @classmethod
    def around(cls, x: float, y: float, wide: float, high: float) -> Box:
        """The box with this centre."""
        return cls(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)

    def touches(self, other: Box) -> bool:
        """Whether the two overlap."""
        return self.x1 < other.x2 and other.x1 < self.x2 and self.y1 < other.y2 and other.y1 < self.y2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one name goes: the baseline, the anchor, and how far aside of its mark."""

    y: float
    anchor: str
    dx: float


def wide_of(words: str) -> float:
    """Return about how wide a text of 12.5 px is: 7.2 px a character, the mean of bold digits and letters."""
    return 7.2 * len(words)


@dataclass(slots=True)
class Labels:
    """The boxes taken so far.

    Args:
        width: of the plot, in nominal pixels.
    """

    width: float
    _taken: list[Box] = field(default_factory=list)

    def block(self, box: Box) -> None:
        """Keep a place free of names."""
        self._taken.append(box)

    def block_line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Keep the course of a straight line free of names; x are shares of the width."""
        length = max(abs(x2 - x1) * self.width, abs(y2 - y1))
        steps = max(1, round(length / 5))
        for step in range(steps + 1):
            part = step / steps
            self.block(Box.around((x1 + part * (x2 - x1)) * self.width, y1 + part * (y2 - y1), 4, 4))

    def take(self, box: Box) -> bool:
        """Take a place if it is free, and say whether it was."""
        free = not any(box.touches(other) for other in self._taken)
        if free:
            self._taken.append(box)
        return free

    def find(self, share: float, bottom: float, mark: float, wide: float, *, first_left: bool) -> Spot | None:
        """Return the first free place around a mark, and take it.

        Args:
            share: of the plot's width, in [0, 1].
            bottom: y of the lower end of the mark's bar.
            mark: y of the mark itself.
            wide: width of the name.
            first_left: try the left side of the mark before the place below it.
        """
        x = share * self.width
        below = (Spot(bottom + _HIGH + 3, "middle", 0.0), Box.around(x, bottom + _HIGH, wide, _HIGH))
        left = (Spot(mark + 4, "end", -_GAP), Box(x - _GAP - wide, mark - 8, x - _GAP, mark + 8))
        right = (Spot(mark + 4, "start", _GAP), Box(x + _GAP, mark - 8, x + _GAP + wide, mark + 8))
        above = (Spot(mark - 11, "end", 6.0), Box(x + 6 - wide, mark - 11 - _HIGH, x + 6, mark - 9))
        under = (Spot(bottom + _HIGH + 7, "end", 6.0), Box(x + 6 - wide, bottom + 8, x + 6, bottom + 8 + _HIGH))
        tried = (left, above, under, below, right) if first_left else (below, right, left, above, under)
        for spot, box in tried:
            inside = box.x1 > -4 and box.x2 < self.width + 10
            if inside and self.take(box):
                return spot
        return None
