/* Many dense queries at once. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/similarity/index.h"
#include "lib/similarity/topk.h"

enum {
  ROWS = RECS__TILE_ROWS,
  MOST_QUERIES = 32 * RECS__TILE_QUERIES,
  LEAST_QUERIES = 4 * RECS__TILE_QUERIES,
  DESK_BYTES = 384 << 10, /* queries, packed and with their notes, stay in the second cache */
  LEAST_ROWS = 64 * ROWS
};

/* One call. */
typedef struct asking {
  const recs_index *index;
  const float *queries;
  size_t count;
  uint32_t dimension;
  const int64_t *offsets; /* into `without`; NULL: nothing is left out */
  const uint32_t *without;
  size_t k;
  size_t room; /* k, or as many rows as there are */
  /* Part p of query q puts its best rows into place p * count + q, k places apart. */
  uint32_t *rows;
  float *scores;
  size_t *counts;
  /* How the work is cut: what comes out does not depend on it. */
  size_t chunk; /* queries */
  size_t chunks;
  uint32_t part; /* rows, a multiple of a group's */
  uint32_t parts;
  recs__dense_desk *desks; /* by thread */
  uint32_t threads;
} asking;

static int32_t check_without(const asking *ask) {
  uint32_t rows = recs_index_rows(ask->index);
  int64_t at = ask->offsets[0];
  if (at < 0)
    return recs__fail(RECS_ERROR_INVALID, "without_offsets[0] is %" PRId64, at);
  for (size_t q = 0; q < ask->count; q++) {
    if (ask->offsets[q + 1] < at)
      return recs__fail(RECS_ERROR_INVALID, "without_offsets[%zu] is %" PRId64 ", below the one before", q + 1,
                        ask->offsets[q + 1]);
    if (ask->offsets[q + 1] > at)
      RECS_NOT_NULL(ask->without);
    for (int64_t first = at; at < ask->offsets[q + 1]; at++) {
      if (ask->without[at] >= rows)
        return recs__fail(RECS_ERROR_INVALID, "query %zu is to leave out row %" PRIu32 " of %" PRIu32, q,
                          ask->without[at], rows);
      if (at > first && ask->without[at] <= ask->without[at - 1])
        return recs__fail(RECS_ERROR_INVALID, "the rows that query %zu leaves out are not ascending at %" PRIu32, q,
                          ask->without[at]);
    }
  }
  return RECS_OK;
}

static int32_t check_size(const asking *ask) {
  size_t places, values;
  if (__builtin_mul_overflow(ask->count, ask->k, &places) ||
      __builtin_mul_overflow(places, sizeof(uint64_t), &places) ||
      __builtin_mul_overflow(ask->count, sizeof(uint64_t), &places) ||
      __builtin_mul_overflow(ask->count, (size_t)ask->dimension, &values))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu queries for %zu rows each do not fit into memory", ask->count, ask->k);
  return RECS_OK;
}

