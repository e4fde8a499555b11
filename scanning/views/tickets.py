"""Where the photo of an upload ticket is put. The signature in the address is the permission."""

import tempfile

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from scanning import tickets

CHUNK = 256 * 1024
IN_MEMORY = 2 * 1024 * 1024


@csrf_exempt  # there is no session behind it
@require_http_methods(["PUT"])
def upload(request, signed):
    ticket = tickets.find_ticket(signed)
    if ticket is None:
        return _refuse(403, "ticket-over", "This upload address is not valid or has expired. Request a new ticket.")
    if request.content_type != ticket.content_type:
        return _refuse(
            403, "other-type", f"The ticket is for {ticket.content_type}, not {request.content_type or 'an unnamed type'}."
        )
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as photo:
        size = 0
        while size <= ticket.size and (chunk := request.read(CHUNK)):
            size += len(chunk)
            photo.write(chunk)
        if size != ticket.size:
            return _refuse(400, "other-size", f"The ticket is for {ticket.size} bytes. Send exactly that many.")
        photo.seek(0)
        tickets.receive_photo(ticket, photo)
    return HttpResponse(status=200)


def _refuse(status: int, code: str, sentence: str) -> JsonResponse:
    return JsonResponse({"detail": sentence, "code": code}, status=status)
