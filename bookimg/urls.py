from django.contrib import admin
from django.urls import include, path, re_path

from accounts.api.root import no_such_call
from bookimg import health
from bookimg.api import api
from scanning.views import tickets

urlpatterns = [
    path("", include("library.urls")),
    path("scans/", include("scanning.urls")),
    path("uploads/<str:signed>", tickets.upload, name="upload"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    re_path(r"^api/", no_such_call),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