static int32_t check(const asking *ask) {
  uint32_t own = recs__index_dimension(ask->index);
  size_t values = ask->count * ask->dimension;
  if (ask->dimension != own)
    return recs__fail(RECS_ERROR_INVALID, "queries of dimension %" PRIu32 " for rows of dimension %" PRIu32,
                      ask->dimension, own);
  if (values > 0)
    RECS_NOT_NULL(ask->queries);
  for (size_t i = 0; i < values; i++) {
    if (!isfinite(ask->queries[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "query %zu, column %zu is %g", i / ask->dimension, i % ask->dimension,
                        (double)ask->queries[i]);
  }
  return ask->offsets == NULL ? RECS_OK : check_without(ask);
}

/* The rows that a query leaves out. */
static const uint32_t *without_of(size_t *count, const asking *ask, size_t query) {
  *count = ask->offsets == NULL ? 0 : (size_t)(ask->offsets[query + 1] - ask->offsets[query]);
  return *count == 0 ? NULL : ask->without + ask->offsets[query];
}

static size_t divide_up(size_t amount, size_t by) {
  return amount / by + (amount % by != 0);
}

/* Queries are split first. With fewer of them than keep the threads busy, the rows are. */
static void cut(asking *ask) {
  size_t threads = recs__parallel_threads(ask->index->object.context, SIZE_MAX, 1);
  size_t rows = ask->index->dense.rows.count, parts = 1, rounds;
  size_t bytes = sizeof(uint64_t) * (ask->room + recs__quest_notes(ask->room)) +
                 recs__vectors_packed(&ask->index->dense.vectors);
  size_t most = DESK_BYTES / bytes;
  most = most < LEAST_QUERIES ? LEAST_QUERIES : most > MOST_QUERIES ? MOST_QUERIES : most;
  ask->chunks = divide_up(ask->count, most);
  if (ask->chunks >= threads) {
    rounds = divide_up(ask->chunks, threads);
    ask->chunks = rounds * threads;
  } else {
    parts = divide_up(threads, ask->chunks);
  }
  ask->chunk = divide_up(divide_up(ask->count, ask->chunks), RECS__TILE_QUERIES) * RECS__TILE_QUERIES;
  ask->chunk = ask->chunk < ask->count ? ask->chunk : ask->count;
  ask->chunks = divide_up(ask->count, ask->chunk);
  rows = divide_up(rows, parts) > LEAST_ROWS ? divide_up(rows, parts) : LEAST_ROWS;
  ask->part = (uint32_t)(divide_up(rows, ROWS) * ROWS);
  ask->parts = (uint32_t)divide_up(ask->index->dense.rows.count, ask->part);
}

static int32_t search_chunk(const asking *ask, recs__dense_desk *desk, size_t chunk, uint32_t part) {
  const recs__dense *dense = &ask->index->dense;
  size_t first = chunk * ask->chunk, count = ask->count - first < ask->chunk ? ask->count - first : ask->chunk;
  uint64_t begin = (uint64_t)part * ask->part, end = begin + ask->part;
  recs__row_range range = {(uint32_t)begin, end < dense->rows.count ? (uint32_t)end : dense->rows.count, NULL};
  for (size_t q = 0; q < count; q++) {
    const float *query = ask->queries + (first + q) * ask->dimension;
    recs__facts facts = recs__dense_facts(dense, query);
    size_t without_count;
    const uint32_t *without = without_of(&without_count, ask, first + q);
    recs__dense_ask(desk, q, query, &facts, -INFINITY, without, without_count);
  }
  recs__dense_search(desk, count, &range);
  for (size_t q = 0; q < count; q++) {
    size_t place = part * ask->count + first + q;
    RECS_TRY(recs__selector_take(&desk->selectors[q], ask->rows + place * ask->k, ask->scores + place * ask->k,
                                 &ask->counts[place]));
  }
  return RECS_OK;
}

static int32_t search_chunks(void *payload, uint32_t thread, size_t begin, size_t end) {
  const asking *ask = payload;
  for (size_t task = begin; task < end; task++)
    RECS_TRY(search_chunk(ask, &ask->desks[thread], task % ask->chunks, (uint32_t)(task / ask->chunks)));
  return RECS_OK;
}

static int32_t search_all(asking *ask, const recs__progress *progress) {
  recs_context *context = ask->index->object.context;
  size_t tasks = ask->chunks * ask->parts;
  int32_t status = RECS_OK;
  ask->threads = recs__parallel_threads(context, tasks, 1);
  ask->desks = recs__alloc_zero(context, ask->threads, sizeof *ask->desks);
  if (ask->desks == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < ask->threads && status == RECS_OK; i++)
    status = recs__dense_desk_init(&ask->desks[i], &ask->index->dense, ask->chunk, ask->k);
  if (status == RECS_OK)
    status = recs__parallel(context, tasks, 1, search_chunks, ask, progress);
  for (uint32_t i = 0; i < ask->threads; i++)
    recs__dense_desk_free(&ask->desks[i]);
  recs__free(context, ask->desks);
  return status;
}

/* The best rows of a query of those that its parts found. */
static void merge(const asking *ask, uint64_t *heap, size_t query, uint32_t *rows, float *scores, size_t *count) {
  *count = 0;
  for (uint32_t part = 0; part < ask->parts; part++) {
    size_t place = part * ask->count + query;
    for (size_t i = 0; i < ask->counts[place]; i++) {
      uint64_t key = recs__key_of(ask->scores[place * ask->k + i], ask->rows[place * ask->k + i]);
      if (*count < ask->room)
        recs__keys_push(heap, (*count)++, key);
      else if (key > heap[0])
        recs__keys_replace(heap, *count, key);
    }
  }
  recs__keys_sort(heap, *count);
  for (size_t i = 0; i < *count; i++) {
    rows[i] = recs__key_row(heap[i]);
    scores[i] = recs__key_score(heap[i]);
  }
}

/* The parts put what they find into places of their own. */
static int32_t search_parts(asking *ask, const recs__progress *progress) {
  recs_context *context = ask->index->object.context;
  asking own = *ask;
  size_t places, cells;
  uint64_t *heap = recs__alloc(context, ask->room, sizeof *heap);
  int32_t status;
  own.k = ask->room;
  if (__builtin_mul_overflow(ask->count, (size_t)ask->parts, &places) ||
      __builtin_mul_overflow(places, ask->room, &cells))
    places = cells = SIZE_MAX; /* refused by the allocator */
  own.rows = recs__alloc(context, cells, sizeof *own.rows);
  own.scores = recs__alloc(context, cells, sizeof *own.scores);
  own.counts = recs__alloc_zero(context, places, sizeof *own.counts);
  status = heap == NULL || own.rows == NULL || own.scores == NULL || own.counts == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = search_all(&own, progress);
  for (size_t q = 0; q < ask->count && status == RECS_OK; q++)
    merge(&own, heap, q, ask->rows + q * ask->k, ask->scores + q * ask->k, &ask->counts[q]);
  recs__free(context, own.rows);
  recs__free(context, own.scores);
  recs__free(context, own.counts);
  recs__free(context, heap);
  return status;
}

/* Rows whose kernel does not compare them as they are: query by query, a custom kernel on this thread alone. */
static int32_t list_by_nonzeros(void *payload, uint32_t thread, size_t begin, size_t end) {
  const asking *ask = payload;
  (void)thread;
  for (size_t q = begin; q < end; q++) {
    size_t without_count;
    const uint32_t *without = without_of(&without_count, ask, q);
    RECS_TRY(recs__index_top_by_nonzeros(ask->rows + q * ask->k, ask->scores + q * ask->k, &ask->counts[q], ask->index,
                                         ask->queries + q * ask->dimension, without, without_count, ask->k));
  }
  return RECS_OK;
}

static int32_t search_sparse(asking *ask, const recs__progress *progress) {
  if (ask->index->rows.kernel->way != NULL)
    return recs__parallel(ask->index->object.context, ask->count, 1, list_by_nonzeros, ask, progress);
  for (size_t q = 0; q < ask->count; q++) {
    RECS_TRY(recs__progress_at(progress, (double)q / (double)ask->count));
    RECS_TRY(list_by_nonzeros(ask, 0, q, q + 1));
  }
  return RECS_OK;
}

static int32_t search(asking *ask, const recs__progress *progress) {
  if (ask->count == 0 || ask->k == 0 || recs_index_rows(ask->index) == 0)
    return recs__progress_at(progress, 0);
  if (!recs__index_dense(ask->index))
    return search_sparse(ask, progress);
  cut(ask);
  return ask->parts == 1 ? search_all(ask, progress) : search_parts(ask, progress);
}

int32_t recs_index_top_dense_many(uint32_t *out_rows, float *out_scores, size_t *out_counts, const recs_index *index,
                                  const float *queries, size_t query_count, uint32_t dimension,
                                  const int64_t *without_offsets, const uint32_t *without, size_t k,
                                  recs_progress_fn progress, void *payload) {
  asking ask = {.index = index,
                .queries = queries,
                .count = query_count,
                .dimension = dimension,
                .offsets = without_offsets,
                .without = without,
                .k = k,
                .rows = out_rows,
                .scores = out_scores,
                .counts = out_counts};
  recs__progress whole = recs__progress_of(progress, payload);
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_counts);
  RECS_TRY(check_size(&ask)); /* before as many counts are set to 0 */
  memset(out_counts, 0, query_count * sizeof *out_counts);
  RECS_NOT_NULL(index);
  if (query_count > 0 && k > 0) {
    RECS_NOT_NULL(out_rows);
    RECS_NOT_NULL(out_scores);
  }
  RECS_TRY(check(&ask));
  ask.room = k < recs_index_rows(index) ? k : recs_index_rows(index);
  status = search(&ask, &whole);
  if (status != RECS_OK)
    memset(out_counts, 0, query_count * sizeof *out_counts);
  return status;
}
