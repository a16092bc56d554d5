/* The exact weights of EASE, group by group. */
#include <float.h>
#include <math.h>

#include "lib/recommend/ease/ease_solve.h"

/* Multiply-adds of both ways, those of the sparse products counted SPARSE times: they run at the speed of the second-level cache. */
static int users_are_cheaper(const recs__groups *groups, uint32_t group) {
  const double sparse = 8;
  double items = recs__group_items(groups, group), users = recs__group_users(groups, group);
  double entries = (double)(groups->items.offsets[groups->item_begins[group + 1]] - groups->items.offsets[groups->item_begins[group]]);
  return items > RECS__BLOCK && users * users * users / 2 + sparse * entries * (users + items) < items * items * items / 2;
}

static int is_small(const recs__groups *groups, uint32_t group) {
  return recs__group_items(groups, group) <= RECS__BLOCK;
}

int32_t recs__ease_run(const recs__ease_system *system, size_t count, size_t grain, recs__task_fn task, void *payload,
                       const recs__progress *progress, double from, double to) {
  recs__progress part = recs__progress_part(progress, from, to);
  return system->small ? task(payload, 0, 0, count) : recs__parallel(system->context, count, grain, task, payload, &part);
}

int32_t recs__ease_room(double **desks, recs__ease_system *system, size_t numbers) {
  size_t threads = system->small ? 1 : recs__parallel_threads(system->context, SIZE_MAX, 1);
  system->divisors = recs__alloc(system->context, system->items, sizeof *system->divisors);
  *desks = recs__alloc(system->context, threads * numbers, sizeof **desks);
  return *desks == NULL || system->divisors == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__ease_take(const recs__ease_system *system, uint32_t place, double *row) {
  const recs__ease_weights *weights = system->weights;
  const uint32_t *members = system->groups->members + system->first_item;
  float *kept;
  int finite = 1;
  for (uint32_t j = 0; j < system->items; j++) {
    row[j] /= system->divisors[j];
    finite &= fabs(row[j]) <= FLT_MAX;
  }
  if (!finite)
    return recs__fail(RECS_ERROR_NUMERIC, "the weights of ease are not finite with lambda = %g", system->lambda);
  row[place] = 0;
  if (weights->sparse != NULL)
    return recs__ease_sparse_take(weights->sparse, members[place], members, row, system->items);
  kept = recs__ease_dense_row(weights->dense, system->group, place);
  for (uint32_t j = 0; j < system->items; j++)
    kept[j] = (float)row[j];
  return RECS_OK;
}

static int32_t solve_group(const recs__ease_weights *weights, const recs_ease_options *options, uint32_t group,
                           const recs__progress *progress) {
  const recs__groups *groups = weights->groups;
  recs__ease_system system = {.weights = weights,
                              .groups = groups,
                              .context = weights->context,
                              .lambda = options->lambda,
                              .single = options->precision == RECS_EASE_SINGLE,
                              .small = is_small(groups, group),
                              .group = group,
                              .items = recs__group_items(groups, group),
                              .first_item = groups->item_begins[group],
                              .users = recs__group_users(groups, group),
                              .first_user = groups->user_begins[group]};
  return users_are_cheaper(groups, group) ? recs__ease_by_users(&system, progress) : recs__ease_by_items(&system, progress);
}

typedef struct solving_small {
  const recs__ease_weights *weights;
  const recs_ease_options *options;
  uint32_t first;
} solving_small;

static int32_t solve_small(void *payload, uint32_t thread, size_t begin, size_t end) {
  const solving_small *job = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++)
    RECS_TRY(solve_group(job->weights, job->options, job->first + (uint32_t)i, NULL));
  return RECS_OK;
}

/* The large groups one after the other, each by all threads; then the small ones side by side. */
int32_t recs__ease_exact(const recs__ease_weights *weights, const recs_ease_options *options, const recs__progress *progress) {
  const recs__groups *groups = weights->groups;
  solving_small small = {weights, options, 0};
  recs__progress last;
  double work = 0, done = 0;
  for (uint32_t group = 0; group < groups->count; group++)
    work += pow(recs__group_items(groups, group), 3);
  for (; small.first < groups->count && !is_small(groups, small.first); small.first++) {
    double own = pow(recs__group_items(groups, small.first), 3);
    recs__progress part = recs__progress_part(progress, done / work, (done + own) / work);
    RECS_TRY(solve_group(weights, options, small.first, &part));
    done += own;
  }
  last = recs__progress_part(progress, work == 0 ? 0 : done / work, 1);
  return recs__parallel(weights->context, groups->count - small.first, RECS__EASE_GRAIN, solve_small, &small, &last);
}

double recs__ease_exact_bytes(const recs__groups *groups, const recs_ease_options *options) {
  int single = options->precision == RECS_EASE_SINGLE;
  if (groups->count == 0)
    return 0;
  return users_are_cheaper(groups, 0) ? recs__ease_by_users_bytes(groups->context, recs__group_users(groups, 0), single)
                                      : recs__ease_by_items_bytes(groups->context, recs__group_items(groups, 0), single);
}
