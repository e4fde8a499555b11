"""Bringing books in: a file, a look at what is in it, the work in the background, a result a row."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from library.listing import pages_around
from transfer import detect, downloads, fields, gains, import_run
from transfer.forms import ColumnsForm, ImportFileForm, ImportOptionsForm, ImportRowForm
from transfer.items import NotReadable
from transfer.models import Import, ImportRow

ROWS = 50
NOTED = "noted"
KINDS = {
    "new": "New",
    "updated": "To be filled in",
    "owned": "Already in your library",
    "without_isbn": "Without ISBN",
    "noted": "With a note",
    "left_out": "Not books",
    "bad": "Cannot be read",
}


def _own_import(request, pk) -> Import:
    return get_object_or_404(Import.objects.select_related("user"), pk=pk, user=request.user)


def _own_row(request, pk, number) -> ImportRow:
    return get_object_or_404(
        ImportRow.objects.select_related("file__user", "copy"), file=pk, number=number, file__user=request.user
    )


@login_required
def imports(request):
    page = Paginator(request.user.imports.all(), 20).get_page(request.GET.get("page"))
    for file in page:
        _describe(file)
    return render(request, "transfer/imports.html", {"page": page, "pages": pages_around(page)})


@login_required
def new(request):
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.upload()
        try:
            return redirect(import_run.take(request.user, upload, upload.name))
        except NotReadable as error:
            form.add_error(None, str(error))
    formats = (*detect.TABLES, *detect.OF_THEIR_OWN)
    recent = [_describe(file) for file in request.user.imports.all()[:3]]
    return render(request, "transfer/import_new.html", {"form": form, "formats": formats, "recent": recent})


@login_required
def import_page(request, pk):
    file = _describe(_own_import(request, pk))
    if file.state == Import.State.PREVIEW:
        return _preview_page(request, file, ImportOptionsForm(request.user, rows=file.total))
    if file.is_active:
        return render(request, "transfer/import_running.html", {"file": file})
    return _result_page(request, file)


@login_required
def import_progress(request, pk):
    """What changes while it is at work; once it is over the page is asked for anew."""
    file = _describe(_own_import(request, pk))
    if file.is_active:
        return render(request, "transfer/_import_progress.html", {"file": file})
    return HttpResponse(headers={"HX-Refresh": "true"})


def _preview_page(request, file: Import, form: ImportOptionsForm, columns: ColumnsForm | None = None):
    counts = [(kind, label, file.counts[kind]) for kind, label in KINDS.items() if file.counts.get(kind)]
    context = {"file": file, "form": form, "counts": counts, "shown": file.hints.get("shown", [])}
    columns = columns or ColumnsForm(file)
    if columns.columns:
        samples = [row["raw"] for row in context["shown"] if row["raw"]]
        context |= {"columns": columns, "mapped": mapped(columns, samples)}
    return render(request, "transfer/import_preview.html", context)


def mapped(columns: ColumnsForm, samples: list[dict]) -> list[tuple]:
    """(field, an example or two from the file) of each column."""
    for number, name in enumerate(columns.columns):
        examples = dict.fromkeys(row[name] for row in samples if row.get(name))
        yield columns[f"column{number}"], " · ".join(list(examples)[:2])


def _result_page(request, file: Import, problem_row: ImportRow | None = None, form: ImportRowForm | None = None):
    shown = request.GET.get("show", "")
    rows = file.rows.select_related("copy")
    if shown == NOTED:
        rows = rows.filter(result=ImportRow.Result.ADDED).exclude(message="")
    elif shown in ImportRow.Result.values:
        rows = rows.filter(result=shown)
    elif not shown and file.counts.get(ImportRow.Result.FAILED):
        shown, rows = ImportRow.Result.FAILED, rows.filter(result=ImportRow.Result.FAILED)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for row in page:
        open_form = form if problem_row and row.pk == problem_row.pk else None
        row.form = open_form or (
            ImportRowForm(initial=row.data.get("facts"), auto_id=f"row{row.number}_%s") if row.can_be_changed else None
        )
        row.opened = open_form is not None
        facts = row.data.get("facts", row.data)
        row.title = row.copy.title if row.copy else facts.get("title") or facts.get("isbn13", "")
        row.authors = row.copy.authors if row.copy else facts.get("authors", [])
    chips = [(value, label, file.counts[value]) for value, label in ImportRow.Result.choices if file.counts.get(value)]
    if file.counts.get(NOTED):
        chips.append((NOTED, "Added with a note", file.counts[NOTED]))
    context = {"file": file, "page": page, "pages": pages_around(page), "chips": chips, "shown": shown}
    return render(request, "transfer/import_result.html", context)


def _describe(file: Import) -> Import:
    """What the pages say about an import."""
    file.label = detect.FORMATS[file.format].label if file.format in detect.FORMATS else file.format
    file.added = file.counts.get("added", 0)
    file.failed = file.counts.get("failed", 0)
    file.gains = gains.gains_in_words(file.counts, "gained" if file.state == Import.State.COMPLETE else "gain")
    file.kept_columns, file.skipped_columns = file.columns_aside(fields.KEEP), file.columns_aside(fields.DROP)
    return file


@login_required
@require_POST
def import_columns(request, pk):
    """Other columns, other books: the file is looked through once more."""
    file = _describe(_own_import(request, pk))
    form = ColumnsForm(file, request.POST)
    if file.state != Import.State.PREVIEW:
        return redirect(file)
    if not form.is_valid():
        return _preview_page(request, file, ImportOptionsForm(request.user, rows=file.total), form)
    form.save()
    import_run.check(file, at_once=file.total <= import_run.CHUNK * 5)
    return redirect(file)


@login_required
@require_POST
def import_start(request, pk):
    file = _describe(_own_import(request, pk))
    form = ImportOptionsForm(request.user, request.POST, rows=file.total)
    if file.state == Import.State.PREVIEW and not form.is_valid():
        return _preview_page(request, file, form)
    if file.state == Import.State.PREVIEW:
        import_run.start(file, form.options())
    return redirect(file)


@login_required
@require_POST
def import_cancel(request, pk):
    file = _own_import(request, pk)
    if import_run.cancel(file):
        messages.success(request, "Stopped. The books imported so far are in your library.")
    return redirect(file)


@login_required
@require_POST
def import_go_on(request, pk):
    file = _own_import(request, pk)
    import_run.go_on(file)
    return redirect(file)


@login_required
@require_POST
def import_forget(request, pk):
    """The list of what became of a file; the books stay."""
    file = _own_import(request, pk)
    import_run.forget(file)
    messages.success(request, f"Deleted the import “{file.name}”. Its books are still in your library.")
    return redirect("imports")


@login_required
@require_POST
def import_row(request, pk, number):
    """One row again: changed, or, where the book is there, as another copy."""
    row = _own_row(request, pk, number)
    if row.file.is_active:
        messages.error(request, "The import is still running. Change this row when it has finished.")
        return redirect(row.file)
    if "another" in request.POST:
        owned = row.result == ImportRow.Result.OWNED  # of what is not there, there is no further copy
        return _row_response(request, import_run.try_again(row, another=True) if owned else row)
    form = ImportRowForm(request.POST, auto_id=f"row{row.number}_%s")
    if not row.can_be_changed or not form.is_valid():
        return _result_page(request, _describe(row.file), row, form)
    return _row_response(request, import_run.try_again(row, {name: value for name, value in form.cleaned_data.items() if value}))


def _row_response(request, row: ImportRow):
    tell = messages.success if row.result in (ImportRow.Result.ADDED, ImportRow.Result.UPDATED) else messages.warning
    title = row.copy.title if row.copy else row.data.get("title") or f"Row {row.number}"
    tell(request, f"“{title}”: {row.get_result_display().lower()}. {row.message}".strip())
    return redirect(row.file)


@login_required
def failures(request, pk):
    return downloads.failed_rows(_own_import(request, pk))
