"""Import and export."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import File, Form, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import Isbn, Names, StatusName
from api.books import own_shelf
from api.errors import Problem, invalid, not_found
from api.idempotent_calls import creates
from api.root import binary
from api.schemas import INTEGER, MOST, In, Key, OneOf, Out, Page, Slice, Text, router
from api.shelves import own_row, page_of
from library.copies import tagging
from library.forms.fields import error_sentence
from transfer import detect, downloads, fields, import_run, row_outcomes
from transfer.forms import ORDERS, ColumnsForm
from transfer.items import NotReadable
from transfer.models import Import, ImportOptions, ImportRow

calls = router("Import and export", auth=EVERYBODY)
FORMATS = ("auto", *detect.FORMATS)
EVERYTHING = {
    "responses": {200: {"content": {"application/json": {"schema": {"type": "object", "required": ["bookimg", "books"]}}}}}
}
RowNumber = Annotated[int, Field(ge=0, le=INTEGER)]
AT_ONCE_BYTES = 8 * 1024 * 1024  # checked while the caller waits; for larger files the response says "checking"


Target = Annotated[str, OneOf(*fields.TARGETS, fields.KEEP, fields.DROP, fields.TOGETHER)]


class ImportIn(In):
    """Values for all books whose row says nothing else."""

    format: Annotated[str, OneOf(*FORMATS)] = "auto"
    status: StatusName = "to-read"
    shelf: Annotated[int, Field(ge=1, le=MOST)] | None = Field(None, description="The `id` of one of your shelves.")
    tags: Annotated[Text, Field(max_length=5000)] = Field("", description="Separated by commas.")
    on_duplicate: Annotated[str, OneOf(*row_outcomes.ON_DUPLICATE)] = Field(
        row_outcomes.UPDATE, description="What to do with books that you already have."
    )
    look_up: bool = Field(False, description="Look up missing details in the catalogues.")
    preview: bool = Field(False, description="Preview only: nothing is imported before `POST /import/{id}/start`.")


class ImportOut(Out):
    id: int
    name: str
    format: str
    state: Annotated[str, OneOf(*Import.State.values)]
    error: str
    total: int
    done: int
    counts: dict[str, int] = Field(
        description="In the preview, the kinds of rows; later, their results. `gains_…`: rows that fill in that detail of a "
        "book you already have."
    )
    kept_columns: list[str] = Field(description="Columns without a field here, kept with the books as they are.")
    skipped_columns: list[str] = Field(description="Columns that are not imported.")
    mapping: dict[str, str] = Field(description="Name of a column in the file -> what it is imported as.")
    created: datetime
    finished: datetime | None


class RowsQuery(Slice):
    result: Annotated[str, OneOf("", *ImportRow.Result.values)] = Field("", description="Only rows with this result.")


class RowOut(Out):
    number: int = Field(description="The line in the file.")
    result: Annotated[str, OneOf(*ImportRow.Result.values)]
    message: str
    book_id: int | None


class ColumnsIn(In):
    """Columns of the file by name; columns that are not listed keep their current meaning."""

    columns: dict[Annotated[Text, Field(max_length=500)], Target] = Field(
        {}, max_length=200, examples=[{"Regal": "shelf", "Bemerkung": "notes"}]
    )
    order: Annotated[str, OneOf(*ORDERS)] = Field("", description="Which comes first in 03/04/2020; empty: detect from the file.")


class RowIn(In):
    """The corrected values of a row."""

    title: Annotated[Text, Field(max_length=500)] = ""
    authors: Names = []
    isbn: Isbn = ""
    another: bool = Field(False, description="Add another copy of a book you already have.")


def _import_json(file: Import) -> dict:
    names = ("id", "name", "format", "state", "error", "total", "done", "counts", "mapping", "created", "finished")
    columns = {"keptColumns": file.columns_aside(fields.KEEP), "skippedColumns": file.columns_aside(fields.DROP)}
    return {name: getattr(file, name) for name in names} | columns


def _own_import(user, key: int) -> Import:
    return own_row(Import.objects.filter(user=user).select_related("user"), key)


@calls.post("/import", response={202: ImportOut})
@creates
def start_import(request: HttpRequest, file: File[UploadedFile], options: Form[ImportIn]):
    """Imports a file: an export from another program, any table with a header, a list of ISBNs, or our own JSON."""
    chosen: ImportOptions = {
        "status": options.status,
        "shelf": options.shelf,
        "on_duplicate": options.on_duplicate,
        "look_up": options.look_up,
        "tags": tagging.split_tags(options.tags),
    }
    own_shelf(request.user, options.shelf)
    try:
        made = import_run.take(request.user, file, file.name or "", options.format, here=(file.size or 0) <= AT_ONCE_BYTES)
    except NotReadable as error:
        raise invalid(f"file: {error}") from None
    made.options = {**made.options, **chosen}
    made.save(update_fields=["options"])
    if not options.preview:
        import_run.start(made, chosen)
    return Status(202, _import_json(_own_import(request.user, made.pk)))


@calls.get("/import", response=Page[ImportOut])
def list_imports(request: HttpRequest, paging: Query[Slice]):
    """Lists your imports, latest first."""
    return page_of(paging, Import.objects.filter(user=request.user).order_by("-created", "-pk"), _import_json)


@calls.get("/import/{import_id}", response=ImportOut)
def get_import(request: HttpRequest, import_id: Key):
    """Returns the progress: `done` of `total`."""
    return _import_json(_own_import(request.user, import_id))


@calls.get("/import/{import_id}/rows", response=Page[RowOut])
def get_import_rows(request: HttpRequest, import_id: Key, requested: Query[RowsQuery]):
    """Lists the rows with their results."""
    rows = _own_import(request.user, import_id).rows.order_by("number")
    rows = rows.filter(result=requested.result) if requested.result else rows
    return page_of(requested, rows, _row_shown)


def _row_shown(row: ImportRow) -> dict:
    return {name: getattr(row, name) for name in ("number", "result", "message")} | {"bookId": row.copy_id}


@calls.post("/import/{import_id}/start", response={202: ImportOut, 409: None})
def start_previewed_import(request: HttpRequest, import_id: Key):
    """Starts an import that was only previewed, or continues one that was stopped."""
    file = _own_import(request.user, import_id)
    if file.state == Import.State.PREVIEW:
        import_run.start(file, file.options)
    elif file.state in (Import.State.FAILED, Import.State.CANCELLED) and file.key:
        import_run.go_on(file)
    else:
        raise Problem(409, "not-waiting", "This import is not waiting to be started.")
    return Status(202, _import_json(_own_import(request.user, import_id)))


@calls.post("/import/{import_id}/cancel", response={200: ImportOut, 409: None})
def cancel_import(request: HttpRequest, import_id: Key):
    """Stops the import; books imported so far stay."""
    if not import_run.cancel(_own_import(request.user, import_id)):
        raise Problem(409, "not-running", "This import is not running.")
    return _import_json(_own_import(request.user, import_id))


@calls.delete("/import/{import_id}", response={204: None})
def delete_import(request: HttpRequest, import_id: Key):
    """Deletes the import; its books stay."""
    import_run.forget(_own_import(request.user, import_id))
    return Status(204, None)


@calls.put("/import/{import_id}/columns", response={202: ImportOut, 409: None})
def set_import_columns(request: HttpRequest, import_id: Key, body: ColumnsIn):
    """Sets what each column means, and checks the file again. Only possible before the import is started (409)."""
    file = _own_import(request.user, import_id)
    if file.state != Import.State.PREVIEW:
        raise Problem(409, "not-waiting", "This import is past its preview, so its columns cannot be changed.")
    form = ColumnsForm(file, _form_data(file, body))
    if not form.is_valid():
        raise invalid(f"columns: {error_sentence(form)}")
    form.save()
    import_run.check(file, at_once=file.total <= import_run.CHUNK * 5)
    return Status(202, _import_json(_own_import(request.user, import_id)))


def _form_data(file: Import, body: ColumnsIn) -> dict:
    """The columns as the preview form sends them; columns that are not listed stay unchanged."""
    names = ColumnsForm(file).columns
    if unknown := [name for name in body.columns if name not in names]:
        raise invalid(f"columns: the file has no column “{unknown[0]}”.")
    chosen = file.mapping | body.columns
    return {f"column{number}": chosen[name] for number, name in enumerate(names)} | {"order": body.order}


@calls.post("/import/{import_id}/rows/{row_number}", response={200: RowOut, 409: None})
def retry_import_row(request: HttpRequest, import_id: Key, row_number: RowNumber, body: RowIn):
    """Tries one row again: with corrected values, or with `another` to add another copy of a book that you already have."""
    file = _own_import(request.user, import_id)
    row = file.rows.select_related("file__user", "copy").filter(number=row_number).first()
    if row is None:
        raise not_found()
    if file.is_active:
        raise Problem(409, "at-work", "The import is still running. Change this row when it has finished.")
    if body.another and row.result == ImportRow.Result.OWNED:
        return _row_shown(import_run.try_again(row, another=True))
    if not row.can_be_changed:
        raise Problem(409, "no-retry", "This row does not need another try.")
    changes = {"title": body.title, "authors": body.authors, "isbn13": body.isbn}
    return _row_shown(import_run.try_again(row, {name: value for name, value in changes.items() if value}))


@calls.get("/import/{import_id}/failures.csv", response={200: None}, openapi_extra=binary("text/csv"))
def get_import_failures(request: HttpRequest, import_id: Key):
    """Returns the rows that need attention as they were in the file, with the reasons, to correct and import again."""
    return downloads.failed_rows(_own_import(request.user, import_id))


@calls.get("/export.csv", response={200: None}, openapi_extra=binary("text/csv"))
def export_csv(request: HttpRequest):
    """Exports all your books as a table that other programs accept."""
    return downloads.books_as_csv(request)


@calls.get("/export.json", response={200: None}, openapi_extra=EVERYTHING)
def export_json(request: HttpRequest):
    """Exports everything about your books; any BookImg server can import it again."""
    return downloads.books_as_json(request)
