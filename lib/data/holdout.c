#include "lib/data/holdout.h"

#include "lib/base/random.h"

#include <string.h>

/* Known to the matrix, and liked. */
static int can_be_held(const recs_histories *histories, const recs_matrix *matrix, int64_t place) {
  return histories->item_rows[place] < matrix->columns && histories->weights[place] > 0;
}

static int is_eligible(const recs_histories *histories, const recs_matrix *matrix, uint32_t user, size_t least) {
  int64_t end = histories->offsets[user + 1];
  return (size_t)(matrix->offsets[user + 1] - matrix->offsets[user]) >= least &&
         (size_t)(end - histories->offsets[user]) >= least && can_be_held(histories, matrix, end - 1);
}

size_t recs__holdout_eligible(const recs_histories *histories, const recs_matrix *matrix, size_t least) {
  size_t count = 0;
  for (uint32_t user = 0; user < matrix->rows; user++)
    count += (size_t)is_eligible(histories, matrix, user, least);
  return count;
}

/* The user's last item, or any; where the one that is drawn cannot be held, the last. */
static uint32_t pick_item(recs__random *random, const recs_histories *histories, const recs_matrix *matrix, uint32_t user,
                          int any) {
  int64_t end = histories->offsets[user + 1], place = end - 1;
  if (any)
    place = histories->offsets[user] + (int64_t)recs__random_below(random, (uint64_t)(end - histories->offsets[user]));
  return histories->item_rows[can_be_held(histories, matrix, place) ? place : end - 1];
}

/* Selection sampling (Knuth 1969, algorithm S): every set of users is as likely, and they come in order. */
size_t recs__holdout_choose(recs__held *out, const recs_histories *histories, const recs_matrix *matrix,
                            const recs__holdout_rule *rule) {
  recs__random random = recs__random_stream(rule->seed, 0), places = recs__random_stream(rule->seed, 1);
  size_t left = recs__holdout_eligible(histories, matrix, rule->least), chosen = 0;
  for (uint32_t user = 0; user < matrix->rows && chosen < rule->most; user++) {
    if (!is_eligible(histories, matrix, user, rule->least))
      continue;
    if (recs__random_below(&random, left--) < rule->most - chosen)
      out[chosen++] = (recs__held){user, pick_item(&places, histories, matrix, user, rule->random)};
  }
  return chosen;
}

/* The item held back from a user whose turn has come; users are asked for in order. RECS_NO_ROW: none. */
static uint32_t held_of(const recs__held *held, size_t count, size_t *next, uint32_t user) {
  if (*next == count || held[*next].user != user)
    return RECS_NO_ROW;
  return held[(*next)++].item;
}

int32_t recs__holdout_matrix(recs_matrix **out, const recs_matrix *matrix, const recs__held *held, size_t count) {
  int64_t kept = 0;
  size_t next = 0;
  RECS_TRY(recs__matrix_new(out, recs__context_of(matrix), matrix->rows, matrix->columns,
                            (uint64_t)matrix->offsets[matrix->rows]));
  for (uint32_t row = 0; row < matrix->rows; row++) {
    uint32_t without = held_of(held, count, &next, row);
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      if (matrix->indices[e] == without)
        continue;
      (*out)->indices[kept] = matrix->indices[e];
      (*out)->values[kept++] = matrix->values[e];
    }
    (*out)->offsets[row + 1] = kept;
  }
  return RECS_OK;
}

static void copy_histories(recs_histories *out, const recs_histories *histories, const recs__held *held, size_t count) {
  int64_t kept = 0;
  size_t next = 0;
  out->latest = histories->latest;
  out->offsets[0] = 0;
  for (uint32_t row = 0; row < histories->rows; row++) {
    uint32_t without = held_of(held, count, &next, row);
    for (int64_t e = histories->offsets[row]; e < histories->offsets[row + 1]; e++) {
      if (histories->item_rows[e] == without)
        continue;
      out->item_rows[kept] = histories->item_rows[e];
      out->weights[kept] = histories->weights[e];
      out->times[kept++] = histories->times[e];
    }
    out->offsets[row + 1] = kept;
  }
}

int32_t recs__holdout_histories(recs_histories **out, const recs_histories *histories, const recs__held *held, size_t count) {
  recs_histories *rest = NULL;
  int32_t status;
  *out = NULL;
  RECS_GO(recs__histories_new(&rest, recs__context_of(histories), histories->rows, histories->items));
  RECS_GO(recs__histories_room(rest, (size_t)histories->offsets[histories->rows]));
  copy_histories(rest, histories, held, count);
  *out = rest;
  rest = NULL;
cleanup:
  recs__release(rest);
  return status;
}
