/* The ways to split: which part each event of a user goes to. */
#include "lib/evaluate/split.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/base/random.h"
#include "lib/base/sort.h"
#include "lib/data/tables/time.h"

typedef struct splitting splitting;

/* A way to split. */
typedef struct method {
  const char *name;
  int32_t number;
  int in_baskets; /* what is counted against `least` */
  int by_clock;   /* parts are told by time alone, also of users that are not tested */
  /* Looks at all before the first user; NULL: nothing to look at. */
  int32_t (*prepare)(splitting *self);
  /* Gives the liked turns of a user, of whom there are enough, their parts; returns the part of what comes before all
   * of them. */
  uint8_t (*assign)(splitting *self, uint32_t user);
} method;

struct splitting {
  recs__turns *turns;
  const recs_split_options *options;
  int32_t time_kind;
  int64_t validation_time; /* of by_clock: where the validation begins */
  recs__turn **kept;       /* the user's liked turns, without repeats */
  uint32_t *baskets;       /* of each of them, the number of its basket */
  size_t count;
  uint32_t basket_count;
  uint32_t *seen;        /* by item: the last user who had it, counted from 1 */
  recs__turn **seen_at;  /* by item: that user's turn */
  uint64_t *basket_seen; /* by session: the last user who had it, counted from 1, and the basket's number */
};

/* Of `count`, how many a share is: at least one, and leaving at least `rest`. */
static size_t share_of(double share, size_t count, size_t rest) {
  size_t wanted = (size_t)floor(share * (double)count + 0.5);
  size_t most = count > rest ? count - rest : 0;
  if (wanted < 1)
    wanted = 1;
  return wanted < most ? wanted : most;
}

static uint8_t assign_last(splitting *self, uint32_t user) {
  (void)user;
  for (size_t i = 0; i < self->count; i++)
    self->kept[i]->part = RECS__PART_TRAIN;
  self->kept[self->count - 2]->part = RECS__PART_VALIDATION;
  self->kept[self->count - 1]->part = RECS__PART_TEST;
  return RECS__PART_TRAIN;
}

static uint8_t assign_last_basket(splitting *self, uint32_t user) {
  (void)user;
  for (size_t i = 0; i < self->count; i++) {
    uint32_t left = self->basket_count - self->baskets[i]; /* 1: the last */
    self->kept[i]->part = left == 1   ? RECS__PART_TEST
                          : left == 2 ? RECS__PART_VALIDATION
                                      : RECS__PART_TRAIN;
  }
  return RECS__PART_TRAIN;
}

/* Draws `wanted` of the turns that have a part and gives them another: selection sampling (Knuth 1969, algorithm S). */
static void draw(splitting *self, recs__random *random, uint8_t from, uint8_t to, size_t wanted) {
  size_t left = 0;
  for (size_t i = 0; i < self->count; i++)
    left += self->kept[i]->part == from;
  for (size_t i = 0; i < self->count && wanted > 0; i++) {
    if (self->kept[i]->part == from && recs__random_below(random, left--) < wanted) {
      self->kept[i]->part = to;
      wanted -= 1;
    }
  }
}

static uint8_t assign_holdout(splitting *self, uint32_t user) {
  recs__random random = recs__random_stream(self->options->seed, user);
  size_t test = share_of(self->options->share, self->count, 2);
  for (size_t i = 0; i < self->count; i++)
    self->kept[i]->part = RECS__PART_TRAIN;
  draw(self, &random, RECS__PART_TRAIN, RECS__PART_TEST, test);
  draw(self, &random, RECS__PART_TRAIN, RECS__PART_VALIDATION, share_of(self->options->share, self->count - test, 1));
  return RECS__PART_TRAIN;
}

static uint8_t assign_time(splitting *self, uint32_t user) {
  (void)user;
  for (size_t i = 0; i < self->count; i++) {
    int64_t time = self->kept[i]->time;
    self->kept[i]->part = time >= self->options->time        ? RECS__PART_TEST
                          : time >= self->validation_time ? RECS__PART_VALIDATION
                                                          : RECS__PART_TRAIN;
  }
  return RECS__PART_TRAIN;
}

static uint8_t assign_users(splitting *self, uint32_t user) {
  recs__random random = recs__random_stream(self->options->seed, user);
  double share = self->options->share, draws = recs__random_unit(&random);
  uint8_t fold = draws < share                           ? RECS__PART_FOLD_TEST
                 : draws < share + (1.0 - share) * share ? RECS__PART_FOLD_VALIDATION
                                                         : RECS__PART_TRAIN;
  for (size_t i = 0; i < self->count; i++)
    self->kept[i]->part = fold;
  if (fold != RECS__PART_TRAIN)
    draw(self, &random, fold, fold == RECS__PART_FOLD_TEST ? RECS__PART_TEST : RECS__PART_VALIDATION,
         share_of(self->options->hold, self->count, 1));
  return fold;
}

