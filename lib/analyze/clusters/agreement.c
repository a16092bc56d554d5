#include "lib/analyze/clusters/agreement.h"

#include <math.h>

#include "lib/base/sort.h"

/* What is summed over groups of rows. */
typedef struct grouping {
  double pairs;  /* pairs of rows within a group */
  double logs;   /* sum of n ln n */
  size_t groups;
} grouping;

/* Groups sorted numbers by their bits above `shift`. */
static grouping group(const uint64_t *sorted, size_t count, uint32_t shift) {
  grouping sums = {0, 0, 0};
  for (size_t begin = 0, end; begin < count; begin = end) {
    double size;
    for (end = begin + 1; end < count && sorted[end] >> shift == sorted[begin] >> shift; end++) {
    }
    size = (double)(end - begin);
    sums.pairs += size * (size - 1) / 2;
    sums.logs += size * log(size);
    sums.groups += 1;
  }
  return sums;
}

/* The index of Hubert and Arabie (1985). */
static double adjusted_rand(const grouping *both, const grouping *left, const grouping *right, double rows) {
  double all = rows * (rows - 1) / 2, expected = all > 0 ? left->pairs * right->pairs / all : 0, most = (left->pairs + right->pairs) / 2;
  if (both->groups == left->groups && both->groups == right->groups)
    return 1; /* the same but for the names */
  return (both->pairs - expected) / (most - expected);
}

/* Mutual information over the mean of the two entropies. */
static double information(const grouping *both, const grouping *left, const grouping *right, double rows) {
  double of_left = log(rows) - left->logs / rows, of_right = log(rows) - right->logs / rows, of_both = log(rows) - both->logs / rows;
  double shared = of_left + of_right - of_both, mean = (of_left + of_right) / 2;
  if (both->groups == left->groups && both->groups == right->groups)
    return 1;
  if (left->groups == 1 || right->groups == 1 || shared <= 0)
    return 0;
  return shared / mean;
}

void recs__agreement(double *out_rand, double *out_information, uint64_t *pairs, size_t count) {
  grouping both, left, right;
  recs__sort_u64(pairs, count);
  both = group(pairs, count, 0);
  left = group(pairs, count, 32);
  for (size_t i = 0; i < count; i++)
    pairs[i] &= UINT32_MAX;
  recs__sort_u64(pairs, count);
  right = group(pairs, count, 0);
  *out_rand = adjusted_rand(&both, &left, &right, (double)count);
  *out_information = information(&both, &left, &right, (double)count);
}

int32_t recs_clusters_compare(double *out_rand, double *out_information, recs_context *context, const uint32_t *left, const uint32_t *right,
                              size_t rows) {
  double found_rand, found_information;
  uint64_t *pairs;
  recs__enter();
  if (out_rand != NULL)
    *out_rand = 0;
  if (out_information != NULL)
    *out_information = 0;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(left);
  RECS_NOT_NULL(right);
  if (rows == 0)
    return recs__fail(RECS_ERROR_INVALID, "there are 0 rows to compare");
  pairs = recs__alloc(context, rows, sizeof *pairs);
  if (pairs == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < rows; row++)
    pairs[row] = (uint64_t)left[row] << 32 | right[row];
  recs__agreement(&found_rand, &found_information, pairs, rows);
  recs__free(context, pairs);
  if (out_rand != NULL)
    *out_rand = found_rand;
  if (out_information != NULL)
    *out_information = found_information;
  return RECS_OK;
}
