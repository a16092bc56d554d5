#include "lib/recommend/als/als_fit.h"

#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/parallel.h"
#include "lib/recommend/als/als_side.h"

typedef struct fitting {
  const recs_context *context;
  const recs_als_options *options;
  recs_matrix *by_item;
  recs__als_side users;
  recs__als_side items;
  recs__als_problem problem; /* of the half that is solved */
  void *block;               /* of the next two */
  float *spectrum;           /* width */
  float *basis;              /* width x width */
  double *square;            /* width x width */
  double *vectors;           /* width x width */
  double *values;            /* width */
  recs__als_scratch *scratch; /* of each thread */
} fitting;

static int32_t open_scratch(fitting *self) {
  size_t longest = self->users.most > self->items.most ? self->users.most : self->items.most;
  self->scratch = recs__alloc_zero(self->context, self->context->threads, sizeof *self->scratch);
  if (self->scratch == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < self->context->threads; i++)
    RECS_TRY(recs__als_scratch_init(&self->scratch[i], self->context, &self->problem, longest));
  return RECS_OK;
}

static int32_t open(fitting *self, const recs_matrix *matrix) {
  size_t width = recs__als_width(self->options->factors), cells = width * width;
  self->problem.kernels = recs__als_kernels_of(self->context->cpu);
  self->problem.width = (uint32_t)width;
  self->problem.block = recs__als_width(self->options->block);
  self->problem.alpha = (float)self->options->alpha;
  self->problem.unobserved = (float)self->options->unobserved;
  self->spectrum = recs__alloc_floats(&self->block, self->context, width + cells);
  self->square = recs__alloc(self->context, 2 * cells + width, sizeof *self->square);
  if (self->spectrum == NULL || self->square == NULL)
    return recs__fail_nomem();
  self->basis = self->spectrum + width;
  self->vectors = self->square + cells;
  self->values = self->vectors + cells;
  RECS_TRY(recs_matrix_transpose(&self->by_item, matrix));
  RECS_TRY(recs__als_side_open(&self->users, matrix, self->options));
  RECS_TRY(recs__als_side_open(&self->items, self->by_item, self->options));
  return open_scratch(self);
}

static void close(fitting *self) {
  for (uint32_t i = 0; self->scratch != NULL && i < self->context->threads; i++)
    recs__als_scratch_free(&self->scratch[i]);
  recs__free(self->context, self->scratch);
  recs__als_side_close(&self->items);
  recs__als_side_close(&self->users);
  recs_matrix_free(self->by_item);
  recs__free(self->context, self->square);
  recs__free(self->context, self->block);
}

/* Turns the side that stays so that its Gram matrix is diagonal; that is then the spectrum. */
static int32_t make_diagonal(fitting *self, recs__als_side *fixed) {
  size_t width = self->problem.width;
  double sum = 0;
  RECS_TRY(recs__als_gram(self->square, self->context, &fixed->factors));
  for (size_t k = 0; k < width; k++)
    sum += self->square[k * width + k];
  RECS_TRY(recs__als_check_finite(sum, self->options));
  self->problem.kernels->eigen(self->values, self->vectors, self->square, self->problem.width);
  for (size_t row = 0; row < width; row++) {
    self->spectrum[row] = (float)(self->options->unobserved * self->values[row]);
    for (size_t k = 0; k < width; k++)
      self->basis[k * width + row] = (float)self->vectors[row * width + k];
  }
  return recs__als_turn(self->context, &fixed->factors, self->basis);
}

typedef struct half_job {
  const recs__als_problem *problem;
  const recs__als_side *side;
  recs__als_scratch *scratch; /* of each thread */
} half_job;

static int32_t solve_many(void *payload, uint32_t thread, size_t begin, size_t end) {
  const half_job *job = payload;
  for (; begin < end; begin++) {
    recs__als_row row = recs__als_side_row(job->side, begin);
    recs__als_solve_many(job->problem, &row, &job->scratch[thread]);
  }
  return RECS_OK;
}

