"""One campaign that is killed, resumed and at last allowed to finish."""

import dataclasses
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import time

import oracle

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
DEPTH = 16


class Tools:
    """The programs that take part."""

    def __init__(self, sluice, power):
        self.sluice, self.power = sluice, power

    @staticmethod
    def build(directory):
        subprocess.run(["swift", "build", "-c", "release", "--product", "sluice"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        path = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, check=True,
                              capture_output=True, text=True).stdout.strip()
        power = os.path.join(directory, "power.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", power, os.path.join(HERE, "power.c"), "-ldl"],
                       check=True)
        return Tools(os.path.join(path, "sluice"), power)


@dataclasses.dataclass
class Setting:
    kind: str
    recipients: int
    sessions: int
    grouping: str
    policy: str
    delay: int
    kills: int
    seed: int

    @staticmethod
    def choose(chance, kind, recipients):
        sessions, grouping = chance.choice([1, 8, 64]), chance.choice(["lockstep", "grouped", "chunked"])
        at_once = sessions * (DEPTH if grouping == "chunked" else 1)
        # Replies are late by up to half a second, but a round should not take much longer than this.
        round_trips = 2 if grouping == "lockstep" else 1
        longest = min(500, int(5_000 * at_once / recipients / round_trips))
        policy = "hold" if kind == "control" else chance.choice(["hold", "resend"])
        return Setting(kind, recipients, sessions, grouping, policy, chance.randrange(longest + 1),
                       chance.randint(1, 4), chance.getrandbits(32))

    @property
    def in_flight(self):
        """Messages whose fate one crash may leave in doubt."""
        return self.sessions * (DEPTH if self.grouping == "chunked" else 1)

    def __str__(self):
        return f"{self.sessions:2d} {self.grouping:8s} {self.policy:6s} delay ≤ {self.delay:3d} ms"


class Round:
    def __init__(self, tools, setting, directory, keep):
        self.tools, self.setting, self.directory, self.keep = tools, setting, directory, keep
        self.chance = random.Random(setting.seed)
        self.path = lambda name: os.path.join(directory, name)

    def perform(self):
        os.mkdir(self.directory)
        self.write_campaign()
        sink = self.start_sink()
        try:
            troubles = self.torment(sink.port)
        finally:
            sink.stop()
        verdict = oracle.judge(self.directory, self.setting, troubles)
        if verdict.problems and self.keep and self.setting.kind != "control":
            shutil.copytree(self.directory, os.path.join(self.keep, os.path.basename(self.directory)))
        shutil.rmtree(self.directory)
        return verdict

    def write_campaign(self):
        setting = self.setting
        with open(self.path("recipients.csv"), "w") as file:
            file.write("email,token\n")
            for number in range(setting.recipients):
                file.write(f"r{number}@d{number % 5}.example,t{number}\n")
        with open(self.path("campaign.yaml"), "w") as file:
            file.write(f"""name: torture
class: bulk
from: "Torture <torture@sender.example>"
envelope-from: bounces@sender.example
subject: "For {{{{token}}}}"
text: letter.txt
recipients: {{ file: recipients.csv, address: email }}
route: 127.0.0.1:1
limits: {{ sessions-per-site: {setting.sessions}, sessions: {setting.sessions}, messages-per-session: 500 }}
grouping: {setting.grouping}
depth: {DEPTH}
in-doubt: {setting.policy}
retry: {{ first: 50ms, most: 1s, give-up: 1h }}
""")
        with open(self.path("letter.txt"), "w") as file:
            file.write("A letter for {{token}}.\n" + "It goes on for a while.\n" * 20)

    def start_sink(self):
        return Sink([self.tools.sluice, "sink", "--listen", "127.0.0.1:0", "--log", self.path("sink.jsonl"),
                     "--workers", "1", "--reply-delay", f"0-{self.setting.delay}ms", "--seed", str(self.setting.seed)])

    def torment(self, port):
        """Kills the sender again and again; then lets it finish. Returns what went wrong on the way."""
        for _ in range(self.setting.kills):
            sender = self.start_sender(port)
            self.wait_for_moment(sender)
            sender.send_signal(signal.SIGKILL)
            code = sender.wait()
            if code not in (-signal.SIGKILL, 0, 1, 3):
                return [f"the sender ended with {code}: {self.last_words()}"]
            if self.setting.kind != "kill":
                self.lose_power()
        sender = self.start_sender(port)
        try:
            code = sender.wait(120)
        except subprocess.TimeoutExpired:
            sender.kill()
            sender.wait()
            return [f"the sender did not end within 120 s: {self.last_words()}"]
        return [] if code in (0, 1, 3) else [f"the sender ended with {code}: {self.last_words()}"]

    def wait_for_moment(self, sender):
        """Mostly until the receiver has logged a random part of the rest, sometimes for a random time: while the sender
        starts, recovers, or ends."""
        if self.chance.random() < 0.2:
            time.sleep(self.chance.uniform(0.01, 0.5))
            return
        size = lambda: os.path.getsize(self.path("sink.jsonl"))
        line = 330
        target = size() + self.chance.random() ** 2 * max(0, self.setting.recipients * line - size())
        end = time.monotonic() + 20
        while size() < target and sender.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(self.chance.uniform(0, self.setting.delay / 1000))

    def start_sender(self, port):
        environment = dict(os.environ)
        if self.setting.kind != "kill":
            environment.update(LD_PRELOAD=self.tools.power, POWER_STATE=self.path("power.state"))
        if self.setting.kind == "control":
            environment["POWER_BREAKS_SYNC"] = "1"
        return subprocess.Popen(
            [self.tools.sluice, "send", self.path("campaign.yaml"), "--yes", "--route", f"127.0.0.1:{port}",
             "--state", self.path("state"), "--json"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(self.path("sender.err"), "a"))

    def last_words(self):
        with open(self.path("sender.err")) as file:
            return " / ".join(file.read().strip().splitlines()[-3:])

    def lose_power(self):
        """Takes away what was written and not synced, from a random byte on, and leaves other bytes there."""
        if not os.path.exists(self.path("power.state")):
            return
        with open(self.path("power.state"), "rb") as file:
            ranges = struct.unpack("<4Q", file.read(32))
        for name, low, high in (("ledger.sqlite", *ranges[:2]), ("ledger.sqlite-wal", *ranges[2:])):
            path = os.path.join(self.path("state"), name)
            if low >= high or not os.path.exists(path):
                continue
            size = os.path.getsize(path)
            cut = self.chance.randint(low, high)
            with open(path, "r+b") as file:
                if self.chance.random() < 0.5 and high >= size:
                    file.truncate(min(cut, size))
                elif cut < min(high, size):
                    file.seek(cut)
                    file.write(self.chance.choice([bytes, self.chance.randbytes])(min(high, size) - cut))


class Sink:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1].split()[0].rstrip(")"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
