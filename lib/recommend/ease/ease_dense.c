/* The weights of EASE kept whole: a request adds the rows of the history's items, group by group. */
#include <math.h>
#include <string.h>

#include "lib/recommend/ease/ease.h"

/* Items scored at a time: their sums stay in the first-level cache while the rows pass by. */
enum { CHUNK = 1024 };

static uint32_t group_size(const recs__ease_dense *dense, uint32_t group) {
  return dense->begins[group + 1] - dense->begins[group];
}

float *recs__ease_dense_row(const recs__ease_dense *dense, uint32_t group, uint32_t place) {
  return dense->weights + dense->starts[group] + (size_t)place * group_size(dense, group);
}

double recs__ease_dense_weight(const recs__ease_dense *dense, uint32_t from, uint32_t to) {
  uint32_t group = dense->group_of[from];
  if (group == RECS_NO_ROW || group != dense->group_of[to])
    return 0;
  return (double)recs__ease_dense_row(dense, group, dense->place_of[from])[dense->place_of[to]];
}

/* Where each item stands. RECS_ERROR_FORMAT for an item that stands in two places. */
static int32_t find_places(recs__ease_dense *dense, size_t *total) {
  *total = 0;
  dense->group_of = recs__alloc(dense->context, dense->items, sizeof *dense->group_of);
  dense->place_of = recs__alloc_zero(dense->context, dense->items, sizeof *dense->place_of);
  dense->starts = recs__alloc(dense->context, dense->groups, sizeof *dense->starts);
  if (dense->group_of == NULL || dense->place_of == NULL || dense->starts == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < dense->items; item++)
    dense->group_of[item] = RECS_NO_ROW;
  for (uint32_t group = 0; group < dense->groups; group++) {
    size_t size = group_size(dense, group), square;
    dense->starts[group] = *total;
    if (__builtin_mul_overflow(size, size, &square) || __builtin_add_overflow(*total, square, total))
      return recs__fail_nomem();
    for (uint32_t place = 0; place < size; place++) {
      uint32_t item = dense->members[dense->begins[group] + place];
      if (dense->group_of[item] != RECS_NO_ROW)
        return recs__fail(RECS_ERROR_FORMAT, "an item has two rows of weights");
      dense->group_of[item] = group;
      dense->place_of[item] = place;
    }
  }
  return RECS_OK;
}

