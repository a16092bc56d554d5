"""Matrices and histories against numpy and pandas, over all options and random logs."""
import itertools

import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame

USERS, ITEMS, SESSIONS = 30, 20, 25
TYPES = ["event", "view", "buy"]
REPEATS = {1: "sum", 2: "last", 3: "first", 4: "max", 5: "binary"}
WEIGHTS = {None: [1, 1, 1], "buy=3,view=-1.5": [1, -1.5, 3], "*=0,view=2,unknown=9": [0, 2, 0],
           "event=0.25,*=0": [0.25, 0, 0]}


def weighed(frame, rows, type_weights, use_weight, use_quantity, half_life, time_kind):
    """The events that count, in order of time and arrival, with row and value."""
    frame = frame.assign(row=frame[rows], value=np.take(WEIGHTS[type_weights], frame.type).astype(float))
    frame = frame[(frame.row != NO_ROW) & (frame["item"] != NO_ROW) & (frame.value != 0)].copy()
    frame["value"] *= (frame.weight.astype(float) if use_weight else 1) * (frame.quantity if use_quantity else 1)
    if half_life > 0:
        known = frame.time.where(frame.time != NO_TIME)
        groups = known.groupby(frame.row if time_kind == 2 else frame.row * 0)
        age = groups.transform("max") - known.fillna(groups.transform("min"))
        frame["value"] *= 2.0 ** (-age.fillna(0) / half_life)
    return frame.sort_values("time", kind="stable")


def fold(frame, repeat):
    groups = frame.groupby(["row", "item"]).value
    folded = {"sum": groups.sum, "last": groups.last, "first": groups.first, "max": groups.max,
              "binary": lambda: np.sign(groups.sum())}[REPEATS[repeat]]()
    folded = folded.astype(np.float32)
    return folded[folded != 0]


def cancelled(frame):
    """Where weights sum to 0, or miss it by their rounding, so that no one can say which sign they have."""
    sums = frame.groupby(["row", "item"]).value.sum().abs()
    return set(sums[sums < 1e-9].index)


def matrix_of(recs, matrix):
    columns, values, count = (recs.ffi.new(t) for t in ("uint32_t const **", "float const **", "size_t *"))
    found = {}
    for row in range(recs.lib.recs_matrix_rows(matrix)):
        recs.ok(recs.lib.recs_matrix_row(columns, values, count, matrix, row))
        indices = recs.view(columns[0], count[0], np.uint32)
        assert (np.diff(indices.astype(np.int64)) > 0).all()
        found.update(zip(((row, int(i)) for i in indices), recs.view(values[0], count[0], np.float32)))
    return found


def histories_of(recs, histories):
    items, weights, times = (recs.ffi.new(t) for t in ("uint32_t const **", "float const **", "int64_t const **"))
    count = recs.ffi.new("size_t *")
    parts = []
    for row in range(recs.lib.recs_histories_rows(histories)):
        recs.ok(recs.lib.recs_histories_row(items, weights, times, count, histories, row))
        parts.append(pd.DataFrame({"row": row, "item": recs.view(items[0], count[0], np.uint32),
                                   "value": recs.view(weights[0], count[0], np.float32),
                                   "time": recs.view(times[0], count[0], np.int64)}))
    return pd.concat(parts, ignore_index=True)


def cases(seed):
    """Every combination of options, over logs that differ by seed."""
    grid = itertools.product(["user", "session"], WEIGHTS, [0, 1], [0, 1], [0, 5e7])
    for number, (rows, type_weights, use_weight, use_quantity, half_life) in enumerate(grid):
        rng = np.random.default_rng([seed, number])
        yield rng, dict(rows=rows, type_weights=type_weights, use_weight=use_weight, use_quantity=use_quantity,
                        half_life=half_life, time_kind=1 + number % 2)


def given(recs, keep, rows, type_weights, time_kind, **options):
    text = recs.ffi.NULL if type_weights is None else recs.ffi.new("char[]", type_weights.encode())
    keep.append(text)
    return recs.options("matrix", rows=1 if rows == "user" else 2, type_weights=text, **options)


def log_of(recs, frame, time_kind, threads=0):
    names = ([f"{kind}{i}" for i in range(count)] for kind, count in (("u", USERS), ("i", ITEMS), ("s", SESSIONS)))
    return Log(recs, *names, TYPES[1:], frame, time_kind, threads)


