"""A server that fails on request, and knows what it really did.

    python3 -B spec/support/fault_server.py DIRECTORY

speaks JSON, a value a line (Latin-1, so that every byte passes): commands on stdin, one answer each on stdout, the
first line being { "ports": { name: number }, "ca": path, ... }. Its certificates are in DIRECTORY. When stdin ends it
removes that and ends too. spec/support/faults.lua starts it and speaks for specs.

Listeners, each on a port of its own with a truth of its own:

    plain          http on 127.0.0.1                  v6             https on ::1
    good           https on 127.0.0.1                 closed         refuses
    self_signed wrong_host expired not_yet unknown_ca https with such a certificate
    old_tls        TLS 1.0 and 1.1 only               wants_client   demands a client certificate
    proxy          http; CONNECT opens a tunnel       blackhole      answers no SYN; neither does good's port on ::1

Commands:

    { "op": "script", "at": name, "connections": [steps, ...], "requests": [steps, ...],
      "every_connection": steps, "every_request": steps }
        The next connection runs the first of `connections` before anything else, the one after it the second; with
        none left it runs `every_connection`, which is nothing unless given. Then requests are read one by one, and
        each runs the next of `requests`; with none left it runs `every_request`, which is ["answer"] unless given
        (["tunnel"] at the proxy).
    { "op": "truth", "at": name }   -> what happened there since the last reset
        connections, handshakes, requests (received whole), authorization (bytes of credentials seen), last (the last
        200 requests: method, target, headers, body, at, connection), and of the world: purchases {number: times},
        updates, releases, calls, owned
    { "op": "own", "numbers": [...] }  { "op": "rival", "numbers": [...] }    { "op": "reset" }

A step is a word, or an object whose first key is the word:

    "tls"                     shake hands now (else: at the first read; bytes sent before that are in the clear)
    "read"                    read a request whole
    "process"                 do what the request asks for; { "late": s }: do it s seconds from now
    "answer"                  process (unless done) and answer as Twilio would; { "answer": { reply's fields } } changes it
    { "reply": { "status", "reason", "headers": { name: value | [values] }, "body", "repeat": n, "encode": ["gzip", ...],
                 "chunked": true, "length": n | false, "cut": n, "slice": n, "delay": s } }
                              an answer of your own. `length` lies about it; `cut` sends so many bytes of it only;
                              `slice` and `delay` as in
    { "send": bytes, "slice": n, "delay": s, "times": n }
    { "wait": s }             "hang": until the client goes
    "close" "rst" "fin"       close; reset; shut down our direction. None says goodbye to TLS
    "shutdown"                TLS close_notify, then close
    "tunnel"                  (proxy) connect to the target and pass bytes on

After a request's script the connection is kept, unless it was closed or the script's answer said "Connection: close".
"""

import json
import os
import re
import shutil
import socket
import ssl
import sys
import threading
import time
import warnings

from fault_server_certs import Authority
from fault_server_steps import Connection
from fault_server_world import World

warnings.simplefilter("ignore", DeprecationWarning)   # TLS 1.0 is the point


def contexts(authority):
    def context(name):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(authority.path(name + ".pem"))
        return made

    found = {name: context(name) for name in
             ("good", "self_signed", "wrong_host", "expired", "not_yet", "unknown_ca")}
    found["v6"] = found["good"]
    found["old_tls"] = context("good")
    found["old_tls"].minimum_version = ssl.TLSVersion.TLSv1
    found["old_tls"].maximum_version = ssl.TLSVersion.TLSv1_1
    found["old_tls"].set_ciphers("DEFAULT@SECLEVEL=0")
    found["wants_client"] = context("good")
    found["wants_client"].verify_mode = ssl.CERT_REQUIRED
    found["wants_client"].load_verify_locations(authority.path("ca.pem"))
    found["plain"] = found["proxy"] = None
    return found


