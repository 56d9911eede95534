"""A server on loopback that takes requests and never answers, and tells when a client goes away."""

import socket
import threading


class HangingServer:
    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.asked = threading.Event()
        self.left = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection):
        with connection:
            try:
                while connection.recv(65536):
                    self.asked.set()
            except OSError:
                pass
            self.left.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
