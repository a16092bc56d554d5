/* The weights of EASE where all items are too many for one inverse: those that reach an item are fitted with its nearest items alone,
 * as if no others were there. With Q = (G + lambda I)^-1, G being the part of X'X that belongs to an item j and its nearest,
 * B(i, j) = -Q(i, j) / Q(j, j). What is not near has a weight of 0. */
#include "lib/base/inverse.h"
#include "lib/base/parallel.h"
#include "lib/base/sort.h"
#include "lib/recommend/ease/ease.h"
#include "lib/similarity/kernel.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Items a task. Sums over the users of items with more than HEAD_USERS of them are kept for all systems, of HEAD_SHARE of the memory at
 * most. */
enum { GRAIN = 8, HEAD_USERS = 32, HEAD_SHARE = 4 };

/* What one thread works with: a system of equations, whose rows are the places of items. */
typedef struct desk {
  recs__inverse inverse;
  uint32_t *within; /* of each place: its row in the system + 1, or 0 */
  uint32_t *places; /* of each row: the nearest by place, then the item itself */
  double *row;
  double *band;
} desk;

typedef struct fitting {
  const recs__groups *groups;
  const recs_ease_options *options;
  recs_context *context;
  recs_neighbors *graph; /* each item's nearest, whose similarities become the weights that reach the item from them */
  uint32_t *place_of;    /* of each item of the catalogue, or RECS_NO_ROW */
  uint32_t *group_of;    /* of each place */
  float *head;           /* X'X of the first `heads` places, as far as the diagonal */
  uint32_t heads;
  desk *desks;
  uint32_t threads;
  uint32_t most; /* rows of a system */
} fitting;

static int32_t find_nearest(fitting *work, const recs_matrix *matrix, const recs__progress *progress) {
  recs__graph_job job = {.progress = *progress};
  recs_kernel *kernel = NULL;
  recs_matrix *items = NULL;
  int32_t status;
  RECS_TRY(recs_neighbors_options_init(&job.options, sizeof job.options));
  job.options.k = work->options->neighbors;
  RECS_GO(recs_kernel_create(&kernel, work->context, RECS_KERNEL_COSINE, NULL));
  RECS_GO(recs_matrix_transpose(&items, matrix));
  job.kernel = kernel;
  RECS_GO(recs__neighbors_sparse(&work->graph, &job, items));
cleanup:
  recs_matrix_free(items);
  recs_kernel_free(kernel);
  return status;
}

/* Where the items stand, and the group of each place. */
static int32_t find_places(fitting *work, uint32_t items) {
  const recs__groups *groups = work->groups;
  work->place_of = recs__alloc(work->context, items, sizeof *work->place_of);
  work->group_of = recs__alloc(work->context, groups->item_begins[groups->count], sizeof *work->group_of);
  if (work->place_of == NULL || work->group_of == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < items; item++)
    work->place_of[item] = RECS_NO_ROW;
  for (uint32_t group = 0; group < groups->count; group++) {
    for (uint32_t place = groups->item_begins[group]; place < groups->item_begins[group + 1]; place++) {
      work->place_of[groups->members[place]] = place;
      work->group_of[place] = group;
    }
  }
  return RECS_OK;
}

static size_t triangle(size_t rows) {
  return rows * (rows + 1) / 2;
}

/* The places of the first group, which are those of its items with most users, that have many of them, as far as there is memory. */
static uint32_t count_heads(const fitting *work) {
  const recs__groups *groups = work->groups;
  double room = work->options->memory_mb * 1024 * 1024 / HEAD_SHARE / sizeof *work->head;
  uint32_t heads = 0;
  while (groups->count > 0 && heads < recs__group_items(groups, 0) && recs__side_row(&groups->items, heads).count > HEAD_USERS &&
         (double)triangle((size_t)heads + 1) <= room)
    heads += 1;
  return heads;
}

static int32_t sum_heads(void *payload, uint32_t thread, size_t begin, size_t end) {
  fitting *work = payload;
  double *row = work->desks[thread].row;
  for (size_t i = begin; i < end; i++) {
    float *kept = work->head + triangle(i);
    recs__side_product(row, &work->groups->items, 0, &work->groups->users, 0, (uint32_t)i, (uint32_t)i);
    for (size_t j = 0; j <= i; j++)
      kept[j] = (float)row[j];
  }
  return RECS_OK;
}

