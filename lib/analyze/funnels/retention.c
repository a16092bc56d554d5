/* Retention: one pass over the log finds when each user was born into its cohort, a second one who is there in which period. */
#include "lib/analyze/funnels/calendar.h"
#include "lib/analyze/funnels/type_set.h"
#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/data/day.h"
#include "lib/data/events.h"

#include <inttypes.h>
#include <math.h>
#include <recs/analyze.h>

enum { BIRTH = 1, RETURN = 2, MINUTE = 60000, MOST_PERIODS = 100000, MOST_CELLS = 1 << 26 };

struct recs_retention {
  recs__object object;
  uint32_t cohorts;
  uint32_t periods;
  uint32_t label_rows;
  uint32_t *labels;
  int64_t *starts;
  uint64_t *sizes;
  uint32_t *observed;
  uint32_t *complete;
  uint64_t *users; /* cohorts x periods, as the next two */
  uint64_t *events;
  double *money;
};

static const recs__choice period_kinds[] = {
    {"day", RECS_PERIOD_DAY}, {"week", RECS_PERIOD_WEEK}, {"month", RECS_PERIOD_MONTH}, {NULL, 0}};

static const recs__field retention_fields[] = {
    RECS__STRING(recs_retention_options, births, NULL, "The event types that bring a user into a cohort, joined by '|'."),
    RECS__STRING(recs_retention_options, returns, NULL, "The event types that count as being there, joined by '|'."),
    RECS__CHOICE(recs_retention_options, period, period_kinds, "day|week|month", RECS_PERIOD_MONTH, "How long a period is."),
    RECS__I32(recs_retention_options, zone, -1439, 1439, 0, "The time zone's minutes east of UTC."),
    RECS__FLAG(recs_retention_options, rolling, 0, "Who is there in a later period counts in all before it."),
    RECS__U32(recs_retention_options, max_periods, 0, UINT32_MAX, 0, "Look at so many periods; 0: at all."),
};
static const recs_schema retention_schema = RECS__SCHEMA("retention", recs_retention_options, retention_fields);

const recs_schema *recs_retention_schema(void) {
  return &retention_schema;
}

int32_t recs_retention_options_init(recs_retention_options *options, size_t struct_size) {
  return recs_options_init(options, &retention_schema, struct_size);
}

typedef struct counting {
  recs_retention_options options;
  uint32_t types[RECS__TYPE_BYTES]; /* BIRTH, RETURN, both or neither */
  const recs_events *events;
  const recs_ids *gone; /* the users, when some were removed */
  recs_context *context;
  recs_retention *table;
  int64_t *births;   /* by user; RECS_NO_TIME: none */
  int64_t first;     /* the first cohort's period */
  int64_t latest;    /* of the log's times */
  int64_t day;       /* the last day whose period was asked for, and that period: neighbours in the log are mostly of one day */
  int64_t period;
  uint64_t *present; /* a bit a user and period; NULL when rolling */
  uint32_t *last;    /* when rolling: 1 + the last period that each user is there in; 0: in none */
} counting;

static int32_t mark_types(counting *self, const char *what, const char *text, uint32_t bit) {
  recs__piece list = {text == NULL || *text == 0 ? "*" : text, 0}, unknown;
  char shown[80];
  while (list.text[list.length] != 0)
    list.length += 1;
  if (!recs__type_set_mark(self->types, bit, recs_events_types(self->events), list, &unknown))
    return recs__fail(RECS_ERROR_INVALID, "%s is \"%s\", which names an empty event type", what, text);
  if (unknown.text != NULL)
    return recs__fail(RECS_ERROR_INVALID, "%s names %s, an event type that the log does not have", what,
                      recs__quote(shown, sizeof shown, unknown.text, unknown.length));
  return RECS_OK;
}

/* The day of a time where the clocks are those of the zone. */
static int64_t day_of(const counting *self, int64_t time) {
  int64_t local;
  if (__builtin_add_overflow(time, (int64_t)self->options.zone * MINUTE, &local))
    local = time;
  return recs__day_of(local);
}

