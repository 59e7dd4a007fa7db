"""Postfix's own SMTP client, delivering a queue that was filled before the clock starts.

A private instance in a directory of its own; the Postfix of the machine and /etc/postfix are not touched. First
it runs without a queue manager, so that what it is sent stays in `incoming`; then the queue manager and the SMTP
client are added, and the time runs until the queue is empty. Its client can only use 127.0.0.1.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .machine import Trouble, family_cpu_seconds, pinned, tool
from .receivers import await_listener, candidate_port

MAIN = """\
compatibility_level = 3.6
queue_directory = {room}/queue
data_directory = ../data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {room}/maillog
maillog_file_prefixes = {room}
syslog_name = postfix

myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
in_flow_delay = 0

relayhost = [127.0.0.1]:{relay_port}
smtp_bind_address = 127.0.0.1
smtp_tls_security_level = none
default_process_limit = {processes}
smtp_destination_concurrency_limit = {sessions}
initial_destination_concurrency = {sessions}
"""

FILLING = """\
127.0.0.1:{port} inet n - n - 50 smtpd
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

DELIVERING = """\
qmgr unix n - n 300 1 qmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
retry unix - - n - - error
error unix - - n - - error
scache unix - - n - 1 scache
smtp unix - - n - {sessions} smtp
"""


class Postfix:
    """One instance with one filled queue; `deliver` empties it, once."""

    def __init__(self, relay_port, sessions, core):
        if os.geteuid() != 0:
            raise Trouble("Postfix can be started by root only")
        if tool("postfix") is None or tool("smtp-source") is None:
            raise Trouble("Postfix is not installed")
        self.sessions, self.core, self.master = sessions, core, None
        self.room = Path(tempfile.mkdtemp(prefix="sluice-postfix-"))
        self.room.chmod(0o755)
        for name in ("etc", "queue", "data"):
            (self.room / name).mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(self.room / "data", owner.pw_uid, owner.pw_gid)
        text = MAIN.format(
            room=self.room, relay_port=relay_port, sessions=sessions, processes=max(100, sessions))
        (self.room / "etc" / "main.cf").write_text(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.master is not None:
            self._control("stop")
        shutil.rmtree(self.room, ignore_errors=True)

    def fill(self, messages, size):
        """Starts the instance and gives it its messages."""
        for _ in range(10):
            port = candidate_port()
            self._write_services(FILLING.format(port=port))
            if self._control("start") == 0 and self._await_master(port):
                break
        else:
            raise Trouble("Postfix does not start: " + self._last_log_line())
        command = [tool("smtp-source"), "-d", "-s", "20", "-l", str(size), "-m", str(messages),
                   "-f", "sender@source.example", "-t", "recipient@destination.example", f"127.0.0.1:{port}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0 or self._count("incoming") != messages:
            raise Trouble(f"Postfix took {self._count('incoming')} of {messages} messages into its queue")

    def deliver(self, messages, limit):
        """(wall seconds, CPU seconds of all its processes) from the release to the empty queue."""
        with open(self.room / "etc" / "master.cf", "a") as services:
            services.write(DELIVERING.format(sessions=self.sessions))
        before, started = family_cpu_seconds(self.master), time.monotonic()
        os.kill(self.master, 1)
        while not self._is_empty():
            if time.monotonic() - started > limit:
                raise Trouble(f"Postfix did not empty its queue within {limit} s: {self._last_log_line()}")
            time.sleep(0.01)
        wall, cpu = time.monotonic() - started, family_cpu_seconds(self.master) - before
        self._check_sent(messages)
        return wall, cpu

    def _check_sent(self, messages):
        for _ in range(250):
            sent = (self.room / "maillog").read_text(errors="replace").count("status=sent")
            if sent == messages:
                return
            time.sleep(0.02)
        raise Trouble(f"Postfix delivered {sent} of {messages} messages: {self._last_log_line()}")

    def _write_services(self, text):
        (self.room / "etc" / "master.cf").write_text(text)

    def _control(self, verb):
        command = pinned(self.core, [tool("postfix"), "-c", str(self.room / "etc"), verb])
        with open(self.room / "log", "a") as log:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=60, check=False).returncode

    def _await_master(self, port):
        self.master = int((self.room / "queue" / "pid" / "master.pid").read_text())
        return await_listener(port, lambda: Path(f"/proc/{self.master}").exists())

    # Looked at in the order in which a message moves, so that one on its way is not missed.
    def _is_empty(self):
        return all(self._count(name, most=1) == 0 for name in ("incoming", "active", "deferred"))

    def _count(self, name, most=None):
        count = 0
        for _, _, files in os.walk(self.room / "queue" / name):
            count += len(files)
            if most is not None and count >= most:
                break
        return count

    def _last_log_line(self):
        try:
            return (self.room / "maillog").read_text(errors="replace").splitlines()[-1]
        except (OSError, IndexError):
            return "no log"
