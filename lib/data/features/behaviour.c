/* Features of behaviour: which columns there are and which were asked for, then all users side by side, each filling its own row. */
#include "lib/data/features/behaviour.h"
#include "lib/data/features/features.h"
#include "lib/data/names.h"

#include "lib/base/options.h"
#include "lib/base/parallel.h"

#include <stdio.h>
#include <string.h>

const recs__behaviour_group recs__behaviour_groups[RECS__BEHAVIOUR_GROUPS] = {
    {"rfm", recs__add_rfm, recs__fill_rfm},
    {"gaps", recs__add_gaps, recs__fill_gaps},
    {"baskets", recs__add_baskets, recs__fill_baskets},
    {"diversity", recs__add_diversity, recs__fill_diversity},
    {"categories", recs__add_categories, recs__fill_categories},
    {"hours", recs__add_hours, recs__fill_hours},
    {"weekdays", recs__add_weekdays, recs__fill_weekdays},
    {"trend", recs__add_trend, recs__fill_trend},
    {"tenure", recs__add_tenure, recs__fill_tenure},
    {"returns", recs__add_returns, recs__fill_returns},
    {"types", recs__add_types, recs__fill_types},
};

static const recs__field behaviour_fields[] = {
    RECS__STRING(recs_behaviour_options, features, NULL, "Groups of features or single ones, joined by commas; all: what the log can give."),
    RECS__STRING(recs_behaviour_options, purchases, NULL, "Types of events that are purchases; all when not given."),
    RECS__STRING(recs_behaviour_options, category_field, NULL, "The items' field of tags that are categories; the first when not given."),
    RECS__I64(recs_behaviour_options, now, INT64_MIN, INT64_MAX, RECS_NO_TIME,
              "The end of what is known, in milliseconds; the smallest number: the latest event."),
    RECS__F64(recs_behaviour_options, utc_offset_hours, -14, 14, 0, "The clock that hours and weekdays are read from."),
    RECS__F64(recs_behaviour_options, trend_days, 0.01, 1e6, 30, "Length of the periods of a trend."),
    RECS__F64(recs_behaviour_options, fill_value, -1e300, 1e300, 0, "What stands for what is not defined when fill is 1."),
    RECS__U32(recs_behaviour_options, min_events, 0, UINT32_MAX, 1, "Shares and entropies of fewer events are not defined."),
    RECS__U32(recs_behaviour_options, most_categories, 0, 100000, 20, "Categories with a column of their own."),
    RECS__FLAG(recs_behaviour_options, fill, 0, "fill_value instead of NaN."),
    RECS__RESERVED(recs_behaviour_options, reserved),
};

static const recs_schema behaviour_schema = RECS__SCHEMA("behaviour", recs_behaviour_options, behaviour_fields);

const recs_schema *recs_behaviour_schema(void) {
  return &behaviour_schema;
}

int32_t recs_behaviour_options_init(recs_behaviour_options *options, size_t struct_size) {
  return recs_options_init(options, &behaviour_schema, struct_size);
}

uint32_t recs_behaviour_group_count(void) {
  return RECS__BEHAVIOUR_GROUPS;
}

const char *recs_behaviour_group_name(uint32_t group) {
  return group < RECS__BEHAVIOUR_GROUPS ? recs__behaviour_groups[group].name : "";
}

double recs__behaviour_share(const recs__behaviour *self, double part, size_t whole) {
  return whole == 0 || whole < self->options.min_events ? (double)NAN : part / (double)whole;
}

int32_t recs__behaviour_add(recs__behaviour *self, const char *prefix, const char *name, const char *unit, uint32_t needs) {
  recs__behaviour_column *column;
  RECS_TRY(recs__grow(self->context, &self->columns, &self->column_room, self->column_count + 1, sizeof *self->columns));
  column = &self->columns[self->column_count++];
  *column = (recs__behaviour_column){.unit = unit, .needs = needs};
  snprintf(column->name, sizeof column->name, "%s%s", prefix, name);
  return RECS_OK;
}

