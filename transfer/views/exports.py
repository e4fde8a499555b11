"""Taking one's books away, as a stream."""

from collections.abc import Iterator

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify

from transfer.exports import goodreads, own_json


@login_required
def export(request):
    context = {"copies": request.user.books.filter(removed__isnull=True).count()}
    return render(request, "transfer/export.html", context)


@login_required
def as_csv(request):
    return streamed(request, goodreads.lines(request.user), "text/csv; charset=utf-8", "csv")


@login_required
def as_json(request):
    """With `photos=1` an archive that has the photos, too."""
    if request.GET.get("photos") == "1":
        return streamed(request, own_json.archive(request.user, request.build_absolute_uri), "application/zip", "zip")
    return streamed(request, own_json.lines(request.user, request.build_absolute_uri), "application/json", "json")


def streamed(request, parts: Iterator, content_type: str, ending: str) -> StreamingHttpResponse:
    """The parts as they are made. Under ASGI a plain iterator would be gathered as a whole first."""
    content = one_by_one(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(content, content_type=content_type)
    name = f"bookimg-{slugify(request.user.username) or 'books'}-{timezone.localdate()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def one_by_one(parts: Iterator):
    following = sync_to_async(next)
    while (part := await following(parts, None)) is not None:
        if part:
            yield part
