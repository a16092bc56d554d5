#include "lib/analyze/clusters/panel.h"

#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/panel_rows.h"
#include "lib/base/cpu.h"

enum { CACHE_LINE = 64 };

static void pack(float *panel, const float *rows, size_t count, uint32_t columns, const float *shift) {
  for (size_t r = 0; r < count; r++) {
    for (uint32_t j = 0; j < columns; j++)
      panel[(size_t)j * RECS__PANEL + r] = rows[r * columns + j] - shift[j];
  }
  for (size_t r = count; r < RECS__PANEL; r++) {
    for (uint32_t j = 0; j < columns; j++)
      panel[(size_t)j * RECS__PANEL + r] = 0;
  }
}

static void scores(float *out, const float *panel, uint32_t columns, const float *points, const float *norms, uint32_t p) {
  const float *group = points + (size_t)(p / RECS__GROUP) * RECS__GROUP * columns + p % RECS__GROUP;
  for (size_t r = 0; r < RECS__PANEL; r++)
    out[r] = norms[p];
  for (size_t j = 0; j < columns; j++) {
    for (size_t r = 0; r < RECS__PANEL; r++)
      out[r] = fmaf(panel[j * RECS__PANEL + r], group[j * RECS__GROUP], out[r]);
  }
}

static void nearest(uint32_t *labels, const float *panel, uint32_t columns, const float *points, const float *norms,
                    uint32_t count) {
  float best[RECS__PANEL], score[RECS__PANEL];
  for (size_t r = 0; r < RECS__PANEL; r++) {
    best[r] = INFINITY;
    labels[r] = 0;
  }
  for (uint32_t p = 0; p < count; p++) {
    scores(score, panel, columns, points, norms, p);
    for (size_t r = 0; r < RECS__PANEL; r++) {
      labels[r] = score[r] < best[r] ? p : labels[r];
      best[r] = score[r] < best[r] ? score[r] : best[r];
    }
  }
}

static void nearest_two(recs__panel_two *out, const float *panel, uint32_t columns, const float *points,
                        const float *norms, uint32_t count) {
  float score[RECS__PANEL];
  for (size_t r = 0; r < RECS__PANEL; r++) {
    out->best[r] = out->second[r] = INFINITY;
    out->labels[r] = 0;
    out->lengths[r] = 0;
  }
  for (size_t j = 0; j < columns; j++) {
    for (size_t r = 0; r < RECS__PANEL; r++)
      out->lengths[r] = fmaf(panel[j * RECS__PANEL + r], panel[j * RECS__PANEL + r], out->lengths[r]);
  }
  for (uint32_t p = 0; p < count; p++) {
    scores(score, panel, columns, points, norms, p);
    for (size_t r = 0; r < RECS__PANEL; r++) {
      float worse = out->best[r] > score[r] ? out->best[r] : score[r];
      out->second[r] = worse < out->second[r] ? worse : out->second[r];
      out->labels[r] = score[r] < out->best[r] ? p : out->labels[r];
      out->best[r] = score[r] < out->best[r] ? score[r] : out->best[r];
    }
  }
}

static void squares(float *out, const float *panel, uint32_t columns, const float *group, uint32_t count) {
  for (uint32_t p = 0; p < count; p++) {
    float *sums = out + (size_t)p * RECS__PANEL;
    memset(sums, 0, RECS__PANEL * sizeof *sums);
    for (size_t j = 0; j < columns; j++) {
      for (size_t r = 0; r < RECS__PANEL; r++) {
        float difference = panel[j * RECS__PANEL + r] - group[j * RECS__GROUP + p];
        sums[r] = fmaf(difference, difference, sums[r]);
      }
    }
  }
}

static void distances(float *out, const float *panel, uint32_t columns, const float *group, uint32_t count) {
  squares(out, panel, columns, group, count);
  for (size_t i = 0; i < (size_t)count * RECS__PANEL; i++)
    out[i] = sqrtf(out[i]);
}

static void totals(double *out, const float *values, uint32_t count) {
  panel_totals(out, values, RECS__PANEL, count);
}

static void add(double *sums, const float *rows, const uint32_t *labels, const float *weights, size_t count,
                uint32_t columns) {
  panel_add(sums, rows, labels, weights, count, columns);
}

static void moments(double *sums, double *squares, const float *rows, const float *origin, size_t count,
                    uint32_t columns) {
  panel_moments(sums, squares, rows, origin, count, columns);
}

static void measure(double *out, const float *rows, const float *points, const uint32_t *labels, size_t count,
                    uint32_t columns) {
  panel_measure(out, rows, points, labels, count, columns);
}

static void drift(uint8_t *holds, float *upper, float *lower, const uint32_t *labels, size_t count,
                  const recs__drift *by) {
  panel_drift(holds, upper, lower, labels, count, by);
}

static void bound(float *upper, float *lower, const recs__panel_two *two, const float *sizes, float slack, size_t count) {
  panel_bound(upper, lower, two, sizes, slack, count);
}

const recs__panel_kernels recs__panel_plain = {pack, nearest, nearest_two, squares, distances, totals, add, moments,
                                               measure, bound, drift};

const recs__panel_kernels *recs__panel_kernels_of(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX512) != 0)
    return &recs__panel_avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return &recs__panel_avx2;
#else
  (void)cpu;
#endif
  return &recs__panel_plain;
}

size_t recs__groups_size(size_t count, uint32_t columns) {
  return (count + RECS__GROUP - 1) / RECS__GROUP * RECS__GROUP * columns;
}

void recs__groups_set(float *groups, size_t index, uint32_t columns, const float *point, const float *shift,
                      float factor) {
  float *group = groups + index / RECS__GROUP * RECS__GROUP * columns + index % RECS__GROUP;
  for (size_t j = 0; j < columns; j++)
    group[j * RECS__GROUP] = factor * (point[j] - shift[j]);
}

int32_t recs__panels_init(recs__panels *panels, const recs_context *context, uint32_t threads, uint32_t columns) {
  size_t bytes;
  panels->context = context;
  panels->half = (size_t)columns * RECS__PANEL;
  panels->block = NULL;
  if (__builtin_mul_overflow(panels->half, 2 * threads * sizeof(float), &bytes) || bytes > SIZE_MAX - CACHE_LINE)
    return recs__fail_nomem();
  panels->block = recs__alloc(context, bytes + CACHE_LINE, 1);
  if (panels->block == NULL)
    return recs__fail_nomem();
  panels->first = (float *)(((uintptr_t)panels->block + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  return RECS_OK;
}

float *recs__panels_of(const recs__panels *panels, uint32_t thread) {
  return panels->first + 2 * thread * panels->half;
}

float *recs__panels_rows(const recs__panels *panels, uint32_t thread) {
  return panels->first + (2 * thread + 1) * panels->half;
}

void recs__panels_free(recs__panels *panels) {
  recs__free(panels->context, panels->block);
  panels->block = NULL;
}