static int32_t desk_init(desk *own, const fitting *work) {
  uint32_t places = work->groups->item_begins[work->groups->count];
  own->within = recs__alloc_zero(work->context, places, sizeof *own->within);
  own->places = recs__alloc(work->context, work->most, sizeof *own->places);
  own->row = recs__alloc(work->context, work->most > work->heads ? work->most : work->heads, sizeof *own->row);
  own->band = recs__alloc(work->context, (size_t)work->most * RECS__BLOCK_LEFT, sizeof *own->band);
  if (own->within == NULL || own->places == NULL || own->row == NULL || own->band == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__inverse_init(&own->inverse, work->context, work->most, work->options->precision == RECS_EASE_SINGLE));
  own->inverse.alone = 1;
  return RECS_OK;
}

static void desk_free(desk *own, const recs_context *context) {
  recs__free(context, own->within);
  recs__free(context, own->places);
  recs__free(context, own->row);
  recs__free(context, own->band);
  own->inverse.context = context;
  recs__inverse_free(&own->inverse);
}

static int32_t make_room(fitting *work) {
  work->heads = count_heads(work);
  work->head = recs__alloc(work->context, triangle(work->heads), sizeof *work->head);
  work->threads = recs__parallel_threads(work->context, work->graph->rows, 1);
  work->desks = recs__alloc_zero(work->context, work->threads, sizeof *work->desks);
  if (work->head == NULL || work->desks == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < work->threads; thread++)
    RECS_TRY(desk_init(&work->desks[thread], work));
  return RECS_OK;
}

/* The part of a row of X'X that lies in the system so far, from the users of the item. */
static void sum_users(double *row, const fitting *work, const desk *own, uint32_t place, uint32_t last) {
  const recs__groups *groups = work->groups;
  uint32_t group = work->group_of[place], first_item = groups->item_begins[group], first_user = groups->user_begins[group];
  recs__line line = recs__side_row(&groups->items, place);
  for (size_t e = 0; e < line.count; e++) {
    recs__line met = recs__side_row(&groups->users, first_user + line.columns[e]);
    double value = (double)line.values[e];
    for (size_t f = 0; f < met.count && first_item + met.columns[f] <= last; f++) {
      uint32_t column = own->within[first_item + met.columns[f]];
      if (column != 0)
        row[column - 1] += value * (double)met.values[f];
    }
  }
}

/* Of two places of the head. */
static double look_up(const fitting *work, uint32_t a, uint32_t b) {
  return (double)(a > b ? work->head[triangle(a) + b] : work->head[triangle(b) + a]);
}

/* Rows of the system come in the order of their places, but for the last, whose item may stand anywhere. */
static void fill_system(const fitting *work, desk *own, uint32_t rows) {
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t place = own->places[i];
    memset(own->row, 0, (i + 1) * sizeof *own->row);
    own->within[place] = i + 1;
    if (i + 1 == rows) {
      sum_users(own->row, work, own, place, RECS_NO_ROW);
    } else if (place >= work->heads) {
      sum_users(own->row, work, own, place, place);
    } else {
      for (uint32_t j = 0; j <= i; j++)
        own->row[j] = look_up(work, place, own->places[j]);
    }
    own->row[i] += work->options->lambda;
    recs__inverse_put_row(&own->inverse, i, own->row);
  }
}

static int by_place(const void *first, const void *second) {
  uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
  return a < b ? -1 : a > b;
}