static int64_t period_of(counting *self, int64_t time) {
  int64_t day = day_of(self, time);
  if (day != self->day) {
    self->day = day;
    self->period = recs__period_of_day(self->options.period, day);
  }
  return self->period;
}

/* When a period begins; the first time of all when it began before that. */
static int64_t begin_of(const counting *self, int64_t period) {
  int64_t midnight, time;
  if (__builtin_mul_overflow(recs__day_of_period(self->options.period, period), (int64_t)RECS__DAY, &midnight) ||
      __builtin_sub_overflow(midnight, (int64_t)self->options.zone * MINUTE, &time))
    return RECS_NO_TIME + 1;
  return time;
}

typedef void (*visit_fn)(counting *self, const recs__event_view *view, size_t i, uint32_t user, int64_t time);

/* Calls a function for each event of a known user and time. */
static int32_t visit_events(counting *self, visit_fn visit, const recs__progress *progress) {
  size_t chunks = recs__events_chunks(self->events);
  recs__event_view view;
  for (size_t chunk = 0; chunk < chunks; chunk++) {
    RECS_TRY(recs__progress_at(progress, (double)chunk / (double)chunks));
    recs__events_view(&view, self->events, chunk);
    for (size_t i = 0; view.times != NULL && i < view.count; i++) {
      if (view.times[i] != RECS_NO_TIME && view.users[i] != RECS_NO_ROW)
        visit(self, &view, i, view.users[i], view.times[i]);
    }
  }
  return RECS_OK;
}

static void note_birth(counting *self, const recs__event_view *view, size_t i, uint32_t user, int64_t time) {
  if (self->latest == RECS_NO_TIME || time > self->latest)
    self->latest = time;
  if (self->types[view->types[i]] & BIRTH && (self->births[user] == RECS_NO_TIME || time < self->births[user]))
    self->births[user] = time;
}

static int32_t find_births(counting *self, const recs__progress *progress) {
  uint32_t users = self->table->label_rows;
  self->births = recs__alloc(self->context, users, sizeof *self->births);
  if (self->births == NULL)
    return recs__fail_nomem();
  for (uint32_t user = 0; user < users; user++)
    self->births[user] = RECS_NO_TIME;
  self->latest = RECS_NO_TIME;
  RECS_TRY(visit_events(self, note_birth, progress));
  if (self->latest == RECS_NO_TIME && recs_events_count(self->events) > 0)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "retention needs times; no event of a known user has one");
  for (uint32_t user = 0; user < users; user++) {
    if (self->gone != NULL && recs__ids_removed(self->gone, user))
      self->births[user] = RECS_NO_TIME;
  }
  return RECS_OK;
}

/* The first and the last period with births; 0 when there is none. */
static int birth_periods(counting *self, int64_t *first, int64_t *last) {
  int found = 0;
  for (uint32_t user = 0; user < self->table->label_rows; user++) {
    int64_t birth = self->births[user];
    if (birth == RECS_NO_TIME)
      continue;
    *first = !found || birth < *first ? birth : *first;
    *last = !found || birth > *last ? birth : *last;
    found = 1;
  }
  *first = found ? period_of(self, *first) : 0;
  *last = found ? period_of(self, *last) : 0;
  return found;
}

/* How many cohorts and columns there are. */
static int32_t measure(counting *self) {
  recs_retention *table = self->table;
  int64_t last, end;
  if (!birth_periods(self, &self->first, &last))
    return RECS_OK;
  end = period_of(self, self->latest);
  if (end - self->first >= MOST_PERIODS)
    return recs__fail(RECS_ERROR_OVERFLOW, "the log spans %" PRId64 " periods; at most %d: clean its times, or take longer periods",
                      end - self->first + 1, MOST_PERIODS);
  table->cohorts = (uint32_t)(last - self->first) + 1;
  table->periods = (uint32_t)(end - self->first) + 1;
  if (self->options.max_periods != 0 && self->options.max_periods < table->periods)
    table->periods = self->options.max_periods;
  if ((uint64_t)table->cohorts * table->periods > MOST_CELLS)
    return recs__fail(RECS_ERROR_OVERFLOW, "%" PRIu32 " cohorts of %" PRIu32 " periods are too many: set max_periods, or take longer periods",
                      table->cohorts, table->periods);
  return RECS_OK;
}

