/* The exact weights of EASE. For each group of items, with X its part of the matrix: P = (X'X + lambda I)^-1 and B(i, j) = -P(i, j) / P(j, j)
 * off the diagonal (Steck 2019). With fewer users than items the inverse over users is smaller: by Woodbury's identity
 * lambda P = I - X'KX with K = (XX' + lambda I)^-1, so that B(i, j) = Q(i, j) / (1 - Q(j, j)) with Q = X'KX. */
#include "lib/base/inverse.h"
#include "lib/base/parallel.h"
#include "lib/recommend/ease.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Rows of B worked out side by side; rows of X'X or XX' a task. */
enum { BAND = RECS__BLOCK_LEFT, GRAIN = 16 };

typedef struct solving {
  const recs__ease_weights *weights;
  const recs__groups *groups;
  recs_context *context;
  double lambda;
  uint32_t group;
  uint32_t items, first_item;
  uint32_t users, first_user;
  int by_users;
  recs__inverse inverse; /* of items, or of users */
  double *users_inverse; /* by_users: K, row after row */
  double *divisors;      /* of each column */
  double *desks;
  size_t desk; /* numbers a thread */
} solving;

/* Multiply-adds of both ways, those of the sparse products counted SPARSE times: they run at the speed of the second-level cache. */
static int users_are_cheaper(const recs__groups *groups, uint32_t group) {
  const double sparse = 8;
  double items = recs__group_items(groups, group), users = recs__group_users(groups, group);
  double entries = (double)(groups->items.offsets[groups->item_begins[group + 1]] - groups->items.offsets[groups->item_begins[group]]);
  return items > RECS__BLOCK && users * users * users / 2 + sparse * entries * (users + items) < items * items * items / 2;
}

static int32_t fill_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  solving *solve = payload;
  const recs__groups *groups = solve->groups;
  double *row = solve->desks + thread * solve->desk;
  for (size_t i = begin; i < end; i++) {
    if (solve->by_users)
      recs__side_product(row, &groups->users, solve->first_user, &groups->items, solve->first_item, (uint32_t)i);
    else
      recs__side_product(row, &groups->items, solve->first_item, &groups->users, solve->first_user, (uint32_t)i);
    row[i] += solve->lambda;
    recs__inverse_put_row(&solve->inverse, i, row);
  }
  return RECS_OK;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* K as whole rows: what the inverse gives is -K. */
static int32_t unfold_users(void *payload, uint32_t thread, size_t begin, size_t end) {
  solving *solve = payload;
  (void)thread;
  for (size_t band = begin; band < end; band++) {
    size_t first = band * BAND, rows = smaller(BAND, solve->users - (uint32_t)first);
    recs__inverse_rows(solve->users_inverse + first * solve->users, solve->users, &solve->inverse, first, rows);
  }
  return RECS_OK;
}

/* Q(j, j) = x'Kx, x being the users of an item. */
static double own_share(const solving *solve, uint32_t place) {
  recs__line line = recs__side_row(&solve->groups->items, solve->first_item + place);
  double sum = 0;
  for (size_t e = 0; e < line.count; e++) {
    const double *row = solve->users_inverse + (size_t)line.columns[e] * solve->users;
    double part = 0;
    for (size_t f = 0; f < line.count; f++)
      part -= (double)line.values[f] * row[line.columns[f]];
    sum += (double)line.values[e] * part;
  }
  return sum;
}

static int32_t find_divisors(void *payload, uint32_t thread, size_t begin, size_t end) {
  solving *solve = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++)
    solve->divisors[i] = solve->by_users ? 1 - own_share(solve, (uint32_t)i) : -recs__inverse_diagonal(&solve->inverse, i);
  return RECS_OK;
}

/* Rows of Q side by side: first those of X'K, then their products with the items' users. */
static void rows_by_users(const solving *solve, double *out, double *room, uint32_t first, uint32_t rows) {
  const recs__side *items = &solve->groups->items;
  memset(room, 0, (size_t)solve->users * BAND * sizeof *room);
  for (uint32_t r = 0; r < rows; r++) {
    recs__line line = recs__side_row(items, solve->first_item + first + r);
    for (size_t e = 0; e < line.count; e++) {
      const double *row = solve->users_inverse + (size_t)line.columns[e] * solve->users;
      double value = (double)line.values[e];
      for (uint32_t u = 0; u < solve->users; u++)
        room[(size_t)u * BAND + r] -= value * row[u];
    }
  }
  for (uint32_t j = 0; j < solve->items; j++) {
    recs__line line = recs__side_row(items, solve->first_item + j);
    double sums[BAND] = {0};
    for (size_t e = 0; e < line.count; e++) {
      const double *users = room + (size_t)line.columns[e] * BAND;
      for (uint32_t r = 0; r < BAND; r++)
        sums[r] += (double)line.values[e] * users[r];
    }
    for (uint32_t r = 0; r < rows; r++)
      out[(size_t)r * solve->items + j] = sums[r];
  }
}

