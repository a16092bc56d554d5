"""The benchmarks' own tools: comparisons that can fail, and a generator that keeps to its seed."""
import os
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

sys.path.insert(0, os.path.join(os.environ["RECS_SOURCE"], "bench"))

import compare  # noqa: E402
import generate  # noqa: E402
import harness  # noqa: E402

IDS = np.array([[3, 1, 2], [0, 4, -1]])
SCORES = np.array([[0.9, 0.5, 0.5], [0.7, 0.1, 0.0]])


def differs(ids=IDS, scores=SCORES):
    return compare.same_lists((ids, scores), (IDS, SCORES)) is not True


def changed(array, row, place, value):
    array = array.copy()
    array[row, place] = value
    return array


def test_lists_alike():
    assert compare.same_lists((IDS, SCORES), (IDS, SCORES)) is True
    assert not differs(scores=changed(SCORES, 0, 0, 0.9 + 1e-7))
    assert not differs(ids=np.array([[3, 2, 1], [0, 4, -1]]))
    assert not differs(ids=changed(IDS, 0, 2, 7))  # another item of the last place's score


@pytest.mark.parametrize("ids, scores", [
    (changed(IDS, 0, 0, 7), SCORES),          # another item where there is no tie
    (changed(IDS, 1, 1, -1), SCORES),         # an entry fewer
    (changed(IDS, 1, 2, 5), SCORES),          # an entry more
    (changed(IDS, 0, 2, 1), SCORES),          # an item twice
    (IDS, changed(SCORES, 1, 1, 0.101)),      # another score
    (IDS, changed(SCORES, 0, 0, np.nan)),
    (IDS[:, :2], SCORES[:, :2]),
    (np.array([[1, 3, 2], [0, 4, -1]]), np.array([[0.9, 0.5, 0.5], [0.7, 0.1, 0.0]])),  # scores of one on the other
])
def test_lists_that_differ(ids, scores):
    assert differs(ids, scores)


def test_padded_orders_cuts_and_drops_the_row_itself():
    ids, scores = compare.padded(np.array([0, 3, 3, 5]), [0, 2, 1, 0, 2], [1.0, 0.2, 0.2, 0.5, 1.0], 2, drop_self=True)
    assert ids.tolist() == [[1, 2], [-1, -1], [0, -1]]
    assert scores.tolist() == [[0.2, 0.2], [0, 0], [0.5, 0]]


def test_values_and_losses():
    assert compare.same_values([1.0, 2.0], [1.0, 2.0 + 1e-7], 1e-6) is True
    assert compare.same_values([1.0, 2.0], [1.0, 2.1], 1e-6) is not True
    assert compare.same_values([np.nan], [1.0], 1e-6) is not True
    assert compare.same_values([1.0], [1.0, 1.0], 1e-6) is not True
    assert compare.no_worse(1.0, 1.0, 0, "loss") is True
    assert compare.no_worse(0.5, 1.0, 0, "loss") is True
    assert compare.no_worse(1.2, 1.0, 0.1, "loss") is not True


def test_a_wrong_peer_is_reported():
    same = lambda ours, theirs: ours == theirs or f"{ours} against {theirs}"  # noqa: E731
    contest = harness.Contest("data", lambda: 1, {"right": harness.Peer(lambda: 1, same), "wrong": harness.Peer(lambda: 2, same),
                                                   "broken": harness.Peer(lambda: 1 // 0, same)})
    right, wrong, broken = harness.lines("case", contest, harness.Settings(budget=0.01))
    assert (right["same_answer"], wrong["same_answer"], wrong["note"]) == (True, False, "1 against 2")
    assert "broken failed: ZeroDivisionError" in broken["skipped"]
    assert "NO: 1 against 2" in harness.table([right, wrong, broken])


def test_generator_keeps_to_its_seed_and_shape():
    shape = generate.Shape(users=300, items=200, events=5000, clusters=4, seed=7)
    whole = [np.concatenate(part) for part in zip(*generate.events(shape, chunk=1024))]
    again = [np.concatenate(part) for part in zip(*generate.events(shape, chunk=1024))]
    other = [np.concatenate(part) for part in zip(*generate.events(generate.Shape(300, 200, 5000, 4, seed=8), chunk=1024))]
    users, items, times = whole
    assert all(np.array_equal(one, two) for one, two in zip(whole, again))
    assert not np.array_equal(items, other[1])
    assert len(users) == 5000 and users.max() < 300 and items.max() < 200
    assert np.all(np.diff(times) >= 0)
    counts = np.sort(np.bincount(items, minlength=200))[::-1]
    assert counts[:20].sum() > 3 * counts[-100:].sum() / 5  # a head far above the tail


def test_generated_users_keep_to_their_taste():
    """With taste, two users of one cluster share more items than two of different ones; without, they do not."""
    def within_over_between(taste):
        shape = generate.Shape(users=200, items=2000, events=40_000, clusters=5, taste=taste, activity=0.1, seed=3)
        matrix = generate.matrix(shape)
        common = (matrix @ matrix.T).toarray()
        cluster = generate.World(shape).tastes
        alike = cluster[:, None] == cluster[None, :]
        apart = ~np.eye(200, dtype=bool)
        return common[alike & apart].mean() / common[~alike].mean()
    assert within_over_between(0.8) > 1.5
    assert 0.9 < within_over_between(0.0) < 1.1


def test_chart_and_page_show_each_ratio():
    import chart
    import report
    rows = [{"case": "one", "data": "d <1>", "ours_s": 1.0, "peer": "p", "peer_s": 2.5, "ratio": 2.5, "same_answer": True},
            {"case": "one", "data": "d <1>", "ours_s": 1.0, "peer": "q", "peer_s": 0.5, "ratio": 0.5, "same_answer": False,
             "note": "values differ"}, {"case": "two", "skipped": "no data"}]
    page = report.page(rows, "script/bench")
    assert "| one | d <1> | 1 s | p | 2.5 s | 2.50 | yes |" in page
    assert "|  |  |  | q | 500 ms | 0.50 | no |" in page
    assert "one, d <1>: q, 0.50" in page and "q: values differ" in page and "two: no data" in page
    drawing = ElementTree.fromstring(chart.svg(rows[:2]))
    words = [element.text for element in drawing.iter() if element.text]
    assert {"one", "d <1>", "p", "q", "2.50", "0.50 (answers differ)"} <= set(words)
