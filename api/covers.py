"""Covers: the picture, the alternatives, and a picture of your own."""

from typing import Literal

from django.http import Http404, HttpRequest
from ninja import File
from ninja.files import UploadedFile
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import BookOut
from api.books import own_book
from api.errors import invalid, not_found
from api.root import binary
from api.schemas import MOST, In, Key, Out, router
from library import serializers
from library.covers import cover_choice, cover_files
from library.forms.copies import CoverForm
from library.forms.fields import error_sentence
from library.models import UserBook

calls = router("Covers", auth=EVERYBODY)


class CoverOut(Out):
    edition: int = Field(description="The id to choose it by.")
    cover_image: str = Field(description="Its address in the catalogue.")
    words: str = Field(description="Publisher, year, language.")
    chosen: bool


class CoversOut(Out):
    items: list[CoverOut]
    count: int


class CoverIn(In):
    choice: Literal["drawn", "edition"] = Field(description="A drawn cover, or the cover of an edition.")
    edition: int | None = Field(None, ge=1, le=MOST, description="As given by `GET …/covers`.")


@calls.get("/{book_id}/cover", response={200: None}, openapi_extra=binary("image/webp"))
def get_cover(request: HttpRequest, book_id: Key):
    """Returns the cover picture, which is downloaded when first requested. 404 if there is none; pages then draw one."""
    copy = own_book(request.user, book_id)
    key = copy.cover_key or (cover_files.fetched_cover_key(copy.cover) if cover_files.is_wanted(copy.cover) else "")
    try:
        answer = cover_files.picture_response(key) if key else None
    except Http404:
        answer = None
    if answer is None:
        raise not_found("This book has no cover picture.")
    return answer


@calls.get("/{book_id}/covers", response=CoversOut)
def list_covers(request: HttpRequest, book_id: Key):
    """Lists the covers of all editions of the same work, its own first."""
    offers = cover_choice.cover_offers(own_book(request.user, book_id))
    items = [{"edition": item.pk, "coverImage": item.cover, "words": item.words, "chosen": item.chosen} for item in offers]
    return {"items": items, "count": len(items)}


@calls.post("/{book_id}/cover", response=BookOut)
def choose_cover(request: HttpRequest, book_id: Key, body: CoverIn):
    """Chooses a drawn cover, or the cover of another edition, for this copy."""
    return _stored_cover(request, book_id, body.model_dump())


@calls.post("/{book_id}/cover/picture", response=BookOut)
def upload_cover(request: HttpRequest, book_id: Key, picture: File[UploadedFile]):
    """Uploads your own cover picture, which nobody else sees: JPEG, PNG, WebP or GIF, at most 15 MB."""
    return _stored_cover(request, book_id, {"choice": cover_choice.UPLOAD}, {"picture": picture})


def _stored_cover(request, book_id: int, values: dict, files: dict | None = None) -> dict:
    copy: UserBook = own_book(request.user, book_id)
    form = CoverForm(copy, values, files or {})
    if not form.is_valid():
        raise invalid(f"cover: {error_sentence(form)}")
    form.save()
    return serializers.book_json(own_book(request.user, book_id))
