/* Recency, frequency, monetary value and their relatives: one pass over the log, with sums by user and sets of what was
 * seen. */
#include "lib/data/day.h"
#include "lib/data/events.h"
#include "lib/data/features.h"
#include "lib/data/lookup.h"

#include "lib/base/options.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { PLAIN = 3, EXTENDED = 8 };
static const char *const names[EXTENDED] = {"recency",  "frequency",   "monetary",       "tenure",
                                            "mean_gap", "basket_size", "distinct_items", "mean_price"};

static const recs__field rfm_fields[] = {
    RECS__I64(recs_rfm_options, now, INT64_MIN, INT64_MAX, RECS_NO_TIME,
              "Recency is measured from here, in milliseconds; the smallest number: from the latest event."),
    RECS__FLAG(recs_rfm_options, extended, 0, "Also tenure, mean gap, basket size, distinct items and mean price."),
    RECS__RESERVED(recs_rfm_options, reserved),
};

static const recs_schema rfm_schema = RECS__SCHEMA("rfm", recs_rfm_options, rfm_fields);

const recs_schema *recs_rfm_schema(void) {
  return &rfm_schema;
}

int32_t recs_rfm_options_init(recs_rfm_options *options, size_t struct_size) {
  return recs_options_init(options, &rfm_schema, struct_size);
}

/* Something that a user has: an order (a session, or a day on which something happened outside of sessions) or an item.
 */
typedef enum possession { SESSION, DAY, ITEM } possession;

typedef struct pair {
  uint32_t user;
  uint32_t kind;
  int64_t what;
} pair;

/* Pairs, each once. */
typedef struct pair_set {
  pair *pairs;
  size_t count;
  recs__lookup known;
} pair_set;

static int32_t set_create(pair_set *out, recs_context *context, size_t most) {
  out->pairs = recs__alloc(context, most, sizeof *out->pairs);
  if (out->pairs == NULL)
    return recs__fail_nomem();
  return recs__lookup_create(&out->known, context, most);
}

static void set_free(pair_set *set, recs_context *context) {
  recs__free(context, set->pairs);
  recs__free(context, set->known.slots);
}

static int same_pair(const void *payload, size_t number, const void *other) {
  const pair_set *set = payload;
  return memcmp(&set->pairs[number], other, sizeof(pair)) == 0;
}

/* 1 when the user did not have it yet. */
static uint32_t set_add(pair_set *set, uint32_t user, possession kind, int64_t what) {
  pair one = {user, kind, what};
  if (recs__lookup_add(&set->known, XXH3_64bits(&one, sizeof one), set->count, same_pair, set, &one) != set->count)
    return 0;
  set->pairs[set->count++] = one;
  return 1;
}

/* What is summed by user. */
typedef struct totals {
  int64_t first; /* times, or RECS_NO_TIME */
  int64_t latest;
  uint32_t orders;
  uint32_t items;
  double quantity;
  double money;
  double prices;
  uint64_t priced; /* events with a price */
} totals;

typedef struct summing {
  const recs_events *events;
  recs_rfm_options options;
  uint32_t users;
  totals *by_user;
  pair_set seen;
  int64_t latest; /* of the log */
  int has_prices;
} summing;

static uint32_t new_order(summing *self, uint32_t user, uint32_t session, int64_t time) {
  if (session != RECS_NO_ROW)
    return set_add(&self->seen, user, SESSION, session);
  return time == RECS_NO_TIME ? 0 : set_add(&self->seen, user, DAY, recs__day_of(time));
}

static void add_time(summing *self, totals *mine, int64_t time) {
  if (time == RECS_NO_TIME)
    return;
  self->latest = time > self->latest ? time : self->latest;
  if (mine == NULL)
    return;
  mine->first = mine->first == RECS_NO_TIME || time < mine->first ? time : mine->first;
  mine->latest = time > mine->latest ? time : mine->latest;
}

