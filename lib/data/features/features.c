#include "lib/data/features/features.h"

#include <string.h>

static void features_destroy(void *object) {
  recs_features *features = object;
  recs__free(features->object.context, features->names);
  recs__free(features->object.context, features->units);
  recs__free(features->object.context, features->text);
  recs__free(features->object.context, features->keys);
  recs__free(features->object.context, features->values);
}

/* Copies texts behind one another from `to` on, and points at each. Returns where the next would go; `to` NULL: only counts. */
static size_t copy_texts(const char **pointers, char *to, size_t used, const char *const *texts, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    size_t size = strlen(texts[i]) + 1;
    if (to != NULL)
      pointers[i] = memcpy(to + used, texts[i], size);
    used += size;
  }
  return used;
}

int32_t recs__features_new(recs_features **out, recs_context *context, uint32_t rows, uint32_t columns,
                           const char *const *names, const char *const *units) {
  recs_features *features = recs__object_new(context, sizeof *features, features_destroy);
  size_t size = copy_texts(NULL, NULL, copy_texts(NULL, NULL, 0, names, columns), units, columns);
  *out = NULL;
  if (features == NULL)
    return recs__fail_nomem();
  features->rows = rows;
  features->columns = columns;
  features->names = recs__alloc(context, columns, sizeof *features->names);
  features->units = recs__alloc(context, columns, sizeof *features->units);
  features->text = recs__alloc(context, size, 1);
  features->keys = recs__alloc(context, rows, sizeof *features->keys);
  features->values = recs__alloc(context, rows, columns * sizeof *features->values);
  if (features->names == NULL || features->units == NULL || features->text == NULL || features->keys == NULL ||
      features->values == NULL) {
    recs__release(features);
    return recs__fail_nomem();
  }
  size = copy_texts(features->names, features->text, 0, names, columns);
  copy_texts(features->units, features->text, size, units, columns);
  *out = features;
  return RECS_OK;
}

uint32_t recs_features_rows(const recs_features *features) {
  return features == NULL ? 0 : features->rows;
}

uint32_t recs_features_columns(const recs_features *features) {
  return features == NULL ? 0 : features->columns;
}

const char *recs_features_name(const recs_features *features, uint32_t column) {
  return features == NULL || column >= features->columns ? "" : features->names[column];
}

const char *recs_features_unit(const recs_features *features, uint32_t column) {
  return features == NULL || column >= features->columns ? "" : features->units[column];
}

const uint32_t *recs_features_keys(const recs_features *features) {
  return features == NULL ? NULL : features->keys;
}

const double *recs_features_values(const recs_features *features) {
  return features == NULL ? NULL : features->values;
}

void recs_features_free(recs_features *features) {
  recs__release(features);
}
