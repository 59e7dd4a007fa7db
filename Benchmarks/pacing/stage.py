"""Receivers, a list and a manifest on this machine: everything that a run needs but its judge."""

import json
import os
import random
import re
import select
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LETTER = "Good day,\n\nthis letter has come no faster than its receiver permits.\n\nExample Shop\n"

MANIFEST = """\
name: pacing
class: bulk
from: "Example Shop <news@shop.example>"
envelope-from: bounces@shop.example
subject: "As fast as you permit"
text: letter.txt
recipients: {{ file: recipients.csv, address: email }}
shaping: [shaping.toml]
directory: mx.txt
limits: {{ sessions-per-site: 50, messages-per-session: {messages_per_session} }}
retry: {retry}
"""

# The shipped rules have a rate of 100/s for everybody, which would bind before the limits that are tried.
NO_OTHER_RULES = """\
["default"]
replace_base = true
"""


class Trouble(Exception):
    """What stops a run, in one sentence."""


@dataclass
class Site:
    """A provider: what it permits, and its share of the list."""

    name: str
    host: str
    share: float
    rate: int = 0
    connections: int = 10
    messages_per_session: int = 0
    #: Percent of its recipients that go before the rest.
    canary: int = 0
    #: False for one whose limits the sender is not told.
    is_told: bool = True
    sink_options: list = field(default_factory=list)

    def options(self):
        """The limits of its receiver. A burst of 50 ms is what a network may push together."""
        options = ["--limit-connections", str(self.connections), *self.sink_options]
        if self.rate:
            options += ["--limit-rate", f"{self.rate}/s,max_burst={max(5, self.rate // 20)}"]
        if self.messages_per_session:
            options += ["--limit-messages", str(self.messages_per_session)]
        return options

    def shaping(self):
        lines = [f'[provider."{self.name}"]', f'match = [{{ MXSuffix = ".{self.name}.example" }}]']
        lines.append(f"connection_limit = {self.connections}")
        if self.rate and self.is_told:
            lines.append(f'max_message_rate = "{self.rate}/s"')
        if self.messages_per_session:
            lines.append(f"max_deliveries_per_connection = {self.messages_per_session}")
        adaptive = f"backoff = {'false' if self.is_told else 'true'}, pause_above = 100, canary = {self.canary}"
        return "\n".join([*lines, f"adaptive = {{ {adaptive} }}", ""])


class Receiver:
    """`sluice sink` on a free port, until `stop`."""

    def __init__(self, sluice, host, log, options):
        self.log = Path(log)
        self.log.unlink(missing_ok=True)
        # A receiver that reads late sees messages come together that did not: it goes first, where that is permitted.
        command = ["nice", "-n", "-10", sluice, "sink", "--listen", f"{host}:0", "--workers", "1", "--json"]
        #: Milliseconds since 1970, as in the log; its limits count from a moment later.
        self.started = time.time_ns() // 1_000_000
        self.process = subprocess.Popen(
            [*command, "--log", self.log, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], 10)
        found = re.search(r"listening on \S+:(\d+)", self.process.stdout.readline()) if ready else None
        if found is None:
            self.stop()
            raise Trouble(f"the receiver on {host} does not say its port")
        self.address = f"{host}:{found[1]}"

    def stop(self):
        """Its statistics; empty when it has none to give."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            output, _ = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            output, _ = self.process.communicate()
        lines = output.splitlines()
        return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}


class Stage:
    """The receivers of some sites, and a campaign to them in a directory of its own."""

    def __init__(self, sluice, directory, sites, is_on_disk):
        self.sluice, self.directory, self.sites = sluice, Path(directory), sites
        in_memory = "/dev/shm" if not is_on_disk and os.path.isdir("/dev/shm") else None
        self.state = tempfile.TemporaryDirectory(dir=in_memory or directory, prefix="sluice-")
        self.receivers = {}
        self.counts = {}

    def __enter__(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            for site in self.sites:
                log = self.directory / f"{site.name}.jsonl"
                self.receivers[site.name] = Receiver(self.sluice, site.host, log, site.options())
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.state.cleanup()

    def stop(self):
        """The statistics of all receivers that still run, by site."""
        return {name: self.receivers.pop(name).stop() for name in list(self.receivers)}

    def write(self, recipients, seed, domains_per_site=40, messages_per_session=1_000_000, retry="{ first: 5m }"):
        """The campaign: domains that have nothing but their exchangers in common, addresses in a random order."""
        chance = random.Random(seed)
        names = [f"d{number:04}.example" for number in range(domains_per_site * len(self.sites))]
        chance.shuffle(names)
        rows, lines = [], []
        for place, site in enumerate(self.sites):
            domains = names[place * domains_per_site:(place + 1) * domains_per_site]
            address = self.receivers[site.name].address
            lines += [f"{domain} mx.{site.name}.example={address}" for domain in domains]
            self.counts[site.name] = round(site.share * recipients)
            rows += [f"r{place}-{number}@{chance.choice(domains)}" for number in range(self.counts[site.name])]
        chance.shuffle(rows)
        manifest = MANIFEST.format(messages_per_session=messages_per_session, retry=retry)
        contents = {
            "recipients.csv": "email\n" + "\n".join(rows), "mx.txt": "\n".join(sorted(lines)),
            "shaping.toml": "\n".join([NO_OTHER_RULES, *(site.shaping() for site in self.sites)]), "campaign.yaml": manifest,
            "letter.txt": LETTER}
        for name, text in contents.items():
            (self.directory / name).write_text(text.rstrip("\n") + "\n")

    def send(self, limit, options=()):
        """The report of the run, and its seconds."""
        command = [self.sluice, "send", self.directory / "campaign.yaml", "--yes", "--json"]
        command += ["--state", Path(self.state.name) / "state", *options]
        started = time.monotonic()
        with open(self.directory / "send.err", "w+") as errors:
            sender = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
            try:
                output, _ = sender.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                raise Trouble(f"sluice send did not end within {limit:.0f} s") from None
            finally:
                if sender.poll() is None:
                    sender.kill()
                    sender.communicate()
            taken = time.monotonic() - started
            errors.seek(0)
            words = errors.read().strip().splitlines()
        if not output.lstrip().startswith("{"):
            raise Trouble(f"sluice send ended with {sender.returncode}: {words[-1] if words else 'no message'}")
        return json.loads(output), taken


def fresh(name):
    """An empty directory under .build."""
    directory = ROOT / ".build" / "pacing" / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def build():
    """Builds sluice; its path."""
    swift = ["swift", "build", "--package-path", str(ROOT), "-c", "release"]
    subprocess.run([*swift, "--product", "sluice"], check=True, stdout=subprocess.DEVNULL)
    place = subprocess.run([*swift, "--show-bin-path"], check=True, capture_output=True, text=True)
    return str(Path(place.stdout.strip()) / "sluice")
