"""One campaign that is tormented, resumed and at last allowed to finish."""

import dataclasses
import math
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time

import oracle

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
DEPTH = 16
NORMAL = (0, 1, 3)


class Tools:
    """The programs that take part."""

    def __init__(self, sluice, power, clock):
        self.sluice, self.power, self.clock = sluice, power, clock

    @staticmethod
    def build(directory):
        subprocess.run(["swift", "build", "-c", "release", "--product", "sluice"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        path = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, check=True,
                              capture_output=True, text=True).stdout.strip()
        preloads = []
        for name in ("power", "clock"):
            preloads.append(os.path.join(directory, f"{name}.so"))
            subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", preloads[-1], os.path.join(HERE, f"{name}.c"), "-ldl"],
                           check=True)
        return Tools(os.path.join(path, "sluice"), *preloads)


@dataclasses.dataclass
class Setting:
    kind: str
    number: int
    recipients: int
    sessions: int
    grouping: str
    policy: str
    delay: int
    blows: int
    seed: int

    @staticmethod
    def choose(chance, kind, number, recipients):
        sessions, grouping = chance.choice([1, 8, 64]), chance.choice(["lockstep", "grouped", "chunked"])
        at_once = sessions * (DEPTH if grouping == "chunked" else 1)
        # Replies are late by up to half a second, but a round should not take much longer than this.
        round_trips = 2 if grouping == "lockstep" else 1
        longest = min(500, int(5_000 * at_once / recipients / round_trips))
        policy = "hold" if kind in ("control", "disk") else chance.choice(["hold", "resend"])
        # With a window so slow that it closes before all are sent to.
        delay = 2 * longest + 1 if kind == "window" else chance.randrange(longest + 1)
        blows = chance.randint(1, 3 if kind == "window" else 4)
        return Setting(kind, number, recipients, sessions, grouping, policy, delay, blows, chance.getrandbits(32))

    @property
    def in_flight(self):
        """Messages whose fate one crash may leave in doubt. Grouped, the next envelope goes out with the content."""
        return self.sessions * {"lockstep": 1, "grouped": 2, "chunked": DEPTH}[self.grouping]

    def __str__(self):
        return f"{self.sessions:2d} {self.grouping:8s} {self.policy:6s} delay ≤ {self.delay:3d} ms"


class Trouble(Exception):
    """The sender did something it must not do."""


class Round:
    """What all kinds of rounds have in common; `torment` is what makes the difference."""

    give_up = "1h"
    window = ""

    def __init__(self, tools, setting, directory, keep):
        self.tools, self.setting, self.directory, self.keep = tools, setting, directory, keep
        self.chance = random.Random(setting.seed)
        self.path = lambda name: os.path.join(directory, name)
        self.notes = []

    def perform(self):
        os.mkdir(self.directory)
        self.write_campaign()
        sink = self.start_sink()
        try:
            self.torment(sink.port)
            troubles = []
        except Trouble as trouble:
            troubles = [str(trouble)]
        finally:
            sink.stop()
        verdict = oracle.judge(self.directory, self.setting, troubles, self.outside_window)
        verdict.notes = self.notes
        if verdict.problems and self.keep and self.setting.kind != "control":
            shutil.copytree(self.directory, os.path.join(self.keep, os.path.basename(self.directory)))
        shutil.rmtree(self.directory)
        return verdict

    def write_campaign(self):
        setting = self.setting
        with open(self.path("recipients.csv"), "w") as file:
            file.write("email,token,zone\n")
            for number in range(setting.recipients):
                file.write(f"r{number}@d{number % 5}.example,t{number},{self.zone(number)}\n")
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
retry: {{ first: 50ms, most: 1s, give-up: {self.give_up} }}
{self.window}""")
        with open(self.path("letter.txt"), "w") as file:
            file.write("A letter for {{token}}.\n" + "It goes on for a while.\n" * 20)

    def zone(self, number):
        """The time zone of a recipient."""
        return ""

    def outside_window(self, number, time):
        """Whether the message to a recipient that came whole at `time`, in seconds since 1970, had no right to."""
        return False

    def start_sink(self):
        return Sink([self.tools.sluice, "sink", "--listen", "127.0.0.1:0", "--log", self.path("sink.jsonl"),
                     "--workers", "1", "--reply-delay", f"0-{self.setting.delay}ms", "--seed", str(self.setting.seed)])

    def torment(self, port):
        """Does this kind's harm to the sender; then lets it finish. Raises `Trouble` for what went wrong on the way."""
        raise NotImplementedError

    def send_command(self, port, state="state"):
        return [self.tools.sluice, "send", self.path("campaign.yaml"), "--yes", "--route", f"127.0.0.1:{port}",
                "--state", self.path(state), "--json"]

    def start_sender(self, port, **environment):
        return subprocess.Popen(
            self.send_command(port), env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(self.path("sender.err"), "a"))

    def finish(self, sender, codes=NORMAL, within=120):
        """The code that the sender ends with by itself."""
        try:
            code = sender.wait(within)
        except subprocess.TimeoutExpired:
            sender.kill()
            sender.wait()
            raise Trouble(f"the sender did not end within {within:.1f} s: {self.last_words()}")
        if code not in codes:
            raise Trouble(f"the sender ended with {code}: {self.last_words()}")
        return code

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

    def last_words(self):
        with open(self.path("sender.err")) as file:
            return " / ".join(file.read().strip().splitlines()[-3:])


