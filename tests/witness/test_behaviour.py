"""Features of behaviour against pandas, numpy and scipy, user by user."""
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame, retail

DAY = 86400000
TYPES = ["event", "view", "buy"]


def behaviour(recs, events, items=None, **options):
    """The table as a frame by user row, and the units by column."""
    texts = {name: recs.ffi.new("char[]", value.encode()) for name, value in options.items() if isinstance(value, str)}
    table = recs.make("recs_features", recs.lib.recs_features_behaviour, events, items or recs.ffi.NULL,
                      recs.options("behaviour", **{**options, **texts}), recs.ffi.NULL, recs.ffi.NULL)
    rows, columns = recs.lib.recs_features_rows(table), recs.lib.recs_features_columns(table)
    names = [recs.ffi.string(recs.lib.recs_features_name(table, c)).decode() for c in range(columns)]
    units = [recs.ffi.string(recs.lib.recs_features_unit(table, c)).decode() for c in range(columns)]
    values = recs.view(recs.lib.recs_features_values(table), rows * columns, np.float64).reshape(rows, columns)
    keys = recs.view(recs.lib.recs_features_keys(table), rows, np.uint32)
    return pd.DataFrame(values, index=keys, columns=names), dict(zip(names, units))


def profiles(recs, log, tags):
    """Item profiles with tags: {item row: {tag: weight}}."""
    store = recs.make("recs_profiles", recs.lib.recs_profiles_create, log.items)
    field = recs.ffi.new("uint32_t *")
    recs.ok(recs.lib.recs_profiles_define(field, store, b"genre", 1, 0))
    for item, weights in tags.items():
        for tag, weight in weights.items():
            recs.ok(recs.lib.recs_profiles_set_tag(store, item, field[0], tag.encode(), len(tag), weight))
    return store


def share(part, whole, least):
    return np.nan if whole == 0 or whole < least else part / whole


def entropy(counts, whole, least):
    return np.nan if whole == 0 or whole < least else stats.entropy(counts, base=2)


