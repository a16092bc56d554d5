#include "lib/analyze/panel.h"

#include <math.h>
#include <string.h>

#include "lib/analyze/panel_rows.h"
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

static void nearest(uint32_t *labels, const float *panel, uint32_t columns, const float *points, const float *norms,
                    uint32_t count) {
  float best[RECS__PANEL], score[RECS__PANEL];
  for (size_t r = 0; r < RECS__PANEL; r++) {
    best[r] = INFINITY;
    labels[r] = 0;
  }
  for (uint32_t p = 0; p < count; p++) {
    const float *group = points + (size_t)(p / RECS__GROUP) * RECS__GROUP * columns + p % RECS__GROUP;
    for (size_t r = 0; r < RECS__PANEL; r++)
      score[r] = norms[p];
    for (size_t j = 0; j < columns; j++) {
      for (size_t r = 0; r < RECS__PANEL; r++)
        score[r] = fmaf(panel[j * RECS__PANEL + r], group[j * RECS__GROUP], score[r]);
    }
    for (size_t r = 0; r < RECS__PANEL; r++) {
      labels[r] = score[r] < best[r] ? p : labels[r];
      best[r] = score[r] < best[r] ? score[r] : best[r];
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

const recs__panel_kernels recs__panel_plain = {pack, nearest, squares, distances, totals, add, moments, measure};

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
