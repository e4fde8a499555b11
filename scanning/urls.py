from django.urls import path

from scanning import consumers

urlpatterns = []
websocket_urlpatterns = [path("ws/scans/", consumers.ScanConsumer.as_asgi())]
