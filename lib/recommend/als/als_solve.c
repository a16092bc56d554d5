#include "lib/recommend/als/als_solve.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"

enum { CHUNK = 128 }; /* entries whose rows are in the panel at a time */

/* An observed entry weighs at least this much more than an unobserved one, so that what is divided by it stays in range. */
static const float least_excess = 0x1p-20F;

int32_t recs__als_scratch_init(recs__als_scratch *scratch, const recs_context *context,
                               const recs__als_problem *problem, size_t longest) {
  size_t width = problem->width, panel = CHUNK * width, square = width * width;
  size_t few = longest < RECS__ALS_FEW ? longest : RECS__ALS_FEW;
  size_t room = recs__als_few_room(problem->kernels, few, problem->width);
  size_t fitted = problem->block < width ? longest : 0;
  float *next;
  memset(scratch, 0, sizeof *scratch);
  scratch->context = context;
  next = recs__alloc_floats(&scratch->block, context, room + panel + square + 4 * width + 2 * CHUNK + fitted);
  if (next == NULL)
    return recs__fail_nomem();
  scratch->room = next;
  scratch->panel = scratch->room + room;
  scratch->square = scratch->panel + panel;
  scratch->moment = scratch->square + square;
  scratch->scale = scratch->moment + width;
  scratch->middle = scratch->scale + width;
  scratch->roots = scratch->middle + 2 * width;
  scratch->targets = scratch->roots + CHUNK;
  scratch->fitted = scratch->targets + CHUNK;
  return RECS_OK;
}

void recs__als_scratch_free(recs__als_scratch *scratch) {
  if (scratch->block != NULL)
    recs__free(scratch->context, scratch->block);
  scratch->block = NULL;
}

uint32_t recs__als_width(uint32_t factors) {
  return (factors + RECS__ALS_STEP - 1) / RECS__ALS_STEP * RECS__ALS_STEP;
}

float recs__als_ridge(const recs_als_options *options, size_t entries, size_t others) {
  double cells = (double)entries + options->unobserved * (double)(others - entries);
  return (float)(options->regularization * pow(cells, options->exponent));
}

/* What a weight adds to the confidence of an empty cell. */
static float excess_of(const recs__als_problem *problem, float weight) {
  float excess = problem->alpha * fabsf(weight), least = problem->unobserved * least_excess;
  return weight > 0 && excess < least ? least : excess;
}

float recs__als_pull(const recs__als_problem *problem, float weight) {
  return weight > 0 ? excess_of(problem, weight) + problem->unobserved : 0.0F;
}

/* sqrt(e) and q of `count` entries. Most matrices have one weight, or long runs of one. */
static void weigh(float *roots, float *targets, const recs__als_problem *problem, const float *weights, size_t count) {
  float last = 0, root = 0, target = 0;
  for (size_t j = 0; j < count; j++) {
    if (weights[j] != last) {
      last = weights[j];
      root = sqrtf(excess_of(problem, last));
      target = last > 0 ? recs__als_pull(problem, last) / root : 0.0F;
    }
    roots[j] = root;
    targets[j] = target;
  }
}

/* Entry by entry, the systems side by side; what a system lacks in entries counts nothing. */
static void lay_out(recs__als_few *few, const recs__als_problem *problem, const recs__als_row *row, size_t lane) {
  uint32_t lanes = problem->kernels->lanes;
  float roots[RECS__ALS_FEW], targets[RECS__ALS_FEW];
  weigh(roots, targets, problem, row->weights, row->count);
  for (size_t j = 0; j < row->count; j++) {
    few->ids[j * lanes + lane] = row->ids[j];
    few->roots[j * lanes + lane] = roots[j];
    few->targets[j * lanes + lane] = targets[j];
  }
  for (size_t j = row->count; j < few->count; j++) {
    few->ids[j * lanes + lane] = row->ids[0];
    few->roots[j * lanes + lane] = 0.0F;
    few->targets[j * lanes + lane] = 0.0F;
  }
  few->ridges[lane] = row->ridge;
}

