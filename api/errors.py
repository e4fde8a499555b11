"""Errors of the API: a sentence for people and a slug for programs."""

from ninja.errors import HttpError


class Problem(HttpError):
    """Becomes the response `{"detail": sentence, "code": code}`."""

    def __init__(self, status: int, code: str, sentence: str, headers: dict[str, str] | None = None):
        super().__init__(status, sentence)
        self.code, self.headers = code, headers or {}


def not_found(sentence: str = "This does not exist, or it is not yours.") -> Problem:
    return Problem(404, "not-found", sentence)


def invalid(sentence: str) -> Problem:
    return Problem(422, "invalid", sentence)
