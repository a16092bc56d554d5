/* Features of what: how many items, how evenly, and which categories. */
#include "lib/data/features/behaviour.h"
#include "lib/data/profiles.h"

#include "lib/base/sort.h"

#include <string.h>

int32_t recs__add_diversity(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "distinct_items", "items", 0));
  RECS_TRY(recs__behaviour_add(self, "", "item_entropy", "bits", 0));
  RECS_TRY(recs__behaviour_add(self, "", "repeat_share", "share", 0));
  RECS_TRY(recs__behaviour_add(self, "", "distinct_categories", "categories", RECS__NEEDS_CATEGORIES));
  return recs__behaviour_add(self, "", "category_entropy", "bits", RECS__NEEDS_CATEGORIES);
}

static double term_of(double part) {
  return part > 0 ? -part * log2(part) : 0;
}

/* The sum of an item's weights above 0. */
static double weight_of(const recs_matrix *tags, uint32_t item) {
  double sum = 0;
  if (item >= tags->rows)
    return 0;
  for (int64_t e = tags->offsets[item]; e < tags->offsets[item + 1]; e++)
    sum += tags->values[e] > 0 ? (double)tags->values[e] : 0;
  return sum;
}

/* Adds `amount` to the masses of an item's categories, split by their weights. New ones are listed in `met`. Returns 0 when it has none. */
static int add_masses(double *masses, uint32_t *met, size_t *met_count, const recs_matrix *tags, uint32_t item, double amount) {
  double whole = item == RECS_NO_ROW ? 0 : weight_of(tags, item);
  if (!(whole > 0))
    return 0;
  for (int64_t e = tags->offsets[item]; e < tags->offsets[item + 1]; e++) {
    uint32_t tag = tags->indices[e];
    if (!(tags->values[e] > 0))
      continue;
    if (masses[tag] <= 0 && met != NULL)
      met[(*met_count)++] = tag;
    masses[tag] += amount * (double)tags->values[e] / whole;
  }
  return 1;
}

/* The user's masses by category, and how many events have any; the categories are listed, and their masses to be zeroed. */
static size_t gather_masses(size_t *met_count, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t events = 0;
  *met_count = 0;
  for (size_t i = 0; self->tags != NULL && i < user->count; i++)
    events += (size_t)add_masses(user->masses, user->met, met_count, self->tags, user->events[i].item, 1);
  return events;
}

static void fill_items(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t count = 0, distinct = 0;
  double entropy = 0;
  for (size_t i = 0; i < user->count; i++) {
    if (user->events[i].item != RECS_NO_ROW)
      user->keys[count++] = user->events[i].item;
  }
  recs__sort_u64(user->keys, count);
  for (size_t begin = 0, end; begin < count; begin = end) {
    for (end = begin + 1; end < count && user->keys[end] == user->keys[begin];)
      end += 1;
    distinct += 1;
    entropy += term_of((double)(end - begin) / (double)count);
  }
  out[0] = (double)distinct;
  out[1] = count > 0 && count >= self->options.min_events ? entropy : (double)NAN;
  out[2] = recs__behaviour_share(self, (double)(count - distinct), count);
}