class Kills(Round):
    """SIGKILL at random moments."""

    environment = {}

    def torment(self, port):
        for _ in range(self.setting.blows):
            sender = self.start_sender(port, **self.environment)
            self.wait_for_moment(sender)
            sender.send_signal(signal.SIGKILL)
            self.finish(sender, (-signal.SIGKILL, *NORMAL))
            self.after_kill()
        self.finish(self.start_sender(port, **self.environment))

    def after_kill(self):
        pass


class PowerLosses(Kills):
    """SIGKILL, and what was not synced is lost."""

    BLOCK = 4096

    @property
    def environment(self):
        return {"LD_PRELOAD": self.tools.power, "POWER_STATE": self.path("power.state")}

    def after_kill(self):
        """Takes away what was written and not synced, from a random byte on, and leaves other bytes there."""
        if not os.path.exists(self.path("power.state")):
            return
        with open(self.path("power.state"), "rb") as file:
            low, high, *blocks = struct.unpack("<2Q65536B", file.read())
        self.take_from_log(os.path.join(self.path("state"), "ledger.sqlite-wal"), low, high)
        unsynced = [number for number, is_unsynced in enumerate(blocks) if is_unsynced]
        self.take_from_database(os.path.join(self.path("state"), "ledger.sqlite"), unsynced)

    def take_from_log(self, path, low, high):
        if low >= high or not os.path.exists(path):
            return
        size = os.path.getsize(path)
        cut = self.chance.randint(low, high)
        with open(path, "r+b") as file:
            file.seek(min(high, size))
            is_last = not any(file.read())
            if self.chance.random() < 0.5 and is_last:
                file.truncate(min(cut, size))
            elif cut < min(high, size):
                file.seek(cut)
                file.write(self.other_bytes(min(high, size) - cut))

    def take_from_database(self, path, unsynced):
        """Of what a checkpoint writes any part can be lost; the log still has it."""
        if not unsynced:
            return
        self.notes.append("checkpoint")
        with open(path, "r+b") as file:
            size = os.path.getsize(path)
            for number in unsynced:
                count = min(self.BLOCK, size - number * self.BLOCK)
                if count > 0 and self.chance.random() < 0.5:
                    file.seek(number * self.BLOCK)
                    file.write(self.other_bytes(count))

    def other_bytes(self, count):
        return self.chance.choice([bytes, self.chance.randbytes])(count)


class Controls(PowerLosses):
    """A sender that does not sync loses power."""

    @property
    def environment(self):
        return {**super().environment, "POWER_BREAKS_SYNC": "1"}


class Failpoints(Round):
    """The sender kills itself at named places: each round uses the next two of them, at first when they are passed for
    one of the first times, then later and later, and mostly a place in the recovery that follows too."""

    def torment(self, port):
        names = failpoint_names()
        pair = [names[(2 * self.setting.number + place) % len(names)] for place in (0, 1)]
        for low, high in ((0, 2), (2, 5), (5, 9)):
            for name in pair:
                count = int(2 ** self.chance.uniform(low, high))
                if name.endswith("recovery"):
                    # With something to recover.
                    self.die_at(self.chance.choice(names[:6]), count, port)
                    count = 1
                self.die_at(name, count, port)
                if self.chance.random() < 0.5:
                    self.die_at(self.chance.choice(names[6:]), 1, port)
        self.finish(self.start_sender(port))

    def die_at(self, name, count, port):
        sender = self.start_sender(port, SLUICE_FAILPOINT=f"{name}:{count}")
        if self.finish(sender, (-signal.SIGKILL, *NORMAL)) == -signal.SIGKILL:
            self.notes.append(name)


def failpoint_names():
    with open(os.path.join(ROOT, "Sources", "Ledger", "LedgerFailpoints.swift")) as file:
        return re.findall(r'case \w+ = "([a-z-]+)"', file.read())


class Terminations(Round):
    """SIGTERM at random moments, once or twice in a row: the sender ends by itself and leaves nobody in doubt."""

    INTERRUPTED = 130

    def torment(self, port):
        for _ in range(self.setting.blows):
            sender = self.start_sender(port)
            self.wait_for_moment(sender)
            twice = self.chance.random() < 0.5
            sender.send_signal(signal.SIGTERM)
            if twice:
                time.sleep(self.chance.uniform(0, 0.02))
                sender.send_signal(signal.SIGTERM)
            self.expect_end(sender, twice)
        self.finish(self.start_sender(port))

    def expect_end(self, sender, twice):
        started = time.monotonic()
        # A message that was begun takes up to four round trips, QUIT one more; the last reply alone takes one.
        replies = 2 if twice else 5
        within = replies * self.setting.delay / 1000 + 1.5
        # Before it takes signals in hand, a signal is its end: nothing has been sent then.
        code = self.finish(sender, (-signal.SIGTERM, self.INTERRUPTED, *NORMAL), within)
        if code == self.INTERRUPTED:
            self.notes.append(f"{time.monotonic() - started:.2f} s after {'two signals' if twice else 'one signal'}")
        left = oracle.under_way(self.path("state"))
        if left:
            raise Trouble(f"{left} messages were left in doubt after {'two signals' if twice else 'one signal'}")


