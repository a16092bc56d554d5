"""Funnels and retention of a log in memory, beside ClickHouse in this process (chDB) and polars."""
import numpy as np

import compare
import library
from harness import Contest, Peer, case

STEPS = ["visit", "search", "view", "cart", "purchase"]
DAY = 86400000
WINDOW = 7 * DAY
SPAN = 365 * DAY


class Log:
    """Events in order of arrival, no two at the same time: later steps are rarer, active users have many."""

    def __init__(self, count, threads):
        rng = np.random.default_rng(1)
        self.users = max(count // 20, 10)
        self.user = (self.users * rng.random(count) ** 2).astype(np.uint32)
        self.type = rng.choice(5, count, p=[0.4, 0.25, 0.2, 0.1, 0.05]).astype(np.uint32)
        self.time = 1577836800000 + np.sort(rng.choice(SPAN, count, replace=False)).astype(np.int64)
        self.events = self.build(threads)

    def build(self, threads):
        recs = library.load()
        users, items = library.ids(self.users, threads), library.ids(1, threads)
        events = recs.make("recs_events", recs.lib.recs_events_create, users, items)
        rows, row = np.empty(len(STEPS), np.uint32), recs.ffi.new("uint32_t *")
        for i, step in enumerate(STEPS):
            recs.ok(recs.lib.recs_events_type(row, events, step.encode(), len(step)))
            rows[i] = row[0]
        types = rows[self.type]
        recs.ok(recs.lib.recs_events_append(events, recs.ffi.new("recs_event_columns *", {
            "struct_size": recs.ffi.sizeof("recs_event_columns"), "users": recs.array("uint32_t", self.user),
            "types": recs.array("uint32_t", types), "times": recs.array("int64_t", self.time)}), len(types)))
        return events

    def arrow(self):
        import pyarrow
        return pyarrow.table({"user": self.user, "type": self.type.astype(np.uint8), "time": self.time})


class ClickHouse:
    """A session with the log as a table in memory."""

    def __init__(self, log, threads):
        from chdb import session
        self.session = session.Session()
        table = log.arrow()  # found by its name
        assert table.num_rows
        self.session.query(f"SET max_threads = {threads}")
        self.session.query("CREATE DATABASE IF NOT EXISTS bench")
        self.session.query("DROP TABLE IF EXISTS bench.log")
        self.session.query("CREATE TABLE bench.log (user UInt32, type UInt8, time Int64) ENGINE = Memory")
        self.session.query("INSERT INTO bench.log SELECT user, type, time FROM Python(table)")

    def rows(self, query):
        text = str(self.session.query(query, "CSV")).split()
        return np.array([[int(cell) for cell in line.split(",")] for line in text])

    def funnel(self):
        conditions = ", ".join(f"type = {step}" for step in range(len(STEPS)))
        counts = self.rows("SELECT level, count() FROM (SELECT windowFunnel(" + str(WINDOW) + ")(toUInt64(time), " + conditions +
                           ") AS level FROM bench.log GROUP BY user) GROUP BY level ORDER BY level")
        depths = np.zeros(len(STEPS) + 1, np.int64)
        depths[counts[:, 0]] = counts[:, 1]
        return np.cumsum(depths[::-1])[::-1][1:]

    def retention(self):
        return self.rows("""
            SELECT first, month - first AS period, count(), sum(events)
            FROM (SELECT user, min(month) AS first, groupArray((month, events)) AS months
                  FROM (SELECT user, toMonth(day) + 12 * toYear(day) AS month, count() AS events
                        FROM (SELECT user, toDate(intDiv(time, 86400000)) AS day FROM bench.log) GROUP BY user, month)
                  GROUP BY user)
            ARRAY JOIN months.1 AS month, months.2 AS events
            GROUP BY first, period ORDER BY first, period""")


def our_funnel(log):
    recs = library.load()
    funnel = recs.make("recs_funnel", recs.lib.recs_funnel_create, log.events, ",".join(STEPS).encode(),
                       recs.options("funnel", window=WINDOW), recs.ffi.NULL, recs.ffi.NULL)
    return recs.view(recs.lib.recs_funnel_users(funnel), len(STEPS), np.uint64)


def our_retention(log):
    recs = library.load()
    table = recs.make("recs_retention", recs.lib.recs_retention_create, log.events, recs.ffi.NULL, recs.ffi.NULL, recs.ffi.NULL)
    cohorts, periods = recs.lib.recs_retention_cohorts(table), recs.lib.recs_retention_periods(table)
    users = recs.view(recs.lib.recs_retention_users(table), cohorts * periods, np.uint64)
    events = recs.view(recs.lib.recs_retention_events(table), cohorts * periods, np.uint64)
    return np.stack([users, events], 1).reshape(cohorts, periods, 2)


def same_table(ours, rows):
    """Ours, by cohort and period, and the peer's rows of (month, period, users, events)."""
    found = np.zeros_like(ours, np.int64)
    found[rows[:, 0] - rows[:, 0].min(), rows[:, 1]] = rows[:, 2:]
    return compare.same_values(ours, found, 0)


def polars_retention(frame):
    import polars as pl
    months = frame.lazy().select("user", month=pl.col("time").cast(pl.Datetime("ms")).dt.year().cast(pl.Int32) * 12 +
                                 pl.col("time").cast(pl.Datetime("ms")).dt.month().cast(pl.Int32))
    by_month = months.group_by("user", "month").agg(events=pl.len())
    first = by_month.with_columns(first=pl.col("month").min().over("user"))
    table = first.group_by("first", period=pl.col("month") - pl.col("first")).agg(users=pl.len(), events=pl.col("events").sum())
    return table.collect().to_numpy().astype(np.int64)


@case("funnel")
def funnel(settings):
    for count in [1_000_000] if settings.quick else [1_000_000, 10_000_000]:
        log = Log(count, settings.threads)
        house = ClickHouse(log, settings.threads)
        yield Contest(f"generated, five steps within 7 days, {count:,} events", lambda: our_funnel(log), {
            "clickhouse": Peer(house.funnel, lambda ours, peer: compare.same_values(ours, peer, 0))})


@case("retention")
def retention(settings):
    import polars
    for count in [1_000_000] if settings.quick else [1_000_000, 10_000_000]:
        log = Log(count, settings.threads)
        house, frame = ClickHouse(log, settings.threads), polars.from_arrow(log.arrow())
        yield Contest(f"generated, by month, {count:,} events", lambda: our_retention(log), {
            "clickhouse": Peer(house.retention, same_table),
            "polars": Peer(lambda: polars_retention(frame), same_table)})
