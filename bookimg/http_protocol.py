"""uvicorn's HTTP protocol with limits on the head of a request, which uvicorn reads without end."""

from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20
HEAD_BYTES = 64 * 1024


class LimitedHttpProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has no complete head in time, or one that is too large."""

    head_timer: TimerHandle | None = None
    head_size = 0

    def connection_made(self, transport):
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc):
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data):
        if self.head_timer is not None:
            self.head_size += len(data)
        super().data_received(data)
        if self.head_timer is not None and self.head_size > HEAD_BYTES:
            self._end_head()
            self.send_400_response("The head of this request is too large.")

    def on_message_begin(self):
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self):
        self._end_head()
        super().on_headers_complete()

    def _expect_head(self):
        self._end_head()
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self):
        self.head_size = 0
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None
