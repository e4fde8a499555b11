"""What waits for its owner on the first page: imports at work, in their preview, or with rows that need a look."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from library.page_parts import HomeStrip
from transfer.models import Import, ImportRow

NEWS = timedelta(days=14)  # who has not looked by then does not want to


def import_strips(user) -> list[HomeStrip]:
    recent = Q(created__gte=timezone.now() - NEWS) | Q(finished__gte=timezone.now() - NEWS)
    files = list(Import.objects.filter(recent, user=user).only("name", "state", "counts"))
    open_ones = [file for file in files if _needs_a_look(file)]
    strips = [
        HomeStrip(file.get_absolute_url(), f"“{file.name}” is being imported", busy=True) for file in files if file.is_active
    ]
    if len(open_ones) > 1:
        strips.append(HomeStrip(reverse("imports"), f"{len(open_ones)} imports need attention"))
    return strips + ([_strip(open_ones[0])] if len(open_ones) == 1 else [])


def _needs_a_look(file: Import) -> bool:
    failed = file.counts.get(ImportRow.Result.FAILED) or file.state == Import.State.FAILED
    return file.state == Import.State.PREVIEW or bool(failed and not file.is_active)


def _strip(file: Import) -> HomeStrip:
    if file.state == Import.State.PREVIEW:
        return HomeStrip(file.get_absolute_url(), f"“{file.name}” is ready to import")
    if file.state == Import.State.FAILED:
        return HomeStrip(file.get_absolute_url(), f"The import of “{file.name}” stopped")
    rows = file.counts[ImportRow.Result.FAILED]
    sentence = f"{rows:,} row{'' if rows == 1 else 's'} of “{file.name}” need{'s' if rows == 1 else ''} attention"
    return HomeStrip(file.get_absolute_url(), sentence)
