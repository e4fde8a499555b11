"""What imports and exports add to pages and processes of lower floors; TransferConfig calls `register` when it starts."""

from accounts.account_deletion import ACCOUNT_DATA, AccountData, delete_in_chunks
from accounts.page_links import BEFORE_DELETION, PAGE_LINKS, SETTINGS_BOOKS, PageLink
from jobs.runner import register_kind
from library.copies.merging import COPY_ROWS, CopyRows
from library.page_parts import HOME_STRIPS
from transfer.home_strips import import_strips
from transfer.import_run import IMPORTS
from transfer.models import ImportRow


def register():
    register_kind(IMPORTS)
    ACCOUNT_DATA.append(
        AccountData(
            mentions=lambda user: ["imports"],
            folders=("imports",),
            delete=lambda user: delete_in_chunks(ImportRow.objects.filter(file__user=user)),
        )
    )
    HOME_STRIPS.append(import_strips)
    COPY_ROWS.append(CopyRows("import_rows"))
    PAGE_LINKS[SETTINGS_BOOKS] += [
        PageLink("Import", "import_new", icon="plus", hint="From Goodreads, StoryGraph, LibraryThing, Calibre and others"),
        PageLink("Export as CSV", "export_csv", icon="down", hint="For other programs", download=True),
        PageLink("Export as JSON", "export_json", icon="down", hint="Everything, to keep or to import again", download=True),
        PageLink("About exports", "export", icon="info", hint="What they contain, and how to include photos"),
    ]
    PAGE_LINKS[BEFORE_DELETION] += [
        PageLink("Everything, with photos", "export_json", query="?photos=1", icon="down", download=True),
        PageLink("CSV for other programs", "export_csv", icon="down", download=True),
    ]
