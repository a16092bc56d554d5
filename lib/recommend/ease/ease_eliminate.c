#include "lib/recommend/ease/ease_eliminate.h"

#include "lib/base/block.h"

#include <float.h>
#include <string.h>

/* An item is eliminated as long as fewer than 1 / SPARSE of those left share something with it. What it costs grows with the square of
 * their number, at the speed of scattered sums; what it saves with the square of those left, at the speed of the dense inverse.
 * Progress is reported every PAUSE items. */
enum { SPARSE = 16, PAUSE = 64 };

/* The pattern of what is left: a bit for each pair of items that share something. */
typedef struct pattern {
  const recs_context *context;
  uint32_t items;
  size_t words; /* a row */
  uint64_t *bits;
  uint32_t *degrees;  /* bits of each row; RECS_NO_ROW: eliminated */
  uint32_t *adjacent; /* room for a row's items */
} pattern;

static void set_pair(pattern *shape, uint32_t a, uint32_t b) {
  shape->bits[a * shape->words + b / 64] |= (uint64_t)1 << b % 64;
}

static uint32_t count_bits(const uint64_t *bits, size_t words) {
  uint32_t count = 0;
  for (size_t w = 0; w < words; w++)
    count += (uint32_t)__builtin_popcountll(bits[w]);
  return count;
}

static void find_pairs(pattern *shape, const recs__groups *groups, uint32_t group) {
  for (uint32_t user = groups->user_begins[group]; user < groups->user_begins[group + 1]; user++) {
    recs__line line = recs__side_row(&groups->users, user);
    for (size_t a = 0; a < line.count; a++) {
      for (size_t b = 0; b < line.count; b++)
        set_pair(shape, line.columns[a], line.columns[b]);
    }
  }
  for (uint32_t item = 0; item < shape->items; item++) {
    uint64_t *row = shape->bits + item * shape->words;
    row[item / 64] &= ~((uint64_t)1 << item % 64);
    shape->degrees[item] = count_bits(row, shape->words);
  }
}

static uint32_t find_least(const pattern *shape) {
  uint32_t least = 0;
  for (uint32_t item = 1; item < shape->items; item++)
    least = shape->degrees[item] < shape->degrees[least] ? item : least;
  return least;
}

static uint32_t list_adjacent(pattern *shape, uint32_t item) {
  const uint64_t *row = shape->bits + item * shape->words;
  uint32_t count = 0;
  for (size_t w = 0; w < shape->words; w++) {
    for (uint64_t left = row[w]; left != 0; left &= left - 1)
      shape->adjacent[count++] = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left);
  }
  return count;
}

/* Those who shared something with the item now share something with each other. */
static void remove_item(pattern *shape, uint32_t item, uint32_t count) {
  const uint64_t *gone = shape->bits + item * shape->words;
  for (uint32_t a = 0; a < count; a++) {
    uint32_t other = shape->adjacent[a];
    uint64_t *row = shape->bits + other * shape->words;
    for (size_t w = 0; w < shape->words; w++)
      row[w] |= gone[w];
    row[other / 64] &= ~((uint64_t)1 << other % 64);
    row[item / 64] &= ~((uint64_t)1 << item % 64);
    shape->degrees[other] = count_bits(row, shape->words);
  }
  shape->degrees[item] = RECS_NO_ROW;
}

static int32_t choose(recs__elimination *out, pattern *shape) {
  size_t room = 0;
  while (out->count < out->items / 2) {
    uint32_t item = find_least(shape), count = shape->degrees[item];
    size_t begin = out->begins[out->count];
    if ((uint64_t)count * SPARSE >= out->items - out->count)
      break;
    RECS_TRY(recs__grow(shape->context, &out->others, &room, begin + count, sizeof *out->others));
    list_adjacent(shape, item);
    memcpy(out->others + begin, shape->adjacent, count * sizeof *out->others);
    remove_item(shape, item, count);
    out->order[out->count++] = item;
    out->begins[out->count] = begin + count;
  }
  for (uint32_t item = 0; item < out->items; item++) {
    if (shape->degrees[item] != RECS_NO_ROW)
      out->rest[out->kept++] = item;
  }
  return RECS_OK;
}