void recs__als_solve_few(const recs__als_problem *problem, const recs__als_row *rows, size_t count,
                         recs__als_scratch *scratch) {
  recs__als_few *few = &scratch->few;
  few->factors = problem->factors;
  few->width = problem->width;
  few->spectrum = problem->spectrum;
  few->count = 0;
  for (size_t i = 0; i < count; i++)
    few->count = few->count < rows[i].count ? (uint32_t)rows[i].count : few->count;
  for (size_t lane = 0; lane < problem->kernels->lanes; lane++) {
    recs__als_row row = rows[lane < count ? lane : 0];
    if (lane >= count) { /* nobody's */
      row.count = 0;
      row.out = scratch->moment;
    }
    lay_out(few, problem, &row, lane);
    few->out[lane] = row.out;
  }
  problem->kernels->solve_few(few, scratch->room);
}

/* square = I, moment = -z of the block, then the panels of all entries are added. `fitted`: NULL before anything is. */
static void accumulate(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch,
                       const float *fitted, uint32_t first, uint32_t width) {
  memset(scratch->square, 0, (size_t)width * width * sizeof *scratch->square);
  for (size_t k = 0; k < width; k++) {
    scratch->square[k * width + k] = 1.0F;
    scratch->moment[k] = fitted == NULL ? 0.0F : -row->out[first + k] / scratch->scale[first + k];
  }
  for (size_t begin = 0; begin < row->count; begin += CHUNK) {
    size_t count = row->count - begin < CHUNK ? row->count - begin : CHUNK;
    weigh(scratch->roots, scratch->targets, problem, row->weights + begin, count);
    for (size_t j = 0; j < count && fitted != NULL; j++)
      scratch->targets[j] -= fitted[begin + j];
    problem->kernels->gather(scratch->panel, scratch->moment, problem->factors + first, problem->width,
                             row->ids + begin, scratch->roots, scratch->targets, count, scratch->scale + first, width);
    problem->kernels->gram(scratch->square, scratch->panel, width, count, width);
  }
}

static void solve_whole(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch) {
  accumulate(problem, row, scratch, NULL, 0, problem->width);
  problem->kernels->solve(scratch->square, scratch->moment, problem->width, scratch->middle);
  for (uint32_t k = 0; k < problem->width; k++)
    row->out[k] = scratch->moment[k] * scratch->scale[k];
}

/* fitted += sqrt(e) times the product of each entry's factors with `step`, over a block of them. */
static void add_fitted(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch,
                       const float *step, uint32_t first, uint32_t width) {
  for (size_t begin = 0; begin < row->count; begin += CHUNK) {
    size_t count = row->count - begin < CHUNK ? row->count - begin : CHUNK;
    weigh(scratch->roots, scratch->targets, problem, row->weights + begin, count);
    for (size_t j = 0; j < count; j++) {
      const float *other = problem->factors + (size_t)row->ids[begin + j] * problem->width + first;
      scratch->fitted[begin + j] += scratch->roots[j] * problem->kernels->dot(other, step, width);
    }
  }
}

/* One round over the blocks, each solved for with the others as they are (Rendle et al. 2021, iALS++). */
static void solve_blocks(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch) {
  memset(scratch->fitted, 0, row->count * sizeof *scratch->fitted);
  add_fitted(problem, row, scratch, row->out, 0, problem->width);
  for (uint32_t first = 0; first < problem->width; first += problem->block) {
    uint32_t left = problem->width - first, width = left < problem->block ? left : problem->block;
    accumulate(problem, row, scratch, scratch->fitted, first, width);
    problem->kernels->solve(scratch->square, scratch->moment, width, scratch->middle);
    for (uint32_t k = 0; k < width; k++) {
      scratch->moment[k] *= scratch->scale[first + k];
      row->out[first + k] += scratch->moment[k];
    }
    if (width < left)
      add_fitted(problem, row, scratch, scratch->moment, first, width);
  }
}

void recs__als_solve_many(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch) {
  problem->kernels->scale(scratch->scale, problem->spectrum, row->ridge, problem->width);
  if (problem->block < problem->width)
    solve_blocks(problem, row, scratch);
  else
    solve_whole(problem, row, scratch);
}

void recs__als_solve_for(float *out, const recs__als_problem *problem, const recs__als_row *row, const float *values,
                         recs__als_scratch *scratch) {
  uint32_t width = problem->width;
  problem->kernels->scale(scratch->scale, problem->spectrum, row->ridge, width);
  accumulate(problem, row, scratch, NULL, 0, width);
  for (uint32_t k = 0; k < width; k++)
    scratch->moment[k] = values[k] * scratch->scale[k];
  problem->kernels->solve(scratch->square, scratch->moment, width, scratch->middle);
  for (uint32_t k = 0; k < width; k++)
    out[k] = scratch->moment[k] * scratch->scale[k];
}