static int32_t make_room(counting *self) {
  recs_retention *table = self->table;
  size_t cells = (size_t)table->cohorts * table->periods, bits = (size_t)table->label_rows * table->periods;
  table->labels = recs__alloc(self->context, table->label_rows, sizeof *table->labels);
  table->starts = recs__alloc(self->context, table->cohorts, sizeof *table->starts);
  table->sizes = recs__alloc_zero(self->context, table->cohorts, sizeof *table->sizes);
  table->observed = recs__alloc(self->context, table->cohorts, sizeof *table->observed);
  table->complete = recs__alloc_zero(self->context, table->cohorts, sizeof *table->complete);
  table->users = recs__alloc_zero(self->context, cells, sizeof *table->users);
  table->events = recs__alloc_zero(self->context, cells, sizeof *table->events);
  table->money = recs__alloc_zero(self->context, cells, sizeof *table->money);
  if (self->options.rolling)
    self->last = recs__alloc_zero(self->context, table->label_rows, sizeof *self->last);
  else
    self->present = recs__alloc_zero(self->context, bits / 64 + 1, sizeof *self->present);
  if (table->labels == NULL || table->starts == NULL || table->sizes == NULL || table->observed == NULL || table->complete == NULL ||
      table->users == NULL || table->events == NULL || table->money == NULL || (self->last == NULL && self->present == NULL))
    return recs__fail_nomem();
  return RECS_OK;
}

static void label_users(counting *self) {
  recs_retention *table = self->table;
  for (uint32_t user = 0; user < table->label_rows; user++) {
    int64_t birth = self->births[user];
    table->labels[user] = birth == RECS_NO_TIME ? RECS_NO_ROW : (uint32_t)(period_of(self, birth) - self->first);
    if (birth != RECS_NO_TIME)
      table->sizes[table->labels[user]] += 1;
  }
}

/* When each cohort begins, and what of its row has been seen. */
static void date_cohorts(counting *self) {
  recs_retention *table = self->table;
  int64_t today = day_of(self, self->latest), end = recs__period_of_day(self->options.period, today);
  int64_t over = recs__period_of_day(self->options.period, today + 1); /* periods before tomorrow's end today at the latest */
  for (uint32_t cohort = 0; cohort < table->cohorts; cohort++) {
    int64_t period = self->first + cohort, seen = end - period + 1, done = over - period;
    table->starts[cohort] = begin_of(self, period);
    table->observed[cohort] = seen < (int64_t)table->periods ? (uint32_t)seen : table->periods;
    table->complete[cohort] = done < (int64_t)table->periods ? (uint32_t)done : table->periods;
  }
}

static void note_presence(counting *self, uint32_t user, uint32_t period, uint64_t *users) {
  size_t bit = (size_t)user * self->table->periods + period;
  if (self->present[bit / 64] >> bit % 64 & 1)
    return;
  self->present[bit / 64] |= UINT64_C(1) << bit % 64;
  *users += 1;
}

