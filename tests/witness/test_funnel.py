"""Funnels against a search of all attempts, retention against pandas."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame

TYPES = ["view", "cart", "buy"]  # rows 1, 2, 3; row 0 is "event"
ANYTHING, OTHERS, NOTHING = 1, 2, 3
HOLDS = {1: None, 2: "session", 3: "item"}


def attempts(events, steps, options):
    """Every attempt as the tuple of its events' places: by trying all of them."""
    def go_on(taken, place):
        yield tuple(taken)
        if len(taken) == len(steps):
            return
        wanted = steps[len(taken)]
        for i in range(place, len(events)):
            kind, time = events[i]
            if kind in wanted and (options.window == 0 or time - events[taken[0]][1] <= options.window):
                yield from go_on(taken + [i], i + 1)
            if options.between == NOTHING:
                return
            if options.between == OTHERS and kind not in steps[len(taken) - 1] and any(kind in step for step in steps):
                return

    for i, (kind, time) in enumerate(events):
        if kind in steps[0] and (options.since == NO_TIME or time >= options.since) and \
                (options.until == NO_TIME or time < options.until):
            yield from go_on([i], i + 1)


def best_attempt(events, steps, options):
    """The first that comes farthest; of those that arrive together, the last to begin."""
    found = list(attempts(events, steps, options))
    if not found:
        return ()
    depth = max(map(len, found))
    return min((a for a in found if len(a) == depth), key=lambda a: (a[-1], [-i for i in a]))


def user_depths(frame, users, steps, options):
    depths, times = np.zeros(users, int), {}
    known = frame[(frame.time != NO_TIME) & (frame.user != NO_ROW)]
    held = HOLDS[options.hold]
    if held:
        known = known[known[held] != NO_ROW]
    for user, mine in known.groupby("user"):
        for _, events in (mine.groupby(held) if held else [(0, mine)]):
            events = events.sort_values("time", kind="stable")
            taken = best_attempt(list(zip(events.type, events.time)), steps, options)
            if len(taken) > depths[user]:
                depths[user] = len(taken)
                times[user] = events.time.to_numpy()[list(taken)]
    return depths, times


