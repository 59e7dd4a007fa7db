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
        report, wall = scene.send(limit, ["--grouping", chosen.grouping])
        turned_away = scene.stop()["silent"]["turned_away"]["rate"]
    with open(scene.directory / "silent.jsonl") as log:
        arrivals = judge.read(log)
    title = (f"silent: {RATE}/s, {LIFTED}/s after {LIFTED_AFTER} s, answer {chosen.answer}; "
             f"{wall:.2f} s of sluice send, {report['retries']} retries")
    lifted = begun + LIFTED_AFTER * 1000
    return {title: findings(arrivals, chosen.recipients, turned_away, lifted)}


def findings(arrivals, expected, turned_away, lifted):
    """- lifted: when the limit was lifted, in the time of the log."""
    times = arrivals.begun
    first = times[0] if times else lifted
    settled = judge.settling_time(times, first, lifted, RATE, TOLERANCE)
    settled_rate = judge.mean_rate(times, first + (settled or 0), lifted)
    recovered = judge.reaching_time(times, lifted, LIFTED * (1 - TOLERANCE))
    share = turned_away / max(1, turned_away + len(times))
    return [
        judge.Finding("messages", f"{len(times)}", f"{expected}", len(times) == expected),
        judge.Finding("within 15 % of the rate after", seconds(settled), f"<= {SETTLED_WITHIN} s",
                      settled is not None and settled <= SETTLED_WITHIN * 1000),
        judge.Finding("rate from then to the lift", f"{settled_rate:.1f}/s", f"{RATE}/s +- 15 %",
                      abs(settled_rate - RATE) <= TOLERANCE * RATE),
        judge.Finding("MAIL turned away", f"{100 * share:.2f} %", f"< {100 * MOST_DEFERRED:.0f} %",
                      share < MOST_DEFERRED),
        judge.Finding(f"{LIFTED * (1 - TOLERANCE):.0f}/s after the lift within", seconds(recovered),
                      f"<= {RECOVERED_WITHIN} s", recovered is not None and recovered <= RECOVERED_WITHIN * 1000),
    ]


def seconds(milliseconds):
    return "never" if milliseconds is None else f"{milliseconds / 1000:.0f} s"