/* Where the users' items make more pairs than a quarter of all, few items would be eliminated. */
static int is_dense(const recs__groups *groups, uint32_t group, uint32_t items) {
  double pairs = 0;
  for (uint32_t user = groups->user_begins[group]; user < groups->user_begins[group + 1]; user++) {
    double length = (double)recs__side_row(&groups->users, user).count;
    pairs += length * length;
  }
  return pairs > (double)items * items / 4;
}

static int32_t choose_items(recs__elimination *out) {
  pattern shape = {.context = out->groups->context, .items = out->items, .words = ((size_t)out->items + 63) / 64};
  int32_t status = RECS_ERROR_NOMEM;
  shape.bits = recs__alloc_zero(shape.context, out->items * shape.words, sizeof *shape.bits);
  shape.degrees = recs__alloc(shape.context, out->items, sizeof *shape.degrees);
  shape.adjacent = recs__alloc(shape.context, out->items, sizeof *shape.adjacent);
  if (shape.bits == NULL || shape.degrees == NULL || shape.adjacent == NULL) {
    recs__fail_nomem();
  } else {
    find_pairs(&shape, out->groups, out->group);
    status = choose(out, &shape);
  }
  recs__free(shape.context, shape.bits);
  recs__free(shape.context, shape.degrees);
  recs__free(shape.context, shape.adjacent);
  return status;
}

static void choose_none(recs__elimination *out) {
  for (out->kept = 0; out->kept < out->items; out->kept++)
    out->rest[out->kept] = out->kept;
}

/* For each item the steps that touch it. */
static int32_t list_met(recs__elimination *out) {
  const recs_context *context = out->groups->context;
  size_t total = out->begins[out->count], begin = 0;
  out->met_begins = recs__alloc_zero(context, (size_t)out->items + 1, sizeof *out->met_begins);
  out->met_steps = recs__alloc(context, total, sizeof *out->met_steps);
  out->met_slots = recs__alloc(context, total, sizeof *out->met_slots);
  out->values = recs__alloc(context, total, sizeof *out->values);
  out->pivots = recs__alloc(context, out->count, sizeof *out->pivots);
  if (out->met_begins == NULL || out->met_steps == NULL || out->met_slots == NULL || out->values == NULL || out->pivots == NULL)
    return recs__fail_nomem();
  for (size_t slot = 0; slot < total; slot++)
    out->met_begins[out->others[slot] + 1] += 1;
  for (uint32_t item = 0; item < out->items; item++) {
    size_t count = out->met_begins[item + 1];
    out->met_begins[item + 1] = begin;
    begin += count;
  }
  for (uint32_t step = 0; step < out->count; step++) {
    for (size_t slot = out->begins[step]; slot < out->begins[step + 1]; slot++) {
      size_t at = out->met_begins[out->others[slot] + 1]++;
      out->met_steps[at] = step;
      out->met_slots[at] = slot;
    }
  }
  return RECS_OK;
}

static int32_t init(recs__elimination *out) {
  const recs_context *context = out->groups->context;
  out->order = recs__alloc(context, out->items, sizeof *out->order);
  out->rest = recs__alloc(context, out->items, sizeof *out->rest);
  out->begins = recs__alloc_zero(context, (size_t)out->items + 1, sizeof *out->begins);
  if (out->order == NULL || out->rest == NULL || out->begins == NULL)
    return recs__fail_nomem();
  if (out->items <= RECS__BLOCK || is_dense(out->groups, out->group, out->items))
    choose_none(out);
  else
    RECS_TRY(choose_items(out));
  return list_met(out);
}

int32_t recs__elimination_init(recs__elimination *elimination, const recs__groups *groups, uint32_t group) {
  int32_t status;
  *elimination = (recs__elimination){.groups = groups, .group = group, .items = recs__group_items(groups, group)};
  status = init(elimination);
  if (status != RECS_OK)
    recs__elimination_free(elimination);
  return status;
}

void recs__elimination_free(recs__elimination *elimination) {
  const recs_context *context = elimination->groups->context;
  recs__free(context, elimination->order);
  recs__free(context, elimination->rest);
  recs__free(context, elimination->begins);
  recs__free(context, elimination->others);
  recs__free(context, elimination->values);
  recs__free(context, elimination->pivots);
  recs__free(context, elimination->met_begins);
  recs__free(context, elimination->met_steps);
  recs__free(context, elimination->met_slots);
  *elimination = (recs__elimination){.groups = elimination->groups};
}

