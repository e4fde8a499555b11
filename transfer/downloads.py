"""Answers that a browser or a program saves as a file: all books, and the rows of an import that failed. All are streams."""

import csv
from collections.abc import Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from transfer.exports import goodreads, own_json
from transfer.models import Import, ImportRow

WHAT_WENT_WRONG = "What went wrong"


def books_as_csv(request) -> StreamingHttpResponse:
    return _streamed(request, goodreads.table_lines(request.user), "text/csv; charset=utf-8", "csv")


def books_as_json(request) -> StreamingHttpResponse:
    """With `photos=1` an archive that has the photos, too."""
    if request.GET.get("photos") == "1":
        return _streamed(request, own_json.archive(request.user, request.build_absolute_uri), "application/zip", "zip")
    return _streamed(request, own_json.document_lines(request.user, request.build_absolute_uri), "application/json", "json")


def failed_rows(file: Import) -> StreamingHttpResponse:
    """The rows that need a look as they were in the file, with the reason, to be put right and sent again."""
    rows = file.rows.filter(result=ImportRow.Result.FAILED)
    header = [name for name in file.hints.get("header", []) if name] or ["ISBN", "Title"]
    response = StreamingHttpResponse(list(_failure_lines(header, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{file.pk}-failures.csv"'
    return response


def _streamed(request, parts: Iterator, content_type: str, ending: str) -> StreamingHttpResponse:
    """The parts as they are made. Under ASGI a plain iterator would be gathered as a whole first."""
    content = _one_by_one(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(content, content_type=content_type)
    name = f"bookimg-{slugify(request.user.username) or 'books'}-{timezone.localdate()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _one_by_one(parts: Iterator):
    following = sync_to_async(next)
    while (part := await following(parts, None)) is not None:
        if part:
            yield part


class _Line:
    """What csv writes to; each line becomes the value of `writerow`."""

    def write(self, text: str) -> str:
        return text


def _failure_lines(header: list[str], rows):
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([*header, WHAT_WENT_WRONG])
    for row in rows.iterator(chunk_size=500):
        raw = row.data.get("raw") or {
            "ISBN": row.data.get("facts", {}).get("isbn13", ""),
            "Title": row.data.get("facts", {}).get("title", ""),
        }
        yield writer.writerow([goodreads.neutral(raw.get(name, "")) for name in header] + [f"line {row.number}: {row.message}"])