static int32_t solve_few(void *payload, uint32_t thread, size_t begin, size_t end) {
  const half_job *job = payload;
  for (size_t lanes = job->problem->kernels->lanes; begin < end; begin += lanes) {
    recs__als_row rows[RECS__ALS_LANES];
    size_t count = end - begin < lanes ? end - begin : lanes;
    for (size_t i = 0; i < count; i++)
      rows[i] = recs__als_side_row(job->side, job->side->many + begin + i);
    recs__als_solve_few(job->problem, rows, count, &job->scratch[thread]);
  }
  return RECS_OK;
}

/* Solves for one side while the other stays. */
static int32_t half(fitting *self, recs__als_side *side, recs__als_side *fixed, const recs__progress *progress) {
  enum { MANY_GRAIN = 2, FEW_GRAIN = 8 * RECS__ALS_LANES };
  recs__progress first = recs__progress_part(progress, 0.1, 0.5), second = recs__progress_part(progress, 0.5, 1);
  half_job job = {.problem = &self->problem, .side = side, .scratch = self->scratch};
  RECS_TRY(recs__progress_at(progress, 0));
  RECS_TRY(make_diagonal(self, fixed));
  if (self->problem.block < self->problem.width) /* the search starts from what there is, in the same basis */
    RECS_TRY(recs__als_turn(self->context, &side->factors, self->basis));
  self->problem.factors = fixed->factors.values;
  self->problem.spectrum = self->spectrum;
  RECS_TRY(recs__parallel(self->context, side->many, MANY_GRAIN, solve_many, &job, &first));
  return recs__parallel(self->context, side->used - side->many, FEW_GRAIN, solve_few, &job, &second);
}

/* The loss is found at the end, and with a tolerance after each iteration. */
static int32_t iterate(double *loss, fitting *self, const recs__progress *progress) {
  uint32_t count = self->options->iterations;
  double tolerance = self->options->tolerance, before = 0;
  for (uint32_t i = 0; i < count; i++) {
    recs__progress whole = recs__progress_part(progress, (double)i / count, (double)(i + 1) / count);
    recs__progress first = recs__progress_part(&whole, 0, 0.5), second = recs__progress_part(&whole, 0.5, 1);
    RECS_TRY(half(self, &self->users, &self->items, &first));
    RECS_TRY(half(self, &self->items, &self->users, &second));
    if (tolerance > 0 || i + 1 == count)
      RECS_TRY(recs__als_loss(loss, &self->users, &self->items, self->options));
    if (tolerance > 0 && i > 0 && before - *loss < tolerance * before)
      return RECS_OK;
    before = *loss;
  }
  return RECS_OK;
}

static int32_t hand_out(recs__als_fitted *out, fitting *self) {
  size_t width = self->problem.width, values = self->items.factors.rows * width;
  RECS_TRY(make_diagonal(self, &self->items));
  out->factors = recs__alloc_floats(&out->block, self->context, values + width);
  if (out->factors == NULL)
    return recs__fail_nomem();
  out->spectrum = out->factors + values;
  memcpy(out->factors, self->items.factors.values, values * sizeof *out->factors);
  memcpy(out->spectrum, self->spectrum, width * sizeof *out->spectrum);
  return RECS_OK;
}

int32_t recs__als_run(recs__als_fitted *out, const recs_matrix *matrix, const recs_als_options *options,
                      const recs__progress *progress) {
  fitting self = {.context = recs__context_of(matrix), .options = options};
  int32_t status;
  memset(out, 0, sizeof *out);
  RECS_GO(open(&self, matrix));
  recs__als_side_draw(&self.items, options);
  RECS_GO(iterate(&out->loss, &self, progress));
  RECS_GO(hand_out(out, &self));
cleanup:
  close(&self);
  return status;
}
