"""Receivers on 127.0.0.1, each a process of its own."""

import os
import random
import re
import select
import subprocess
import tempfile
import time

from .machine import BUILD, Trouble, cpu_seconds, pinned, tool


class Receiver:
    """A receiver that listens, until `stop`."""

    def __init__(self, name, process, port):
        self.name, self.process, self.port = name, process, port

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def start(name, sluice, core, options=()):
    """Starts `floor-sink`, `sluice-sink` or `smtp-sink` on a free port."""
    if name == "floor-sink":
        return _printing_its_port(name, [BUILD / "floor" / "floor-sink", "0"], core, r"(\d+)")
    if name == "sluice-sink":
        command = [sluice, "sink", "--listen", "127.0.0.1:0", "--workers", "1", *options]
        return _printing_its_port(name, command, core, r"listening on 127\.0\.0\.1:(\d+)")
    return _smtp_sink(core)


def _printing_its_port(name, command, core, pattern):
    process = subprocess.Popen(
        pinned(core, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    receiver = Receiver(name, process, 0)
    ready, _, _ = select.select([process.stdout], [], [], 10)
    port = re.search(pattern, process.stdout.readline()) if ready else None
    if port is None:
        receiver.stop()
        raise Trouble(f"{name} does not say its port")
    receiver.port = int(port[1])
    return receiver


def _smtp_sink(core):
    program = tool("smtp-sink")
    if program is None:
        raise Trouble("smtp-sink is not installed")
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    for _ in range(10):
        port = candidate_port()
        command = [program, "-4", *as_nobody, "-m", "2000", f"127.0.0.1:{port}", "1024"]
        process = subprocess.Popen(
            pinned(core, command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir())
        receiver = Receiver("smtp-sink", process, port)
        if await_listener(port, lambda: process.poll() is None):
            return receiver
        receiver.stop()
    raise Trouble("smtp-sink does not start")


def candidate_port():
    """Below the range from which the kernel takes ports for connections."""
    return random.randrange(10_000, 30_000)


def await_listener(port, lives):
    """Whether something listens on the port within 10 seconds, while `lives` holds."""
    wanted = f"0100007F:{port:04X}"
    for _ in range(500):
        if not lives():
            return False
        with open("/proc/net/tcp") as table:
            if any(line.split()[1] == wanted and line.split()[3] == "0A" for line in table):
                return lives()
        time.sleep(0.02)
    return False
