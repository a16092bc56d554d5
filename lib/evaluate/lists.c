#include "lib/evaluate/lists.h"

#include <math.h>
#include <string.h>

#include "lib/base/sort.h"
#include "lib/data/profiles.h"

/* Divides each row by its length. */
static void normalize(recs_matrix *matrix) {
  for (uint32_t row = 0; row < matrix->rows; row++) {
    double square = 0;
    for (int64_t i = matrix->offsets[row]; i < matrix->offsets[row + 1]; i++)
      square += (double)matrix->values[i] * (double)matrix->values[i];
    for (int64_t i = matrix->offsets[row]; i < matrix->offsets[row + 1]; i++)
      matrix->values[i] = (float)((double)matrix->values[i] / sqrt(square));
  }
}

/* Items nobody has are as rare as those that one user has. */
static int32_t find_information(recs__list_facts *facts, const recs_matrix *users) {
  uint32_t active = 0;
  facts->information = recs__alloc_zero(facts->context, facts->items, sizeof *facts->information);
  if (facts->information == NULL)
    return recs__fail_nomem();
  for (uint32_t user = 0; user < users->rows; user++)
    active += users->offsets[user + 1] > users->offsets[user];
  for (int64_t i = 0; i < users->offsets[users->rows]; i++)
    facts->information[users->indices[i]] += 1;
  for (uint32_t item = 0; item < facts->items; item++)
    facts->information[item] = -log2(fmax(facts->information[item], 1) / fmax(active, 1));
  return RECS_OK;
}

static int32_t find_features(recs__list_facts *facts, const recs_matrix *users, const recs_profiles *profiles,
                             const char *name) {
  uint32_t field;
  if (name == NULL) {
    RECS_TRY(recs_matrix_transpose(&facts->features, users));
  } else {
    if (profiles == NULL)
      return recs__fail(RECS_ERROR_INVALID, "similarity is by %s, but the model has no item profiles", name);
    RECS_TRY(recs__profiles_find_field(&field, profiles, name));
    RECS_TRY(recs_features_onehot(&facts->features, profiles, field));
  }
  normalize(facts->features);
  return recs__alike_init(&facts->alike, facts->features, name == NULL);
}

int32_t recs__list_facts_init(recs__list_facts *facts, const recs_events *training, const recs_profiles *profiles,
                              const char *field, uint32_t items) {
  recs_matrix *users;
  int32_t status;
  memset(facts, 0, sizeof *facts);
  facts->context = recs__context_of(training);
  facts->items = items;
  RECS_TRY(recs_matrix_build(&users, training, NULL));
  status = find_information(facts, users);
  if (status == RECS_OK)
    status = find_features(facts, users, profiles, field);
  recs_matrix_free(users);
  return status;
}

void recs__list_facts_free(recs__list_facts *facts) {
  recs__free(facts->context, facts->information);
  recs__alike_free(&facts->alike);
  recs_matrix_free(facts->features);
}

void recs__list_information(double *sums, const recs__list_facts *facts, const uint32_t *items, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    sum += facts->information[items[i]];
    sums[i] = sum;
  }
}

/* With counts ascending: sum of (2 i - n - 1) x_i / (n sum of x_i), i from 1. */
double recs__gini(uint64_t *counts, size_t count) {
  double weighted = 0, total = 0;
  recs__sort_u64(counts, count);
  for (size_t i = 0; i < count; i++) {
    weighted += (2 * ((double)i + 1) - (double)count - 1) * (double)counts[i];
    total += (double)counts[i];
  }
  return total > 0 ? weighted / ((double)count * total) : 0;
}