/* Maps times so that unsigned order is theirs. */
static uint64_t ordered(int64_t time) {
  return (uint64_t)time ^ ((uint64_t)1 << 63);
}

/* The times before the test, sorted, as ordered(); how many lie before and behind. */
static size_t times_before(uint64_t *before, size_t *behind, const splitting *self) {
  size_t count = 0, total = (size_t)self->turns->offsets[self->turns->users];
  *behind = 0;
  for (size_t i = 0; i < total; i++) {
    const recs__turn *turn = &self->turns->list[i];
    if (!turn->liked)
      continue;
    if (turn->time >= self->options->time)
      *behind += 1;
    else
      before[count++] = ordered(turn->time);
  }
  recs__sort_u64(before, count);
  return count;
}

static int has_times(const recs__turns *turns) {
  for (int64_t i = 0; i < turns->offsets[turns->users]; i++) {
    if (turns->list[i].time != RECS_NO_TIME)
      return 1;
  }
  return 0;
}

/* The validation begins so that its share of what is before the test is the test's of the whole, but never before the
 * second time that there is: something must be left to learn from. */
static int32_t find_validation(splitting *self, const uint64_t *before, size_t count, size_t behind) {
  double share = fmin((double)behind / (double)(count + behind), 0.5);
  size_t first = count - (size_t)ceil(share * (double)count);
  if (count == 0 || behind == 0)
    return recs__fail(RECS_ERROR_INVALID, "time split: no event is %s the time %" PRId64,
                      count == 0 ? "before" : "at or after", self->options->time);
  while (first < count && before[first] == before[0])
    first += 1;
  self->validation_time = first < count ? (int64_t)ordered((int64_t)before[first]) : self->options->time;
  return RECS_OK;
}

static int32_t prepare_time(splitting *self) {
  uint64_t *before;
  size_t count, behind;
  int32_t status;
  if (self->options->time == RECS_NO_TIME)
    return recs__fail(RECS_ERROR_INVALID, "time split: no time is given (time=T)");
  if (self->time_kind == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "time split: the log's times are only an order within a user");
  if (!has_times(self->turns))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "time split: the log has no times");
  before = recs__alloc(self->turns->context, (size_t)self->turns->offsets[self->turns->users], sizeof *before);
  if (before == NULL)
    return recs__fail_nomem();
  count = times_before(before, &behind, self);
  status = find_validation(self, before, count, behind);
  recs__free(self->turns->context, before);
  return status;
}

static const method methods[] = {
    {"leave-last-out", RECS_SPLIT_LAST, 0, 0, NULL, assign_last},
    {"leave-last-basket-out", RECS_SPLIT_LAST_BASKET, 1, 0, NULL, assign_last_basket},
    {"holdout", RECS_SPLIT_HOLDOUT, 0, 0, NULL, assign_holdout},
    {"time", RECS_SPLIT_TIME, 0, 1, prepare_time, assign_time},
    {"users", RECS_SPLIT_USERS, 0, 0, NULL, assign_users},
    {"auto", RECS_SPLIT_AUTO, 0, 0, NULL, NULL}, /* resolved before anything is assigned */
};

enum { METHODS = sizeof methods / sizeof methods[0] };

static const method *find_method(int32_t number) {
  const method *found = methods;
  while (found->number != number)
    found += 1;
  return found;
}

const char *recs__split_name(int32_t method_number) {
  return find_method(method_number)->name;
}

/* The user's liked turns; of an item's only the first, unless repeats stay. */
static void keep_turns(splitting *self, uint32_t user) {
  const recs__turns *turns = self->turns;
  self->count = 0;
  for (int64_t i = turns->offsets[user]; i < turns->offsets[user + 1]; i++) {
    recs__turn *turn = &turns->list[i];
    if (!turn->liked || (self->seen[turn->item] == user + 1 && !self->options->repeats))
      continue;
    self->seen[turn->item] = user + 1;
    self->seen_at[turn->item] = turn;
    self->kept[self->count++] = turn;
  }
}

/* Numbers the baskets of what is kept by their first turns. */
static void number_baskets(splitting *self, uint32_t user) {
  uint64_t mine = (uint64_t)(user + 1) << 32;
  self->basket_count = 0;
  for (size_t i = 0; i < self->count; i++) {
    uint32_t session = self->kept[i]->session;
    if (session != RECS_NO_ROW && (self->basket_seen[session] & ~(uint64_t)UINT32_MAX) == mine) {
      self->baskets[i] = (uint32_t)self->basket_seen[session];
      continue;
    }
    self->baskets[i] = self->basket_count++;
    if (session != RECS_NO_ROW)
      self->basket_seen[session] = mine | self->baskets[i];
  }
}

