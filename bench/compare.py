"""Whether two answers are the same. Each returns True, or one line that says what differs."""
import numpy as np

NONE = -1  # an empty place of a list


def padded(indptr, ids, scores, width, drop_self=False, first=0):
    """Ragged lists as two arrays of `width` columns, best first (ties by id); NONE and 0 where a list is short. `indptr` may
    be a part of a matrix's that begins at row `first`; the row itself may be left out of its list."""
    ids, scores = ids[indptr[0]:indptr[-1]], scores[indptr[0]:indptr[-1]]
    rows = len(indptr) - 1
    row_of = np.repeat(np.arange(rows), np.diff(indptr))
    ids, scores = np.asarray(ids, np.int64), np.asarray(scores, np.float64)
    if drop_self:
        keep = ids != row_of + first
        row_of, ids, scores = row_of[keep], ids[keep], scores[keep]
    order = np.lexsort((ids, -scores, row_of))
    row_of, ids, scores = row_of[order], ids[order], scores[order]
    starts = np.searchsorted(row_of, np.arange(rows))
    place = np.arange(len(row_of)) - starts[row_of]
    keep = place < width
    out_ids = np.full((rows, width), NONE, np.int64)
    out_scores = np.zeros((rows, width))
    out_ids[row_of[keep], place[keep]] = ids[keep]
    out_scores[row_of[keep], place[keep]] = scores[keep]
    return out_ids, out_scores


def same_lists(ours, theirs, tolerance=1e-5):
    """Lists of the k best, (ids, scores) of one shape, best first. Scores must agree place by place within `tolerance` of the
    largest; an id that only one side has must score, to the tolerance, what the other's last place does (a tie)."""
    (our_ids, our_scores), (their_ids, their_scores) = ours, theirs
    our_scores, their_scores = np.asarray(our_scores, np.float64), np.asarray(their_scores, np.float64)
    if our_ids.shape != their_ids.shape:
        return f"{our_ids.shape} places against {their_ids.shape}"
    if our_ids.size == 0:
        return True
    counts = (our_ids != NONE).sum(1), (their_ids != NONE).sum(1)
    if np.any(counts[0] != counts[1]):
        row = int(np.argmax(counts[0] != counts[1]))
        return f"row {row}: {counts[0][row]} entries against {counts[1][row]}"
    listed = our_ids != NONE
    allowed = tolerance * max(float(np.abs(their_scores[listed]).max(initial=0)), 1e-30)
    apart = np.where(listed, np.abs(our_scores - their_scores), 0)
    if not apart.max() <= allowed:  # NaN fails too
        row, place = np.unravel_index(np.argmax(~(apart <= allowed)), apart.shape)
        return f"row {row}, place {place}: {our_scores[row, place]:.8g} against {their_scores[row, place]:.8g}"
    last = np.take_along_axis(their_scores, np.maximum(counts[1] - 1, 0)[:, None], 1)
    for first, scores, second, others in ((our_ids, our_scores, their_ids, their_scores),
                                          (their_ids, their_scores, our_ids, our_scores)):
        found, there = look_up(first, second, others)
        wrong = (first != NONE) & ~(np.abs(scores - np.where(found, there, last)) <= allowed)
        if wrong.any():
            row, place = np.unravel_index(np.argmax(wrong), wrong.shape)
            return (f"row {row}: the score of {first[row, place]} differs" if found[row, place] else
                    f"row {row}: only one side lists {first[row, place]}, which is no tie")
    for ids in (our_ids, their_ids):
        ordered = np.sort(ids, 1)
        if np.any((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != NONE)):
            return "an id stands twice in a list"
    return True


def look_up(ids, others, scores):
    """For each place of `ids`: whether its id is in the same row of `others`, and the score there."""
    rows = np.arange(len(ids), dtype=np.int64)[:, None] * (int(max(ids.max(), others.max())) + 2)
    order = np.argsort(others, 1, kind="stable")
    keys = (np.take_along_axis(others, order, 1) + 1 + rows).ravel()
    wanted = ids + 1 + rows
    place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return keys[place] == wanted, np.take_along_axis(scores, order, 1).ravel()[place]


def same_values(ours, theirs, tolerance):
    """Arrays of one shape whose largest difference is within `tolerance` of the largest value."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        return f"shape {ours.shape} against {theirs.shape}"
    apart = float(np.abs(ours - theirs).max(initial=0))
    scale = float(np.abs(theirs).max(initial=0))
    return True if apart <= tolerance * max(scale, 1e-30) else f"values differ by {apart:.3g} of {scale:.3g}"


def no_worse(ours, theirs, tolerance, what):
    """A loss that ours reaches too: at most `tolerance` (relative) above the other's."""
    return True if ours <= theirs + tolerance * abs(theirs) else f"{what} {ours:.6g} against {theirs:.6g}"
