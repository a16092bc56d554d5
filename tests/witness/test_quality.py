"""Data quality against pandas."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame, retail
from test_clean import IQR, MAD, NEAR_WINDOW, QUANTILE, bounds, near

MEASURES = ["present", "missing", "distinct", "min", "p1", "p25", "median", "p75", "p99", "max", "mean", "sd", "negative", "zero"]


class Quality:
    """What recs_events_quality() found, as Python values."""

    def __init__(self, recs, events, **options):
        ffi, lib = recs.ffi, recs.lib
        found = recs.make("recs_quality", lib.recs_events_quality, events, recs.options("quality", **options), ffi.NULL, ffi.NULL)
        names = [ffi.string(lib.recs_quality_measure_name(m)).decode() for m in range(lib.RECS_MEASURES)]
        assert names == MEASURES
        self.columns, self.top, self.checks, self.first = {}, {}, {}, {}
        text, count, first = ffi.new("char const **"), ffi.new("uint64_t *"), ffi.new("uint64_t *")
        for c in range(lib.recs_quality_columns(found)):
            name = ffi.string(lib.recs_quality_column_name(found, c)).decode()
            self.columns[name] = {m: lib.recs_quality_value(found, c, i) for i, m in enumerate(names)}
            self.top[name] = []
            for rank in range(lib.recs_quality_top_count(found, c)):
                recs.ok(lib.recs_quality_top(text, count, found, c, rank))
                self.top[name].append((ffi.string(text[0]).decode(), count[0]))
        checks = lib.recs_quality_checks(found)
        for i in range(lib.recs_report_count(checks)):
            recs.ok(lib.recs_report_entry(text, count, first, ffi.NULL, checks, i))
            name = ffi.string(text[0]).decode()
            self.checks[name], self.first[name] = count[0], first[0]


def describe(values):
    out = {"min": values.min(), "max": values.max(), "mean": values.mean(), "sd": values.std(ddof=1)}
    names = {"p1": 0.01, "p25": 0.25, "median": 0.5, "p75": 0.75, "p99": 0.99}
    return {**out, **{name: values.quantile(q) for name, q in names.items()}}


def columns(frame):
    out = {}
    for name, column in {"user": "user", "item": "item", "event": "type", "session": "session"}.items():
        known = frame[column][frame[column] != NO_ROW]
        missing = (frame[column] == (0 if column == "type" else NO_ROW)).sum()
        out[name] = {"present": len(frame) - missing, "missing": missing, "distinct": known.nunique(), "negative": np.nan,
                     "zero": np.nan, **describe(known.value_counts())}
    for name in ("weight", "quantity", "price", "time"):
        known = frame[name][frame[name] != NO_TIME].dropna().astype(float)
        signs = {"negative": (known < 0).sum(), "zero": (known == 0).sum()} if name != "time" else {"negative": np.nan, "zero": np.nan}
        out[name] = {"present": len(known), "missing": len(frame) - len(known), "distinct": known.nunique(), **signs, **describe(known)}
    return out


def checks(frame, now, options):
    times = frame.time.where(frame.time != NO_TIME).astype(float)
    first, third = times.quantile([0.25, 0.75])
    late = times < times.cummax().shift().ffill()
    users = times.where(frame.user != NO_ROW).groupby(frame.user)
    out = {"duplicate": frame.duplicated(), "near duplicate": near(frame, NEAR_WINDOW, options["near_seconds"]),
           "missing user": frame.user == NO_ROW, "missing item": frame["item"] == NO_ROW, "missing time": frame.time == NO_TIME,
           "missing price": frame.price.isna(), "missing session": frame.session == NO_ROW,
           "negative quantity": frame.quantity < 0, "zero quantity": frame.quantity == 0, "negative price": frame.price < 0,
           "zero price": frame.price == 0, "time out of order": late,
           "user's time out of order": users.transform(lambda t: t < t.cummax().shift().ffill()).astype(bool) & (frame.user != NO_ROW),
           "time after now": times > now, "time far ahead": times > third + 3 * (third - first),
           "time far behind": times < first - 3 * (third - first)}
    quantiles = dict(low_quantile=1 - options["high_quantile"], high_quantile=options["high_quantile"], iqr_factor=options["iqr_factor"])
    for column in ("quantity", "price"):
        for name, way in {"mad": MAD, "iqr": IQR, "quantile": QUANTILE}.items():
            low, high = bounds(frame[column], way, options["max_score"], quantiles)
            values = frame[column]
            out[f"{column} outlier by {name}"] = (values > 0) & ((values < low) | (values > high))
    return out


def compare(found, frame, now, options):
    for name, wanted in columns(frame).items():
        assert list(found.columns[name]) == MEASURES
        for measure in MEASURES:
            np.testing.assert_allclose(found.columns[name][measure], wanted[measure], rtol=1e-9, err_msg=f"{name} {measure}")
    wanted = checks(frame, now, options)
    assert list(found.checks) == ["events", *wanted] and found.checks["events"] == len(frame)
    for name, where in wanted.items():
        where = np.asarray(where, bool)
        assert (found.checks[name], found.first[name]) == (where.sum(), where.argmax() + 1 if where.any() else 0), name


@pytest.mark.parametrize("seed, threads", [(0, 1), (1, 3), (2, 2)])
def test_random_logs(recs, seed, threads):
    rng = np.random.default_rng(seed)
    frame = random_frame(rng, [70000, 300, 5000][seed], 40, 30, 20)
    frame.loc[rng.integers(0, 300, 5), "time"] = 10**13
    frame.loc[rng.integers(0, 300, 5), "time"] = -10**13
    frame.loc[rng.integers(0, 300, 5), "price"] = 1e6
    frame.loc[rng.integers(0, 300, 5), "weight"] = -0.0
    frame = pd.concat([frame, frame.sample(50, random_state=seed)], ignore_index=True)
    log = Log(recs, [f"u{i}" for i in range(40)], [f"i{i}" for i in range(30)], [f"s{i}" for i in range(20)], ["a", "b"], frame,
              threads=threads)
    options = dict(near_seconds=3600.0 * 7.5, max_score=2.5, iqr_factor=0.5, high_quantile=0.95)
    found = Quality(recs, log.events, now=3600000 * 7 * 20, top=7, **options)
    compare(found, frame, 3600000 * 7 * 20, options)
    counts = frame.user[frame.user != NO_ROW].value_counts()
    order = sorted(counts.index, key=lambda user: (-counts[user], user))[:7]
    assert found.top["user"] == [(f"u{user}", counts[user]) for user in order]
    counts = frame.weight.value_counts()
    order = sorted(counts.index, key=lambda weight: (-counts[weight], weight))[:7]
    assert [(float(text), count) for text, count in found.top["weight"]] == [(weight, counts[weight]) for weight in order]


def test_a_real_shop(recs):
    log, frame, *_ = retail(recs)
    frame = frame.assign(type=0, weight=1.0)
    found, wanted = Quality(recs, log.events), columns(frame)
    for name in ("user", "quantity", "price", "time", "session"):
        for measure in MEASURES:
            np.testing.assert_allclose(found.columns[name][measure], wanted[name][measure], rtol=1e-9, err_msg=f"{name} {measure}")
    assert found.checks["duplicate"] == frame.duplicated().sum() and found.checks["negative quantity"] == 10624
    assert found.checks["missing user"] == 135080 and found.checks["time out of order"] == 0
    assert found.top["user"][0] == ("17841.0", 7983) and found.top["time"][0] == ("2011-10-31T14:41:00Z", 1114)
