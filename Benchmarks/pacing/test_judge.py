"""The judge on logs that are made up: what keeps to the limits passes, what breaks one is found."""

import random
import unittest

import judge

NOBODY = {"rate": 0, "connections": 0, "messages": 0}


def evenly(count, gap, start=1_800_000_000_000):
    """The log's view of messages every `gap` milliseconds."""
    return [int(start + index * gap) for index in range(count)]


def arrivals(times):
    return judge.Arrivals(sorted(times), max(times, default=0) + 1)


def failed(findings):
    return [finding.what for finding in findings if not finding.holds]


class Windows(unittest.TestCase):
    def test_a_rate_kept_exactly_fills_the_window_and_no_more(self):
        for rate in (1, 100, 250, 1000):
            for start in range(0, 1000, 97):
                self.assertEqual(judge.fullest_window(evenly(3 * rate, 1000 / rate, start), 1000), rate)

    def test_one_more_is_found_wherever_it_is(self):
        times = evenly(1000, 10)
        for place in (0, 1, 499, 998):
            self.assertEqual(judge.fullest_window(sorted(times + [times[place] + 3]), 1000), 101)

    def test_the_end_of_a_window_is_not_in_it(self):
        self.assertEqual(judge.fullest_window([0, 1000], 1000), 1)
        self.assertEqual(judge.fullest_window([0, 999], 1000), 2)
        self.assertEqual(judge.fullest_window([], 1000), 0)

    def test_it_agrees_with_trying_every_window(self):
        for seed in range(200):
            chance = random.Random(seed)
            times = sorted(chance.randrange(3000) for _ in range(chance.randrange(60)))
            slow = max((sum(t <= other < t + 1000 for other in times) for t in times), default=0)
            self.assertEqual(judge.fullest_window(times, 1000), slow, f"seed {seed}")

    def test_two_bursts_over_the_border_of_a_second(self):
        self.assertEqual(judge.fullest_window([900] * 60 + [1100] * 60, 1000), 120)


class Sites(unittest.TestCase):
    def judged(self, times, rate=100, expected=None, turned_away=NOBODY):
        expected = len(times) if expected is None else expected
        return failed(judge.site_findings(rate, expected, arrivals(times), turned_away))

    def test_the_gap_of_a_sender_that_keeps_a_hundredth_back(self):
        self.assertEqual(self.judged(evenly(1000, 10.1)), [])

    def test_too_fast(self):
        self.assertEqual(self.judged(evenly(1000, 9.9)), ["most in 1 s"])

    def test_too_slow(self):
        self.assertEqual(self.judged(evenly(1000, 10.25)), ["use of the rate"])

    def test_two_messages_that_are_made_up_for_at_once(self):
        times = evenly(500, 10.1) + evenly(500, 10.1, 1_800_000_000_000 + 5_030)
        self.assertEqual(self.judged(times), ["most in 1 s"])

    def test_lost_and_doubled(self):
        self.assertEqual(self.judged(evenly(999, 10.1), expected=1000), ["messages"])
        self.assertEqual(self.judged(evenly(1001, 10.1), expected=1000), ["messages"])

    def test_each_kind_of_refusal(self):
        for kind in NOBODY:
            self.assertEqual(self.judged(evenly(1000, 10.1), turned_away={**NOBODY, kind: 1}), ["turned away"])

    def test_nothing_came(self):
        self.assertEqual(self.judged([], expected=10), ["messages", "use of the rate"])


class Times(unittest.TestCase):
    def finding(self, *gaps):
        return judge.time_finding([(100, 1000, arrivals(evenly(1000, gap))) for gap in gaps])

    def test_the_slowest_site_counts(self):
        self.assertTrue(self.finding(10.1, 5).holds)
        self.assertFalse(self.finding(10.1, 10.4).holds)

    def test_too_early_is_wrong_too(self):
        self.assertFalse(self.finding(9).holds)

    def test_a_site_that_begins_late(self):
        late = arrivals(evenly(1000, 10, 1_800_000_001_000))
        self.assertFalse(judge.time_finding([(100, 1000, arrivals(evenly(1000, 10))), (100, 1000, late)]).holds)

    def test_no_mail(self):
        self.assertFalse(judge.time_finding([(100, 1000, judge.Arrivals())]).holds)


class Learning(unittest.TestCase):
    def test_the_lowest_and_the_highest_stretch(self):
        times = evenly(2_000, 5, 0) + evenly(1_000, 10, 10_000) + evenly(2_000, 5, 20_000)
        self.assertEqual(judge.extremes(times, 0, 30_000), (100, 200))
        self.assertEqual(judge.extremes(times, 0, 10_000), (200, 200))
        self.assertEqual(judge.extremes([], 0, 30_000), (0, 0))
        self.assertEqual(judge.extremes(times, 0, 4_000), (0, 0))

    def test_the_first_stretch_that_is_fast_enough(self):
        times = evenly(2_000, 5, 0) + evenly(6_000, 4, 10_000)
        self.assertEqual(judge.reaching_time(times, 0, 250), 15_000)
        self.assertEqual(judge.reaching_time(times, 0, 200), 5_000)
        self.assertIsNone(judge.reaching_time(times, 0, 260))
        self.assertIsNone(judge.reaching_time([], 0, 1))

    def test_means(self):
        self.assertEqual(judge.mean_rate(evenly(1_000, 5, 0), 1_000, 3_000), 200)
        self.assertEqual(judge.mean_rate([], 0, 0), 0)


class Logs(unittest.TestCase):
    def test_times_are_exact(self):
        for text, wanted in (("1.234", 1_234), ("1800000000.001", 1_800_000_000_001), ("7", 7_000), ("7.5", 7_500)):
            self.assertEqual(judge.milliseconds(text), wanted)

    def test_only_what_is_put_off_counts_as_such(self):
        lines = ['{"type":"Delivery","timestamp":5}', '{"type":"TransientFailure","timestamp":6}']
        self.assertEqual(judge.read_deferred(lines), [6_000])

    def test_lines_come_in_any_order(self):
        lines = ['{"time":2.010,"begun":2.000,"bytes":1}', '{"time":3.000,"begun":1.999,"bytes":1}']
        read = judge.read(lines)
        self.assertEqual((read.begun, read.ended), ([1_999, 2_000], 3_000))


if __name__ == "__main__":
    unittest.main()