/* Hands out a row of B, the weights from an item of the group to each. */
static int32_t take_row(const solving *solve, uint32_t place, double *row) {
  const recs__ease_weights *weights = solve->weights;
  const uint32_t *members = solve->groups->members + solve->first_item;
  float *kept;
  int finite = 1;
  for (uint32_t j = 0; j < solve->items; j++) {
    row[j] /= solve->divisors[j];
    finite &= fabs(row[j]) <= FLT_MAX;
  }
  if (!finite)
    return recs__fail(RECS_ERROR_NUMERIC, "the weights of ease are not finite with lambda = %g", solve->lambda);
  row[place] = 0;
  if (weights->sparse != NULL)
    return recs__ease_sparse_take(weights->sparse, members[place], members, row, solve->items);
  kept = recs__ease_dense_row(weights->dense, solve->group, place);
  for (uint32_t j = 0; j < solve->items; j++)
    kept[j] = (float)row[j];
  return RECS_OK;
}

static int32_t take_bands(void *payload, uint32_t thread, size_t begin, size_t end) {
  solving *solve = payload;
  double *out = solve->desks + thread * solve->desk, *room = out + (size_t)BAND * solve->items;
  for (size_t band = begin; band < end; band++) {
    uint32_t first = (uint32_t)band * BAND, rows = smaller(BAND, solve->items - first);
    if (solve->by_users)
      rows_by_users(solve, out, room, first, rows);
    else
      recs__inverse_rows(out, solve->items, &solve->inverse, first, rows);
    for (uint32_t r = 0; r < rows; r++)
      RECS_TRY(take_row(solve, first + r, out + (size_t)r * solve->items));
  }
  return RECS_OK;
}

static int32_t make_room(solving *solve, uint32_t threads) {
  size_t rows = solve->by_users ? solve->users : solve->items;
  solve->desk = (size_t)BAND * (solve->items + (solve->by_users ? solve->users : 0));
  solve->desks = recs__alloc(solve->context, threads * solve->desk, sizeof *solve->desks);
  solve->divisors = recs__alloc(solve->context, solve->items, sizeof *solve->divisors);
  if (solve->by_users)
    solve->users_inverse = recs__alloc(solve->context, rows * rows, sizeof *solve->users_inverse);
  if (solve->desks == NULL || solve->divisors == NULL || (solve->by_users && solve->users_inverse == NULL))
    return recs__fail_nomem();
  return RECS_OK;
}

/* A small group is one thread's, which starts no others. */
static int is_small(const recs__groups *groups, uint32_t group) {
  return recs__group_items(groups, group) <= RECS__BLOCK;
}

static int32_t run(solving *solve, size_t count, size_t grain, recs__task_fn task, const recs__progress *progress, double from,
                   double to) {
  recs__progress part = recs__progress_part(progress, from, to);
  if (is_small(solve->groups, solve->group))
    return task(solve, 0, 0, count);
  return recs__parallel(solve->context, count, grain, task, solve, &part);
}

static size_t count_bands(uint32_t rows) {
  return ((size_t)rows + BAND - 1) / BAND;
}

static int32_t solve_within(solving *solve, const recs__progress *progress) {
  size_t rows = solve->by_users ? solve->users : solve->items;
  recs__progress middle = recs__progress_part(progress, 0.1, 0.9);
  RECS_TRY(run(solve, rows, GRAIN, fill_rows, progress, 0, 0.1));
  RECS_TRY(recs__inverse_run(&solve->inverse, &middle));
  if (solve->by_users) {
    RECS_TRY(run(solve, count_bands(solve->users), 1, unfold_users, NULL, 0, 0));
    recs__inverse_free(&solve->inverse);
  }
  RECS_TRY(run(solve, solve->items, GRAIN, find_divisors, NULL, 0, 0));
  return run(solve, count_bands(solve->items), 1, take_bands, progress, 0.9, 1);
}

static int32_t solve_group(const recs__ease_weights *weights, const recs_ease_options *options, uint32_t group,
                           const recs__progress *progress) {
  const recs__groups *groups = weights->groups;
  recs_context *context = weights->context;
  solving solve = {.weights = weights,
                   .groups = groups,
                   .context = context,
                   .lambda = options->lambda,
                   .group = group,
                   .items = recs__group_items(groups, group),
                   .first_item = groups->item_begins[group],
                   .users = recs__group_users(groups, group),
                   .first_user = groups->user_begins[group],
                   .by_users = users_are_cheaper(groups, group)};
  uint32_t rows = solve.by_users ? solve.users : solve.items;
  uint32_t threads = is_small(groups, group) ? 1 : recs__parallel_threads(context, rows, 1);
  int32_t status;
  RECS_TRY(recs__inverse_init(&solve.inverse, context, rows, options->precision == RECS_EASE_SINGLE));
  RECS_GO(make_room(&solve, threads));
  RECS_GO(solve_within(&solve, progress));
cleanup:
  recs__inverse_free(&solve.inverse);
  recs__free(context, solve.desks);
  recs__free(context, solve.divisors);
  recs__free(context, solve.users_inverse);
  return status;
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
  return recs__parallel(weights->context, groups->count - small.first, GRAIN, solve_small, &small, &last);
}

double recs__ease_exact_bytes(const recs__groups *groups, const recs_ease_options *options) {
  uint32_t items, users;
  if (groups->count == 0)
    return 0;
  items = recs__group_items(groups, 0);
  users = recs__group_users(groups, 0);
  if (users_are_cheaper(groups, 0))
    return recs__inverse_bytes(groups->context, users, options->precision == RECS_EASE_SINGLE) + (double)users * users * sizeof(double);
  return recs__inverse_bytes(groups->context, items, options->precision == RECS_EASE_SINGLE);
}
