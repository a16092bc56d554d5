"""The rules of cleaning against pandas, on random logs and on a real shop's."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame, read_events, retail

RULES = ["duplicate", "missing user", "missing item", "returned", "cancelled", "excluded item", "nonpositive quantity",
         "nonpositive price", "quantity outlier", "price outlier", "bot"]
OFF = dict(max_quantity_score=0, max_price_score=0, max_user_rate_score=0, drop_duplicates=0, drop_missing_user=0,
           drop_missing_item=0, drop_nonpositive_quantity=0, drop_nonpositive_price=0, match_returns=0)


def run(recs, events, **options):
    """The cleaned events as a frame, and the report as a dict in its order."""
    out, report = recs.ffi.new("recs_events **"), recs.ffi.new("recs_report **")
    texts = {name: recs.ffi.new("char[]", value.encode()) for name, value in options.items() if isinstance(value, str)}
    settings = recs.options("clean", **{**options, **texts})
    recs.ok(recs.lib.recs_events_clean(out, report, events, settings, recs.ffi.NULL, recs.ffi.NULL))
    counts = {}
    reason, count = recs.ffi.new("char const **"), recs.ffi.new("uint64_t *")
    for i in range(recs.lib.recs_report_count(report[0])):
        recs.ok(recs.lib.recs_report_entry(reason, count, recs.ffi.NULL, recs.ffi.NULL, report[0], i))
        counts[recs.ffi.string(reason[0]).decode()] = count[0]
    frame = read_events(recs, out[0])
    recs.lib.recs_events_free(out[0])
    recs.lib.recs_report_free(report[0])
    return frame, counts


def returned(frame, cancelled):
    """Indices of matched returns and purchases: the plainest search through each user's and item's events in order."""
    gone = set()
    order = frame[(frame.user != NO_ROW) & (frame["item"] != NO_ROW) & (frame.quantity != 0)]
    order = order.sort_values("time", kind="stable")
    brought_back = order[order.quantity < 0][["user", "item"]].drop_duplicates()
    order = order.reset_index().merge(brought_back).set_index("index")
    for _, group in order.groupby(["user", "item"], sort=False):
        events = list(zip(group.index, group.quantity))
        for place, (event, quantity) in enumerate(events):
            if quantity >= 0:
                continue
            for other, bought in reversed(events[:place]):
                if bought == -quantity and other not in gone and not cancelled[other]:
                    gone |= {other, event}
                    break
    return frame.index.isin(list(gone))


def far(values, score):
    """By robust scores of log(1 + x) of the positive values; where the MAD is 0, that of the values that differ."""
    x = np.log1p(values.where(values > 0))
    deviation = (x - x.median()).abs()
    spread = deviation.median()
    if spread == 0:
        spread = deviation[deviation > 0].median()
    return deviation > score * 1.4826 * spread if spread > 0 else deviation.isna() & False


def bots(frame, score):
    known = frame[(frame.user != NO_ROW) & (frame.time != NO_TIME)]
    days = known.time // 86400000
    rates = np.log(known.groupby("user").size() / days.groupby(known.user).nunique())
    deviation = (rates - rates.median()).abs()
    spread = deviation.median() or deviation[deviation > 0].median()
    return frame.user.isin(rates.index[rates - rates.median() > score * 1.4826 * spread])


def witness(frame, cancelled, excluded, options):
    """The kept events and the counts, rule by rule."""
    def on(option):
        return bool(options.get(option, 0))

    counts = {}
    rules = {
        "duplicate": lambda f: f.duplicated() & on("drop_duplicates"),
        "missing user": lambda f: (f.user == NO_ROW) & on("drop_missing_user"),
        "missing item": lambda f: (f["item"] == NO_ROW) & on("drop_missing_item"),
        "returned": lambda f: pd.Series(on("match_returns") and returned(f, cancelled(f)), f.index),
        "cancelled": cancelled,
        "excluded item": lambda f: f["item"].isin(excluded),
        "nonpositive quantity": lambda f: (f.quantity <= 0) & on("drop_nonpositive_quantity"),
        "nonpositive price": lambda f: (f.price <= 0) & on("drop_nonpositive_price"),
        "quantity outlier": lambda f: far(f.quantity, options["max_quantity_score"]) & on("max_quantity_score"),
        "price outlier": lambda f: far(f.price, options["max_price_score"]) & on("max_price_score"),
        "bot": lambda f: bots(f, options["max_user_rate_score"]) & on("max_user_rate_score"),
    }
    for name, rule in rules.items():
        drop = rule(frame).astype(bool)
        counts[name] = int(drop.sum())
        frame = frame[~drop]
    return frame.reset_index(drop=True), {"kept": len(frame), **counts}


def same(found, wanted):
    for name in wanted.columns:
        values = wanted[name].to_numpy().astype(found[name].dtype)
        np.testing.assert_array_equal(found[name].to_numpy(), values, err_msg=name)


@pytest.mark.parametrize("seed", range(8))
def test_random_logs(recs, seed):
    rng = np.random.default_rng(seed)
    users, items = [f"u{i}" for i in range(12)], [f"i{i}" for i in range(9)]
    sessions = [f"{'CX'[i % 2]}{i}" for i in range(10)]
    frame = random_frame(rng, 3000, 12, 9, 10)
    frame.loc[rng.integers(0, 3000, 3), "quantity"] = 1e7
    frame.loc[rng.integers(0, 3000, 3), "price"] = 1e7
    frame = pd.concat([frame, frame.sample(100, random_state=seed)], ignore_index=True)
    log = Log(recs, users, items, sessions, ["view", "buy"], frame)
    even = [i for i in range(10) if i % 2 == 0]
    for _ in range(6):
        options = {name: int(rng.integers(0, 2)) for name in OFF}
        options.update({name: float(rng.choice([0, 1.5, 3])) for name in OFF if name.startswith("max_")})
        wanted, counts = witness(frame, lambda f: f.session.isin(even), [3, 5], options)
        found, report = run(recs, log.events, cancelled_prefix="C", excluded_items="i3,nothing,i5", **options)
        assert report == counts
        assert list(report) == ["kept", *RULES]
        same(found, wanted)


def test_threads_give_the_same(recs):
    frame = random_frame(np.random.default_rng(1), 2000, 10, 10, 10)
    names = [str(i) for i in range(10)]
    results = [run(recs, Log(recs, names, names, names, ["a", "b"], frame, threads=t).events, max_user_rate_score=2.0)
               for t in (1, 2, 8)]
    for found, report in results[1:]:
        assert report == results[0][1]
        same(found, results[0][0])


def test_a_real_shop(recs):
    log, frame, _, items, sessions = retail(recs)
    fees = "POST,DOT,M,C2,D,S,B,CRUK,PADS,BANK CHARGES,AMAZONFEE,m"
    defaults = {name: getattr(recs.options("clean"), name) for name in OFF}
    cancelled = [i for i, name in enumerate(sessions) if name.startswith("C")]
    excluded = [items.index(name) for name in fees.split(",")]
    found, report = run(recs, log.events, cancelled_prefix="C", excluded_items=fees)
    wanted, counts = witness(frame, lambda f: f.session.isin(cancelled), excluded, defaults)
    assert report == counts
    same(found, wanted)
    assert report["duplicate"] > 5000 and report["missing user"] > 130000 and report["kept"] > 380000