@pytest.mark.parametrize("repeat", REPEATS)
@pytest.mark.parametrize("seed", range(3))
def test_matrices(recs, repeat, seed):
    for rng, options in cases(seed):
        frame = random_frame(rng, 1500, USERS, ITEMS, SESSIONS)
        keep = []
        matrix = recs.make("recs_matrix", recs.lib.recs_matrix_build, log_of(recs, frame, options["time_kind"]).events,
                           given(recs, keep, repeat=repeat, **options))
        events = weighed(frame, **options)
        found, wanted = matrix_of(recs, matrix), fold(events, repeat)
        assert recs.lib.recs_matrix_columns(matrix) == ITEMS
        near = {key for key in found.keys() ^ set(wanted.index)
                if abs(found.get(key, 0)) + abs(wanted.get(key, 0)) < 1e-6}
        near |= cancelled(events) if REPEATS[repeat] == "binary" else set()
        assert set(found) - near == set(wanted.index) - near  # sums of decayed weights may miss 0 by their rounding
        common = [key for key in wanted.index if key in found and key not in near]
        np.testing.assert_allclose([found[key] for key in common], wanted[common], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("keep_repeats", [0, 1])
@pytest.mark.parametrize("seed", range(3))
def test_histories(recs, keep_repeats, seed):
    for rng, options in cases(seed):
        frame = random_frame(rng, 1500, USERS, ITEMS, SESSIONS)
        keep = []
        log = log_of(recs, frame, options["time_kind"])
        histories = recs.make("recs_histories", recs.lib.recs_histories_build, log.events, keep_repeats,
                              given(recs, keep, **options))
        wanted = weighed(frame, **options).sort_values("row", kind="stable")
        if not keep_repeats:
            wanted = wanted.drop_duplicates(["row", "item"], keep="last")
        found = histories_of(recs, histories)
        for name in ("row", "item", "time"):
            np.testing.assert_array_equal(found[name], wanted[name].to_numpy())
        np.testing.assert_allclose(found.value, wanted.value.to_numpy(), rtol=1e-6)


def centred(frame, kind):
    """Values less their means: r - mean(u), r - mean(i), or r - mean(u) - mean(i) + mean."""
    user = frame.groupby("row").value.transform("mean") if kind in (1, 3) else 0
    item = frame.groupby("item").value.transform("mean") if kind in (2, 3) else 0
    return frame.value - user - item + (frame.value.mean() if kind == 3 else 0)


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("repeat", [1, 2, 3, 4])
def test_centring(recs, kind, repeat):
    for rng, options in itertools.islice(cases(7), 0, None, 7):
        frame = random_frame(rng, 900, USERS, ITEMS, SESSIONS)
        keep = []
        log = log_of(recs, frame, options["time_kind"])
        chosen = given(recs, keep, repeat=repeat, center=kind, **options)
        events = weighed(frame, **options)
        wanted = fold(events, repeat).rename("value").reset_index()
        wanted["value"] = centred(wanted, kind)
        found = matrix_of(recs, recs.make("recs_matrix", recs.lib.recs_matrix_build, log.events, chosen))
        if len(found) == len(wanted):  # else a sum of decayed weights missed 0 by its rounding
            np.testing.assert_allclose([found[key] for key in zip(wanted.row, wanted["item"])], wanted.value,
                                       rtol=1e-4, atol=1e-4)
        last = events.sort_values("row", kind="stable").drop_duplicates(["row", "item"], keep="last")
        histories = recs.make("recs_histories", recs.lib.recs_histories_build, log.events, 0, chosen)
        np.testing.assert_allclose(histories_of(recs, histories).value, centred(last, kind), rtol=1e-4, atol=1e-4)


def test_threads_give_the_same_bits(recs):
    frame = random_frame(np.random.default_rng(0), 300000, USERS, ITEMS, SESSIONS)
    results = []
    for threads in (1, 2, 8):
        log = log_of(recs, frame, 1, threads)
        options = recs.options("matrix", repeat=1, half_life=1e8, use_quantity=1, center=3)
        matrix = recs.make("recs_matrix", recs.lib.recs_matrix_build, log.events, options)
        histories = recs.make("recs_histories", recs.lib.recs_histories_build, log.events, 0, options)
        results.append((matrix_of(recs, matrix), histories_of(recs, histories)))
    for matrix, histories in results[1:]:
        assert matrix == results[0][0]
        pd.testing.assert_frame_equal(histories, results[0][1])
