from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import oidc
from api.root import no_such_call
from api.routes import api
from bookimg import metrics, time_zones
from bookimg.dead_letter_page import dead_letters
from bookimg.operations import operations
from scanning.views import tickets

# Django's own sign-in for the administration would not ask for a second factor.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("library.urls")),
    path("", include("chat.urls")),
    path("", include("transfer.urls")),
    path("scans/", include("scanning.urls")),
    path("uploads/<str:signed>", tickets.upload, name="upload"),
    path("settings/time-zone/", time_zones.set_time_zone, name="time_zone"),
    path("settings/", include("accounts.urls")),
    path("accounts/oidc/sign-in/", oidc.oidc_sign_in, name="oidc_sign_in"),
    path("accounts/", include("allauth.urls")),
    path("admin/dead-letters/", dead_letters, name="admin_dead_letters"),
    path("admin/operations/", operations, name="admin_operations"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    re_path(r"^api/", no_such_call),
    path("favicon.ico", RedirectView.as_view(url=static("img/favicon.ico"))),  # where programs look that do not read pages
    path("metrics", metrics.metrics),
]
