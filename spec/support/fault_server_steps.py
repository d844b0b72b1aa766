"""One connection of the fault server: runs the steps of its scripts. fault_server.py says what a step may be."""

import gzip
import select
import socket
import struct
import threading
import time

from fault_server_world import encode

HANG = 60   # nobody waits longer than this


class Gone(Exception):
    """The connection is over, by the script or by the client."""


class Connection:
    def __init__(self, listener, client, number):
        self.listener, self.socket, self.number = listener, client, number
        self.secure = listener.context is None   # nothing left to shake
        self.buffer, self.request, self.done, self.last_answer = b"", None, None, False
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self):
        try:
            self._steps(self.listener.next_connection())
            while not self.last_answer:
                self.read()
                self._steps(self.listener.next_request())
            self.close()
        except (Gone, OSError, ValueError):   # ValueError: the socket was closed under us
            pass
        finally:
            self.socket.close()
            self.listener.open.discard(self)

    def abandon(self):
        """Ends the connection from another thread: its own then sees an end, and closes."""
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)   # not TLS's, which would wait for an answer
        except OSError:
            pass

    def _steps(self, steps):
        for step in steps:
            if isinstance(step, str):
                getattr(self, step)()
            else:
                word = next(word for word in step if word in
                            ("answer", "reply", "send", "wait", "late"))
                getattr(self, word)(step[word], **{k: v for k, v in step.items() if k != word})

    # Steps

    def tls(self):
        if not self.secure:
            self.secure = True
            self.socket = self.listener.context.wrap_socket(self.socket, server_side=True)
            self.listener.handshakes += 1

    def read(self):
        self.tls()
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, rest = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = (lines[0] + "  ").split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        self.buffer = rest
        while len(self.buffer) < length:
            self._more()
        body, self.buffer = self.buffer[:length].decode("latin-1"), self.buffer[length:]
        self.listener.heard(head)
        self.request = {"method": method, "target": target, "headers": headers, "body": body, "at": time.time(),
                        "connection": self.number}
        self.done = None
        self.listener.saw(self.request)

    def process(self):
        asked = self.request
        self.done = self.listener.world.handle(asked["method"], asked["target"], asked["body"])

    def late(self, seconds):
        asked, world = self.request, self.listener.world
        age = world.age

        def apply():
            if world.age == age:   # not one that is over
                world.handle(asked["method"], asked["target"], asked["body"])
        threading.Timer(seconds, apply).start()

    def answer(self, changes=None):
        if self.done is None:
            self.process()
        status, value = self.done
        fields = {"status": status, "body": encode(value).decode("latin-1")}
        fields.update(changes or {})
        self.reply(fields)

    def reply(self, fields):
        body = fields.get("body", "").encode("latin-1") * fields.get("repeat", 1)
        headers = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()),
                   "Content-Type": "application/json", "Twilio-Request-Id": "RQ" + "%032x" % self.number}
        for coding in fields.get("encode") or []:
            if coding == "gzip":
                body = gzip.compress(body)
            headers["Content-Encoding"] = ", ".join(fields["encode"])
        if fields.get("chunked"):
            headers["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        elif fields.get("length", fields["status"] not in (204, 304) or body) is not False:
            headers["Content-Length"] = str(fields.get("length", len(body)))
        headers.update(fields.get("headers") or {})
        head = "HTTP/1.1 %s %s\r\n" % (fields["status"], fields.get("reason", "Reason"))
        for name, values in headers.items():
            for value in values if isinstance(values, list) else [values]:
                head += "%s: %s\r\n" % (name, value)
        self.last_answer = headers.get("Connection") == "close"
        data = (head.encode("latin-1") + b"\r\n" + body)[:fields.get("cut")]
        self.send(data.decode("latin-1"), fields.get("slice"), fields.get("delay", 0))

    def send(self, text, slice=None, delay=0, times=1):
        data = text.encode("latin-1")
        for _ in range(times):
            for start in range(0, len(data), slice or len(data)):
                self._send(data[start:start + (slice or len(data))])
                if delay:
                    self.wait(delay)

    def wait(self, seconds):
        time.sleep(seconds)

    def hang(self):
        self.socket.settimeout(HANG)
        while True:
            self._more()
            self.listener.heard(self.buffer)
            self.buffer = b""

    def close(self):
        self.socket.close()
        raise Gone

    def rst(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def fin(self):
        self.socket.shutdown(socket.SHUT_WR)

    def shutdown(self):
        if hasattr(self.socket, "unwrap"):
            self.socket.settimeout(0.2)
            try:
                self.socket = self.socket.unwrap()
            except OSError:
                pass   # a client that does not say goodbye in return
        self.close()

    def tunnel(self):
        host, _, port = self.request["target"].rpartition(":")
        if host == "localhost":  # which may be ::1 first, where good's port is a black hole
            host = "127.0.0.1"
        far = socket.create_connection((host.strip("[]"), int(port)))
        self._send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {self.socket: far, far: self.socket}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = end.recv(65536)
                if not data:
                    far.close()
                    raise Gone
                ends[end].sendall(data)

    # Bytes

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Gone
        self.buffer += data

    def _send(self, data):
        self.socket.sendall(data)
