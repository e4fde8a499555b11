"""What `POST /scans` accepts: a form with a photo, or JSON with the job id of a photo that was uploaded directly."""

import json
from dataclasses import dataclass, field
from functools import wraps

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from pydantic import ValidationError

from api.errors import Problem, invalid
from api.root import validation_sentence
from api.scan_schemas import ScanStart
from scanning import images, uploads
from scanning.models import Scan

KIND = {"type": "string", "enum": list(Scan.Kind.values), "default": "shelf", "description": "What the photo shows."}
TEXT = {"type": "string", "maxLength": 100}
JOB = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "job-1763690000000-k3x9q0ab2"}
PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP or HEIC."},
                        "jobId": {**JOB, "description": "Your own job id; without one, the server creates it."},
                        "shelf": {**TEXT, "description": "The name of a shelf (a new one is created) or the `id` of one."},
                        "kind": KIND,
                    },
                }
            },
            "application/json": {
                "schema": {"type": "object", "required": ["jobId"], "properties": {"jobId": JOB, "shelf": TEXT, "kind": KIND}},
                "example": {"jobId": "job-1763690000000-k3x9q0ab2", "shelf": "Living room, left"},
            },
        },
    },
    "responses": {202: {"headers": {"Location": {"description": "The scan.", "schema": {"type": "string"}}}}},
}


@dataclass(frozen=True)
class _Sent:
    photo: UploadedFile | None
    job_id: str
    shelf: str
    wanted: dict = field(default_factory=dict)


def limited(view):
    """A photo that is too large is discarded while it arrives, so that it does not fill the disk before it is rejected."""

    @wraps(view)
    def call(request, *args, **more):
        request.upload_handlers.insert(0, uploads.PhotoSizeLimit(request))
        return view(request, *args, **more)

    return call


def sent(request) -> _Sent:
    if request.content_type == "application/json":
        return _from_json(request.body)
    if request.content_type != "multipart/form-data":
        raise invalid("Send a form (multipart/form-data) with a `photo`, or JSON with a `jobId`.")
    photo = request.FILES.get("photo")
    if request.too_heavy:
        raise Problem(413, "too-large", str(images.too_heavy(settings.SCAN_MAX_MB)))
    if photo is None:
        raise invalid("photo: Send the photo as a file in the field `photo`.")
    shelf, job_id = request.POST.get("shelf", ""), request.POST.get("jobId", "")
    if "\x00" in shelf or len(shelf) > 100:
        raise invalid("shelf: the name of a shelf has at most 100 characters.")
    kind = request.POST.get("kind") or Scan.Kind.SHELF
    if kind not in Scan.Kind:
        raise invalid(f"kind: {' or '.join(Scan.Kind.values)}.")
    return _Sent(photo, job_id, shelf, {"kind": kind})


def _from_json(body: bytes) -> _Sent:
    try:
        requested = ScanStart.model_validate(json.loads(body))
    except ValidationError as error:
        raise invalid(validation_sentence([{**item, "loc": ("body", *item["loc"])} for item in error.errors()])) from None
    except (ValueError, RecursionError):
        raise Problem(400, "bad-request", "The body is not valid JSON.") from None
    return _Sent(None, requested.job_id, requested.shelf, {"kind": requested.kind or ""})
