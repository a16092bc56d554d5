"""Serving: the ten best new items for each of many users."""
import numpy as np

import compare
import data
import library
from harness import Contest, Peer, case

N, USERS, K = 10, 10_000, 50


def same_top(ours, theirs):
    """implicit fills lists that are short with -1 or with items of a score of about -3e38."""
    ids, scores = theirs
    empty = (ids < 0) | (scores < -1e30)
    return compare.same_lists(ours, (np.where(empty, compare.NONE, ids), np.where(empty, 0, scores)))


@case("recommend-item-knn", {"OPENBLAS_NUM_THREADS": "1"})
def recommend_item_knn(settings):
    """implicit is given the neighbours that librecs found, so that ties at the k-th place do not make two models."""
    import implicit.nearest_neighbours
    import scipy.sparse

    threads = settings.threads
    for kind, factor in [("sparse", 1), ("dense", 1)]:
        title, users = data.generated(kind, factor)
        some = data.active_users(users, USERS)
        model = library.model(users, threads, "item-knn", f"k={K}")

        matrix = library.load().matrix(users, threads)
        ids, scores = library.neighbor_lists(
            library.neighbors(library.kernel(library.KERNEL_COSINE, threads), library.transpose(matrix), K), K)
        listed = ids != compare.NONE
        peer = implicit.nearest_neighbours.CosineRecommender(K=K, num_threads=threads)
        peer.similarity = scipy.sparse.csr_matrix(
            (scores[listed], ids[listed], np.concatenate(([0], np.cumsum(listed.sum(1))))), shape=(users.shape[1],) * 2)
        peer.scorer = implicit.nearest_neighbours.NearestNeighboursScorer(peer.similarity)
        histories = users[some].astype(np.float64)

        yield Contest(f"{title}, {len(some):,} users", lambda: library.recommend_many(model, some, N),
                      {"implicit": Peer(lambda: peer.recommend(some, histories, N=N), same_top)})
