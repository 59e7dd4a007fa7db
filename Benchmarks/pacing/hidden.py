"""A receiver that does not say what it permits: how near to it a sender comes, and what finding out has cost."""

import judge
import stage

RATE = 200
LIFTED = 300
LIFTED_AFTER = 60
SETTLED_WITHIN = 15
RECOVERED_WITHIN = 150
TOLERANCE = 0.15
MOST_DEFERRED = 0.02


def site(answer):
    limits = ["--limit-rate", f"{RATE}/s", "--limit-rate-after", f"{LIFTED_AFTER}s={LIFTED}/s"]
    return stage.Site(
        "silent", "127.0.0.16", 1.0, connections=10, is_told=False, sink_options=[*limits, "--limit-answer", str(answer)])


def perform(sluice, directory, chosen):
    """As of `told`: the findings, by title."""
    with stage.Stage(sluice, directory, [site(chosen.answer)], chosen.disk) as scene:
        begun = scene.receivers["silent"].started
        scene.write(chosen.recipients, chosen.seed, retry="{ delays: [10s], give-up: 1h }")
        limit = chosen.recipients / RATE * 3 + 120
        attempts = scene.directory / "attempts.jsonl"
        report, wall = scene.send(limit, ["--grouping", chosen.grouping, "--log", attempts])
        scene.stop()
    with open(scene.directory / "silent.jsonl") as log:
        arrivals = judge.read(log)
    with open(attempts) as log:
        deferred = judge.read_deferred(log)
    title = (f"silent: {RATE}/s, {LIFTED}/s after {LIFTED_AFTER} s, answer {chosen.answer}; "
             f"{wall:.2f} s of sluice send, {report['retries']} retries")
    lifted = begun + LIFTED_AFTER * 1000
    return {title: findings(arrivals, chosen.recipients, deferred, lifted)}


def findings(arrivals, expected, deferred, lifted):
    """What finding out has cost at first is shown; what it costs from then on is judged.

    - deferred: when messages were put off.
    - lifted: when the limit was lifted, in the time of the log.
    """
    times = arrivals.begun
    first = times[0] if times else lifted
    learned = first + SETTLED_WITHIN * 1000
    rate = judge.mean_rate(times, learned, lifted)
    lowest, highest = judge.extremes(times, learned, lifted)
    recovered = judge.reaching_time(times, lifted, LIFTED * (1 - TOLERANCE))
    late = sum(time >= learned for time in deferred)
    share = late / max(1, late + sum(time >= learned for time in times))
    return [
        judge.Finding("messages", f"{len(times)}", f"{expected}", len(times) == expected),
        judge.Finding(f"rate from {SETTLED_WITHIN} s to the lift", f"{rate:.1f}/s", f"{RATE}/s +- 15 %",
                      abs(rate - RATE) <= TOLERANCE * RATE),
        judge.Finding("  in 5 s of it, from and to", f"{lowest:.0f}-{highest:.0f}/s", "(shown only)", True),
        judge.Finding(f"put off in the first {SETTLED_WITHIN} s", f"{len(deferred) - late}", "(shown only)", True),
        judge.Finding("put off from then on", f"{100 * share:.2f} %", f"< {100 * MOST_DEFERRED:.0f} %",
                      share < MOST_DEFERRED),
        judge.Finding(f"{LIFTED * (1 - TOLERANCE):.0f}/s after the lift within", seconds(recovered),
                      f"<= {RECOVERED_WITHIN} s", recovered is not None and recovered <= RECOVERED_WITHIN * 1000),
    ]


def seconds(milliseconds):
    return "never" if milliseconds is None else f"{milliseconds / 1000:.0f} s"
