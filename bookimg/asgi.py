"""The ASGI application: web pages and websockets."""

import os
from asyncio import Semaphore, get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from weakref import WeakValueDictionary

import django
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookimg.settings")
django.setup(set_prefix=False)  # before any import that needs the apps

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, set_script_prefix  # noqa: E402

from accounts.models import Scope  # noqa: E402
from accounts.socket_auth import AuthenticatedSocket  # noqa: E402
from bookimg.health import PROBES  # noqa: E402
from bookimg.request_bodies import BodyLimits  # noqa: E402
from chat.consumers import ChatConsumer  # noqa: E402
from scanning.consumers import ScanConsumer  # noqa: E402

THREADS = 32  # at most
THREADS_OF_ONE = 24  # at most, for one address: slow requests of one client leave threads for the others
threads = ThreadPoolExecutor(THREADS, "page")


class Pages(ASGIHandler):
    """Runs synchronous views and middleware in threads that keep their database connections. Django would open a new one for
    every request, and opening SQLite took a quarter of the time of a page."""

    def __init__(self):
        super().__init__()
        self.turns: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()  # as long as somebody uses them

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        if request.path_info in PROBES:
            return await _in_thread(self.get_response, request)
        async with self.turns.setdefault(request.META.get("REMOTE_ADDR", ""), Semaphore(THREADS_OF_ONE)):
            return await _in_thread(self.get_response, request)

    def get_response(self, request):
        set_script_prefix(request.script_name)  # Django did, but for another thread
        return super().get_response(request)


async def _in_thread(function, *values):
    return await get_running_loop().run_in_executor(threads, copy_context().run, _with_connection, function, *values)


def _with_connection(function, *values):
    close_old_connections()
    try:
        return function(*values)
    finally:
        close_old_connections()


sockets = [
    path("ws/scans/", AuthenticatedSocket(ScanConsumer.as_asgi(), Scope.READ, Scope.SCAN)),
    path("ws/chat/", AuthenticatedSocket(ChatConsumer.as_asgi(), Scope.WRITE)),  # as for the API calls that ask questions
]
application = ProtocolTypeRouter({"http": BodyLimits(Pages(), _in_thread), "websocket": URLRouter(sockets)})
