"""Recognition measured against photos that a person has labelled: what was found, what was put forward and wrong, and why."""

from scanning.evaluation.scoring import Score, assign, likeness, score_photo
from scanning.evaluation.tables import Total, total

__all__ = ["Score", "Total", "assign", "likeness", "score_photo", "total"]