/* Disliked turns go with what is before them, or with their item where that is held out. */
static void place_disliked(splitting *self, uint32_t user, uint8_t base) {
  const recs__turns *turns = self->turns;
  uint8_t before = base;
  for (int64_t i = turns->offsets[user]; i < turns->offsets[user + 1]; i++) {
    recs__turn *turn = &turns->list[i];
    if (turn->liked) {
      before = turn->part != RECS__PART_NONE ? turn->part : before;
      continue;
    }
    turn->part = before;
    if (self->seen[turn->item] == user + 1 && self->seen_at[turn->item]->part != base)
      turn->part = self->seen_at[turn->item]->part;
  }
}

static uint8_t assign_user(splitting *self, const method *by, uint32_t user) {
  uint8_t base = RECS__PART_TRAIN;
  int enough;
  keep_turns(self, user);
  if (by->in_baskets)
    number_baskets(self, user);
  enough = (by->in_baskets ? self->basket_count : self->count) >= self->options->least;
  if (enough || by->by_clock) {
    base = by->assign(self, user);
  } else {
    for (size_t i = 0; i < self->count; i++)
      self->kept[i]->part = RECS__PART_TRAIN;
  }
  place_disliked(self, user, base);
  return (uint8_t)enough;
}

static size_t longest(const recs__turns *turns) {
  int64_t most = 0;
  for (uint32_t user = 0; user < turns->users; user++) {
    int64_t count = turns->offsets[user + 1] - turns->offsets[user];
    most = count > most ? count : most;
  }
  return (size_t)most;
}

static int32_t make_room(splitting *self) {
  const recs__turns *turns = self->turns;
  size_t most = longest(turns);
  self->kept = recs__alloc(turns->context, most, sizeof(recs__turn *));
  self->baskets = recs__alloc(turns->context, most, sizeof *self->baskets);
  self->seen = recs__alloc_zero(turns->context, turns->items, sizeof *self->seen);
  self->seen_at = recs__alloc(turns->context, turns->items, sizeof(recs__turn *));
  self->basket_seen = recs__alloc_zero(turns->context, turns->sessions, sizeof *self->basket_seen);
  if (self->kept == NULL || self->baskets == NULL || self->seen == NULL || self->seen_at == NULL ||
      self->basket_seen == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

int32_t recs__split_assign(uint8_t *tested, recs__turns *turns, const recs_split_options *options, int32_t time_kind) {
  splitting self = {.turns = turns, .options = options, .time_kind = time_kind};
  const method *by = find_method(options->method);
  int32_t status;
  RECS_GO(make_room(&self));
  if (by->prepare != NULL)
    RECS_GO(by->prepare(&self));
  for (uint32_t user = 0; user < turns->users; user++)
    tested[user] = assign_user(&self, by, user);
cleanup:
  recs__free(turns->context, self.basket_seen);
  recs__free(turns->context, self.seen_at);
  recs__free(turns->context, self.seen);
  recs__free(turns->context, self.baskets);
  recs__free(turns->context, self.kept);
  return status;
}

static int32_t unknown_split(const char *text, size_t length) {
  char known[RECS__MESSAGE_SIZE / 2] = "", quoted[64];
  size_t used = 0;
  for (size_t i = 0; i < METHODS; i++)
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", methods[i].name);
  return recs__fail(RECS_ERROR_NOT_FOUND, "no split %s; known: %s", recs__quote(quoted, sizeof quoted, text, length),
                    known);
}

static int32_t parse_share(double *out, const char *name, const char *value) {
  char quoted[64];
  double share;
  if (!recs__parse_double(value, strlen(value), &share) || !(share > 0 && share < 1))
    return recs__fail(RECS_ERROR_INVALID, "%s=%s: the share is not between 0 and 1", name,
                      recs__quote(quoted, sizeof quoted, value, strlen(value)));
  *out = share;
  return RECS_OK;
}

static int32_t parse_value(recs_split_options *options, const method *found, const char *value) {
  char quoted[64];
  if (found->number == RECS_SPLIT_HOLDOUT || found->number == RECS_SPLIT_USERS)
    return parse_share(&options->share, found->name, value);
  if (found->number != RECS_SPLIT_TIME)
    return recs__fail(RECS_ERROR_INVALID, "%s takes no value", found->name);
  if (!recs__parse_time(value, strlen(value), &options->time))
    return recs__fail(RECS_ERROR_INVALID, "time=%s is no time",
                      recs__quote(quoted, sizeof quoted, value, strlen(value)));
  return RECS_OK;
}

int32_t recs_split_options_parse(recs_split_options *options, const char *text) {
  size_t length;
  recs__enter();
  RECS_NOT_NULL(options);
  RECS_NOT_NULL(text);
  length = strcspn(text, "=");
  for (size_t i = 0; i < METHODS; i++) {
    if (strlen(methods[i].name) != length || memcmp(methods[i].name, text, length) != 0)
      continue;
    if (text[length] == '=')
      RECS_TRY(parse_value(options, &methods[i], text + length + 1));
    options->method = methods[i].number;
    return RECS_OK;
  }
  return unknown_split(text, length);
}
