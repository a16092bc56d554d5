#include "lib/recommend/hybrid/mixture.h"

#include "lib/base/status.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void recs__mixture_init(recs__mixture *mixture, uint32_t parts, const double *weights) {
  memset(mixture, 0, sizeof *mixture);
  mixture->parts = parts;
  mixture->segments = 1;
  mixture->power = 1;
  for (uint32_t p = 0; p < parts; p++)
    mixture->weights[0][p] = weights == NULL ? 1 : weights[p];
}

static int32_t check_row(const double *weights, uint32_t parts) {
  double sum = 0;
  for (uint32_t p = 0; p < parts; p++) {
    if (!isfinite(weights[p]))
      return recs__fail(RECS_ERROR_NUMERIC, "weight %" PRIu32 " of the hybrid is %g", p + 1, weights[p]);
    sum += weights[p];
  }
  if (!(sum > 0 && isfinite(sum)))
    return recs__fail(RECS_ERROR_INVALID, "the weights of the hybrid sum to %g, not above 0", sum);
  return RECS_OK;
}

int32_t recs__mixture_check(const recs__mixture *mixture) {
  for (uint32_t s = 0; s < mixture->segments; s++)
    RECS_TRY(check_row(mixture->weights[s], mixture->parts));
  return RECS_OK;
}

static int weighs(const recs__mixture *mixture, uint32_t part) {
  for (uint32_t s = 0; s < mixture->segments; s++) {
    if (mixture->weights[s][part] != 0)
      return 1;
  }
  return 0;
}

void recs__mixture_drop(recs__mixture *mixture, uint32_t *places) {
  uint32_t kept = 0;
  for (uint32_t p = 0; p < mixture->parts; p++) {
    if (!weighs(mixture, p))
      continue;
    for (uint32_t s = 0; s < mixture->segments; s++)
      mixture->weights[s][kept] = mixture->weights[s][p];
    places[kept++] = p;
  }
  mixture->parts = kept;
}

int32_t recs__mixture_write(const recs__mixture *mixture, recs__writer *writer) {
  double rows[RECS__MOST_SEGMENTS * RECS__MOST_PARTS];
  for (uint32_t s = 0; s < mixture->segments; s++)
    memcpy(rows + (size_t)s * mixture->parts, mixture->weights[s], mixture->parts * sizeof *rows);
  RECS_TRY(recs__write_f64(writer, "power", mixture->power));
  RECS_TRY(recs__write(writer, "longest", RECS__U64, mixture->longest, mixture->segments));
  return recs__write(writer, "weights", RECS__F64, rows, (uint64_t)mixture->segments * mixture->parts);
}

int32_t recs__mixture_read(recs__mixture *out, recs__reader *reader) {
  const void *rows, *longest;
  uint64_t count, segments;
  memset(out, 0, sizeof *out);
  RECS_TRY(recs__read_f64(reader, "power", &out->power));
  if (!(out->power > 0 && out->power <= 1))
    return recs__fail(RECS_ERROR_FORMAT, "the power of the hybrid is %g", out->power);
  RECS_TRY(recs__read(reader, "longest", RECS__U64, &longest, &segments));
  RECS_TRY(recs__read(reader, "weights", RECS__F64, &rows, &count));
  if (segments == 0 || segments > RECS__MOST_SEGMENTS || count == 0 || count % segments != 0 ||
      count / segments > RECS__MOST_PARTS)
    return recs__fail(RECS_ERROR_FORMAT, "the hybrid has %" PRIu64 " weights in %" PRIu64 " rows", count, segments);
  out->segments = (uint32_t)segments;
  out->parts = (uint32_t)(count / segments);
  memcpy(out->longest, longest, segments * sizeof *out->longest);
  for (uint32_t s = 0; s < out->segments; s++)
    memcpy(out->weights[s], (const double *)rows + (size_t)s * out->parts, out->parts * sizeof(double));
  if (recs__mixture_check(out) != RECS_OK)
    return recs__fail(RECS_ERROR_FORMAT, "the %" PRIu64 " weights of the hybrid make no sense", count);
  return RECS_OK;
}
