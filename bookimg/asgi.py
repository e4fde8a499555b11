"""Web pages and websockets in one ASGI application."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookimg.settings")
pages = get_asgi_application()  # before anything that needs the apps

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from accounts.models import Scope  # noqa: E402
from accounts.sockets import Door  # noqa: E402
from library.consumers import ChatConsumer  # noqa: E402
from scanning.consumers import ScanConsumer  # noqa: E402

sockets = [
    path("ws/scans/", Door(ScanConsumer.as_asgi(), Scope.READ, Scope.SCAN)),
    path("ws/chat/", Door(ChatConsumer.as_asgi(), Scope.WRITE)),  # as the calls that ask
]
application = ProtocolTypeRouter({"http": pages, "websocket": URLRouter(sockets)})
