#include "lib/recommend/ease/ease_groups.h"

#include "lib/base/sort.h"

#include <string.h>

/* An item on its way to its place. */
typedef struct entrant {
  uint32_t size; /* items of its group */
  uint32_t root; /* the group's first item: its name for now */
  uint32_t users;
  uint32_t item;
} entrant;

typedef struct grouping {
  recs__groups *groups;
  const recs_matrix *matrix;
  uint32_t *parents;   /* of items: a forest, a tree a group, each root its smallest item */
  uint32_t *sizes;     /* of the groups, by root */
  uint32_t *users;     /* of the items */
  uint32_t *places;    /* of the items, or RECS_NO_ROW */
  uint32_t *group_of;  /* of each item's place */
  entrant *entrants;
  uint32_t entered;
} grouping;

static uint32_t find_root(uint32_t *parents, uint32_t item) {
  while (parents[item] != item) {
    parents[item] = parents[parents[item]];
    item = parents[item];
  }
  return item;
}

/* Items of one user are of one group. */
static void link_items(grouping *work) {
  const recs_matrix *matrix = work->matrix;
  for (uint32_t item = 0; item < matrix->columns; item++)
    work->parents[item] = item;
  for (uint32_t user = 0; user < matrix->rows; user++) {
    uint32_t root = RECS_NO_ROW;
    for (int64_t e = matrix->offsets[user]; e < matrix->offsets[user + 1]; e++) {
      uint32_t other;
      if (matrix->values[e] == 0)
        continue;
      work->users[matrix->indices[e]] += 1;
      other = find_root(work->parents, matrix->indices[e]);
      if (root == RECS_NO_ROW)
        root = other;
      work->parents[root > other ? root : other] = root < other ? root : other;
      root = root < other ? root : other;
    }
  }
  for (uint32_t item = 0; item < matrix->columns; item++) {
    work->parents[item] = find_root(work->parents, item);
    work->sizes[work->parents[item]] += 1;
    work->groups->touched += work->users[item] > 0;
  }
}

/* Groups by size, in them items by users: most first, and in the order of the catalogue where equal. */
static int by_place(const void *first, const void *second) {
  const entrant *a = first, *b = second;
  if (a->size != b->size)
    return a->size > b->size ? -1 : 1;
  if (a->root != b->root)
    return a->root < b->root ? -1 : 1;
  if (a->users != b->users)
    return a->users > b->users ? -1 : 1;
  return a->item < b->item ? -1 : 1;
}

static void order_items(grouping *work) {
  for (uint32_t item = 0; item < work->matrix->columns; item++) {
    uint32_t root = work->parents[item];
    entrant next = {work->sizes[root], root, work->users[item], item};
    if (next.size > 1)
      work->entrants[work->entered++] = next;
  }
  recs__sort(work->entrants, work->entered, sizeof *work->entrants, by_place);
}

static int32_t place_items(grouping *work) {
  recs__groups *groups = work->groups;
  uint32_t items = work->matrix->columns;
  groups->members = recs__alloc(groups->context, work->entered, sizeof *groups->members);
  groups->item_begins = recs__alloc(groups->context, (size_t)work->entered / 2 + 1, sizeof *groups->item_begins);
  work->places = recs__alloc(groups->context, items, sizeof *work->places);
  work->group_of = recs__alloc(groups->context, work->entered, sizeof *work->group_of);
  if (groups->members == NULL || groups->item_begins == NULL || work->places == NULL || work->group_of == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < items; item++)
    work->places[item] = RECS_NO_ROW;
  for (uint32_t place = 0; place < work->entered; place++) {
    if (place == 0 || work->entrants[place].root != work->entrants[place - 1].root)
      groups->item_begins[groups->count++] = place;
    work->group_of[place] = groups->count - 1;
    groups->members[place] = work->entrants[place].item;
    work->places[groups->members[place]] = place;
  }
  groups->item_begins[groups->count] = work->entered;
  return RECS_OK;
}

static int32_t side_init(recs__side *side, const recs_context *context, uint32_t rows, int64_t entries) {
  side->offsets = recs__alloc_zero(context, (size_t)rows + 1, sizeof *side->offsets);
  side->columns = recs__alloc(context, (size_t)entries, sizeof *side->columns);
  side->values = recs__alloc(context, (size_t)entries, sizeof *side->values);
  return side->offsets == NULL || side->columns == NULL || side->values == NULL ? recs__fail_nomem() : RECS_OK;
}

static void side_free(recs__side *side, const recs_context *context) {
  recs__free(context, side->offsets);
  recs__free(context, side->columns);
  recs__free(context, side->values);
}

/* offsets[row + 1] holds the length of a row: turns it into where the row begins, which add() counts on from. */
static void begin_rows(recs__side *side, uint32_t rows) {
  int64_t begin = 0;
  for (uint32_t row = 0; row < rows; row++) {
    int64_t length = side->offsets[row + 1];
    side->offsets[row + 1] = begin;
    begin += length;
  }
}

static void add(recs__side *side, uint32_t row, uint32_t column, float value) {
  int64_t slot = side->offsets[row + 1]++;
  side->columns[slot] = column;
  side->values[slot] = value;
}

/* The group of a user: that of the first item with a place; the number of groups when there is none. */
static uint32_t group_of_user(const grouping *work, uint32_t user) {
  const recs_matrix *matrix = work->matrix;
  for (int64_t e = matrix->offsets[user]; e < matrix->offsets[user + 1]; e++) {
    uint32_t place = work->places[matrix->indices[e]];
    if (place != RECS_NO_ROW && matrix->values[e] != 0)
      return work->group_of[place];
  }
  return work->groups->count;
}

