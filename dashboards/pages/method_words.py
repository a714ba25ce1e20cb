"""What the method page says beside the catalogue: how figures are compared, with one worked example each."""

from __future__ import annotations

from dataclasses import dataclass

from ioc.words import gettext as _


@dataclass(frozen=True)
class Explanation:
    """A rule that holds for all indicators, and an example that can be followed with a pencil."""

    anchor: str
    title: str
    rules: tuple[str, ...]
    example: str


def explanations() -> tuple[Explanation, ...]:
    """In the order of the page."""
    return (_levels(), _boundaries(), _targets(), _ranks(), _forecast(), _evidence())


def _levels() -> Explanation:
    return Explanation(
        "levels",
        _("A rate of several units or months"),
        (
            _(
                "The numerators are added, the denominators are added, and only then is divided: "
                "never the mean of rates."
            ),
            _("What cannot be added (published percentages, points) is shown only where the source itself states it."),
        ),
        _(
            "Commune A: 90 of 100 dossiers on time, commune B: 10 of 50. Together 100 of 150, that is "
            "66.67 %; the mean of 90 % and 20 % would be 55 %."
        ),
    )


def _boundaries() -> Explanation:
    return Explanation(
        "boundaries",
        _("Boundaries before and after 1 July 2025"),
        (
            _(
                "Figures are those of today's units, with the history of what they were formed from. A unit of before "
                "1 July 2025 bears its code with the day on which it ended, for most codes were given to other units."
            ),
            _(
                "What was merged whole is added exactly. Of a unit that was divided a share is counted, and the figure "
                "is marked as estimate, with the range in which it lies however the cases were really spread."
            ),
        ),
        _(
            "Communes A (120 of 150) and B (60 of 100) became commune C: its past is 180 of 250, that is 72 %. Had "
            "a third of B gone elsewhere, C would have about 160 of 216.67, that is 73.85 %: an estimate, between "
            "63.16 % (none of the 60 came, all of the 40 others did) and 85.71 % (the other way round)."
        ),
    )


def _targets() -> Explanation:
    return Explanation(
        "targets",
        _("State against the target"),
        (
            _(
                "On target: the figure reaches the target. At risk: it misses the target by no more "
                "than the tolerance beside it. Off target: by more."
            ),
            _("Without a target, or without a figure, the state is not assessed; nothing is guessed."),
            _(
                "A state that was reached holds until the figure is half a point below its threshold, so that it does "
                "not change to and fro (indicators with hysteresis). A period that is not over is compared with the "
                "same days of the earlier one."
            ),
        ),
        _("Target 95 %, tolerance 5 points: 96 % is on target, 91 % is at risk, 89 % is off target."),
    )


def _ranks() -> Explanation:
    return Explanation(
        "ranks",
        _("Ranks"),
        (
            _(
                "Units are ranked among those of their level under the same parent. Equal figures "
                "share the better place, and the next place is left out."
            ),
            _(
                "A rate of fewer than 30 cases is marked “few dossiers”: chance alone may move it by many places. "
                "Beside a place stands the range of places that the number of cases allows: a peer is surely better "
                "only where the two intervals (Wilson, 95 %) do not touch."
            ),
        ),
        _(
            "95.2 %, 93.1 %, 93.1 % and 90.0 % have the places 1, 2, 2 and 4. 9 of 10 is 90 %, but "
            "would by chance alone lie between 59.6 % and 98.2 %; 900 of 1,000 between 88.0 % and "
            "91.7 % (Wilson interval, 95 %)."
        ),
    )


def _forecast() -> Explanation:
    return Explanation(
        "forecast",
        _("Forecast to a target's date"),
        (
            _(
                "From at least 8 months a damped trend gives the expected figure of the target's "
                "month and an interval that should hold it in 8 of 10 cases; with a shorter history "
                "nothing is said."
            ),
            _(
                "On course: the expected figure meets the target. At risk: only the better end of the "
                "interval does. Out of reach: not even that."
            ),
        ),
        _(
            "Target 95 % by December. Expected 93 %, interval 90 to 96 %: at risk. Expected 88 %, "
            "interval 85 to 91 %: out of reach."
        ),
    )


def _evidence() -> Explanation:
    return Explanation(
        "evidence",
        _("How well a rule is founded"),
        (
            _(
                "Official: read in the document named. Observed: it reproduces published figures. "
                "Draft: not yet confirmed by a document. Local: set by this installation."
            ),
            _(
                "Each figure can be followed to the rows, files and hashes that it was counted from; "
                "choose it on the page of its unit."
            ),
        ),
        _(
            "A rate of 1,048 out of 1,142 comes with a list of 1,048 and one of 1,142 dossiers, each "
            "with its file, row number and the rule that counted it."
        ),
    )
