#include "lib/data/matrix.h"
#include "lib/data/profiles.h"

/* The tags of a row that do not weigh 0, counted, and copied when there is somewhere to. */
static int32_t copy_row(int64_t *count, uint32_t *indices, float *values, const recs_profiles *profiles, uint32_t row,
                        uint32_t field) {
  const uint32_t *tags;
  const float *weights;
  size_t tag_count;
  RECS_TRY(recs_profiles_tags(&tags, &weights, &tag_count, profiles, row, field));
  *count = 0;
  for (size_t i = 0; i < tag_count; i++) {
    if (weights[i] == 0)
      continue;
    if (indices != NULL) {
      indices[*count] = tags[i];
      values[*count] = weights[i];
    }
    *count += 1;
  }
  return RECS_OK;
}

static int32_t count_entries(int64_t *out, const recs_profiles *profiles, uint32_t field, uint32_t rows) {
  int64_t count;
  *out = 0;
  for (uint32_t row = 0; row < rows; row++) {
    RECS_TRY(copy_row(&count, NULL, NULL, profiles, row, field));
    *out += count;
  }
  return RECS_OK;
}

static int32_t fill(recs_matrix *matrix, const recs_profiles *profiles, uint32_t field) {
  int64_t count;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int64_t begin = matrix->offsets[row];
    RECS_TRY(copy_row(&count, matrix->indices + begin, matrix->values + begin, profiles, row, field));
    matrix->offsets[row + 1] = begin + count;
  }
  return RECS_OK;
}

int32_t recs_features_onehot(recs_matrix **out, const recs_profiles *profiles, uint32_t field) {
  recs_matrix *matrix = NULL;
  uint32_t rows;
  int64_t entries;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(profiles);
  RECS_TRY(recs__profiles_check_field(profiles, field, RECS_FIELD_TAGS));
  rows = recs_ids_count(recs_profiles_ids(profiles));
  RECS_TRY(count_entries(&entries, profiles, field, rows));
  RECS_TRY(recs__matrix_new(&matrix, recs__context_of(profiles), rows,
                            recs_ids_count(recs_profiles_tag_ids(profiles, field)), (uint64_t)entries));
  RECS_GO(fill(matrix, profiles, field));
  *out = matrix;
  matrix = NULL;
cleanup:
  recs__release(matrix);
  return status;
}
