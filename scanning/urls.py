urlpatterns = []
websocket_urlpatterns = []