/* What the log has, and how its events are spread over types. */
static void look_at(recs__behaviour *self, const recs__event_view *view) {
  for (size_t i = 0; i < view->count; i++) {
    int64_t time = recs__time_of(view, i);
    if (time != RECS_NO_TIME && (self->now == RECS_NO_TIME || time > self->now))
      self->now = time;
    if (view->users[i] == RECS_NO_ROW)
      continue;
    self->type_counts[view->types[i]] += 1;
    if (time != RECS_NO_TIME)
      self->has |= RECS__NEEDS_TIMES;
    if (!isnan(recs__price_of(view, i)))
      self->has |= RECS__NEEDS_PRICES;
    if (recs__quantity_of(view, i) - 1 != 0)
      self->has |= RECS__NEEDS_QUANTITIES;
  }
}

static int32_t find_facts(recs__behaviour *self) {
  self->now = RECS_NO_TIME;
  self->views = recs__events_views(self->events);
  if (self->views == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++)
    look_at(self, &self->views[chunk]);
  if (recs_events_time_kind(self->events) == RECS_TIME_ORDER)
    self->has &= ~(uint32_t)RECS__NEEDS_TIMES;
  if (self->options.now != RECS_NO_TIME)
    self->now = self->options.now;
  self->utc_offset = (int64_t)floor(self->options.utc_offset_hours * 3600000 + 0.5);
  return RECS_OK;
}

static int32_t find_purchases(recs__behaviour *self) {
  const recs_ids *types = recs_events_types(self->events);
  const char *rest = self->options.purchases;
  char quoted[RECS__MESSAGE_SIZE / 4];
  recs__piece name;
  memset(self->purchases, rest == NULL || *rest == 0, sizeof self->purchases);
  while (rest != NULL && *self->options.purchases != 0 && recs__names_next(&name, &rest)) {
    uint32_t type = recs__ids_find(types, name.text, name.length);
    if (type == RECS_NO_ROW)
      return recs__fail(RECS_ERROR_INVALID, "purchases: the log has no events of type %s",
                        recs__quote(quoted, sizeof quoted, name.text, name.length));
    self->purchases[type] = 1;
  }
  return RECS_OK;
}

static int32_t add_columns(recs__behaviour *self) {
  for (uint32_t group = 0; group < RECS__BEHAVIOUR_GROUPS; group++) {
    size_t first = self->column_count;
    RECS_TRY(recs__behaviour_groups[group].add_columns(self));
    for (size_t i = first; i < self->column_count; i++)
      self->columns[i].group = group;
  }
  return RECS_OK;
}

