#include "lib/data/histories.h"
#include "lib/evaluate/split.h"

#include <string.h>

#include "lib/base/options.h"
#include "lib/data/events.h"

static const recs__choice method_choices[] = {
    {"auto", RECS_SPLIT_AUTO},       {"leave-last-out", RECS_SPLIT_LAST}, {"leave-last-basket-out", RECS_SPLIT_LAST_BASKET},
    {"holdout", RECS_SPLIT_HOLDOUT}, {"time", RECS_SPLIT_TIME},           {"users", RECS_SPLIT_USERS},
    {NULL, 0},
};

static const recs__choice fit_choices[] = {
    {"train", RECS_FIT_TRAIN},
    {"train+valid", RECS_FIT_TRAIN_VALIDATION},
    {NULL, 0},
};

/* The smallest and largest shares are those that a double can still tell from 0 and 1. */
static const recs__field split_fields[] = {
    RECS__POINTER(recs_split_options, matrix, "How events are weighed: recs_matrix_options."),
    RECS__F64(recs_split_options, share, 1e-9, 1 - 1e-9, 0.2, "The share of events (holdout) or users that is tested."),
    RECS__F64(recs_split_options, hold, 1e-9, 1 - 1e-9, 0.2, "The share of a tested user's events that is asked for."),
    RECS__I64(recs_split_options, time, INT64_MIN, INT64_MAX, RECS_NO_TIME, "Where the test of a time split begins."),
    RECS__U64(recs_split_options, seed, 0, UINT64_MAX, 1, "Seed of random splits."),
    RECS__U32(recs_split_options, least, 3, UINT32_MAX, 3, "Users with fewer events or baskets are not tested."),
    RECS__CHOICE(recs_split_options, method, method_choices,
                 "auto|leave-last-out|leave-last-basket-out|holdout|time|users", RECS_SPLIT_AUTO, "How to split."),
    RECS__CHOICE(recs_split_options, fit, fit_choices, "train|train+valid", RECS_FIT_TRAIN,
                 "What the tested model is fitted to."),
    RECS__FLAG(recs_split_options, repeats, 0, "Items that come again stay, and may be asked for again."),
};

static const recs_schema split_schema = RECS__SCHEMA("split", recs_split_options, split_fields);

const recs_schema *recs_split_schema(void) {
  return &split_schema;
}

int32_t recs_split_options_init(recs_split_options *options, size_t struct_size) {
  return recs_options_init(options, &split_schema, struct_size);
}

static void split_destroy(void *object) {
  recs_split *split = object;
  recs_context *context = split->object.context;
  for (int i = 0; i < 2; i++) {
    recs__stage *stage = &split->stages[i];
    recs__release(stage->training);
    recs__release(stage->histories);
    recs__free(context, stage->rows);
    recs__free(context, stage->offsets);
    recs__free(context, stage->items);
  }
}

static int has_sessions(const recs_events *events) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    for (size_t i = 0; view.sessions != NULL && i < view.count; i++) {
      if (view.sessions[i] != RECS_NO_ROW)
        return 1;
    }
  }
  return 0;
}

/* Appends the user's different items of a part that are liked. `seen` is by item: the last user, counted from 1. */
static size_t append_targets(uint32_t *items, size_t count, const recs__turns *turns, uint32_t user, uint8_t part,
                             uint32_t *seen) {
  for (int64_t i = turns->offsets[user]; i < turns->offsets[user + 1]; i++) {
    const recs__turn *turn = &turns->list[i];
    if (turn->part != part || !turn->liked || seen[turn->item] == user + 1)
      continue;
    seen[turn->item] = user + 1;
    items[count++] = turn->item;
  }
  return count;
}

static int32_t fill_targets(recs__stage *stage, const recs__turns *turns, const uint8_t *tested, uint8_t part,
                            uint32_t *seen) {
  size_t total = 0, count = 0;
  for (int64_t i = 0; i < turns->offsets[turns->users]; i++)
    total += turns->list[i].part == part;
  stage->rows = recs__alloc(turns->context, turns->users, sizeof *stage->rows);
  stage->offsets = recs__alloc(turns->context, (size_t)turns->users + 1, sizeof *stage->offsets);
  stage->items = recs__alloc(turns->context, total, sizeof *stage->items);
  if (stage->rows == NULL || stage->offsets == NULL || stage->items == NULL)
    return recs__fail_nomem();
  stage->offsets[0] = 0;
  for (uint32_t user = 0; user < turns->users; user++) {
    size_t before = count;
    if (tested[user])
      count = append_targets(stage->items, count, turns, user, part, seen);
    if (count == before)
      continue;
    stage->rows[stage->users++] = user;
    stage->offsets[stage->users] = (int64_t)count;
  }
  return RECS_OK;
}