static void note_return(counting *self, const recs__event_view *view, size_t i, uint32_t user, int64_t time) {
  recs_retention *table = self->table;
  uint32_t cohort = table->labels[user];
  double price = recs__price_of(view, i);
  int64_t period;
  size_t cell;
  if (!(self->types[view->types[i]] & RETURN) || cohort == RECS_NO_ROW || time < self->births[user])
    return;
  period = period_of(self, time) - self->first - cohort;
  if (self->options.rolling && period >= self->last[user])
    self->last[user] = (uint32_t)period + 1;
  if (period >= table->periods)
    return;
  cell = (size_t)cohort * table->periods + (size_t)period;
  table->events[cell] += 1;
  if (!isnan(price))
    table->money[cell] += price * recs__quantity_of(view, i);
  if (!self->options.rolling)
    note_presence(self, user, (uint32_t)period, &table->users[cell]);
}

/* Who was there last in a period was there in all before it. */
static void spread_last(const counting *self) {
  recs_retention *table = self->table;
  for (uint32_t user = 0; self->options.rolling && user < table->label_rows; user++) {
    uint32_t cohort = table->labels[user];
    for (uint32_t p = 0; cohort != RECS_NO_ROW && p < table->periods && p < self->last[user]; p++)
      table->users[(size_t)cohort * table->periods + p] += 1;
  }
}

static void destroy(void *object) {
  recs_retention *table = object;
  const recs_context *context = table->object.context;
  recs__free(context, table->labels);
  recs__free(context, table->starts);
  recs__free(context, table->sizes);
  recs__free(context, table->observed);
  recs__free(context, table->complete);
  recs__free(context, table->users);
  recs__free(context, table->events);
  recs__free(context, table->money);
}

static int32_t count_all(counting *self, const recs__progress *progress) {
  recs__progress births = recs__progress_part(progress, 0, 0.5), returns = recs__progress_part(progress, 0.5, 1);
  RECS_TRY(find_births(self, &births));
  RECS_TRY(measure(self));
  RECS_TRY(make_room(self));
  label_users(self);
  date_cohorts(self);
  RECS_TRY(visit_events(self, note_return, &returns));
  spread_last(self);
  return recs__progress_at(progress, 1);
}

int32_t recs_retention_create(recs_retention **out, const recs_events *events, const recs_retention_options *options,
                              recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  counting self = {.events = events, .day = INT64_MIN};
  const recs_ids *users;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&self.options, &retention_schema, options));
  if (recs_events_time_kind(events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "retention needs clock times; this log's times are only an order");
  RECS_TRY(mark_types(&self, "births", self.options.births, BIRTH));
  RECS_TRY(mark_types(&self, "returns", self.options.returns, RETURN));
  users = recs_events_users(events);
  self.gone = recs_ids_live(users) < recs_ids_count(users) ? users : NULL;
  self.context = recs__context_of(events);
  self.table = recs__object_new(self.context, sizeof *self.table, destroy);
  if (self.table == NULL)
    return recs__fail_nomem();
  self.table->label_rows = recs_ids_count(users);
  RECS_GO(count_all(&self, &whole));
  *out = self.table;
  self.table = NULL;
cleanup:
  recs__release(self.table);
  recs__free(self.context, self.births);
  recs__free(self.context, self.present);
  recs__free(self.context, self.last);
  return status;
}

uint32_t recs_retention_cohorts(const recs_retention *retention) {
  return retention == NULL ? 0 : retention->cohorts;
}

uint32_t recs_retention_periods(const recs_retention *retention) {
  return retention == NULL ? 0 : retention->periods;
}

const int64_t *recs_retention_starts(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->starts;
}

const uint64_t *recs_retention_sizes(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->sizes;
}

const uint32_t *recs_retention_observed(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->observed;
}

const uint32_t *recs_retention_complete(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->complete;
}

const uint64_t *recs_retention_users(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->users;
}

const uint64_t *recs_retention_events(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->events;
}

const double *recs_retention_money(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->money;
}

const uint32_t *recs_retention_labels(const recs_retention *retention) {
  return retention == NULL ? NULL : retention->labels;
}

uint32_t recs_retention_label_rows(const recs_retention *retention) {
  return retention == NULL ? 0 : retention->label_rows;
}

void recs_retention_free(recs_retention *retention) {
  recs__release(retention);
}
