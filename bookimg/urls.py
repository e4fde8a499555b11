from django.contrib import admin
from django.urls import include, path

from bookimg import health

urlpatterns = [
    path("", include("library.urls")),
    path("scans/", include("scanning.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
