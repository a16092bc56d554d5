"""EASE: item weights in closed form."""
import numpy as np

import compare
import generate
import data
import library
from harness import Contest, Peer, case

RIDGE = 250.0
SAMPLE = 50  # items whose weights are compared


def numpy_fit(users, dtype):
    """The formula of the paper as it is written everywhere: B = -P / diag(P), P the inverse of the Gram matrix."""
    gram = (users.T @ users).toarray().astype(dtype)
    gram[np.diag_indices(len(gram))] += RIDGE
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def weights_of(scorer, items):
    """Rows of the weights: what a history of one item gives to every item."""
    recs = library.load()
    rows, one = np.empty((len(items), recs.lib.recs_scorer_items(scorer))), recs.ffi.new("uint32_t *")
    history = recs.ffi.new("recs_history *", {"struct_size": recs.ffi.sizeof("recs_history"), "items": one, "count": 1,
                                              "user": library.NO_ROW})
    for row, item in zip(rows, items):
        one[0] = item
        recs.ok(recs.lib.recs_scorer_score(recs.array("double", row), scorer, history))
    return np.nan_to_num(rows)


@case("ease-fit")
def ease_fit(settings):
    """In double beside numpy in double and rusket, which is in double; in single beside numpy in single."""
    import rusket

    library.need_scorer("ease")
    items = 3_000 if settings.quick else 6_000
    title, users = data.titled("dense", generate.matrix(generate.Shape(
        users=10 * items, items=items, events=200 * items, clusters=20, taste=0.5, exponent=0.9, offset=50)))
    matrix = library.load().matrix(users, settings.threads)
    sample = np.linspace(0, items - 1, SAMPLE).astype(np.int64)

    def same(tolerance):
        return lambda ours, weights: compare.same_values(weights_of(ours, sample), np.asarray(weights)[sample], tolerance)

    for precision, dtype, tolerance in [("double", np.float64, 1e-5), ("single", np.float32, 1e-3)]:
        peers = {f"numpy inverse, {dtype.__name__}": Peer(lambda: numpy_fit(users, dtype), same(tolerance))}
        if precision == "double":
            peers["rusket"] = Peer(lambda: rusket.EASE(regularization=RIDGE).fit(users).item_weights, same(tolerance))
        yield Contest(f"{title}, {precision}", lambda: library.fit(
            "ease", matrix, f"lambda={RIDGE};method=exact;precision={precision}"), peers)