static int32_t find_targets(recs_split *split, const recs__turns *turns, const uint8_t *tested) {
  int32_t status = RECS_OK;
  for (int i = 0; i < 2 && status == RECS_OK; i++) {
    uint32_t *seen = recs__alloc_zero(turns->context, turns->items, sizeof *seen);
    if (seen == NULL)
      return recs__fail_nomem();
    status = fill_targets(&split->stages[i], turns, tested, i == 0 ? RECS__PART_VALIDATION : RECS__PART_TEST, seen);
    recs__free(turns->context, seen);
  }
  return status;
}

/* Sets of parts, as bits. */
enum {
  TRAIN = 1 << RECS__PART_TRAIN,
  WITH_VALIDATION = TRAIN | 1 << RECS__PART_VALIDATION | 1 << RECS__PART_FOLD_VALIDATION,
  KNOWN_AT_VALIDATION = TRAIN | 1 << RECS__PART_FOLD_VALIDATION,
  KNOWN_AT_TEST = WITH_VALIDATION | 1 << RECS__PART_FOLD_TEST
};

static int32_t build_histories(recs_histories **out, const recs_events *events, const uint8_t *parts, uint32_t known,
                               const recs_matrix_options *matrix) {
  recs_events *log;
  int32_t status;
  RECS_TRY(recs__events_select(&log, events, parts, known));
  status = recs_histories_build(out, log, 0, matrix);
  recs_events_free(log);
  return status;
}

static int32_t build_logs(recs_split *split, const recs_events *events, const uint8_t *parts,
                          const recs_matrix_options *matrix) {
  recs__stage *validation = &split->stages[0], *test = &split->stages[1];
  RECS_TRY(recs__events_select(&validation->training, events, parts, TRAIN));
  if (split->options.fit == RECS_FIT_TRAIN)
    test->training = recs__hold(validation->training);
  else
    RECS_TRY(recs__events_select(&test->training, events, parts, WITH_VALIDATION));
  RECS_TRY(build_histories(&validation->histories, events, parts, KNOWN_AT_VALIDATION, matrix));
  return build_histories(&test->histories, events, parts, KNOWN_AT_TEST, matrix);
}

static int32_t fill_split(recs_split *split, const recs_events *events, recs__turns *turns, uint8_t *tested,
                          uint8_t *parts, const recs_matrix_options *matrix) {
  RECS_TRY(recs__split_assign(tested, turns, &split->options, recs_events_time_kind(events)));
  for (int64_t i = 0; i < turns->offsets[turns->users]; i++)
    parts[turns->list[i].event] = turns->list[i].part;
  RECS_TRY(find_targets(split, turns, tested));
  if (split->stages[1].users == 0)
    return recs__fail(RECS_ERROR_INVALID, "%s leaves no user to test: none has %u %s, the last of them to be asked for",
                      recs__split_name(split->options.method), split->options.least,
                      split->options.method == RECS_SPLIT_LAST_BASKET ? "baskets" : "events");
  return build_logs(split, events, parts, matrix);
}

static int32_t make_split(recs_split *split, const recs_events *events, const recs_matrix_options *matrix) {
  recs_context *context = split->object.context;
  recs__turns turns;
  uint8_t *parts = NULL, *tested = NULL;
  int32_t status;
  RECS_GO(recs__turns_collect(&turns, events, matrix));
  parts = recs__alloc_zero(context, (size_t)recs_events_count(events), sizeof *parts);
  tested = recs__alloc_zero(context, turns.users, sizeof *tested);
  if (parts == NULL || tested == NULL)
    status = recs__fail_nomem();
  else
    status = fill_split(split, events, &turns, tested, parts, matrix);
cleanup:
  recs__free(context, tested);
  recs__free(context, parts);
  recs__turns_free(&turns);
  return status;
}

