"""A client of FastCGI programs: one request at a time over a socket that the program was born with.

Source: "FastCGI Specification", M. R. Brown, Open Market, 1996, sections 3 and 5.
"""
import os
import socket
import struct
import subprocess

VERSION, BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 1, 3, 4, 5, 6, 7
RESPONDER = 1
HEADER = struct.Struct(">BBHHBx")  # version, type, request, bytes of content and of padding


def record(kind, content):
    return HEADER.pack(VERSION, kind, 1, len(content), 0) + content


def pair(name, value):
    return struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value


class Program:
    """Runs a FastCGI program on core 0."""

    def __init__(self, folder, command, environment):
        self.path = os.path.join(folder, "fastcgi")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
            listener.listen()
            self.process = subprocess.Popen(["taskset", "-c", "0", *command], stdin=listener,
                                            env={**os.environ, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()  # there are some that go on after SIGTERM, waiting for a request
        self.process.wait()

    def get(self, query):
        """The answer to a GET, its header lines and its body."""
        params = pair(b"REQUEST_METHOD", b"GET") + pair(b"QUERY_STRING", query.encode())
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self.path)
            peer.sendall(record(BEGIN, struct.pack(">HB5x", RESPONDER, 0)) +
                         record(PARAMS, params) + record(PARAMS, b"") + record(STDIN, b""))
            with peer.makefile("rb") as answer:
                return answered(answer)


def answered(answer):
    out = bytearray()
    while True:
        _, kind, _, content, padding = HEADER.unpack(answer.read(HEADER.size))
        body = answer.read(content)
        answer.read(padding)
        if kind == STDOUT:
            out += body
        elif kind == END:
            head, _, rest = bytes(out).partition(b"\r\n\r\n")
            return head.decode(), rest
