/* Rows as bytes. */
#include <math.h>
#include <string.h>

#include "lib/similarity/vectors.h"

enum { ROWS = RECS__TILE_ROWS, STEPS = 127, SAMPLE = 32 };

/* Bytes are worth their while as long as the best rows stand out of their error: as a share of how far the inner
 * products of a query spread. */
static const double MOST_ERROR = 0.6;

static float largest(const float *values, uint32_t count) {
  float most = 0;
  for (uint32_t c = 0; c < count; c++) {
    float size = fabsf(values[c]);
    most = size > most ? size : most;
  }
  return most;
}

float recs__to_bytes(int8_t *out, double *out_norm, double *out_rest, int32_t *out_sum, const float *values,
                     uint32_t count, float gain, float least, size_t stride) {
  float scale = fmaxf(largest(values, count) * gain / STEPS, least), inverse = 1 / scale;
  double squares[4] = {0}, rests[4] = {0};
  int32_t sum = 0;
  for (uint32_t c = 0; c < (count + 3) / 4 * 4; c++) {
    float steps = c < count ? values[c] * gain * inverse : 0, whole = rintf(steps);
    double rest = (double)steps - (double)whole;
    whole = whole > STEPS ? STEPS : whole < -STEPS ? -STEPS : whole;
    squares[c % 4] += (double)steps * (double)steps;
    rests[c % 4] += rest * rest;
    out[c / 4 * stride + c % 4] = (int8_t)whole;
    sum += (int32_t)whole;
  }
  *out_norm = sqrt((squares[0] + squares[1]) + (squares[2] + squares[3]));
  *out_rest = sqrt((rests[0] + rests[1]) + (rests[2] + rests[3]));
  *out_sum = sum;
  return scale;
}

size_t recs__vectors_byte_group(const recs__vectors *vectors) {
  return RECS__BYTE_HEAD + ((size_t)vectors->dimension + 3) / 4 * RECS__BYTE_QUAD;
}

/* What packing learns of the rows. */
typedef struct lesson {
  double norms; /* sums over rows that are not all zero; in units of their scales, */
  double rests;
  double scales; /* which are summed here */
  uint32_t count;
} lesson;

static void pack_row(recs__vectors *vectors, uint32_t id, float gain, lesson *learned) {
  uint8_t *group = vectors->bytes + id / ROWS * recs__vectors_byte_group(vectors);
  size_t lane = id % ROWS;
  double norm, rest;
  int32_t sum;
  float scale, inverse;
  scale = recs__to_bytes((int8_t *)group + RECS__BYTE_HEAD + 4 * lane, &norm, &rest, &sum,
                         vectors->values + (size_t)recs__vectors_row(vectors, id) * vectors->dimension, vectors->dimension, gain,
                         vectors->reach > 0 ? (float)(vectors->reach * 1e-12) : 1, RECS__BYTE_QUAD);
  inverse = 1 / scale;
  sum *= -128;
  memcpy(group + lane * sizeof sum, &sum, sizeof sum);
  memcpy(group + ROWS * sizeof sum + lane * sizeof inverse, &inverse, sizeof inverse);
  vectors->scales[id] = scale;
  vectors->norm = fmax(vectors->norm, norm);
  vectors->rest = fmax(vectors->rest, rest);
  if (norm > 1) {
    learned->norms += norm;
    learned->rests += rest;
    learned->scales += (double)scale;
    learned->count += 1;
  }
}

/* The standard deviation of a row's places among a sample of the others. */
static double deviation(const recs__vectors *vectors, const float *gains, uint32_t row, uint32_t step) {
  double sum = 0, squares = 0, count = 0;
  for (uint64_t other = 0; other < vectors->rows && count < SAMPLE; other += step, count++) {
    double place = recs__vectors_dot(vectors, vectors->values + (size_t)row * vectors->dimension, (uint32_t)other);
    place *= gains == NULL ? 1 : (double)gains[other];
    sum += place;
    squares += place * place;
  }
  return sqrt(fmax(0, squares - sum * sum / count) / count);
}

/* How far the places of a query of norm 1 spread, as some rows have it. */
static double spread_of(const recs__vectors *vectors, const float *gains) {
  uint32_t step = vectors->rows / SAMPLE + 1;
  double spread = 0, count = 0;
  for (uint64_t row = 0; row < vectors->rows; row += step) {
    const float *query = vectors->values + (size_t)row * vectors->dimension;
    double norm = sqrt(recs__vectors_dot(vectors, query, (uint32_t)row));
    if (norm == 0)
      continue;
    spread += deviation(vectors, gains, (uint32_t)row, step) / norm;
    count += 1;
  }
  return count > 0 ? spread / count : 0;
}

int recs__vectors_pack_bytes(recs__vectors *vectors, const float *gains) {
  size_t tail = vectors->rows / ROWS * recs__vectors_byte_group(vectors);
  lesson learned = {0, 0, 0, 0};
  double error;
  if (vectors->rows % ROWS != 0)
    memset(vectors->bytes + tail, 0, recs__vectors_byte_group(vectors));
  for (uint32_t id = 0; id < vectors->rows; id++)
    pack_row(vectors, id, gains == NULL ? 1 : gains[id], &learned);
  if (learned.count == 0)
    return 1;
  error = learned.rests / learned.norms * vectors->norm + vectors->rest;
  return learned.scales / learned.count * error <= MOST_ERROR * spread_of(vectors, gains);
}
