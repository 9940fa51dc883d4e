"""How much faster cars are than buses on one kind of road, learned where both are measured.

A bus loses time by braking for stops and gathering speed after them, on a short section a fifth of
all. On a standard link that only buses measure, the speed shown is theirs times this factor. Pure.
"""

from typing import NamedTuple

LEAST, MOST = 1.0, 2.0  # what a factor may be
PRIOR = 1.2  # before anything is learned: 12 s lost in a section that takes 70 s
PRIOR_PAIRS = 50  # and it counts like so many pairs
MOST_PAIRS = 4096  # then what is known counts half
EVERY = 15  # windows between two looks at all links
DEVIATION = 0.15  # of the factor among links of one kind


class CarFactor(NamedTuple):
    """Pairs of a car speed and a bus speed of one link at one time, and the sum of car / bus in
    thousandths.
    """

    pairs: int = 0
    thousandths: int = 0

    def add(self, ratio: float) -> "CarFactor":
        """With one more pair; how far it can be from usual is bounded."""
        ratio = min(MOST, max(1 / MOST, ratio))
        after = CarFactor(self.pairs + 1, self.thousandths + round(ratio * 1000))
        if after.pairs <= MOST_PAIRS:
            return after
        return CarFactor(after.pairs // 2, after.thousandths // 2)

    @property
    def value(self) -> float:
        """The factor, in hundredths: it shows no speed anew for less."""
        learned = self.thousandths / 1000 + PRIOR * PRIOR_PAIRS
        return min(MOST, max(LEAST, round(learned / (self.pairs + PRIOR_PAIRS), 2)))