/* Takes from the row of an item what the eliminated leave, in its columns up to `last`. */
static void reduce(double *row, const recs__elimination *elimination, uint32_t place, uint32_t last) {
  const uint32_t *others = elimination->others;
  for (size_t met = elimination->met_begins[place]; met < elimination->met_begins[place + 1]; met++) {
    uint32_t step = elimination->met_steps[met];
    double factor = elimination->values[elimination->met_slots[met]] * elimination->pivots[step];
    for (size_t slot = elimination->begins[step]; slot < elimination->begins[step + 1] && others[slot] <= last; slot++)
      row[others[slot]] -= factor * elimination->values[slot];
  }
}

void recs__elimination_reduce(double *row, const recs__elimination *elimination, uint32_t place) {
  reduce(row, elimination, place, place);
}

/* The pivot and column of one step. An item that is eliminated was in A(e) of earlier steps alone. */
static int32_t factor_step(double *row, recs__elimination *out, uint32_t step, double lambda) {
  const recs__groups *groups = out->groups;
  uint32_t place = out->order[step];
  double pivot;
  recs__side_product(row, &groups->items, groups->item_begins[out->group], &groups->users, groups->user_begins[out->group], place,
                     out->items - 1);
  row[place] += lambda;
  reduce(row, out, place, RECS_NO_ROW);
  pivot = row[place];
  if (!(pivot > 0 && 1 / pivot > 0 && 1 / pivot <= DBL_MAX))
    return recs__fail(RECS_ERROR_NUMERIC, "the matrix to be inverted is not positive definite in double precision");
  out->pivots[step] = pivot;
  for (size_t slot = out->begins[step]; slot < out->begins[step + 1]; slot++)
    out->values[slot] = row[out->others[slot]] / pivot;
  return RECS_OK;
}

int32_t recs__elimination_factor(recs__elimination *elimination, double lambda) {
  const recs_context *context = elimination->groups->context;
  double *row = recs__alloc(context, elimination->items, sizeof *row);
  int32_t status = row == NULL ? recs__fail_nomem() : RECS_OK;
  for (uint32_t step = 0; step < elimination->count && status == RECS_OK; step++)
    status = factor_step(row, elimination, step, lambda);
  recs__free(context, row);
  return status;
}

void recs__elimination_carry(double *columns, const recs__elimination *elimination) {
  for (uint32_t step = elimination->count; step-- > 0;) {
    double sums[RECS__BLOCK_LEFT] = {0};
    for (size_t slot = elimination->begins[step]; slot < elimination->begins[step + 1]; slot++) {
      const double *known = columns + (size_t)elimination->others[slot] * RECS__BLOCK_LEFT;
      for (size_t c = 0; c < RECS__BLOCK_LEFT; c++)
        sums[c] -= elimination->values[slot] * known[c];
    }
    memcpy(columns + (size_t)elimination->order[step] * RECS__BLOCK_LEFT, sums, sizeof sums);
  }
}

/* The row of one step over the steps behind it. */
static void close_step(double *carried, const recs__elimination *elimination, uint32_t step) {
  uint32_t count = elimination->count;
  double *row = carried + (size_t)elimination->order[step] * count;
  memset(row, 0, count * sizeof *row);
  for (size_t slot = elimination->begins[step]; slot < elimination->begins[step + 1]; slot++) {
    const double *known = carried + (size_t)elimination->others[slot] * count;
    for (uint32_t e = step + 1; e < count; e++)
      row[e] -= elimination->values[slot] * known[e];
  }
}

int32_t recs__elimination_close(double *carried, const recs__elimination *elimination, const recs__progress *progress) {
  uint32_t count = elimination->count;
  for (uint32_t step = count; step-- > 0;) {
    double *row = carried + (size_t)elimination->order[step] * count;
    if (step % PAUSE == 0)
      RECS_TRY(recs__progress_at(progress, (double)(count - step) / (double)count));
    close_step(carried, elimination, step);
    for (uint32_t e = step + 1; e < count; e++)
      carried[(size_t)elimination->order[e] * count + step] = row[e];
    row[step] = -1 / elimination->pivots[step];
    for (size_t slot = elimination->begins[step]; slot < elimination->begins[step + 1]; slot++)
      row[step] -= elimination->values[slot] * carried[(size_t)elimination->others[slot] * count + step];
  }
  return RECS_OK;
}