int32_t recs_split_create(recs_split **out, const recs_events *events, const recs_split_options *options) {
  recs_split_options chosen;
  recs_matrix_options matrix;
  recs_split *split;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&chosen, &split_schema, options));
  RECS_TRY(recs__options_load(&matrix, recs_matrix_schema(), chosen.matrix));
  if (matrix.rows != RECS_ROWS_USERS)
    return recs__fail(RECS_ERROR_INVALID, "splits are by user: the rows of the matrix cannot be sessions");
  split = recs__object_new(recs__context_of(events), sizeof *split, split_destroy);
  if (split == NULL)
    return recs__fail_nomem();
  chosen.matrix = NULL;
  if (chosen.method == RECS_SPLIT_AUTO)
    chosen.method = has_sessions(events) ? RECS_SPLIT_LAST_BASKET : RECS_SPLIT_LAST;
  split->options = chosen;
  status = make_split(split, events, &matrix);
  if (status == RECS_OK)
    *out = split;
  else
    recs__release(split);
  return status;
}

const recs__stage *recs__split_stage(const recs_split *split, int32_t stage) {
  if (split == NULL || (stage != RECS_STAGE_VALIDATION && stage != RECS_STAGE_TEST))
    return NULL;
  return &split->stages[stage - 1];
}

int32_t recs_split_method(const recs_split *split) {
  return split == NULL ? 0 : split->options.method;
}

const recs_events *recs_split_training(const recs_split *split, int32_t stage) {
  const recs__stage *found = recs__split_stage(split, stage);
  return found == NULL ? NULL : found->training;
}

const recs_histories *recs_split_histories(const recs_split *split, int32_t stage) {
  const recs__stage *found = recs__split_stage(split, stage);
  return found == NULL ? NULL : found->histories;
}

uint32_t recs_split_users(const recs_split *split, int32_t stage) {
  const recs__stage *found = recs__split_stage(split, stage);
  return found == NULL ? 0 : found->users;
}

int32_t recs_split_targets(uint32_t *user, const uint32_t **items, size_t *count, const recs_split *split,
                           int32_t stage, uint32_t index) {
  const recs__stage *found;
  recs__enter();
  RECS_NOT_NULL(user);
  *user = RECS_NO_ROW;
  RECS_NOT_NULL(items);
  *items = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(split);
  found = recs__split_stage(split, stage);
  if (found == NULL)
    return recs__fail(RECS_ERROR_INVALID, "stage is %d, not RECS_STAGE_VALIDATION or RECS_STAGE_TEST", stage);
  if (index >= found->users)
    return recs__fail(RECS_ERROR_INVALID, "user %u of a stage with %u", index, found->users);
  *user = found->rows[index];
  *items = found->items + found->offsets[index];
  *count = (size_t)(found->offsets[index + 1] - found->offsets[index]);
  return RECS_OK;
}

/* What is asked for, in the place of what was done. */
static int32_t fill_asked(recs_histories *out, const recs__stage *stage) {
  uint32_t next = 0;
  out->latest = stage->histories->latest;
  out->offsets[0] = 0;
  for (uint32_t row = 0; row < out->rows; row++) {
    out->offsets[row + 1] = out->offsets[row];
    if (next < stage->users && stage->rows[next] == row) {
      out->offsets[row + 1] += stage->offsets[next + 1] - stage->offsets[next];
      next += 1;
    }
  }
  RECS_TRY(recs__histories_room(out, (size_t)out->offsets[out->rows]));
  for (int64_t i = 0; i < out->offsets[out->rows]; i++) {
    out->item_rows[i] = stage->items[i]; /* both by user, ascending */
    out->weights[i] = 1;
    out->times[i] = RECS_NO_TIME;
  }
  return RECS_OK;
}

int32_t recs_split_asked(recs_histories **out, const recs_split *split, int32_t stage) {
  const recs__stage *found;
  recs_histories *asked = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(split);
  found = recs__split_stage(split, stage);
  if (found == NULL)
    return recs__fail(RECS_ERROR_INVALID, "stage is %d, not RECS_STAGE_VALIDATION or RECS_STAGE_TEST", stage);
  RECS_GO(recs__histories_new(&asked, split->object.context, found->histories->rows, found->histories->items));
  RECS_GO(fill_asked(asked, found));
  *out = asked;
  asked = NULL;
cleanup:
  recs__release(asked);
  return status;
}

void recs_split_free(recs_split *split) {
  recs__release(split);
}