static int compare_rows(const void *a, const void *b) {
  uint32_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

void recs__fill_diversity(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t met, events = gather_masses(&met, self, user);
  double entropy = 0;
  fill_items(out, self, user);
  recs__sort(user->met, met, sizeof *user->met, compare_rows);
  for (size_t i = 0; i < met; i++) {
    entropy += term_of(user->masses[user->met[i]] / (double)events);
    user->masses[user->met[i]] = 0;
  }
  out[3] = (double)met;
  out[4] = events > 0 && events >= self->options.min_events ? entropy : (double)NAN;
}

int32_t recs__add_categories(recs__behaviour *self) {
  if (self->tag_columns == 0) /* there to be refused by its name */
    return recs__behaviour_add(self, "category:", "*", "share", RECS__NEEDS_CATEGORIES);
  for (uint32_t i = 0; i < self->tag_columns; i++) {
    const char *name = "(other)";
    if (self->top_tags[i] != RECS_NO_ROW)
      RECS_TRY(recs_ids_name(&name, NULL, self->tag_ids, self->top_tags[i]));
    RECS_TRY(recs__behaviour_add(self, "category:", name, "share", RECS__NEEDS_CATEGORIES));
  }
  return RECS_OK;
}

void recs__fill_categories(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t met, events = gather_masses(&met, self, user);
  for (uint32_t i = 0; i < self->tag_columns; i++)
    out[i] = 0;
  recs__sort(user->met, met, sizeof *user->met, compare_rows);
  for (size_t i = 0; i < met; i++) {
    out[self->tag_places[user->met[i]]] += user->masses[user->met[i]];
    user->masses[user->met[i]] = 0;
  }
  for (uint32_t i = 0; i < self->tag_columns; i++)
    out[i] = recs__behaviour_share(self, out[i], events);
}

/* How much of the log each category is, of events with a user. */
static int32_t weigh_categories(double *masses, const recs__behaviour *self) {
  uint64_t *counts = recs__alloc_zero(self->context, self->tags->rows, sizeof *counts);
  if (counts == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++) {
    const recs__event_view *view = &self->views[chunk];
    for (size_t i = 0; i < view->count; i++) {
      if (view->users[i] != RECS_NO_ROW && view->items[i] < self->tags->rows)
        counts[view->items[i]] += 1;
    }
  }
  for (uint32_t item = 0; item < self->tags->rows; item++) {
    if (counts[item] > 0)
      add_masses(masses, NULL, NULL, self->tags, item, (double)counts[item]);
  }
  recs__free(self->context, counts);
  return RECS_OK;
}

typedef struct weighed {
  double mass;
  uint32_t tag;
} weighed;

static int compare_masses(const void *a, const void *b) {
  const weighed *x = a, *y = b;
  if (x->mass - y->mass != 0)
    return x->mass > y->mass ? -1 : 1;
  return (x->tag > y->tag) - (x->tag < y->tag);
}

/* The heaviest categories get columns, the others share one. Categories that no event has get none. */
static int32_t place_categories(recs__behaviour *self, const double *masses) {
  weighed *all = recs__alloc(self->context, self->tags->columns, sizeof *all);
  uint32_t count = 0, most = self->options.most_categories;
  if (all == NULL)
    return recs__fail_nomem();
  for (uint32_t tag = 0; tag < self->tags->columns; tag++) {
    self->tag_places[tag] = 0;
    if (masses[tag] > 0)
      all[count++] = (weighed){masses[tag], tag};
  }
  recs__sort(all, count, sizeof *all, compare_masses);
  self->tag_columns = count < most ? count : most;
  for (uint32_t i = 0; i < count; i++) {
    self->tag_places[all[i].tag] = i < most ? i : most;
    if (i < most)
      self->top_tags[i] = all[i].tag;
  }
  if (count > most)
    self->top_tags[self->tag_columns++] = RECS_NO_ROW;
  recs__free(self->context, all);
  if (count > 0)
    self->has |= RECS__NEEDS_CATEGORIES;
  return RECS_OK;
}

/* The field of categories: as named, or the first of tags; `*found` says whether there is one. */
static int32_t find_field(uint32_t *out, int *found, const recs__behaviour *self, const recs_profiles *items) {
  int32_t type;
  *found = 0;
  if (self->options.category_field != NULL) {
    *found = 1;
    RECS_TRY(recs__profiles_find_field(out, items, self->options.category_field));
    return recs__profiles_check_field(items, *out, RECS_FIELD_TAGS);
  }
  for (uint32_t field = 0; field < recs_profiles_field_count(items) && !*found; field++) {
    RECS_TRY(recs_profiles_field(NULL, &type, NULL, items, field));
    *found = type == RECS_FIELD_TAGS;
    *out = field;
  }
  return RECS_OK;
}

int32_t recs__behaviour_find_categories(recs__behaviour *self, const recs_profiles *items) {
  uint32_t field;
  double *masses;
  int32_t status;
  int found;
  RECS_TRY(find_field(&field, &found, self, items));
  if (!found)
    return RECS_OK;
  RECS_TRY(recs_features_onehot(&self->tags, items, field));
  self->tag_ids = recs_profiles_tag_ids(items, field);
  self->tag_places = recs__alloc(self->context, self->tags->columns, sizeof *self->tag_places);
  self->top_tags = recs__alloc(self->context, (size_t)self->tags->columns + 1, sizeof *self->top_tags);
  masses = recs__alloc_zero(self->context, self->tags->columns, sizeof *masses);
  if (self->tag_places == NULL || self->top_tags == NULL || masses == NULL) {
    recs__free(self->context, masses);
    return recs__fail_nomem();
  }
  status = weigh_categories(masses, self);
  if (status == RECS_OK)
    status = place_categories(self, masses);
  recs__free(self->context, masses);
  return status;
}