class Listener:
    def __init__(self, name, context, world):
        self.name, self.context, self.world = name, context, world
        self.lock = threading.Lock()
        self.open = set()
        self.reset()
        family, address = (socket.AF_INET6, "::1") if name == "v6" else (socket.AF_INET, "127.0.0.1")
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((address, 0))
        self.socket.listen(256)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self):
        with self.lock:
            self.connection_scripts, self.request_scripts, self.every_connection = [], [], []
            self.every_request = ["tunnel"] if self.name == "proxy" else ["answer"]
            self.connections = self.handshakes = self.requests = self.authorization = 0
            self.last = []
            for connection in list(self.open):   # a kept connection of an earlier test is none of the next one's
                connection.abandon()
            self.open.clear()

    def script(self, command):
        with self.lock:
            self.connection_scripts += list(command.get("connections") or [])
            self.request_scripts += list(command.get("requests") or [])
            self.every_connection = command.get("every_connection") or self.every_connection
            self.every_request = command.get("every_request") or self.every_request

    def next_connection(self):
        with self.lock:
            return self.connection_scripts.pop(0) if self.connection_scripts else self.every_connection

    def next_request(self):
        with self.lock:
            return self.request_scripts.pop(0) if self.request_scripts else self.every_request

    def truth(self):
        with self.lock:
            seen = {name: getattr(self, name) for name in
                    ("connections", "handshakes", "requests", "authorization", "last")}
        seen.update(self.world.truth())
        return seen

    def saw(self, request):
        with self.lock:
            self.requests += 1
            self.last = self.last[-199:] + [request]

    def heard(self, data):
        """Every byte a client sent in the clear, or that TLS gave us: how much of a credential is among them."""
        credentials = sum(len(value) for value in re.findall(rb"(?im)^authorization:\s*(.+?)\r?$", data))
        with self.lock:
            self.authorization += credentials

    def _accept(self):
        while True:
            client, _ = self.socket.accept()
            with self.lock:
                self.connections += 1
                connection = Connection(self, client, self.connections)
                self.open.add(connection)
            threading.Thread(target=connection.run, daemon=True).start()


class Blackhole:
    """A listener whose queue is full, so that a SYN is never answered."""

    def __init__(self, family=socket.AF_INET, address="127.0.0.1", port=0):
        self.socket = socket.socket(family)
        self.socket.bind((address, port))
        self.socket.listen(0)
        self.port = self.socket.getsockname()[1]
        self.fillers = [socket.socket(family) for _ in range(4)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex((address, self.port))


def serve(directory):
    authority, world = Authority(directory), World()
    listeners = {name: Listener(name, context, world) for name, context in contexts(authority).items()}
    ports = {name: listener.port for name, listener in listeners.items()}
    holes = [Blackhole(), Blackhole(socket.AF_INET6, "::1", ports["good"])]
    ports["blackhole"] = holes[0].port
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    ports["closed"] = closed.getsockname()[1]
    answer({"ports": ports, "ca": authority.path("ca.pem"), "pid": os.getpid()})
    for line in sys.stdin:
        try:
            answer(command(json.loads(line), listeners, world))
        except Exception as problem:   # a spec's mistake is the spec's to read
            answer({"error": "%s: %s" % (type(problem).__name__, problem)})


def command(given, listeners, world):
    op = given["op"]
    if op == "script":
        listeners[given["at"]].script(given)
    elif op == "truth":
        return listeners[given["at"]].truth()
    elif op == "own":
        world.own(given["numbers"])
    elif op == "rival":
        world.rivals.update(given["numbers"])
    elif op == "reset":
        for listener in listeners.values():
            listener.reset()
        world.reset()
    else:
        raise ValueError("no such command: %r" % op)
    return {}


def answer(value):
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="latin-1")
    sys.stdout.reconfigure(encoding="latin-1", errors="replace")
    try:
        serve(sys.argv[1])
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    os._exit(0)   # connections that hang have threads that hang
