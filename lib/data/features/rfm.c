/* Recency, frequency, monetary value and their relatives: sums by user, and counts of what differs by sorting. */
#include "lib/data/day.h"
#include "lib/data/events.h"
#include "lib/data/features/features.h"
#include "lib/data/interactions.h"

#include "lib/base/options.h"

#include <math.h>
#include <string.h>

enum { PLAIN = 3, EXTENDED = 8 };
static const char *const names[EXTENDED] = {"recency",  "frequency",   "monetary",       "tenure",
                                            "mean_gap", "basket_size", "distinct_items", "mean_price"};
static const char *const units[EXTENDED] = {"days", "orders", "money", "days", "days", "units", "items", "money"};
static const char *const units_without_prices[EXTENDED] = {"days", "orders", "units", "days", "days", "units", "items", "money"};

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
  int64_t latest; /* of the log */
  int has_prices;
} summing;

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
  double quantity = recs__quantity_of(view, i), price = recs__price_of(view, i);
  add_time(self, mine, recs__time_of(view, i));
  if (mine == NULL)
    return;
  mine->quantity += quantity;
  if (!isnan(price)) {
    mine->money += quantity * price;
    mine->prices += price;
    mine->priced += 1;
    self->has_prices = 1;
  }
}

static int32_t sum_up(summing *self) {
  recs__event_view view;
  self->by_user = recs__alloc_zero(recs__context_of(self->events), self->users, sizeof *self->by_user);
  if (self->by_user == NULL)
    return recs__fail_nomem();
  self->latest = RECS_NO_TIME;
  for (uint32_t user = 0; user < self->users; user++)
    self->by_user[user].first = self->by_user[user].latest = RECS_NO_TIME;
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++) {
    recs__events_view(&view, self->events, chunk);
    for (size_t i = 0; i < view.count; i++)
      add_event(self, &view, i);
  }
  if (self->latest == RECS_NO_TIME && recs_events_count(self->events) > 0)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "recency needs times; no event of this log has one");
  return RECS_OK;
}

static const uint32_t *sessions_of(const recs__event_view *view) {
  return view->sessions;
}

static const uint32_t *items_of(const recs__event_view *view) {
  return view->items;
}

/* Users with one of their sessions or items, for each event that has both. */
static void collect_pairs(recs__interactions *to, const recs_events *events,
                          const uint32_t *(*column_of)(const recs__event_view *view)) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    const uint32_t *column;
    recs__events_view(&view, events, chunk);
    column = column_of(&view);
    for (size_t i = 0; column != NULL && i < view.count; i++) {
      if (view.users[i] != RECS_NO_ROW && column[i] != RECS_NO_ROW)
        to->list[to->count++] = (recs__interaction){.row = view.users[i], .item = column[i]};
    }
  }
}

/* Users with the day of each event outside of sessions. Days stand where times are sorted. */
static void collect_days(recs__interactions *to, const recs_events *events) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    for (size_t i = 0; i < view.count; i++) {
      int64_t time = recs__time_of(&view, i);
      if (view.users[i] != RECS_NO_ROW && time != RECS_NO_TIME && recs__session_of(&view, i) == RECS_NO_ROW)
        to->list[to->count++] = (recs__interaction){.row = view.users[i], .time = recs__day_of(time)};
    }
  }
}

/* Whether something sorted is not yet counted: it differs from what stands before it. */
static uint32_t is_new(const recs__interaction *list, size_t i) {
  return i == 0 || list[i].row != list[i - 1].row || list[i].item != list[i - 1].item ||
         list[i].time != list[i - 1].time;
}

static int32_t count_orders(summing *self, recs__interactions *scratch) {
  int64_t *offsets = recs__alloc(scratch->context, (size_t)self->users + 1, sizeof *offsets);
  if (offsets == NULL)
    return recs__fail_nomem();
  collect_days(scratch, self->events);
  recs__interactions_sort_rows(scratch, offsets);
  recs__interactions_sort_times(scratch, offsets);
  recs__free(scratch->context, offsets);
  for (size_t i = 0; i < scratch->count; i++)
    self->by_user[scratch->list[i].row].orders += is_new(scratch->list, i);
  scratch->count = 0;
  scratch->items = recs_ids_count(recs_events_sessions(self->events));
  collect_pairs(scratch, self->events, sessions_of);
  RECS_TRY(recs__interactions_sort_cells(scratch));
  for (size_t i = 0; i < scratch->count; i++)
    self->by_user[scratch->list[i].row].orders += is_new(scratch->list, i);
  return RECS_OK;
}

static int32_t count_items(summing *self, recs__interactions *scratch) {
  scratch->count = 0;
  scratch->items = recs_ids_count(recs_events_items(self->events));
  collect_pairs(scratch, self->events, items_of);
  RECS_TRY(recs__interactions_sort_cells(scratch));
  for (size_t i = 0; i < scratch->count; i++)
    self->by_user[scratch->list[i].row].items += is_new(scratch->list, i);
  return RECS_OK;
}

static int32_t count_up(summing *self) {
  recs__interactions scratch;
  int32_t status;
  RECS_GO(recs__interactions_new(&scratch, recs__context_of(self->events), self->users, 0,
                                 (size_t)recs_events_count(self->events)));
  RECS_GO(count_orders(self, &scratch));
  if (self->options.extended)
    RECS_GO(count_items(self, &scratch));
cleanup:
  recs__interactions_free(&scratch);
  return status;
}

/* A user's row, as far as it is asked for. Who has a known time has an order: its session, or its day. */
static void write_row(double *out, uint32_t columns, const totals *mine, const summing *self) {
  double row[EXTENDED];
  double orders = mine->orders;
  int64_t now = self->options.now == RECS_NO_TIME ? self->latest : self->options.now;
  row[0] = recs__days_between(mine->latest, now);
  row[1] = orders;
  row[2] = self->has_prices ? mine->money : mine->quantity;
  row[3] = recs__days_between(mine->first, mine->latest);
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
  self.users = recs_ids_count(recs_events_users(events));
  RECS_GO(sum_up(&self));
  RECS_GO(count_up(&self));
  RECS_GO(recs__features_new(&features, context, count_rows(&self), self.options.extended ? EXTENDED : PLAIN, names,
                             self.has_prices ? units : units_without_prices));
  RECS_GO(write_rows(features, &self));
  *out = features;
  features = NULL;
cleanup:
  recs__release(features);
  recs__free(context, self.by_user);
  return status;
}
