"""A cover as a model is shown it, and what of its answer is kept."""

import cv2
import numpy as np

from catalogs import isbn

LONGEST_SIDE = 1568  # px; models shrink what is larger
QUALITY = 85
TEXTS = ("title", "subtitle", "publisher", "series", "language")
LONGEST, MOST_SPECIFICATIONS = 300, 30


def cover_jpeg(image: np.ndarray) -> bytes:
    scale = min(1.0, LONGEST_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    return cv2.imencode(".jpg", np.ascontiguousarray(small[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def cleaned(answer: dict) -> dict:
    """Texts of a bounded length, an ISBN only with a right check digit, a confidence between 0 and 1."""
    authors = answer.get("authors")
    specifications = answer.get("specifications")
    return {
        **{name: short(answer.get(name)) for name in TEXTS},
        "authors": [short(item) for item in authors if short(item)][:20] if isinstance(authors, list) else [],
        "isbn": isbn.clean(short(answer.get("isbn"))) or "",
        "specifications": dict(_pairs(answer, specifications if isinstance(specifications, dict) else {})),
        "confidence": model_confidence(answer),
    }


def short(text) -> str:
    return " ".join(str(text).split())[:LONGEST] if isinstance(text, (str, int, float)) else ""


def _pairs(answer: dict, specifications: dict):
    """The edition, which is no detail of a book here, and whatever else was read, without empty texts."""
    for name, value in [("edition", answer.get("edition")), *specifications.items()][: MOST_SPECIFICATIONS + 1]:
        if short(name) and short(value):
            yield short(name), short(value)


def model_confidence(entry: dict) -> float | None:
    """How sure a model says it is, from 0 to 1; None where it does not say."""
    value = entry.get("confidence")
    return min(1.0, max(0.0, float(value))) if isinstance(value, (int, float)) else None
