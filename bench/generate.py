#!/usr/bin/env python3
"""Makes behaviour logs of any size: items of Zipf popularity, users in clusters of taste, events in order of time.

usage: generate.py --users N --items N --events N [--seed 1] [--clusters C] [--out FILE.tsv]

See bench/README.md for the model. As a module: events() yields chunks of arrays, matrix() gives a scipy CSR matrix.
"""
import argparse
import sys
from dataclasses import dataclass

import numpy as np

START = 1_600_000_000_000  # milliseconds; the log covers a year from here
YEAR = 365 * 86_400_000
CHUNK = 1 << 22


@dataclass
class Shape:
    """What a log is like. The same shape and seed give the same log."""
    users: int
    items: int
    events: int
    clusters: int = 0       # of users and items; 0: one for 500 users, at least 8
    taste: float = 0.7      # the share of a user's events that stay in the user's cluster
    exponent: float = 1.0   # popularity of the item of rank r: 1 / (r + offset)^exponent
    offset: float = 10.0
    activity: float = 1.0   # spread of the users' activity (sigma of a log-normal)
    seed: int = 1

    def __post_init__(self):
        self.clusters = self.clusters or max(8, self.users // 500)


class World:
    """Popularity, tastes and activities; events are drawn from it."""

    def __init__(self, shape):
        random = np.random.default_rng((shape.seed, 0))
        self.shape = shape
        cluster = random.integers(shape.clusters, size=shape.items)
        self.items = np.argsort(cluster, kind="stable").astype(np.uint32)  # items by cluster
        rank = random.permutation(shape.items)
        popularity = (1.0 / (rank + shape.offset) ** shape.exponent)[self.items]
        self.reach = np.concatenate(([0.0], np.cumsum(popularity)))
        self.first = np.searchsorted(cluster[self.items], np.arange(shape.clusters + 1))
        self.tastes = random.integers(shape.clusters, size=shape.users)
        self.active = np.cumsum(random.lognormal(0, shape.activity, shape.users))

    def draw(self, number, count):
        """Users and items of the number-th chunk, as uint32."""
        random = np.random.default_rng((self.shape.seed, 1, number))
        users = np.searchsorted(self.active, random.random(count) * self.active[-1], side="right")
        users = np.minimum(users, self.shape.users - 1)
        low, high = self.reach[self.first[self.tastes[users]]], self.reach[self.first[self.tastes[users] + 1]]
        wide = (random.random(count) >= self.shape.taste) | (low == high)
        low[wide], high[wide] = 0, self.reach[-1]
        place = np.searchsorted(self.reach, low + random.random(count) * (high - low), side="right") - 1
        return users.astype(np.uint32), self.items[np.minimum(place, self.shape.items - 1)]


def events(shape, chunk=CHUNK):
    """Yields (users, items, times) in order of time; a chunk at a time, so that any size fits."""
    world = World(shape)
    step = YEAR / max(shape.events, 1)
    for number, first in enumerate(range(0, shape.events, chunk)):
        count = min(chunk, shape.events - first)
        users, items = world.draw(number, count)
        yield users, items, START + ((first + np.arange(count)) * step).astype(np.int64)


def matrix(shape):
    """Users x items as a scipy CSR matrix of float32 ones: who did anything with what, repeats counted once."""
    import scipy.sparse
    users, items = np.empty(shape.events, np.int32), np.empty(shape.events, np.int32)
    first = 0
    for some_users, some_items, _ in events(shape):
        users[first:first + len(some_users)], items[first:first + len(some_items)] = some_users, some_items
        first += len(some_users)
    made = scipy.sparse.coo_matrix((np.ones(shape.events, np.float32), (users, items)), shape=(shape.users, shape.items)).tocsr()
    made.data[:] = 1
    return made


def write(shape, out):
    """user, item, time as TSV with a header."""
    import polars
    out.write(b"user\titem\ttime\n")
    for users, items, times in events(shape):
        polars.DataFrame({"user": users, "item": items, "time": times}).write_csv(out, include_header=False, separator="\t")


def main():
    parser = argparse.ArgumentParser(description="Makes a log of Zipf items and clustered users, as TSV.")
    for name in ("users", "items", "events"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--clusters", type=int, default=0)
    parser.add_argument("--taste", type=float, default=Shape.taste)
    parser.add_argument("--exponent", type=float, default=Shape.exponent)
    parser.add_argument("--offset", type=float, default=Shape.offset)
    parser.add_argument("--activity", type=float, default=Shape.activity)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", help="default: standard output")
    options = vars(parser.parse_args())
    path = options.pop("out")
    with open(path, "wb") if path else sys.stdout.buffer as out:
        write(Shape(**options), out)


if __name__ == "__main__":
    main()
