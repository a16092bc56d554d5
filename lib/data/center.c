#include "lib/data/center.h"

static double mean(double sum, int64_t count) {
  return count > 0 ? sum / (double)count : 0;
}

static int32_t find_item_means(double **out, const float *values, const uint32_t *items, int64_t count, const recs__event_rows *rows) {
  int64_t *counts = recs__alloc_zero(rows->context, rows->items, sizeof *counts);
  double *sums = recs__alloc_zero(rows->context, rows->items, sizeof *sums);
  *out = sums;
  if (counts == NULL || sums == NULL) {
    recs__free(rows->context, counts);
    return recs__fail_nomem();
  }
  for (int64_t e = 0; e < count; e++) {
    sums[items[e]] += (double)values[e];
    counts[items[e]] += 1;
  }
  for (uint32_t item = 0; item < rows->items; item++)
    sums[item] = mean(sums[item], counts[item]);
  recs__free(rows->context, counts);
  return RECS_OK;
}

static double sum_of(const float *values, int64_t begin, int64_t end) {
  double sum = 0;
  for (int64_t e = begin; e < end; e++)
    sum += (double)values[e];
  return sum;
}

int32_t recs__center(float *values, const uint32_t *items, const int64_t *offsets, const recs__event_rows *rows) {
  int32_t kind = rows->options.center;
  int64_t count = offsets[rows->rows];
  double all = kind == RECS_CENTER_BOTH ? mean(sum_of(values, 0, count), count) : 0;
  double *item_means = NULL;
  int32_t status = RECS_OK;
  if (kind == RECS_CENTER_NONE)
    return RECS_OK;
  if (kind != RECS_CENTER_USER)
    RECS_GO(find_item_means(&item_means, values, items, count, rows));
  for (uint32_t row = 0; row < rows->rows; row++) {
    int64_t begin = offsets[row], end = offsets[row + 1];
    double row_mean = kind == RECS_CENTER_ITEM ? 0 : mean(sum_of(values, begin, end), end - begin);
    for (int64_t e = begin; e < end; e++) {
      double item_mean = item_means == NULL ? 0 : item_means[items[e]];
      values[e] = (float)((double)values[e] - row_mean - item_mean + all);
    }
  }
cleanup:
  recs__free(rows->context, item_means);
  return status;
}
