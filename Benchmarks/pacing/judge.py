"""What the logs of receivers say about how a sender kept its limits. Times are whole milliseconds."""

import json
from dataclasses import dataclass, field


@dataclass
class Arrivals:
    """What one receiver saw: when each MAIL came, in order, and when the last message was there whole."""

    begun: list = field(default_factory=list)
    ended: int = 0


@dataclass
class Finding:
    what: str
    measured: str
    wanted: str
    holds: bool


def milliseconds(text):
    """`1.234` is 1234, exactly: as a float it might not be."""
    seconds, _, rest = text.partition(".")
    return int(seconds) * 1000 + int((rest + "000")[:3])


def read(lines):
    arrivals = Arrivals()
    for line in lines:
        record = json.loads(line, parse_float=milliseconds)
        arrivals.begun.append(record["begun"])
        arrivals.ended = max(arrivals.ended, record["time"])
    arrivals.begun.sort()
    return arrivals


def read_deferred(lines):
    """When a sender's messages were put off, from its log of attempts: to the second."""
    records = (json.loads(line) for line in lines)
    return [record["timestamp"] * 1000 for record in records if record["type"] == "TransientFailure"]


def fullest_window(times, period):
    """The most of the sorted times that any half-open window of the period holds.

    The log leaves out fractions of milliseconds. Two messages whose times differ by less than the period are in one
    window for certain, so nobody is accused wrongly; those that differ by exactly the period may be in one as well.
    """
    most, first = 0, 0
    for index, time in enumerate(times):
        while time - times[first] >= period:
            first += 1
        most = max(most, index - first + 1)
    return most


def share_of_rate(times, per_second):
    """How much of its rate a receiver got between its first message and its last."""
    if len(times) < 2 or times[-1] == times[0]:
        return 0.0
    return (len(times) - 1) * 1000 / (times[-1] - times[0]) / per_second


def site_findings(rate, expected, arrivals, turned_away, least_use=0.98):
    """One receiver against its limits.

    - rate: messages per second that it permits.
    - expected: messages that should have come.
    - turned_away: as `sluice sink --json` prints it.
    """
    fullest = fullest_window(arrivals.begun, 1000)
    use = share_of_rate(arrivals.begun, rate)
    refused = sum(turned_away.values())
    return [
        Finding("messages", f"{len(arrivals.begun)}", f"{expected}", len(arrivals.begun) == expected),
        Finding("most in 1 s", f"{fullest}", f"<= {rate}", fullest <= rate),
        Finding("turned away", f"{refused}", "0", refused == 0),
        Finding("use of the rate", f"{100 * use:.2f} %", f">= {100 * least_use:.0f} %", use >= least_use),
    ]


def time_finding(sites, tolerance=0.03):
    """All of it against the site that takes longest; `sites` are (rate, expected, arrivals)."""
    plan = max(expected / rate for rate, expected, _ in sites)
    seen = [arrivals for _, _, arrivals in sites if arrivals.begun]
    taken = (max(a.ended for a in seen) - min(a.begun[0] for a in seen)) / 1000 if seen else 0.0
    low, high = plan * (1 - tolerance), plan * (1 + tolerance)
    return Finding("time in all", f"{taken:.2f} s", f"{low:.2f}-{high:.2f} s", low <= taken <= high)


def rates_over(times, start, end, step=1000):
    """Messages per second in each step from `start` to `end`."""
    counts = [0] * max(0, (end - start) // step)
    for time in times:
        place = (time - start) // step
        if 0 <= place < len(counts):
            counts[place] += 1
    return [count * 1000 / step for count in counts]


def extremes(times, start, end, over=5000):
    """The lowest and the highest mean rate of all stretches of `over` between `start` and `end`."""
    rates, width = rates_over(times, start, end), over // 1000
    means = [sum(rates[at:at + width]) / width for at in range(len(rates) - width + 1)]
    return (min(means), max(means)) if means else (0.0, 0.0)


def reaching_time(times, start, rate, over=5000):
    """Milliseconds from `start` to the end of the first stretch of `over` whose mean is the rate; None for none."""
    rates = rates_over(times, start, times[-1]) if times else []
    width = over // 1000
    for at in range(len(rates) - width + 1):
        if sum(rates[at:at + width]) / width >= rate:
            return (at + width) * 1000
    return None


def mean_rate(times, start, end):
    return sum(start <= time < end for time in times) * 1000 / (end - start) if end > start else 0.0
