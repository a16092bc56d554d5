"""The rules of cleaning against pandas, on random logs and on a real shop's."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame, read_events, retail

RULES = ["duplicate", "missing user", "missing item", "missing time", "time filled", "near duplicate", "returned", "cancelled",
         "excluded item", "nonpositive quantity", "nonpositive price", "missing price", "price filled", "quantity outlier",
         "quantity clipped", "price outlier", "price clipped", "bot"]
KEEP, DROP, FILL = range(3)
MAD, IQR, QUANTILE = 1, 2, 3
NEAR_BUCKET, NEAR_WINDOW = 1, 2
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


def bots(frame, score):
    known = frame[(frame.user != NO_ROW) & (frame.time != NO_TIME)]
    days = known.time // 86400000
    rates = np.log(known.groupby("user").size() / days.groupby(known.user).nunique())
    deviation = (rates - rates.median()).abs()
    spread = deviation.median() or deviation[deviation > 0].median()
    return frame.user.isin(rates.index[rates - rates.median() > score * 1.4826 * spread])


def fill_times(times):
    """The time of the event before; of those before the first known one, that of the first behind."""
    known = pd.Series(np.where(times == NO_TIME, np.nan, times / 1000.0), times.index)  # whole seconds: exact as doubles
    return (known.ffill().bfill() * 1000).astype(np.int64)


def fill_prices(frame):
    positive = frame.price.where(frame.price > 0)
    medians = positive.groupby(frame["item"].where(frame["item"] != NO_ROW)).median()
    return frame.price.fillna(frame["item"].map(medians)).fillna(positive.median())


def near(frame, kind, seconds):
    """Of each user, item, type and sign: what follows one that stays within the window, or in the same stretch of the clock."""
    gone, width = set(), int(round(seconds * 1000))
    known = frame[(frame.user != NO_ROW) & (frame["item"] != NO_ROW) & (frame.time != NO_TIME)]
    known = known.assign(back=known.quantity < 0).sort_values("time", kind="stable")
    for _, group in known.groupby(["user", "item", "type", "back"], sort=False):
        kept = None
        for event, time in zip(group.index, group.time):
            same = kept is not None and (kept // width == time // width if kind == NEAR_BUCKET else time - kept < width)
            gone |= {event} if same else set()
            kept = kept if same else time
    return frame.index.isin(list(gone))


def bounds(values, way, score, options):
    """Below and above which positive values are outliers."""
    x = values[values > 0]
    if way == QUANTILE:
        return tuple(x.quantile([options["low_quantile"], options["high_quantile"]]))
    logs = np.log1p(x)
    if way == IQR:
        first, third = logs.quantile([0.25, 0.75])
        reach = options["iqr_factor"] * (third - first)
        return np.expm1(first - reach), np.expm1(third + reach)
    center = logs.median()
    deviation = (logs - center).abs()
    spread = deviation.median() or deviation[deviation > 0].median()
    reach = score * 1.4826 * spread if spread > 0 else np.inf
    return np.expm1(center - reach), np.expm1(center + reach)


def witness(frame, cancelled, excluded, options):
    """The kept events and the counts, rule by rule."""
    counts, all_times = {}, fill_times(frame.time)

    def drop(name, wanted, which):
        nonlocal frame
        gone = np.asarray(which(), bool) if wanted else np.zeros(len(frame), bool)
        counts[name] = int(gone.sum())
        frame = frame[~gone]

    def change(name, wanted, column, new_values):
        nonlocal frame
        values = new_values() if wanted else frame[column]
        changed = ~((values == frame[column]) | (values.isna() & frame[column].isna()))
        counts[name] = int(changed.sum())
        frame = frame.assign(**{column: values})

    def outliers(column):
        way, score = options.get(f"{column}_outliers", MAD), options[f"max_{column}_score"]
        wanted, clips = way != 0 and (way != MAD or score > 0), bool(options.get("outlier_action", 0))
        low, high = bounds(frame[column], way, score, options) if wanted and (frame[column] > 0).any() else (-np.inf, np.inf)
        values = frame[column]
        drop(f"{column} outlier", wanted and not clips, lambda: (values > 0) & ((values < low) | (values > high)))
        change(f"{column} clipped", wanted and clips, column, lambda: values.where(~(values > 0), values.clip(low, high)))

    on = lambda option: bool(options.get(option, 0))  # noqa: E731
    drop("duplicate", on("drop_duplicates"), lambda: frame.duplicated())
    drop("missing user", on("drop_missing_user"), lambda: frame.user == NO_ROW)
    drop("missing item", on("drop_missing_item"), lambda: frame["item"] == NO_ROW)
    drop("missing time", options.get("missing_time") == DROP, lambda: frame.time == NO_TIME)
    change("time filled", options.get("missing_time") == FILL, "time", lambda: all_times.loc[frame.index])
    drop("near duplicate", on("near_duplicates"), lambda: near(frame, options["near_duplicates"], options["near_seconds"]))
    drop("returned", on("match_returns"), lambda: returned(frame, cancelled(frame)))
    drop("cancelled", True, lambda: cancelled(frame))
    drop("excluded item", True, lambda: frame["item"].isin(excluded))
    drop("nonpositive quantity", on("drop_nonpositive_quantity"), lambda: frame.quantity <= 0)
    drop("nonpositive price", on("drop_nonpositive_price"), lambda: frame.price <= 0)
    drop("missing price", options.get("missing_price") == DROP, lambda: frame.price.isna())
    change("price filled", options.get("missing_price") == FILL, "price", lambda: fill_prices(frame))
    outliers("quantity")
    outliers("price")
    drop("bot", on("max_user_rate_score"), lambda: bots(frame, options["max_user_rate_score"]))
    order = ["kept", *RULES]
    counts["kept"] = len(frame)
    return frame.reset_index(drop=True), {name: counts[name] for name in order}


def same(found, wanted):
    for name in wanted.columns:
        values = wanted[name].to_numpy().astype(found[name].dtype)
        np.testing.assert_allclose(found[name].to_numpy(), values, rtol=1e-12 if name in ("quantity", "price") else 0, err_msg=name)


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
        options.update(missing_price=int(rng.integers(0, 3)), missing_time=int(rng.integers(0, 3)),
                       near_duplicates=int(rng.integers(0, 3)), quantity_outliers=int(rng.integers(0, 4)),
                       price_outliers=int(rng.integers(0, 4)), outlier_action=int(rng.integers(0, 2)),
                       near_seconds=float(rng.choice([60, 30000.5, 90000])), iqr_factor=float(rng.choice([0.5, 1.5])),
                       low_quantile=float(rng.choice([0, 0.02])), high_quantile=float(rng.choice([0.9, 0.999])))
        wanted, counts = witness(frame, lambda f: f.session.isin(even), [3, 5], options)
        found, report = run(recs, log.events, cancelled_prefix="C", excluded_items="i3,nothing,i5", **options)
        assert report == counts
        assert list(report) == ["kept", *RULES]
        same(found, wanted)


def test_threads_give_the_same(recs):
    frame = random_frame(np.random.default_rng(1), 200000, 10, 10, 10)  # four chunks, full of duplicates
    names = [str(i) for i in range(10)]
    results = [run(recs, Log(recs, names, names, names, ["a", "b"], frame, threads=t).events, max_user_rate_score=2.0,
                   near_duplicates=NEAR_WINDOW, missing_price=FILL, missing_time=FILL, outlier_action=1, max_price_score=2.0)
               for t in (1, 2, 8)]
    assert results[0][1]["duplicate"] == frame.duplicated().sum() and results[0][1]["price filled"] > 0
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
