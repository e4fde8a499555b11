"""What an operator's probes ask: does the process live, and is it ready to work."""

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django_q.brokers import get_broker


class ProbesMiddleware:
    """Answers the probes before the name they ask for is looked at: a load balancer asks a process by its address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


def readyz(request):
    """Each part with its state; 503 when one is down."""
    parts = {"database": check_database, "broker": check_broker, "storage": check_storage, "cache": check_cache}
    states = {name: state_of(check) for name, check in parts.items()}
    return JsonResponse(states, status=200 if set(states.values()) == {"ok"} else 503)


def state_of(check) -> str:
    try:
        check()
    except Exception as error:  # whatever is wrong with a part, the answer is "down" and its kind
        return f"down: {type(error).__name__}"
    return "ok"


def check_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker():
    get_broker().ping()


def check_storage():
    default_storage.exists("readyz")


def check_cache():
    cache.get("readyz")


PROBES = {"/healthz": healthz, "/readyz": readyz}