def of_user(events, now, tags, top, settings):
    """Every feature of one user's events (a frame, times as floats with NaN)."""
    out, least = {}, settings["min_events"]
    bought = events[events.type.isin(settings["purchases"])]
    timed, day = events[events.time.notna()], events.time // DAY
    value = (bought.quantity * bought.price)

    # orders: a session, or a day
    key = bought.session.astype(object).where(bought.session != NO_ROW, (bought.time // DAY).map(lambda d: f"d{d}"))
    key = key[(bought.session != NO_ROW) | bought.time.notna()]
    orders = bought.loc[key.index].groupby(key)
    times = np.sort(orders.time.min().dropna())
    count, gaps = orders.ngroups, np.diff(times) / DAY

    def money(values, prices):
        return values.sum() if prices.notna().any() or len(prices) == 0 else np.nan

    out["recency"] = (now - bought.time.max()) / DAY
    out["frequency"], out["monetary"], out["quantity"] = count, money(value, bought.price), bought.quantity.sum()
    out["gap_mean"] = gaps.mean() if len(gaps) else np.nan
    out["gap_median"] = np.median(gaps) if len(gaps) else np.nan
    out["gap_sd"] = gaps.std(ddof=1) if len(gaps) > 1 else np.nan
    inside = bought.loc[key.index]
    out["basket_events"] = len(inside) / count if count else np.nan
    out["basket_quantity"] = inside.quantity.sum() / count if count else np.nan
    out["basket_value"] = money(value.loc[key.index], inside.price) / count if count else np.nan

    items = events["item"][events["item"] != NO_ROW]
    counts = items.value_counts()
    out["distinct_items"] = len(counts)
    out["item_entropy"] = entropy(counts, len(items), least)
    out["repeat_share"] = share(items.duplicated().sum(), len(items), least)

    masses, known = {}, 0
    for item in items:
        weights = {tag: weight for tag, weight in tags.get(item, {}).items() if weight > 0}
        known += bool(weights)
        for tag, weight in weights.items():
            masses[tag] = masses.get(tag, 0) + weight / sum(weights.values())
    out["distinct_categories"] = len(masses)
    out["category_entropy"] = entropy(list(masses.values()), known, least)
    for tag in top:
        out[f"category:{tag}"] = share(masses.get(tag, 0), known, least)
    out["category:(other)"] = share(sum(mass for tag, mass in masses.items() if tag not in top), known, least)

    local = pd.to_datetime(timed.time + settings["utc_offset_hours"] * 3600000, unit="ms")
    for hour in range(24):
        out[f"hour_{hour:02}"] = share((local.dt.hour == hour).sum(), len(local), least)
    for number, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]):
        out[f"weekday_{name}"] = share((local.dt.weekday == number).sum(), len(local), least)

    out["event_trend"] = out["spend_trend"] = np.nan
    past = timed[timed.time <= now]
    if len(past):
        ago = ((now - past.time) / DAY // settings["trend_days"]).astype(int)
        periods = ago.max() + 1
        if periods >= 3:
            x = periods - 1 - ago
            events_by = np.bincount(x, minlength=periods)
            spend_by = np.bincount(x, (past.quantity * past.price).fillna(0), minlength=periods)
            out["event_trend"] = stats.linregress(np.arange(periods), events_by).slope
            if past.price.notna().any():
                out["spend_trend"] = stats.linregress(np.arange(periods), spend_by).slope

    out["tenure"] = (timed.time.max() - timed.time.min()) / DAY
    out["age"] = (now - timed.time.min()) / DAY
    out["active_days"] = day.nunique() if len(timed) else np.nan
    out["events"] = len(events)
    sold, back = bought.quantity[bought.quantity > 0].sum(), -bought.quantity[bought.quantity < 0].sum()
    out["return_share"] = share((bought.quantity < 0).sum(), len(bought), least)
    out["returned_quantity"] = back / sold if sold > 0 else np.nan
    for type_, name in enumerate(TYPES):
        out[f"type:{name}"] = share((events.type == type_).sum(), len(events), least)
    return out


def top_tags(frame, tags, most):
    masses = {}
    for item in frame["item"][(frame.user != NO_ROW) & (frame["item"] != NO_ROW)]:
        weights = {tag: weight for tag, weight in tags.get(item, {}).items() if weight > 0}
        for tag, weight in weights.items():
            masses[tag] = masses.get(tag, 0) + weight / sum(weights.values())
    return sorted(masses, key=lambda tag: -masses[tag])[:most]


def witness(frame, tags, settings, now=None):
    frame = frame.assign(time=np.where(frame.time == NO_TIME, np.nan, frame.time.astype(float)))
    now = frame.time.max() if now is None else now
    top = top_tags(frame, tags, settings["most_categories"])
    groups = frame[frame.user != NO_ROW].groupby("user")
    return pd.DataFrame({user: of_user(events, now, tags, top, settings) for user, events in groups}).T


def same(found, wanted):
    assert list(found.columns) == list(wanted.columns)
    np.testing.assert_array_equal(found.index, wanted.index)
    for name in wanted.columns:
        np.testing.assert_allclose(found[name], wanted[name].astype(float), rtol=1e-9, atol=1e-9, err_msg=name)


def random_log(recs, seed, count=3000, threads=0):
    rng = np.random.default_rng(seed)
    frame = random_frame(rng, count, 60, 40, 70)
    frame["time"] = np.where(frame.time == NO_TIME, NO_TIME, rng.integers(-40 * DAY, 200 * DAY, count))
    frame.loc[frame.user == 3, "price"] = np.nan
    frame.loc[frame.user == 4, "time"] = NO_TIME
    frame.loc[frame.user == 5, "type"] = 1
    tags = {item: {f"g{t}": float(rng.choice([0, 0.5, 1, 2])) for t in rng.choice(7, rng.integers(0, 4), replace=False)}
            for item in range(30)}
    names = [f"n{i}" for i in range(70)]
    log = Log(recs, names[:60], names[:40], names, TYPES[1:], frame, threads=threads)
    return log, frame, tags


@pytest.mark.parametrize("seed", range(4))
def test_random_logs(recs, seed):
    log, frame, tags = random_log(recs, seed)
    settings = dict(min_events=[1, 0, 5, 40][seed], most_categories=[3, 2, 4, 5][seed], trend_days=[30.0, 7, 12.5, 60][seed],
                    utc_offset_hours=[0.0, 5.5, -14, 1][seed])
    now = [None, 250 * DAY, 100 * DAY, None][seed]
    buys = seed % 2 == 1
    given = dict(settings, **({} if now is None else {"now": now}), **({"purchases": "buy"} if buys else {}))
    found, units = behaviour(recs, log.events, profiles(recs, log, tags), **given)
    same(found, witness(frame, tags, dict(settings, purchases=[2] if buys else [0, 1, 2]), now))
    assert units["gap_sd"] == "days" and units["hour_03"] == "share" and units["item_entropy"] == "bits"


def test_threads_and_choices_give_the_same(recs):
    results = []
    for threads in (1, 2, 8):
        log, _, tags = random_log(recs, 9, 90000, threads)
        results.append((behaviour(recs, log.events, profiles(recs, log, tags))[0], log, tags))
    for frame, *_ in results[1:]:
        pd.testing.assert_frame_equal(frame, results[0][0], check_exact=True)
    frame, log, tags = results[0]
    chosen, _ = behaviour(recs, log.events, profiles(recs, log, tags), features="gap_median, weekdays,category:g1,events")
    assert list(chosen.columns) == [c for c in frame.columns
                                    if c in ("gap_median", "category:g1", "events") or c.startswith("weekday")]
    pd.testing.assert_frame_equal(chosen, frame[chosen.columns], check_exact=True)
    filled, _ = behaviour(recs, log.events, fill=1, fill_value=-7.0, min_events=10**6)
    assert (filled["hour_00"] == -7).all() and not filled.isna().any().any()


def test_a_real_shop(recs):
    log, frame, *_ = retail(recs)
    frame = frame.assign(type=0)
    found, _ = behaviour(recs, log.events)
    few = found.index[::40]
    settings = dict(min_events=1, most_categories=0, trend_days=30.0, utc_offset_hours=0.0, purchases=[0])
    wanted = witness(frame[frame.user.isin(few)].assign(type=0), {}, settings, frame.time.max())
    lost = [c for c in wanted.columns if "categor" in c or c in ("type:view", "type:buy")]
    same(found.loc[few], wanted.drop(columns=lost))