static int32_t solve(const fitting *work, desk *own, uint32_t item, uint32_t rows) {
  recs_neighbors *graph = work->graph;
  size_t last = rows - 1, first = last - last % RECS__BLOCK_LEFT;
  const double *line = own->band + (last - first) * rows;
  RECS_TRY(recs__inverse_run(&own->inverse, NULL));
  recs__inverse_rows(own->band, rows, &own->inverse, first, last - first + 1);
  for (int64_t e = graph->offsets[item]; e < graph->offsets[item + 1]; e++) {
    double weight = line[own->within[work->place_of[graph->ids[e]]] - 1] / -line[last];
    if (!(fabs(weight) <= FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "the weights of ease are not finite with lambda = %g", work->options->lambda);
    graph->scores[e] = (float)weight;
  }
  return RECS_OK;
}

static int32_t fit_item(const fitting *work, desk *own, uint32_t item) {
  const recs_neighbors *graph = work->graph;
  uint32_t nearest = (uint32_t)(graph->offsets[item + 1] - graph->offsets[item]);
  int32_t status;
  for (uint32_t i = 0; i < nearest; i++)
    own->places[i] = work->place_of[graph->ids[graph->offsets[item] + i]];
  recs__sort(own->places, nearest, sizeof *own->places, by_place);
  own->places[nearest] = work->place_of[item];
  recs__inverse_begin(&own->inverse, (size_t)nearest + 1);
  fill_system(work, own, nearest + 1);
  status = solve(work, own, item, nearest + 1);
  for (uint32_t i = 0; i <= nearest; i++)
    own->within[own->places[i]] = 0;
  return status;
}

static int32_t fit_items(void *payload, uint32_t thread, size_t begin, size_t end) {
  fitting *work = payload;
  for (size_t item = begin; item < end; item++) {
    if (work->graph->offsets[item + 1] > work->graph->offsets[item])
      RECS_TRY(fit_item(work, &work->desks[thread], (uint32_t)item));
  }
  return RECS_OK;
}

/* The weights by the item that they come from. */
typedef struct turning {
  uint64_t *begins; /* items + 1 */
  uint64_t *slots;
  uint32_t *others;
  double *weights;
} turning;

static int32_t turn_graph(turning *turn, const recs_neighbors *graph, recs_context *context, uint32_t top_k) {
  uint64_t total = (uint64_t)graph->offsets[graph->rows], begin = 0;
  turn->begins = recs__alloc_zero(context, (size_t)graph->rows + 1, sizeof *turn->begins);
  turn->slots = recs__alloc(context, graph->rows, sizeof *turn->slots);
  turn->others = recs__alloc(context, total, sizeof *turn->others);
  turn->weights = recs__alloc(context, total, sizeof *turn->weights);
  if (turn->begins == NULL || turn->slots == NULL || turn->others == NULL || turn->weights == NULL)
    return recs__fail_nomem();
  for (uint64_t e = 0; e < total; e++)
    turn->begins[graph->ids[e] + 1] += 1;
  for (uint32_t item = 0; item < graph->rows; item++) {
    uint64_t length = turn->begins[item + 1];
    turn->slots[item] = top_k > 0 && top_k < length ? top_k : length;
    turn->begins[item + 1] = begin;
    begin += length;
  }
  for (uint32_t item = 0; item < graph->rows; item++) {
    for (int64_t e = graph->offsets[item]; e < graph->offsets[item + 1]; e++) {
      uint64_t slot = turn->begins[graph->ids[e] + 1]++;
      turn->others[slot] = item;
      turn->weights[slot] = (double)graph->scores[e];
    }
  }
  return RECS_OK;
}

/* The graph says what reaches each item; the model wants what each item reaches. */
static int32_t take_weights(recs_neighbors **out, const fitting *work) {
  uint32_t items = work->graph->rows;
  turning turn = {0};
  recs__ease_sparse sparse;
  int32_t status;
  RECS_GO(turn_graph(&turn, work->graph, work->context, work->options->top_k));
  RECS_GO(recs__ease_sparse_init(&sparse, work->context, items, turn.slots));
  for (uint32_t item = 0; item < items && status == RECS_OK; item++) {
    uint64_t begin = turn.begins[item];
    status = recs__ease_sparse_take(&sparse, item, turn.others + begin, turn.weights + begin, turn.begins[item + 1] - begin);
  }
  status = recs__ease_sparse_finish(out, &sparse, status);
cleanup:
  recs__free(work->context, turn.begins);
  recs__free(work->context, turn.slots);
  recs__free(work->context, turn.others);
  recs__free(work->context, turn.weights);
  return status;
}

/* The rows of the largest system. */
static uint32_t count_most(const recs_neighbors *graph) {
  int64_t most = 0;
  for (uint32_t item = 0; item < graph->rows; item++) {
    int64_t nearest = graph->offsets[item + 1] - graph->offsets[item];
    most = nearest > most ? nearest : most;
  }
  return (uint32_t)most + 1;
}

static int32_t fit_all(fitting *work, recs_neighbors **out, const recs_matrix *matrix, const recs__progress *progress) {
  recs__progress first = recs__progress_part(progress, 0, 0.2), second = recs__progress_part(progress, 0.2, 0.3),
                 third = recs__progress_part(progress, 0.3, 1);
  RECS_TRY(find_nearest(work, matrix, &first));
  RECS_TRY(find_places(work, work->graph->rows));
  work->most = count_most(work->graph);
  RECS_TRY(make_room(work));
  RECS_TRY(recs__parallel(work->context, work->heads, GRAIN, sum_heads, work, &second));
  RECS_TRY(recs__parallel(work->context, work->graph->rows, GRAIN, fit_items, work, &third));
  return take_weights(out, work);
}

int32_t recs__ease_local(recs_neighbors **out, const recs_matrix *matrix, const recs__groups *groups,
                         const recs_ease_options *options, const recs__progress *progress) {
  fitting work = {.groups = groups, .options = options, .context = recs__context_of(matrix)};
  int32_t status = fit_all(&work, out, matrix, progress);
  for (uint32_t thread = 0; work.desks != NULL && thread < work.threads; thread++)
    desk_free(&work.desks[thread], work.context);
  recs__free(work.context, work.desks);
  recs__free(work.context, work.head);
  recs__free(work.context, work.place_of);
  recs__free(work.context, work.group_of);
  recs_neighbors_free(work.graph);
  return status;
}
