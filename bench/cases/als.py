"""Implicit-feedback ALS: to the loss that implicit reaches, and lists from the factors."""
import numpy as np

import compare
import data
import library
from harness import Contest, Peer, case

FACTORS, ITERATIONS, ALPHA, RIDGE = 64, 15, 20.0, 0.05
N, USERS = 10, 10_000


def settings_text(iterations):
    """implicit's objective: an empty cell weighs 1, an entry ALPHA, and the ridge is the same for all."""
    return (f"factors={FACTORS};iterations={iterations};alpha={ALPHA - 1};unobserved=1;by_density=0;regularization={RIDGE};"
            "exponent=0")


def item_factors(scorer):
    recs = library.load()
    out, width = recs.ffi.new("float **"), recs.ffi.new("uint32_t *")
    recs.ok(recs.lib.recs_als_items(out, width, scorer))
    return recs.view(out[0], recs.lib.recs_scorer_items(scorer) * width[0], np.float32).reshape(-1, width[0])


def best_users(users, factors):
    """Each user's factors solved exactly, in double, for given item factors."""
    factors = factors.astype(np.float64)
    gram = factors.T @ factors + RIDGE * np.eye(factors.shape[1])
    solved = np.empty((users.shape[0], factors.shape[1]))
    for user in range(users.shape[0]):
        own = factors[users.indices[users.indptr[user]:users.indptr[user + 1]]]
        solved[user] = np.linalg.solve(gram + (ALPHA - 1) * own.T @ own, ALPHA * own.sum(0))
    return solved


def loss(users, factors):
    """The objective of item factors with the best user factors for them: the same judge for both sides."""
    people, items = best_users(users, factors), factors.astype(np.float64)
    rows = np.repeat(np.arange(users.shape[0]), np.diff(users.indptr))
    met = np.einsum("ij,ij->i", people[rows], items[users.indices])
    everywhere = np.sum((people.T @ people) * (items.T @ items))
    observed = np.sum(ALPHA * (1 - met) ** 2 - met ** 2)
    return everywhere + observed + RIDGE * (np.sum(people ** 2) + np.sum(items ** 2))


def implicit_model(threads, iterations=ITERATIONS, use_cg=True):
    import implicit.cpu.als
    return implicit.cpu.als.AlternatingLeastSquares(factors=FACTORS, iterations=iterations, alpha=ALPHA, regularization=RIDGE,
                                                    num_threads=threads, random_state=1, use_cg=use_cg)


def enough_iterations(users, matrix, goal):
    """The fewest iterations after which our loss is no more than the goal."""
    few, many = 0, ITERATIONS * 2
    while many - few > 1:
        middle = (few + many) // 2
        if loss(users, item_factors(library.fit("als", matrix, settings_text(middle)))) <= goal:
            many = middle
        else:
            few = middle
    return many


def sets(settings):
    yield data.generated("sparse", 1)
    yield data.generated("dense", 0.2) if settings.quick else data.generated("dense", 1)


@case("als-fit", {"OPENBLAS_NUM_THREADS": "1"})
def als_fit(settings):
    """implicit makes its default of 15 iterations, which it solves roughly; librecs as many as it needs to reach the same loss,
    and so does implicit when it solves exactly (Cholesky)."""
    library.need_scorer("als")
    for title, users in sets(settings):
        matrix = library.load().matrix(users, settings.threads)

        def implicit_fit(iterations=ITERATIONS, use_cg=True):
            model = implicit_model(settings.threads, iterations, use_cg)
            model.fit(users, show_progress=False)
            return model

        def no_worse(ours, model):
            return compare.no_worse(loss(users, item_factors(ours)), loss(users, model.item_factors), 2e-3, "loss")

        needed = enough_iterations(users, matrix, loss(users, implicit_fit().item_factors))
        yield Contest(f"{title}, {FACTORS} factors, {needed} iterations",
                      lambda: library.fit("als", matrix, settings_text(needed)),
                      {f"implicit, {ITERATIONS} iterations": Peer(implicit_fit, no_worse),
                       f"implicit, Cholesky, {needed} iterations": Peer(lambda: implicit_fit(needed, False), no_worse)})


@case("recommend-als", {"OPENBLAS_NUM_THREADS": "1"})
def recommend_als(settings):
    """implicit is given our factors."""
    library.need_scorer("als")
    for title, users in sets(settings):
        some = data.active_users(users, USERS)
        model = library.model(users, settings.threads, "als", settings_text(3))
        factors = item_factors(library.load().lib.recs_model_scorer(model))
        histories = users[some]
        peer = implicit_model(settings.threads)
        peer.item_factors = factors
        peer.user_factors = best_users(histories, factors).astype(np.float32)
        yield Contest(f"{title}, {FACTORS} factors, {len(some):,} users", lambda: library.recommend_many(model, some, N),
                      {"implicit": Peer(lambda: peer.recommend(np.arange(len(some)), histories, N=N),
                                        lambda ours, theirs: compare.same_lists(ours, theirs, 1e-3))})
