"""The page with the numbers of a library, as charts with a table behind each."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from library.charts import bars, columns
from library.statistics import Statistics


@login_required
@require_GET
def statistics(request):
    numbers = Statistics(request.user)
    read = next((part.count for part in numbers.by_status if part.query == "status=read"), 0)
    charts = [
        ("Books finished, month by month", "month", columns(numbers.read_by_month(timezone.localdate())), "columns"),
        ("Books finished, year by year", "year", columns(numbers.read_by_year()), "columns"),
        ("Pages read, year by year", "year", columns(numbers.pages_by_year()), "columns"),
        ("Publication years", "year", columns(numbers.by_year), "columns"),
        ("Ratings", "stars", columns(numbers.by_rating), "columns"),
        ("Length", "pages", columns(numbers.by_pages), "columns"),
        ("Status", "status", bars(numbers.by_status), "bars"),
        ("Languages", "language", bars(numbers.by_language), "bars"),
        ("Authors with the most books", "author", bars(numbers.by_author), "bars"),
        ("Where they are", "place", bars(numbers.by_shelf), "bars"),
        ("Most used tags", "tag", bars(numbers.by_tag), "bars"),
        ("How they were added", "way", bars(numbers.by_entry), "bars"),
    ]
    context = {"totals": numbers.totals, "read": read, "charts": [chart for chart in charts if chart[2]]}
    return render(request, "library/statistics.html", context)
