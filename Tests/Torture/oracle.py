"""What must hold when a tormented campaign has ended: read from the receiver's log and from the ledger, by other code
than the sender's."""

import collections
import json
import os
import sqlite3

# Which step may follow which; None stands for being planned.
FOLLOWS = {
    "intent": {None, "withdrawn", "resend", "deferred", "postponed"},
    "withdrawn": {"intent"},
    "accepted": {"intent"},
    "refused": {None, "withdrawn", "resend", "intent", "deferred", "postponed"},
    "deferred": {None, "withdrawn", "resend", "intent", "deferred", "postponed"},
    "in_doubt": {"intent"},
    "expired": {None, "withdrawn", "resend", "intent", "deferred", "postponed"},
    "resend": {"in_doubt", "intent"},
    "dropped": {None, "withdrawn", "resend", "in_doubt", "deferred", "postponed"},
    "cancelled": {None, "withdrawn", "resend", "deferred", "postponed"},
    "postponed": {None, "withdrawn", "resend", "deferred", "postponed"},
}
FINAL = {"accepted", "refused", "expired", "in_doubt", "dropped", "cancelled"}


class Ledger:
    """The steps of each recipient, in order."""

    def __init__(self, path):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.addresses = dict(database.execute("SELECT line, address FROM recipient"))
        self.rejected = {line for line, in database.execute("SELECT line FROM recipient WHERE rejected IS NOT NULL")}
        self.steps = collections.defaultdict(list)
        self.doubts = []
        previous = None
        for number, kind, lines in database.execute("SELECT number, kind, lines FROM step ORDER BY number"):
            lines = json.loads(lines)
            for line in lines:
                self.steps[line].append(kind)
            if kind in ("in_doubt", "resend"):
                self.doubts.append(set(lines))
        database.close()

    def outcome(self, line):
        if line in self.rejected:
            return "rejected"
        last = self.steps[line][-1] if self.steps[line] else "waiting"
        return "deferred" if last == "postponed" else last

    @property
    def impossible(self):
        """Lines whose steps cannot have come in this order."""
        return [line for line, kinds in self.steps.items()
                if line not in self.addresses or line in self.rejected
                or any(before not in FOLLOWS.get(kind, set()) for before, kind in zip([None, *kinds], kinds))]

    @property
    def ever_in_doubt(self):
        return set().union(*self.doubts)


class Verdict:
    def __init__(self):
        self.problems, self.notes, self.received, self.twice, self.held, self.doubtful = [], [], 0, 0, 0, 0

    def __str__(self):
        return f"received {self.received:5d}, twice {self.twice:3d}, in doubt {self.doubtful:3d}, held {self.held:3d}"


class Totals:
    def __init__(self):
        self.rounds = self.received = self.twice = self.doubtful = self.held = self.worst = self.failed = 0

    def add(self, verdict):
        self.rounds += 1
        self.failed += bool(verdict.problems)
        for name in ("received", "twice", "doubtful", "held"):
            setattr(self, name, getattr(self, name) + getattr(verdict, name))
        self.worst = max(self.worst, verdict.twice)

    def __str__(self):
        return (f"{self.rounds} rounds, {self.failed} failed: {self.received} received, {self.doubtful} in doubt, {self.twice} of them received twice "
                f"(at most {self.worst} in a round), {self.held} held")


def under_way(state):
    """How many messages a sender that has ended has left with an intent and no outcome."""
    path = os.path.join(state, "ledger.sqlite")
    if not os.path.exists(path):
        return 0
    ledger = Ledger(path)
    return sum(ledger.outcome(line) == "intent" for line in ledger.addresses)


def judge(directory, setting, troubles, is_outside_window):
    verdict = Verdict()
    verdict.problems += troubles
    received = read_log(os.path.join(directory, "sink.jsonl"), verdict, is_outside_window)
    try:
        ledger = Ledger(os.path.join(directory, "state", "ledger.sqlite"))
    except (sqlite3.Error, TypeError, ValueError) as error:  # of a damaged file
        verdict.problems.append(f"the ledger cannot be read: {error}")
        return verdict
    expected = {number + 2: f"r{number}@d{number % 5}.example" for number in range(setting.recipients)}
    if not troubles:
        check_everybody(expected, ledger, received, verdict)
    name(verdict, ledger.impossible, "took steps that cannot follow each other")
    check_duplicates(setting, ledger, received, verdict)
    check_doubts(setting, ledger, verdict)
    if setting.kind == "term" and verdict.doubtful:
        verdict.problems.append(f"{verdict.doubtful} were in doubt although the sender ended in good order")
    return verdict


def read_log(path, verdict, is_outside_window):
    """How often the mail of each line was received. The token of a message is the line in its Message-ID."""
    received, outside = collections.Counter(), []
    with open(path) as file:
        for text in file:
            entry = json.loads(text)
            line = int(entry["message_id"].split(".", 1)[1].split("@")[0])
            received[line] += 1
            number = line - 2
            if entry["recipients"] != [f"r{number}@d{number % 5}.example"]:
                verdict.problems.append(f"the message for line {line} came to {entry['recipients']}")
            if is_outside_window(number, entry["time"]):
                outside.append(line)
    name(verdict, outside, "received it outside of the send window")
    verdict.received = sum(received.values())
    return received


def check_everybody(expected, ledger, received, verdict):
    """G1: everybody has ended in one way, and the receiver's word agrees."""
    outcomes = {line: ledger.outcome(line) for line in expected}
    verdict.held = sum(outcome == "in_doubt" for outcome in outcomes.values())
    unfinished = [line for line, outcome in outcomes.items() if outcome not in FINAL]
    name(verdict, unfinished, "have no outcome")
    name(verdict, [line for line in expected if ledger.addresses.get(line) != expected[line]], "have another address")
    name(verdict, [line for line, outcome in outcomes.items() if outcome == "accepted" and not received[line]],
         "are accepted and were not received")
    name(verdict, [line for line in received if outcomes.get(line) not in ("accepted", "in_doubt")],
         "were received and are neither accepted nor in doubt")


def check_duplicates(setting, ledger, received, verdict):
    """G2 and G3: who got it twice was in doubt; nobody does where those in doubt are held."""
    twice = [line for line, count in received.items() if count > 1]
    verdict.twice = len(twice)
    name(verdict, [line for line in twice if line not in ledger.ever_in_doubt], "received it twice and were never in doubt")
    if setting.policy == "hold":
        name(verdict, twice, "received it twice although those in doubt are held")


def check_doubts(setting, ledger, verdict):
    """G2: a crash leaves no more in doubt than was under way."""
    verdict.doubtful = sum(len(doubts) for doubts in ledger.doubts)
    for doubts in ledger.doubts:
        if len(doubts) > setting.in_flight:
            verdict.problems.append(f"one crash left {len(doubts)} in doubt, {setting.in_flight} were under way")


def name(verdict, lines, what):
    if lines:
        some = ", ".join(str(line) for line in sorted(lines)[:5])
        verdict.problems.append(f"{len(lines)} recipients {what}: lines {some}")
