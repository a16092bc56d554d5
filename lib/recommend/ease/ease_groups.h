/* The items of a training matrix in groups that share no user, each with its part of the matrix: linear item-item models of different
 * groups have nothing to do with each other. */
#ifndef RECS_LIB_RECOMMEND_EASE_EASE_GROUPS_H
#define RECS_LIB_RECOMMEND_EASE_EASE_GROUPS_H

#include "lib/data/matrix.h"

/* One side of the matrix, as compressed rows. Columns are numbered within their group, ascending in a row. */
typedef struct recs__side {
  int64_t *offsets;
  uint32_t *columns;
  float *values; /* never 0 */
} recs__side;

/* Groups of two items or more, the largest first. An item or user of a group is known by its place: those of group g are the places
 * from begins[g] to begins[g + 1] - 1, the items with most users first. */
typedef struct recs__groups {
  const recs_context *context;
  uint32_t count;
  uint32_t touched;      /* items that somebody has, also those that are of no group */
  uint32_t *item_begins; /* count + 1 */
  uint32_t *user_begins; /* count + 1 */
  uint32_t *members;     /* the catalogue row of each item's place */
  recs__side items;      /* a row for each item's place: its users */
  recs__side users;      /* a row for each user's place: their items */
} recs__groups;

/* Entries of 0 count for nothing. On failure nothing is left to free. */
int32_t recs__groups_init(recs__groups *groups, const recs_matrix *matrix);
void recs__groups_free(recs__groups *groups);

/* The entries of a row. */
typedef struct recs__line {
  const uint32_t *columns;
  const float *values;
  size_t count;
} recs__line;

static inline recs__line recs__side_row(const recs__side *side, uint32_t row) {
  int64_t begin = side->offsets[row];
  recs__line line = {side->columns + begin, side->values + begin, (size_t)(side->offsets[row + 1] - begin)};
  return line;
}

/* A row of X'X as far as column `last`: of the items of a group, `own` being the side of items and `own_first` the first place of the
 * group there, and `other` that of its users; or of XX', the other way round. */
void recs__side_product(double *row, const recs__side *own, uint32_t own_first, const recs__side *other, uint32_t other_first,
                        uint32_t index, uint32_t last);

/* Items and users of a group. */
static inline uint32_t recs__group_items(const recs__groups *groups, uint32_t group) {
  return groups->item_begins[group + 1] - groups->item_begins[group];
}

static inline uint32_t recs__group_users(const recs__groups *groups, uint32_t group) {
  return groups->user_begins[group + 1] - groups->user_begins[group];
}

#endif