static void add_event(summing *self, const recs__event_view *view, size_t i) {
  uint32_t user = view->users[i];
  totals *mine = user == RECS_NO_ROW ? NULL : &self->by_user[user];
  int64_t time = view->times == NULL ? RECS_NO_TIME : view->times[i];
  double quantity = view->quantities == NULL ? 1 : view->quantities[i];
  add_time(self, mine, time);
  if (mine == NULL)
    return;
  mine->orders += new_order(self, user, view->sessions == NULL ? RECS_NO_ROW : view->sessions[i], time);
  mine->quantity += quantity;
  if (view->prices != NULL && !isnan(view->prices[i])) {
    mine->money += quantity * view->prices[i];
    mine->prices += view->prices[i];
    mine->priced += 1;
    self->has_prices = 1;
  }
  if (self->options.extended && view->items[i] != RECS_NO_ROW)
    mine->items += set_add(&self->seen, user, ITEM, view->items[i]);
}

static int32_t sum_up(summing *self) {
  size_t count = (size_t)recs_events_count(self->events);
  recs_context *context = recs__context_of(self->events);
  recs__event_view view;
  self->users = recs_ids_count(recs_events_users(self->events));
  self->by_user = recs__alloc_zero(context, self->users, sizeof *self->by_user);
  if (self->by_user == NULL)
    return recs__fail_nomem();
  RECS_TRY(set_create(&self->seen, context, self->options.extended ? 2 * count : count));
  self->latest = RECS_NO_TIME;
  for (uint32_t user = 0; user < self->users; user++)
    self->by_user[user].first = self->by_user[user].latest = RECS_NO_TIME;
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++) {
    recs__events_view(&view, self->events, chunk);
    for (size_t i = 0; i < view.count; i++)
      add_event(self, &view, i);
  }
  if (self->latest == RECS_NO_TIME && count > 0)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "recency needs times; no event of this log has one");
  return RECS_OK;
}

static double days_between(int64_t from, int64_t to) {
  return ((double)to - (double)from) / RECS__DAY;
}

/* A user's row, as far as it is asked for. Who has a known time has an order: its session, or its day. */
static void write_row(double *out, uint32_t columns, const totals *mine, const summing *self) {
  double row[EXTENDED];
  double orders = mine->orders;
  int64_t now = self->options.now == RECS_NO_TIME ? self->latest : self->options.now;
  row[0] = days_between(mine->latest, now);
  row[1] = orders;
  row[2] = self->has_prices ? mine->money : mine->quantity;
  row[3] = days_between(mine->first, mine->latest);
  row[4] = orders > 1 ? row[3] / (orders - 1) : 0;
  row[5] = mine->quantity / orders;
  row[6] = mine->items;
  row[7] = mine->priced > 0 ? mine->prices / (double)mine->priced : 0;
  memcpy(out, row, columns * sizeof *row);
}

static int32_t write_rows(recs_features *features, const summing *self) {
  uint32_t row = 0;
  for (uint32_t user = 0; user < self->users; user++) {
    double *values = features->values + (size_t)row * features->columns;
    if (self->by_user[user].latest == RECS_NO_TIME)
      continue;
    write_row(values, features->columns, &self->by_user[user], self);
    for (uint32_t column = 0; column < features->columns; column++) {
      if (!isfinite(values[column]))
        return recs__fail(RECS_ERROR_NUMERIC, "%s of user %u is %g", names[column], user, values[column]);
    }
    features->keys[row++] = user;
  }
  return RECS_OK;
}

static uint32_t count_rows(const summing *self) {
  uint32_t rows = 0;
  for (uint32_t user = 0; user < self->users; user++)
    rows += self->by_user[user].latest != RECS_NO_TIME;
  return rows;
}

int32_t recs_features_rfm(recs_features **out, const recs_events *events, const recs_rfm_options *options) {
  summing self = {.events = events};
  recs_features *features = NULL;
  recs_context *context;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&self.options, &rfm_schema, options));
  if (recs_events_time_kind(events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "recency needs clock times; this log's times are only an order");
  context = recs__context_of(events);
  RECS_GO(sum_up(&self));
  RECS_GO(recs__features_new(&features, context, count_rows(&self), self.options.extended ? EXTENDED : PLAIN, names));
  RECS_GO(write_rows(features, &self));
  *out = features;
  features = NULL;
cleanup:
  recs__release(features);
  set_free(&self.seen, context);
  recs__free(context, self.by_user);
  return status;
}
