"""Reports errors to Sentry, or to a server that speaks its protocol, if SENTRY_DSN is set: what failed, not for whom."""

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from bookimg.logging import SECRETS

REQUEST_FACTS = ("url", "method")  # neither cookies, headers, bodies nor queries


def report_errors(dsn: str, version: str):
    """Begins to report errors that are logged, in this process and those that it forks. Loads the client only then."""
    bad = import_string("sentry_sdk.utils.BadDsn")
    try:
        import_string("sentry_sdk.init")(
            dsn=dsn,
            release=f"bookimg@{version}",
            before_send=_without_people,
            send_default_pii=False,
            include_local_variables=False,  # they hold titles, addresses and tokens
            max_breadcrumbs=0,
        )
    except bad as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN must be the address of a project, such as https://key@sentry.example.org/1"
        ) from error


def _without_people(event: dict, hint: dict) -> dict:
    request = {name: SECRETS.sub(r"\1…", value) for name, value in event.get("request", {}).items() if name in REQUEST_FACTS}
    event.pop("user", None)
    return event | {"request": request}