static int32_t count_users(grouping *work) {
  recs__groups *groups = work->groups;
  uint32_t begin = 0;
  groups->user_begins = recs__alloc_zero(groups->context, (size_t)groups->count + 1, sizeof *groups->user_begins);
  if (groups->user_begins == NULL)
    return recs__fail_nomem();
  for (uint32_t user = 0; user < work->matrix->rows; user++)
    groups->user_begins[group_of_user(work, user)] += 1;
  for (uint32_t group = 0; group <= groups->count; group++) {
    uint32_t users = groups->user_begins[group];
    groups->user_begins[group] = begin;
    begin += users;
  }
  return RECS_OK;
}

/* The items' users, each user numbered as it comes within its group. */
static int32_t fill_items(grouping *work) {
  recs__groups *groups = work->groups;
  const recs_matrix *matrix = work->matrix;
  uint32_t *next = recs__alloc_zero(groups->context, (size_t)groups->count + 1, sizeof *next);
  int64_t entries = 0;
  if (next == NULL)
    return recs__fail_nomem();
  for (uint32_t place = 0; place < work->entered; place++)
    entries += work->users[groups->members[place]];
  if (side_init(&groups->items, groups->context, work->entered, entries) != RECS_OK) {
    recs__free(groups->context, next);
    return RECS_ERROR_NOMEM;
  }
  for (uint32_t place = 0; place < work->entered; place++)
    groups->items.offsets[place + 1] = work->users[groups->members[place]];
  begin_rows(&groups->items, work->entered);
  for (uint32_t user = 0; user < matrix->rows; user++) {
    uint32_t column = next[group_of_user(work, user)]++;
    for (int64_t e = matrix->offsets[user]; e < matrix->offsets[user + 1]; e++) {
      uint32_t place = work->places[matrix->indices[e]];
      if (place != RECS_NO_ROW && matrix->values[e] != 0)
        add(&groups->items, place, column, matrix->values[e]);
    }
  }
  recs__free(groups->context, next);
  return RECS_OK;
}

/* The same entries by user: places come in order, and so do a user's items. */
static int32_t fill_users(grouping *work) {
  recs__groups *groups = work->groups;
  const recs__side *items = &groups->items;
  uint32_t users = groups->user_begins[groups->count];
  RECS_TRY(side_init(&groups->users, groups->context, users, items->offsets[work->entered]));
  for (uint32_t place = 0; place < work->entered; place++) {
    uint32_t first = groups->user_begins[work->group_of[place]];
    for (int64_t e = items->offsets[place]; e < items->offsets[place + 1]; e++)
      groups->users.offsets[first + items->columns[e] + 1] += 1;
  }
  begin_rows(&groups->users, users);
  for (uint32_t place = 0; place < work->entered; place++) {
    uint32_t group = work->group_of[place];
    for (int64_t e = items->offsets[place]; e < items->offsets[place + 1]; e++)
      add(&groups->users, groups->user_begins[group] + items->columns[e], place - groups->item_begins[group], items->values[e]);
  }
  return RECS_OK;
}

static int32_t build(grouping *work) {
  const recs_context *context = work->groups->context;
  uint32_t items = work->matrix->columns;
  work->parents = recs__alloc(context, items, sizeof *work->parents);
  work->sizes = recs__alloc_zero(context, items, sizeof *work->sizes);
  work->users = recs__alloc_zero(context, items, sizeof *work->users);
  work->entrants = recs__alloc(context, items, sizeof *work->entrants);
  if (work->parents == NULL || work->sizes == NULL || work->users == NULL || work->entrants == NULL)
    return recs__fail_nomem();
  link_items(work);
  order_items(work);
  RECS_TRY(place_items(work));
  RECS_TRY(count_users(work));
  RECS_TRY(fill_items(work));
  return fill_users(work);
}

int32_t recs__groups_init(recs__groups *groups, const recs_matrix *matrix) {
  grouping work = {.groups = groups, .matrix = matrix};
  int32_t status;
  recs__groups empty = {.context = matrix->object.context};
  *groups = empty;
  status = build(&work);
  recs__free(groups->context, work.parents);
  recs__free(groups->context, work.sizes);
  recs__free(groups->context, work.users);
  recs__free(groups->context, work.places);
  recs__free(groups->context, work.group_of);
  recs__free(groups->context, work.entrants);
  if (status != RECS_OK)
    recs__groups_free(groups);
  return status;
}

void recs__groups_free(recs__groups *groups) {
  side_free(&groups->items, groups->context);
  side_free(&groups->users, groups->context);
  recs__free(groups->context, groups->item_begins);
  recs__free(groups->context, groups->user_begins);
  recs__free(groups->context, groups->members);
  *groups = (recs__groups){.context = groups->context};
}

void recs__side_product(double *row, const recs__side *own, uint32_t own_first, const recs__side *other, uint32_t other_first,
                        uint32_t index, uint32_t last) {
  recs__line line = recs__side_row(own, own_first + index);
  memset(row, 0, ((size_t)last + 1) * sizeof *row);
  for (size_t e = 0; e < line.count; e++) {
    recs__line met = recs__side_row(other, other_first + line.columns[e]);
    double value = (double)line.values[e];
    for (size_t f = 0; f < met.count && met.columns[f] <= last; f++)
      row[met.columns[f]] += value * (double)met.values[f];
  }
}