static int32_t init(recs__ease_dense *dense, const recs__groups *groups) {
  size_t total;
  dense->begins = recs__copy(dense->context, groups->item_begins, (size_t)groups->count + 1, sizeof *dense->begins);
  dense->members = recs__copy(dense->context, groups->members, groups->item_begins[groups->count], sizeof *dense->members);
  if (dense->begins == NULL || dense->members == NULL)
    return recs__fail_nomem();
  RECS_TRY(find_places(dense, &total));
  dense->weights = recs__alloc(dense->context, total, sizeof *dense->weights);
  return dense->weights == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__ease_dense_init(recs__ease_dense *dense, const recs__groups *groups, uint32_t items) {
  int32_t status;
  *dense = (recs__ease_dense){.context = groups->context, .items = items, .groups = groups->count};
  status = init(dense, groups);
  if (status != RECS_OK)
    recs__ease_dense_free(dense);
  return status;
}

void recs__ease_dense_free(recs__ease_dense *dense) {
  recs__free(dense->context, dense->group_of);
  recs__free(dense->context, dense->place_of);
  recs__free(dense->context, dense->starts);
  if (dense->backing == NULL) {
    recs__free(dense->context, dense->begins);
    recs__free(dense->context, dense->members);
    recs__free(dense->context, dense->weights);
  }
  recs__release(dense->backing);
  *dense = (recs__ease_dense){.context = dense->context};
}

/* Adds the rows of the group's items in the history, from its item `first` on, to the scores of some places. */
static void add_rows(double *sums, const recs__ease_dense *dense, const recs_history *history, size_t first, uint32_t begin,
                     uint32_t count) {
  uint32_t group = dense->group_of[history->items[first]];
  memset(sums, 0, count * sizeof *sums);
  for (size_t h = first; h < history->count; h++) {
    uint32_t item = history->items[h];
    if (dense->group_of[item] == group) {
      const float *row = recs__ease_dense_row(dense, group, dense->place_of[item]) + begin;
      double weight = recs__history_weight(history, h);
      for (uint32_t i = 0; i < count; i++)
        sums[i] += weight * (double)row[i];
    }
  }
}

static int is_first_of_group(const recs__ease_dense *dense, const recs_history *history, size_t place) {
  uint32_t group = dense->group_of[history->items[place]];
  for (size_t h = 0; h < place; h++) {
    if (dense->group_of[history->items[h]] == group)
      return 0;
  }
  return 1;
}

void recs__ease_dense_score(const recs__ease_dense *dense, const recs_history *history, recs__board *board) {
  double sums[CHUNK];
  for (size_t h = 0; h < history->count; h++) {
    uint32_t group = dense->group_of[history->items[h]], size;
    if (group == RECS_NO_ROW || !is_first_of_group(dense, history, h))
      continue;
    size = group_size(dense, group);
    for (uint32_t begin = 0; begin < size; begin += CHUNK) {
      uint32_t count = size - begin < CHUNK ? size - begin : CHUNK;
      add_rows(sums, dense, history, h, begin, count);
      for (uint32_t i = 0; i < count; i++)
        recs__board_add(board, dense->members[dense->begins[group] + begin + i], sums[i]);
    }
  }
}

int32_t recs__ease_dense_write(const recs__ease_dense *dense, recs__writer *writer) {
  uint32_t members = dense->begins[dense->groups];
  size_t total = 0;
  for (uint32_t group = 0; group < dense->groups; group++)
    total += (size_t)group_size(dense, group) * group_size(dense, group);
  RECS_TRY(recs__write(writer, "begins", RECS__U32, dense->begins, (uint64_t)dense->groups + 1));
  RECS_TRY(recs__write(writer, "members", RECS__U32, dense->members, members));
  return recs__write(writer, "weights", RECS__F32, dense->weights, total);
}

static int32_t check_begins(const recs__ease_dense *dense, uint64_t members) {
  if (dense->begins[0] != 0 || dense->begins[dense->groups] != members)
    return recs__fail(RECS_ERROR_FORMAT, "the groups of items do not hold the items");
  for (uint32_t group = 0; group < dense->groups; group++) {
    if (dense->begins[group + 1] < dense->begins[group])
      return recs__fail(RECS_ERROR_FORMAT, "the groups of items do not follow each other");
  }
  return RECS_OK;
}

static int32_t read_arrays(recs__ease_dense *dense, recs__reader *reader) {
  const void *begins, *members;
  uint64_t begin_count, member_count;
  size_t total;
  RECS_TRY(recs__read(reader, "begins", RECS__U32, &begins, &begin_count));
  RECS_TRY(recs__read(reader, "members", RECS__U32, &members, &member_count));
  if (begin_count == 0 || begin_count - 1 > dense->items || member_count > dense->items)
    return recs__fail(RECS_ERROR_FORMAT, "the groups of items are not those of the catalogue");
  dense->groups = (uint32_t)begin_count - 1;
  dense->begins = (uint32_t *)begins;
  dense->members = (uint32_t *)members;
  RECS_TRY(check_begins(dense, member_count));
  RECS_TRY(recs__check_below("members", dense->members, member_count, dense->items));
  RECS_TRY(find_places(dense, &total));
  RECS_TRY(recs__read_exact(reader, "weights", RECS__F32, &dense->weights, total));
  for (size_t i = 0; i < total; i++) {
    if (!isfinite(dense->weights[i]))
      return recs__fail(RECS_ERROR_FORMAT, "a weight is not finite");
  }
  return RECS_OK;
}

int32_t recs__ease_dense_read(recs__ease_dense *dense, recs__reader *reader, uint32_t items) {
  int32_t status;
  *dense = (recs__ease_dense){.context = reader->context, .items = items, .backing = recs__hold(reader->backing)};
  status = read_arrays(dense, reader);
  if (status != RECS_OK)
    recs__ease_dense_free(dense);
  return status;
}
