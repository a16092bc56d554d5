/* The graph of items by order: each item walks the sequences that have it, and adds up in one cell an item what stands around it. */
#include "lib/similarity/neighbors_order.h"

#include "lib/base/parallel.h"
#include "lib/similarity/tally.h"

#include <float.h>
#include <math.h>

enum { GRAIN = 16 }; /* items a task */

recs__sequences recs__sequences_of_matrix(const recs_matrix *matrix) {
  recs__sequences sequences = {matrix->rows, matrix->columns, matrix->offsets, matrix->indices, matrix->values, NULL};
  return sequences;
}

recs__sequences recs__sequences_of_histories(const recs_histories *histories, uint32_t items) {
  recs__sequences sequences = {histories->rows, items, histories->offsets, histories->item_rows, histories->weights,
                               histories->times};
  return sequences;
}

typedef struct building {
  const recs__order_job *job;
  recs_context *context;
  uint32_t *steps;  /* of each entry, from 0 in its row */
  int64_t *begins;  /* item -> where its rows begin among `rows` */
  uint32_t *rows;   /* the rows that have each item, ascending */
  double *fades;    /* by steps apart */
  double *from;     /* what an item's similarities are multiplied by: as the first of a pair, and as the second */
  double *to;
  uint64_t *met;    /* pairs that each item is in: it has no more neighbours */
  uint32_t *counts; /* of each item's neighbours */
  uint32_t room;    /* neighbours an item at most */
  recs_neighbors *neighbors;
  recs__tallies tallies;
} building;

/* The steps of each entry; returns the most that any has. */
static uint32_t count_steps(uint32_t *steps, const recs__sequences *sequences) {
  uint32_t most = 0;
  for (uint32_t row = 0; row < sequences->rows; row++) {
    uint32_t step = 0;
    for (int64_t e = sequences->offsets[row]; e < sequences->offsets[row + 1]; e++) {
      if (e > sequences->offsets[row])
        step += (uint32_t)recs__sequences_steps(sequences->times, e);
      steps[e] = step;
    }
    most = step > most ? step : most;
  }
  return most;
}

/* Counts by distance; one step and none count the same. */
static int32_t weigh_distances(building *build, uint32_t most) {
  build->fades = recs__alloc(build->context, (size_t)most + 1, sizeof *build->fades);
  if (build->fades == NULL)
    return recs__fail_nomem();
  for (uint32_t apart = 0; apart <= most; apart++)
    build->fades[apart] = apart <= 1 ? 1 : pow(apart, -build->job->distance);
  return RECS_OK;
}

/* Calls for each item of each row once, however often it stands there. */
typedef void (*visit_fn)(building *build, uint32_t row, uint32_t item);

static void visit_rows(building *build, uint32_t *last, visit_fn visit) {
  const recs__sequences *sequences = &build->job->sequences;
  memset(last, 0xff, sequences->items * sizeof *last); /* RECS_NO_ROW */
  for (uint32_t row = 0; row < sequences->rows; row++) {
    for (int64_t e = sequences->offsets[row]; e < sequences->offsets[row + 1]; e++) {
      uint32_t item = sequences->item_rows[e];
      if (item < sequences->items && last[item] != row) {
        last[item] = row;
        visit(build, row, item);
      }
    }
  }
}

static void count_row(building *build, uint32_t row, uint32_t item) {
  (void)row;
  build->begins[item + 1] += 1;
}

/* Moves begins[item] on to where the next item's rows begin. */
static void place_row(building *build, uint32_t row, uint32_t item) {
  build->rows[build->begins[item]++] = row;
}

static int32_t list_rows(building *build) {
  uint32_t items = build->job->sequences.items;
  uint32_t *last = recs__alloc(build->context, items, sizeof *last);
  build->begins = recs__alloc_zero(build->context, (size_t)items + 1, sizeof *build->begins);
  if (last != NULL && build->begins != NULL) {
    visit_rows(build, last, count_row);
    for (uint32_t item = 0; item < items; item++)
      build->begins[item + 1] += build->begins[item];
    build->rows = recs__alloc(build->context, (size_t)build->begins[items], sizeof *build->rows);
    if (build->rows != NULL) {
      visit_rows(build, last, place_row);
      memmove(build->begins + 1, build->begins, items * sizeof *build->begins);
      build->begins[0] = 0;
    }
  }
  recs__free(build->context, last);
  return build->rows == NULL ? recs__fail_nomem() : RECS_OK;
}

/* The sums of squared weights, then their powers; and the pairs that each item is in. */
static int32_t weigh_items(building *build) {
  const recs__sequences *sequences = &build->job->sequences;
  build->from = recs__alloc_zero(build->context, sequences->items, sizeof *build->from);
  build->to = recs__alloc_zero(build->context, sequences->items, sizeof *build->to);
  build->met = recs__alloc_zero(build->context, sequences->items, sizeof *build->met);
  if (build->from == NULL || build->to == NULL || build->met == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < sequences->rows; row++) {
    uint64_t others = (uint64_t)(sequences->offsets[row + 1] - sequences->offsets[row]) - 1;
    for (int64_t e = sequences->offsets[row]; e < sequences->offsets[row + 1]; e++) {
      uint32_t item = sequences->item_rows[e];
      if (item >= sequences->items)
        continue;
      build->from[item] += (double)sequences->weights[e] * (double)sequences->weights[e];
      build->met[item] += others;
    }
  }
  for (uint32_t item = 0; item < sequences->items; item++) {
    double norm = build->from[item];
    build->from[item] = norm > 0 ? pow(norm, -build->job->from) : 0;
    build->to[item] = norm > 0 ? pow(norm, -build->job->to) : 0;
  }
  return RECS_OK;
}