class FullDisks(Round):
    """The state directory lies on a disk on which the ledger does not fit; then there is room."""

    INPUT_OUTPUT = 74

    @staticmethod
    def are_possible():
        probe = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
        return shutil.which("unshare") is not None and subprocess.run(probe, capture_output=True).returncode == 0

    def torment(self, port):
        os.mkdir(self.path("disk"))
        # Too small for what is known before the first message is sent, then perhaps large enough for some messages.
        least = math.log(self.setting.recipients / 10)
        sizes = [int(math.exp(self.chance.uniform(math.log(8), math.log(self.setting.recipients / 25)))),
                 *sorted(int(math.exp(self.chance.uniform(least, least + 2))) for _ in range(self.setting.blows))]
        script = subprocess.run(
            ["unshare", "-Urm", os.path.join(HERE, "disk.sh"), self.path("disk"), self.path("state"),
             " ".join(f"{size}k" for size in [*sizes, 65_536]), *self.send_command(port, "disk/state")],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        with open(self.path("sender.err"), "w") as file:
            file.write(script.stderr)
        codes = [int(word) for word in script.stdout.split()]
        self.notes += [f"{size} KiB: {code}" for size, code in zip(sizes, codes)]
        allowed = {self.INPUT_OUTPUT, *NORMAL}
        if len(codes) != len(sizes) + 1 or codes[0] in NORMAL or codes[-1] not in NORMAL or not allowed.issuperset(codes):
            raise Trouble(f"on disks of {sizes} KiB and on a large one the sender ended with {codes}: {self.last_words()}")


class Windows(Round):
    """A send window that opens and closes while mail goes out, on days that follow each other in seconds: each sender has
    its own time, and is killed soon after the change or before it. In every other round each recipient has a zone."""

    give_up = "1000h"
    DAY = 86_400
    FIRST_DAY = 24_000 * DAY
    HOURS = (10 * 3_600, 12 * 3_600)
    # The first is the campaign's; the other is an hour east of it, where the window opens and closes earlier.
    ZONES = (("Etc/UTC", 0), ("Etc/GMT-1", -3_600))

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.has_zones = self.setting.number % 2 == 1
        self.runs = []

    @property
    def window(self):
        column = ", zone-column: zone" if self.has_zones else ""
        return f'send-window: {{ days: daily, hours: "10:00-12:00", zone: {self.ZONES[0][0]}{column} }}\n'

    def zone(self, number):
        return self.ZONES[number % 2][0] if self.has_zones else ""

    def torment(self, port):
        offsets = [offset for _, offset in self.ZONES[:1 + self.has_zones]]
        for day in range(self.setting.blows + 1):
            # The first change closes the window, or there might be nothing left to send.
            change = self.chance.choice(offsets) + (self.HOURS[1] if day == 0 else self.chance.choice(self.HOURS))
            lead = self.chance.uniform(0.3, 1.2)
            sender = self.start_at(self.FIRST_DAY + day * self.DAY + change - lead, port)
            time.sleep(lead + self.chance.uniform(*self.chance.choice([(-0.2, 0.3), (0.5, 2), (0.5, 2)])))
            sender.send_signal(signal.SIGKILL)
            self.finish(sender, (-signal.SIGKILL, *NORMAL))
        # Half an hour before the first window closes all are open.
        self.finish(self.start_at(self.FIRST_DAY + 10 * self.DAY + self.HOURS[0] + 1_800, port))

    def start_at(self, moment, port):
        now = time.time()
        self.runs.append((now, moment - now))
        return self.start_sender(
            port, LD_PRELOAD=self.tools.clock, CLOCK_SHIFT=str(int((moment - now) * 1_000_000_000)))

    def outside_window(self, number, time):
        shift = [shift for started, shift in self.runs if started <= time][-1]
        _, offset = self.ZONES[number % 2 if self.has_zones else 0]
        # What had begun goes on, and the sender looks at its clock a few times a second.
        allowance = 0.6 + 5 * self.setting.delay / 1_000
        clock = (time + shift - offset) % self.DAY
        return not self.HOURS[0] <= clock <= self.HOURS[1] + allowance


KINDS = {
    "kill": Kills, "power": PowerLosses, "control": Controls, "failpoint": Failpoints, "term": Terminations,
    "disk": FullDisks, "window": Windows,
}


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
