/* What alternating least squares minimise, for factors as they are: O(entries x factors + (users + items) x factors^2). */
#include <math.h>

#include "lib/base/memory.h"
#include "lib/base/parallel.h"
#include "lib/recommend/als/als_side.h"

enum { GRAIN = 1024 };

typedef struct loss_job {
  const recs__als_kernels *kernels;
  const recs__als_side *side;
  const recs__als_side *other; /* NULL: the ridge alone */
  double alpha, unobserved;
  double *sums; /* of each range */
} loss_job;

/* What a row's entries cost beyond what they would if there were none. */
static double cost_of_entries(const loss_job *job, uint32_t row) {
  const recs_matrix *entries = job->side->entries;
  size_t width = job->side->factors.width;
  const float *factors = job->side->factors.values + row * width;
  double sum = 0;
  for (int64_t e = entries->offsets[row]; e < entries->offsets[row + 1]; e++) {
    double weight = (double)entries->values[e], liked = weight > 0 ? 1 : 0;
    const float *other = job->other->factors.values + entries->indices[e] * width;
    double score = (double)job->kernels->dot(factors, other, (uint32_t)width);
    if (weight != 0)
      sum += (job->unobserved + job->alpha * fabs(weight)) * (liked - score) * (liked - score) -
             job->unobserved * score * score;
  }
  return sum;
}

static int32_t add_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const loss_job *job = payload;
  uint32_t width = job->side->factors.width;
  double sum = 0;
  (void)thread;
  for (size_t row = begin; row < end; row++) {
    const float *factors = job->side->factors.values + row * width;
    sum += (double)job->side->ridges[row] * (double)job->kernels->dot(factors, factors, width);
    if (job->other != NULL)
      sum += cost_of_entries(job, (uint32_t)row);
  }
  job->sums[begin / GRAIN] = sum;
  return RECS_OK;
}

static int32_t add_side(double *loss, loss_job *job, const recs__als_side *side, const recs__als_side *other) {
  size_t ranges = (side->factors.rows + GRAIN - 1) / GRAIN;
  int32_t status;
  job->side = side;
  job->other = other;
  job->sums = recs__alloc(side->context, ranges, sizeof *job->sums);
  if (job->sums == NULL)
    return recs__fail_nomem();
  status = recs__parallel(side->context, side->factors.rows, GRAIN, add_range, job, NULL);
  for (size_t i = 0; i < ranges && status == RECS_OK; i++)
    *loss += job->sums[i];
  recs__free(side->context, job->sums);
  return status;
}

/* The sum over all cells of the squared score. */
static int32_t add_cells(double *loss, const recs__als_side *users, const recs__als_side *items, double unobserved) {
  size_t cells = (size_t)users->factors.width * users->factors.width;
  double *grams = recs__alloc(users->context, 2 * cells, sizeof *grams);
  int32_t status;
  if (grams == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__als_gram(grams, users->context, &users->factors));
  RECS_GO(recs__als_gram(grams + cells, users->context, &items->factors));
  for (size_t i = 0; i < cells; i++)
    *loss += unobserved * grams[i] * grams[cells + i];
cleanup:
  recs__free(users->context, grams);
  return status;
}

int32_t recs__als_loss(double *loss, const recs__als_side *users, const recs__als_side *items,
                       const recs_als_options *options) {
  loss_job job = {.kernels = recs__als_kernels_of(users->context->cpu),
                  .alpha = options->alpha,
                  .unobserved = options->unobserved};
  *loss = 0;
  RECS_TRY(add_cells(loss, users, items, options->unobserved));
  RECS_TRY(add_side(loss, &job, users, items));
  RECS_TRY(add_side(loss, &job, items, NULL));
  return recs__als_check_finite(*loss, options);
}
