#include "lib/recommend/als/als_basis.h"

#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/parallel.h"

enum {
  CHUNK = 256,    /* rows whose Gram matrix is summed in float */
  RANGES = 32,    /* whose sums are added in their order */
  TURN_ROWS = 512 /* a multiple of all tiles' */
};

typedef struct gram_job {
  const recs__als_kernels *kernels;
  const recs__als_factors *factors;
  size_t grain;
  double *sums;   /* of each range */
  float *squares; /* of each thread */
} gram_job;

static int32_t gram_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const gram_job *job = payload;
  uint32_t width = job->factors->width;
  size_t cells = (size_t)width * width;
  double *sums = job->sums + begin / job->grain * cells;
  float *square = job->squares + thread * cells;
  for (; begin < end; begin += CHUNK) {
    memset(square, 0, cells * sizeof *square);
    job->kernels->gram(square, job->factors->values + begin * width, width, end - begin < CHUNK ? end - begin : CHUNK,
                       width);
    for (size_t i = 0; i < cells; i++)
      sums[i] += (double)square[i];
  }
  return RECS_OK;
}

/* Adds up the ranges, and fills what lies below the diagonal. */
static void add_ranges(double *out, const double *sums, size_t ranges, size_t width) {
  size_t cells = width * width;
  memset(out, 0, cells * sizeof *out);
  for (size_t range = 0; range < ranges; range++) {
    for (size_t i = 0; i < cells; i++)
      out[i] += sums[range * cells + i];
  }
  for (size_t row = 0; row < width; row++) {
    for (size_t column = 0; column < row; column++)
      out[row * width + column] = out[column * width + row];
  }
}

int32_t recs__als_gram(double *out, const recs_context *context, const recs__als_factors *factors) {
  size_t cells = (size_t)factors->width * factors->width, ranges;
  gram_job job = {.kernels = recs__als_kernels_of(context->cpu), .factors = factors};
  int32_t status;
  job.grain = (factors->rows / RANGES / CHUNK + 1) * CHUNK;
  ranges = (factors->rows + job.grain - 1) / job.grain;
  job.sums = recs__alloc_zero(context, ranges * cells, sizeof *job.sums);
  job.squares = recs__alloc(context, recs__parallel_threads(context, factors->rows, job.grain) * cells,
                            sizeof *job.squares);
  status = job.sums == NULL || job.squares == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = recs__parallel(context, factors->rows, job.grain, gram_range, &job, NULL);
  if (status == RECS_OK)
    add_ranges(out, job.sums, ranges, factors->width);
  recs__free(context, job.squares);
  recs__free(context, job.sums);
  return status;
}

typedef struct turn_job {
  const recs__als_kernels *kernels;
  recs__als_factors *factors;
  const float *basis;
  float *rows; /* TURN_ROWS of each thread */
} turn_job;

static int32_t turn_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const turn_job *job = payload;
  uint32_t width = job->factors->width;
  float *rows = job->rows + (size_t)thread * TURN_ROWS * width, *place = job->factors->values + begin * width;
  job->kernels->turn(rows, place, end - begin, job->basis, width);
  memcpy(place, rows, (end - begin) * width * sizeof *place);
  return RECS_OK;
}

int32_t recs__als_turn(const recs_context *context, recs__als_factors *factors, const float *basis) {
  turn_job job = {.kernels = recs__als_kernels_of(context->cpu), .factors = factors, .basis = basis};
  uint32_t threads = recs__parallel_threads(context, factors->rows, TURN_ROWS);
  int32_t status;
  job.rows = recs__alloc(context, (size_t)threads * TURN_ROWS * factors->width, sizeof *job.rows);
  if (job.rows == NULL)
    return recs__fail_nomem();
  status = recs__parallel(context, factors->rows, TURN_ROWS, turn_range, &job, NULL);
  recs__free(context, job.rows);
  return status;
}