static int32_t refuse(const recs__behaviour *self, const recs__behaviour_column *column) {
  uint32_t lacks = column->needs & ~self->has;
  if ((lacks & RECS__NEEDS_TIMES) && recs_events_time_kind(self->events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s needs clock times; this log's times are only an order", column->name);
  if (lacks & RECS__NEEDS_TIMES)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s needs times; no event with a user has one", column->name);
  if (lacks & RECS__NEEDS_PRICES)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s needs prices; no event with a user has one", column->name);
  if (lacks & RECS__NEEDS_QUANTITIES)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s needs quantities; each event is of one piece", column->name);
  return recs__fail(RECS_ERROR_UNSUPPORTED, "%s needs categories; no item of an event has a tag of them", column->name);
}

static int is_named(const char *text, const recs__piece *name) {
  return strlen(text) == name->length && memcmp(text, name->text, name->length) == 0;
}

/* Chooses what a name stands for. */
static int32_t choose_named(recs__behaviour *self, const recs__piece *name) {
  char quoted[RECS__MESSAGE_SIZE / 4], groups[RECS__MESSAGE_SIZE / 2] = "";
  int found = 0, all = is_named("all", name);
  for (size_t i = 0; i < self->column_count; i++) {
    recs__behaviour_column *column = &self->columns[i];
    int gives = (column->needs & ~self->has) == 0;
    if (!all && !is_named(column->name, name) && !is_named(recs__behaviour_groups[column->group].name, name))
      continue;
    if (!gives && !all)
      return refuse(self, column);
    column->chosen |= gives;
    found = 1;
  }
  if (found || all)
    return RECS_OK;
  for (uint32_t group = 0; group < RECS__BEHAVIOUR_GROUPS; group++)
    strcat(strcat(groups, group == 0 ? "" : ", "), recs__behaviour_groups[group].name);
  return recs__fail(RECS_ERROR_INVALID, "no feature %s; groups of features: all, %s",
                    recs__quote(quoted, sizeof quoted, name->text, name->length), groups);
}

static int32_t choose(recs__behaviour *self) {
  const char *rest = self->options.features;
  recs__piece name;
  if (rest == NULL || *rest == 0)
    rest = "all";
  while (recs__names_next(&name, &rest))
    RECS_TRY(choose_named(self, &name));
  return RECS_OK;
}

/* All users side by side. */
typedef struct filling {
  const recs__behaviour *behaviour;
  recs__behaviour_user *users; /* by thread */
  recs_features *features;
  const uint32_t *rows; /* by user: its row in the table */
  uint8_t used[RECS__BEHAVIOUR_GROUPS];
} filling;

static int32_t copy_chosen(double *out, const recs__behaviour *self, const double *row, uint32_t user) {
  for (size_t i = 0; i < self->column_count; i++) {
    double value = row[i];
    if (!self->columns[i].chosen)
      continue;
    if (isinf(value))
      return recs__fail(RECS_ERROR_NUMERIC, "%s of user %u is %g", self->columns[i].name, user, value);
    *out++ = isnan(value) && self->options.fill ? self->options.fill_value : value;
  }
  return RECS_OK;
}

static int32_t fill_user(void *payload, uint32_t thread, uint32_t number, recs__user_event *events, size_t count) {
  const filling *self = payload;
  const recs__behaviour *behaviour = self->behaviour;
  recs__behaviour_user *user = &self->users[thread];
  uint32_t row = self->rows[number];
  user->events = events;
  user->count = count;
  RECS_TRY(recs__behaviour_find_orders(behaviour, user));
  for (size_t first = 0; first < behaviour->column_count;) {
    uint32_t group = behaviour->columns[first].group;
    if (self->used[group])
      recs__behaviour_groups[group].fill(user->row + first, behaviour, user);
    while (first < behaviour->column_count && behaviour->columns[first].group == group)
      first += 1;
  }
  self->features->keys[row] = number;
  return copy_chosen(self->features->values + (size_t)row * self->features->columns, behaviour, user->row, number);
}

static int32_t users_new(recs__behaviour_user **out, const recs__behaviour *self, uint32_t threads) {
  size_t tags = self->tags == NULL ? 0 : self->tags->columns;
  *out = recs__alloc_zero(self->context, threads, sizeof **out);
  if (*out == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < threads; thread++) {
    recs__behaviour_user *user = &(*out)[thread];
    user->row = recs__alloc(self->context, self->column_count, sizeof *user->row);
    user->masses = recs__alloc_zero(self->context, tags, sizeof *user->masses);
    user->met = recs__alloc(self->context, tags, sizeof *user->met);
    if (user->row == NULL || user->masses == NULL || user->met == NULL)
      return recs__fail_nomem();
  }
  return RECS_OK;
}

static void users_free(recs__behaviour_user *users, const recs__behaviour *self, uint32_t threads) {
  for (uint32_t thread = 0; users != NULL && thread < threads; thread++) {
    recs__free(self->context, users[thread].orders);
    recs__free(self->context, users[thread].keys);
    recs__free(self->context, users[thread].row);
    recs__free(self->context, users[thread].masses);
    recs__free(self->context, users[thread].met);
  }
  recs__free(self->context, users);
}

/* An empty table of the chosen columns. */
static int32_t table_new(recs_features **out, filling *self, uint32_t rows) {
  const recs__behaviour *behaviour = self->behaviour;
  const char **texts = recs__alloc(behaviour->context, behaviour->column_count, 2 * sizeof *texts);
  const char **units = texts == NULL ? NULL : texts + behaviour->column_count;
  uint32_t chosen = 0;
  int32_t status;
  if (texts == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < behaviour->column_count; i++) {
    if (!behaviour->columns[i].chosen)
      continue;
    self->used[behaviour->columns[i].group] = 1;
    texts[chosen] = behaviour->columns[i].name;
    units[chosen++] = behaviour->columns[i].unit;
  }
  status = recs__features_new(out, behaviour->context, rows, chosen, texts, units);
  recs__free(behaviour->context, texts);
  return status;
}

static int32_t fill(recs_features **out, const recs__behaviour *behaviour, const recs__user_events *by_user,
                    const recs__progress *progress) {
  filling self = {.behaviour = behaviour};
  uint32_t *places = recs__alloc(behaviour->context, by_user->users, sizeof *places), rows = 0;
  uint32_t threads = recs__user_events_threads(by_user);
  int32_t status = places == NULL ? recs__fail_nomem() : RECS_OK;
  for (uint32_t user = 0; status == RECS_OK && user < by_user->users; user++) {
    places[user] = rows;
    rows += by_user->offsets[user + 1] > by_user->offsets[user];
  }
  self.rows = places;
  if (status == RECS_OK)
    status = table_new(&self.features, &self, rows);
  if (status == RECS_OK)
    status = users_new(&self.users, behaviour, threads);
  if (status == RECS_OK)
    status = recs__user_events_each(by_user, fill_user, &self, progress);
  users_free(self.users, behaviour, threads);
  recs__free(behaviour->context, places);
  if (status != RECS_OK) {
    recs__release(self.features);
    return status;
  }
  *out = self.features;
  return RECS_OK;
}

static int32_t prepare(recs__behaviour *self, const recs_profiles *items) {
  RECS_TRY(find_facts(self));
  RECS_TRY(find_purchases(self));
  if (items != NULL)
    RECS_TRY(recs__behaviour_find_categories(self, items));
  else if (self->options.category_field != NULL)
    return recs__fail(RECS_ERROR_INVALID, "category_field is given, and no profiles of items");
  RECS_TRY(add_columns(self));
  return choose(self);
}

static int32_t compute(recs_features **out, recs__behaviour *self, const recs_profiles *items, const recs__progress *progress) {
  recs__user_events by_user;
  int32_t status;
  RECS_TRY(prepare(self, items));
  status = recs__user_events_make(&by_user, self->context, self->views, recs__events_chunks(self->events),
                                  recs_ids_count(recs_events_users(self->events)), NULL);
  if (status == RECS_OK)
    status = fill(out, self, &by_user, progress);
  recs__user_events_free(&by_user);
  return status;
}

int32_t recs_features_behaviour(recs_features **out, const recs_events *events, const recs_profiles *items,
                                const recs_behaviour_options *options, recs_progress_fn progress, void *payload) {
  recs__behaviour self = {.events = events};
  recs__progress whole = recs__progress_of(progress, payload);
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&self.options, &behaviour_schema, options));
  if (items != NULL && !recs__ids_same(recs_profiles_ids(items), recs_events_items(events)))
    return recs__fail(RECS_ERROR_INVALID, "items are profiles over another dictionary than the log's items");
  self.context = recs__context_of(events);
  status = compute(out, &self, items, &whole);
  recs_matrix_free(self.tags);
  recs__free(self.context, self.views);
  recs__free(self.context, self.tag_places);
  recs__free(self.context, self.top_tags);
  recs__free(self.context, self.columns);
  return status;
}
