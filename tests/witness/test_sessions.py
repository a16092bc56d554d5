"""Sessions by inactivity against pandas."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log, random_frame, read_events, retail

REPLACE, KEEP, SPLIT = range(3)


def cut(recs, events, **options):
    """The session of each event, by name; None for none."""
    out = recs.ffi.new("recs_events **")
    recs.ok(recs.lib.recs_events_sessionize(out, events, recs.options("sessions", **options), recs.ffi.NULL, recs.ffi.NULL))
    rows, ids, name = read_events(recs, out[0]).session, recs.lib.recs_events_sessions(out[0]), recs.ffi.new("char const **")
    names = []
    for row in range(recs.lib.recs_ids_count(ids)):
        recs.ok(recs.lib.recs_ids_name(name, recs.ffi.NULL, ids, row))
        names.append(recs.ffi.string(name[0]).decode())
    recs.lib.recs_events_free(out[0])
    return [None if row == NO_ROW else names[row] for row in rows]


def witness(frame, users, sessions, gap, existing):
    names = pd.Series([None] * len(frame), dtype=object)
    if existing == KEEP:
        names = frame.session.map(lambda row: None if row == NO_ROW else sessions[row]).astype(object)
    known = frame[(frame.user != NO_ROW) & (frame.time != NO_TIME)]
    if existing == KEEP:
        known = known[known.session == NO_ROW]
    known = known.sort_values(["user", "time"], kind="stable")
    begins = (known.user != known.user.shift()) | (known.time - known.time.shift() > gap * 1000)
    if existing == SPLIT:
        begins |= known.session != known.session.shift()
    number = begins.groupby(known.user).cumsum()
    names.loc[known.index] = [f"{users[user]}#{n}" for user, n in zip(known.user, number)]
    return [name if isinstance(name, str) else None for name in names]


@pytest.mark.parametrize("existing, threads", [(REPLACE, 1), (KEEP, 3), (SPLIT, 2), (SPLIT, 1)])
def test_random_logs(recs, existing, threads):
    users, sessions = [f"u{i}" for i in range(300)], [f"s{i}" for i in range(50)]
    frame = random_frame(np.random.default_rng(existing), 70000, 300, 9, 50)  # two chunks
    log = Log(recs, users, [f"i{i}" for i in range(9)], sessions, ["a", "b"], frame, threads=threads)
    for gap in (0, 3600 * 7):
        assert cut(recs, log.events, gap_seconds=gap, existing=existing) == witness(frame, users, sessions, gap, existing)


def test_a_real_shop(recs):
    log, frame, users, _, sessions = retail(recs)
    assert cut(recs, log.events) == witness(frame, users, sessions, 1800, REPLACE)
