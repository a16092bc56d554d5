/* What rules of cleaning do to all chunks of a log at the same time. */
#include "lib/data/cleaning/cleaning.h"

#include "lib/base/parallel.h"

#include <string.h>

typedef struct steps {
  recs__cleaning *cleaning;
  recs__clean_chunk_fn visit;
  void *payload;
} steps;

static int32_t visit_chunks(void *payload, uint32_t thread, size_t begin, size_t end) {
  const steps *self = payload;
  (void)thread;
  for (size_t chunk = begin; chunk < end; chunk++)
    RECS_TRY(self->visit(self->cleaning, chunk, self->payload));
  return RECS_OK;
}

int32_t recs__cleaning_each(recs__cleaning *cleaning, recs__clean_chunk_fn visit, void *payload) {
  steps self = {cleaning, visit, payload};
  return recs__parallel(cleaning->context, cleaning->chunks, 1, visit_chunks, &self, NULL);
}

/* Values by chunk: first how many there are, then where they begin. */
typedef struct collecting {
  recs__clean_value_fn value_of;
  size_t *begins;
  double *values;
} collecting;

static int32_t count_values(recs__cleaning *cleaning, size_t chunk, void *payload) {
  collecting *self = payload;
  const recs__event_view *view = &cleaning->views[chunk];
  const uint8_t *dropped = cleaning->dropped + chunk * RECS__CHUNK;
  size_t count = 0;
  RECS__EACH_LEFT(i, dropped, view->count)
    count += (size_t)(self->value_of(view, i) > 0);
  self->begins[chunk + 1] = count;
  return RECS_OK;
}

static int32_t copy_values(recs__cleaning *cleaning, size_t chunk, void *payload) {
  collecting *self = payload;
  const recs__event_view *view = &cleaning->views[chunk];
  const uint8_t *dropped = cleaning->dropped + chunk * RECS__CHUNK;
  double *to = self->values + self->begins[chunk];
  RECS__EACH_LEFT(i, dropped, view->count) {
    double value = self->value_of(view, i);
    if (value > 0)
      *to++ = value;
  }
  return RECS_OK;
}

int32_t recs__cleaning_values(double **out, size_t *out_count, recs__cleaning *cleaning, recs__clean_value_fn value_of) {
  collecting self = {value_of, recs__alloc_zero(cleaning->context, cleaning->chunks + 1, sizeof *self.begins), NULL};
  int32_t status = self.begins == NULL ? recs__fail_nomem() : recs__cleaning_each(cleaning, count_values, &self);
  *out = NULL;
  *out_count = 0;
  if (status == RECS_OK) {
    for (size_t chunk = 0; chunk < cleaning->chunks; chunk++)
      self.begins[chunk + 1] += self.begins[chunk];
    *out_count = self.begins[cleaning->chunks];
    *out = self.values = recs__alloc(cleaning->context, *out_count, sizeof *self.values);
    status = *out == NULL ? recs__fail_nomem() : recs__cleaning_each(cleaning, copy_values, &self);
  }
  recs__free(cleaning->context, self.begins);
  return status;
}

typedef struct changing {
  recs__event_column column;
  recs__clean_change_fn change;
  void *payload;
  recs__clean_changes *by_chunk;
} changing;

/* The chunk's column as the cleaning's own copy, which the view then shows. Quantities, prices and times all take eight bytes. */
static int32_t own_column(void **out, recs__cleaning *cleaning, size_t chunk, recs__event_column column) {
  recs__event_view *view = &cleaning->views[chunk];
  void **copy = &cleaning->copies[3 * chunk + (column == RECS__QUANTITIES ? 0 : column == RECS__PRICES ? 1 : 2)];
  if (*copy == NULL) {
    *copy = recs__alloc(cleaning->context, view->count, sizeof(double));
    if (*copy == NULL)
      return recs__fail_nomem();
    for (size_t i = 0; i < view->count; i++) {
      if (column == RECS__TIMES)
        ((int64_t *)*copy)[i] = recs__time_of(view, i);
      else
        ((double *)*copy)[i] = column == RECS__PRICES ? recs__price_of(view, i) : recs__quantity_of(view, i);
    }
  }
  if (column == RECS__TIMES)
    view->times = *copy;
  else if (column == RECS__PRICES)
    view->prices = *copy;
  else
    view->quantities = *copy;
  *out = *copy;
  return RECS_OK;
}

static int32_t change_chunk(recs__cleaning *cleaning, size_t chunk, void *payload) {
  const changing *self = payload;
  const recs__event_view *view = &cleaning->views[chunk];
  recs__clean_changes *mine = &self->by_chunk[chunk];
  void *values = NULL;
  uint64_t changed;
  RECS__EACH_LEFT(i, cleaning->dropped + chunk * RECS__CHUNK, view->count) {
    if (!self->change(cleaning, view, i, &changed, self->payload))
      continue;
    if (mine->count++ == 0) {
      mine->first = chunk * RECS__CHUNK + i;
      recs__clean_rules[cleaning->rule - 1].show(mine->example, cleaning, view, i);
      RECS_TRY(own_column(&values, cleaning, chunk, self->column));
    }
    memcpy((uint64_t *)values + i, &changed, sizeof changed);
  }
  return RECS_OK;
}

int32_t recs__cleaning_change(recs__cleaning *cleaning, recs__event_column column, recs__clean_change_fn change, void *payload) {
  changing self = {column, change, payload, NULL};
  recs__clean_changes *total = &cleaning->changes[cleaning->rule];
  int32_t status;
  self.by_chunk = recs__alloc_zero(cleaning->context, cleaning->chunks, sizeof *self.by_chunk);
  if (self.by_chunk == NULL)
    return recs__fail_nomem();
  status = recs__cleaning_each(cleaning, change_chunk, &self);
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    size_t before = total->count;
    if (before == 0)
      *total = self.by_chunk[chunk];
    else
      total->count += self.by_chunk[chunk].count;
  }
  recs__free(cleaning->context, self.by_chunk);
  return status;
}
