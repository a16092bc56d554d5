#include "lib/data/features.h"

static void features_destroy(void *object) {
  recs_features *features = object;
  recs__free(features->object.context, features->keys);
  recs__free(features->object.context, features->values);
}

int32_t recs__features_new(recs_features **out, recs_context *context, uint32_t rows, uint32_t columns,
                           const char *const *names) {
  recs_features *features = recs__object_new(context, sizeof *features, features_destroy);
  *out = NULL;
  if (features == NULL)
    return recs__fail_nomem();
  features->rows = rows;
  features->columns = columns;
  features->names = names;
  features->keys = recs__alloc(context, rows, sizeof *features->keys);
  features->values = recs__alloc(context, rows, columns * sizeof *features->values);
  if (features->keys == NULL || features->values == NULL) {
    recs__release(features);
    return recs__fail_nomem();
  }
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

const uint32_t *recs_features_keys(const recs_features *features) {
  return features == NULL ? NULL : features->keys;
}

const double *recs_features_values(const recs_features *features) {
  return features == NULL ? NULL : features->values;
}

void recs_features_free(recs_features *features) {
  recs__release(features);
}