static int32_t make_graph(building *build) {
  uint32_t items = build->job->sequences.items;
  build->room = items == 0 ? 0 : build->job->k < items - 1 ? build->job->k : items - 1;
  build->counts = recs__alloc_zero(build->context, items, sizeof *build->counts);
  if (build->counts == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < items; item++)
    build->met[item] = build->met[item] < build->room ? build->met[item] : build->room;
  return recs__neighbors_new(&build->neighbors, build->context, items, build->met);
}

/* Adds what stands around one place of a row, up to `first` or `last` or the window's end. */
static void add_around(const building *build, recs__tally *tally, int64_t first, int64_t place, int64_t last) {
  const recs__sequences *sequences = &build->job->sequences;
  uint32_t window = build->job->window == 0 ? UINT32_MAX : build->job->window;
  uint32_t item = sequences->item_rows[place], step = build->steps[place];
  double weight = (double)sequences->weights[place];
  for (int64_t e = place; e-- > first && step - build->steps[e] <= window;) {
    uint32_t other = sequences->item_rows[e], apart = step - build->steps[e];
    double amount = weight * (double)sequences->weights[e] * build->fades[apart];
    if (other != item && other < sequences->items)
      recs__tally_add(tally, other, apart == 0 ? amount : amount * build->job->backward);
  }
  for (int64_t e = place + 1; e < last && build->steps[e] - step <= window; e++) {
    uint32_t other = sequences->item_rows[e];
    if (other != item && other < sequences->items)
      recs__tally_add(tally, other, weight * (double)sequences->weights[e] * build->fades[build->steps[e] - step]);
  }
}

static void add_rows(const building *build, recs__tally *tally, uint32_t item) {
  const recs__sequences *sequences = &build->job->sequences;
  for (int64_t r = build->begins[item]; r < build->begins[item + 1]; r++) {
    int64_t first = sequences->offsets[build->rows[r]], last = sequences->offsets[build->rows[r] + 1];
    for (int64_t e = first; e < last; e++) {
      if (sequences->item_rows[e] == item)
        add_around(build, tally, first, e, last);
    }
  }
}

/* Takes the sums of the other items, and keeps the most similar. */
static int32_t offer_others(const building *build, recs__tally *tally, uint32_t item) {
  uint32_t count = recs__tally_count(tally);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t other = recs__tally_row(tally, i);
    double sum = recs__tally_take(tally, other), similarity;
    if (!(sum > 0))
      continue;
    similarity = sum * build->from[item] * build->to[other] * (sum / (sum + build->job->shrink));
    if (!(similarity <= (double)FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "the similarity of items %u and %u is %g", item, other, similarity);
    if ((float)similarity > 0)
      recs__tally_offer(tally, other, (float)similarity, build->met[item]);
  }
  return RECS_OK;
}

static int32_t build_items(void *payload, uint32_t thread, size_t begin, size_t end) {
  const building *build = payload;
  recs__tally *tally = &build->tallies.list[thread];
  for (size_t item = begin; item < end; item++) {
    size_t slot = (size_t)build->neighbors->offsets[item];
    add_rows(build, tally, (uint32_t)item);
    RECS_TRY(offer_others(build, tally, (uint32_t)item));
    build->counts[item] = (uint32_t)recs__tally_best(tally, build->neighbors->ids + slot, build->neighbors->scores + slot);
  }
  return RECS_OK;
}

static int32_t build_graph(building *build) {
  const recs__sequences *sequences = &build->job->sequences;
  recs__progress late = recs__progress_part(&build->job->progress, 0.1, 1);
  build->steps = recs__alloc(build->context, (size_t)sequences->offsets[sequences->rows], sizeof *build->steps);
  if (build->steps == NULL)
    return recs__fail_nomem();
  RECS_TRY(weigh_distances(build, count_steps(build->steps, sequences)));
  RECS_TRY(list_rows(build));
  RECS_TRY(weigh_items(build));
  RECS_TRY(make_graph(build));
  RECS_TRY(recs__tallies_init(&build->tallies, build->context, recs__parallel_threads(build->context, sequences->items, GRAIN),
                              sequences->items, build->room));
  RECS_TRY(recs__progress_at(&late, 0));
  RECS_TRY(recs__parallel(build->context, sequences->items, GRAIN, build_items, build, &late));
  recs__neighbors_close(build->neighbors, build->counts);
  return RECS_OK;
}

int32_t recs__neighbors_order(recs_neighbors **out, recs_context *context, const recs__order_job *job) {
  building build = {.job = job, .context = context};
  int32_t status = build_graph(&build);
  *out = NULL;
  if (status == RECS_OK)
    *out = build.neighbors;
  else
    recs__release(build.neighbors);
  recs__tallies_free(&build.tallies, context);
  recs__free(context, build.steps);
  recs__free(context, build.begins);
  recs__free(context, build.rows);
  recs__free(context, build.fades);
  recs__free(context, build.from);
  recs__free(context, build.to);
  recs__free(context, build.met);
  recs__free(context, build.counts);
  return status;
}