@pytest.mark.parametrize("seed", range(40))
def test_funnels_of_random_logs(recs, seed):
    rng = np.random.default_rng(seed)
    users, count = 12, 160
    frame = random_frame(rng, count, users, 3, 4, types=4)
    frame.time = np.where(frame.time == NO_TIME, NO_TIME, rng.integers(0, 30, count))
    log = Log(recs, [f"u{i}" for i in range(users)], list("abc"), list("stuv"), TYPES, frame, threads=1 + seed % 3)
    names = ["event"] + TYPES
    chosen = [sorted(rng.choice(4, rng.integers(1, 3), replace=False)) for _ in range(rng.integers(1, 5))]
    text = ", ".join("|".join(names[t] for t in step) for step in chosen)
    options = recs.options("funnel", window=int(rng.integers(0, 12)), between=1 + seed % 3, hold=1 + seed // 3 % 3)
    if seed % 5 == 0:
        options.since, options.until = 4, 20
    funnel = recs.make("recs_funnel", recs.lib.recs_funnel_create, log.events, text.encode(), options, recs.ffi.NULL,
                       recs.ffi.NULL)
    depths, times = user_depths(frame, users, [set(step) for step in chosen], options)
    assert recs.view(recs.lib.recs_funnel_depths(funnel), users, np.uint8).tolist() == depths.tolist()
    reached = recs.view(recs.lib.recs_funnel_users(funnel), len(chosen), np.uint64)
    happened = recs.view(recs.lib.recs_funnel_events(funnel), len(chosen), np.uint64)
    for step, kinds in enumerate(chosen):
        assert reached[step] == np.sum(depths > step)
        assert happened[step] == frame.type.isin(kinds).sum()
    check_times(recs, funnel, len(chosen), depths, times)


def check_times(recs, funnel, steps, depths, times):
    out = [recs.ffi.new("double *") for _ in range(3)]
    for step in range(1, steps):
        for from_first in (0, 1):
            recs.ok(recs.lib.recs_funnel_times(*out, funnel, 0, step, from_first))
            took = [t[step] - t[0 if from_first else step - 1] for t in times.values() if len(t) > step]
            found = [value[0] for value in out]
            if not took:
                assert np.isnan(found).all()
                continue
            np.testing.assert_allclose(found, [np.mean(took), np.median(took), np.percentile(took, 90)], rtol=1e-12)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("period", ["D", "W", "M"])
def test_retention_of_random_logs(recs, seed, period):
    rng = np.random.default_rng(seed)
    users, count = 40, 400
    frame = random_frame(rng, count, users, 3, 4, types=4)
    begin = pd.Timestamp("2023-11-20") if seed % 2 else pd.Timestamp("1899-12-20")
    days = rng.integers(0, 200 if period == "M" else 40, count)
    milliseconds = int((begin - pd.Timestamp("1970-01-01")) / pd.Timedelta("1ms"))
    frame.time = np.where(frame.time == NO_TIME, NO_TIME, milliseconds + days * 86400000 + rng.integers(0, 86400000, count))
    log = Log(recs, [f"u{i}" for i in range(users)], list("abc"), list("stuv"), TYPES, frame)
    zone, rolling = int(rng.integers(-900, 900)), seed % 3 == 0
    births, returns = recs.ffi.new("char[]", b"view|buy"), recs.ffi.new("char[]", b"*" if seed % 4 else b"cart | buy")
    options = recs.options("retention", births=births, returns=returns, zone=zone, rolling=rolling,
                           period={"D": 1, "W": 2, "M": 3}[period])
    table = recs.make("recs_retention", recs.lib.recs_retention_create, log.events, options, recs.ffi.NULL, recs.ffi.NULL)
    check_retention(recs, table, frame, period, zone, [0, 1, 2, 3] if seed % 4 else [2, 3], rolling)


def check_retention(recs, table, frame, period, zone, returns, rolling):
    frame = frame[(frame.time != NO_TIME) & (frame.user != NO_ROW)].copy()
    local = pd.to_datetime(frame.time, unit="ms") + pd.Timedelta(minutes=zone)
    number = local.dt.to_period(period).astype("int64")
    born = frame[frame.type.isin([1, 3])].groupby("user").time.min()
    frame["period"], frame["birth"] = number, frame.user.map(born)
    cohort = (pd.to_datetime(born, unit="ms") + pd.Timedelta(minutes=zone)).dt.to_period(period).astype("int64")
    first, last, end = cohort.min(), cohort.max(), number.max()
    cohorts, periods = last - first + 1, end - first + 1
    assert recs.lib.recs_retention_cohorts(table) == cohorts and recs.lib.recs_retention_periods(table) == periods
    there = frame[frame.type.isin(returns) & (frame.time >= frame.birth)].copy()
    there["cohort"] = there.user.map(cohort) - first
    there["offset"] = there.period - there.cohort - first
    there["money"] = (there.price * there.quantity).fillna(0)
    shape = (cohorts, periods)
    users, events, money = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape)
    for (c, p), cell in there.groupby(["cohort", "offset"]):
        users[int(c), int(p)], events[int(c), int(p)], money[int(c), int(p)] = cell.user.nunique(), len(cell), cell.money.sum()
    if rolling:
        users[:] = 0
        for _, mine in there.groupby("user"):
            users[int(mine.cohort.iloc[0]), :int(mine.offset.max()) + 1] += 1
    cells = cohorts * periods
    assert (recs.view(recs.lib.recs_retention_users(table), cells, np.uint64).reshape(shape) == users).all()
    assert (recs.view(recs.lib.recs_retention_events(table), cells, np.uint64).reshape(shape) == events).all()
    np.testing.assert_allclose(recs.view(recs.lib.recs_retention_money(table), cells, np.float64).reshape(shape), money, rtol=1e-12)
    sizes = (cohort - first).value_counts().reindex(range(cohorts)).fillna(0)
    assert recs.view(recs.lib.recs_retention_sizes(table), cohorts, np.uint64).tolist() == sizes.tolist()
    check_calendar(recs, table, local, period, zone, first, cohorts, end)


def check_calendar(recs, table, local, period, zone, first, cohorts, end):
    starts = recs.view(recs.lib.recs_retention_starts(table), cohorts, np.int64)
    observed = recs.view(recs.lib.recs_retention_observed(table), cohorts, np.uint32)
    complete = recs.view(recs.lib.recs_retention_complete(table), cohorts, np.uint32)
    for c in range(cohorts):
        begin = pd.Period(ordinal=first + c, freq=period).start_time - pd.Timedelta(minutes=zone)
        assert starts[c] == (begin - pd.Timestamp("1970-01-01")) // pd.Timedelta("1ms")
        assert observed[c] == end - first - c + 1
        over = [p for p in range(int(observed[c]))
                if pd.Period(ordinal=first + c + p, freq=period).end_time.normalize() <= local.max().normalize()]
        assert complete[c] == len(over)
