#include "lib/recommend/ease/ease_solve.h"

#include <string.h>

typedef struct by_users {
  recs__ease_system *system;
  recs__inverse inverse;
  double *whole; /* minus K, row after row */
  double *desks;
  size_t desk; /* numbers a thread */
} by_users;

static int32_t fill_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_users *solve = payload;
  const recs__ease_system *system = solve->system;
  double *row = solve->desks + thread * solve->desk;
  for (size_t i = begin; i < end; i++) {
    recs__side_product(row, &system->groups->users, system->first_user, &system->groups->items, system->first_item, (uint32_t)i,
                       (uint32_t)i);
    row[i] += system->lambda;
    recs__inverse_put_row(&solve->inverse, i, row);
  }
  return RECS_OK;
}

static int32_t unfold(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_users *solve = payload;
  size_t users = solve->system->users;
  (void)thread;
  for (size_t band = begin; band < end; band++) {
    size_t first = band * RECS__EASE_BAND, rows = recs__ease_band_rows((uint32_t)users, first);
    recs__inverse_rows(solve->whole + first * users, users, &solve->inverse, first, rows);
  }
  return RECS_OK;
}

/* Q(j, j) = x'Kx, x being the users of an item. */
static double own_share(const by_users *solve, uint32_t place) {
  const recs__ease_system *system = solve->system;
  recs__line line = recs__side_row(&system->groups->items, system->first_item + place);
  double sum = 0;
  for (size_t e = 0; e < line.count; e++) {
    const double *row = solve->whole + (size_t)line.columns[e] * system->users;
    double part = 0;
    for (size_t f = 0; f < line.count; f++)
      part -= (double)line.values[f] * row[line.columns[f]];
    sum += (double)line.values[e] * part;
  }
  return sum;
}

static int32_t find_divisors(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_users *solve = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    solve->system->divisors[i] = 1 - own_share(solve, (uint32_t)i);
    if (!(solve->system->divisors[i] > 0))
      return recs__fail(RECS_ERROR_NUMERIC, "the matrix to be inverted is not positive definite: lambda = %g is too small",
                        solve->system->lambda);
  }
  return RECS_OK;
}

/* Rows of X'K side by side: room[user * BAND + r]. */
static void project(double *room, const by_users *solve, uint32_t first, uint32_t rows) {
  const recs__ease_system *system = solve->system;
  memset(room, 0, (size_t)system->users * RECS__EASE_BAND * sizeof *room);
  for (uint32_t r = 0; r < rows; r++) {
    recs__line line = recs__side_row(&system->groups->items, system->first_item + first + r);
    for (size_t e = 0; e < line.count; e++) {
      const double *row = solve->whole + (size_t)line.columns[e] * system->users;
      double value = (double)line.values[e];
      for (uint32_t u = 0; u < system->users; u++)
        room[(size_t)u * RECS__EASE_BAND + r] -= value * row[u];
    }
  }
}

/* Their products with the items' users: rows of Q. */
static void multiply(double *out, const by_users *solve, const double *room, uint32_t rows) {
  const recs__ease_system *system = solve->system;
  for (uint32_t j = 0; j < system->items; j++) {
    recs__line line = recs__side_row(&system->groups->items, system->first_item + j);
    double sums[RECS__EASE_BAND] = {0};
    for (size_t e = 0; e < line.count; e++) {
      const double *users = room + (size_t)line.columns[e] * RECS__EASE_BAND;
      for (uint32_t r = 0; r < RECS__EASE_BAND; r++)
        sums[r] += (double)line.values[e] * users[r];
    }
    for (uint32_t r = 0; r < rows; r++)
      out[(size_t)r * system->items + j] = sums[r];
  }
}

static int32_t take_bands(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_users *solve = payload;
  const recs__ease_system *system = solve->system;
  double *out = solve->desks + thread * solve->desk, *room = out + (size_t)RECS__EASE_BAND * system->items;
  for (size_t band = begin; band < end; band++) {
    uint32_t first = (uint32_t)band * RECS__EASE_BAND, rows = recs__ease_band_rows(system->items, first);
    project(room, solve, first, rows);
    multiply(out, solve, room, rows);
    for (uint32_t r = 0; r < rows; r++)
      RECS_TRY(recs__ease_take(system, first + r, out + (size_t)r * system->items));
  }
  return RECS_OK;
}

static int32_t solve_within(by_users *solve, const recs__progress *progress) {
  recs__ease_system *system = solve->system;
  recs__progress middle = recs__progress_part(progress, 0.1, 0.8);
  solve->desk = (size_t)RECS__EASE_BAND * (system->items + system->users);
  RECS_TRY(recs__ease_room(&solve->desks, system, solve->desk));
  RECS_TRY(recs__ease_run(system, system->users, RECS__EASE_GRAIN, fill_rows, solve, progress, 0, 0.1));
  RECS_TRY(recs__inverse_run(&solve->inverse, &middle));
  solve->whole = recs__alloc(system->context, (size_t)system->users * system->users, sizeof *solve->whole);
  if (solve->whole == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__ease_run(system, recs__ease_bands(system->users), 1, unfold, solve, NULL, 0, 0));
  recs__inverse_free(&solve->inverse);
  RECS_TRY(recs__ease_run(system, system->items, RECS__EASE_GRAIN, find_divisors, solve, NULL, 0, 0));
  return recs__ease_run(system, recs__ease_bands(system->items), 1, take_bands, solve, progress, 0.8, 1);
}

int32_t recs__ease_by_users(recs__ease_system *system, const recs__progress *progress) {
  by_users solve = {.system = system};
  int32_t status;
  RECS_TRY(recs__inverse_init(&solve.inverse, system->context, system->users, system->single));
  status = solve_within(&solve, progress);
  recs__inverse_free(&solve.inverse);
  recs__free(system->context, solve.whole);
  recs__free(system->context, solve.desks);
  recs__free(system->context, system->divisors);
  return status;
}

double recs__ease_by_users_bytes(const recs_context *context, uint32_t users, int single) {
  return recs__inverse_bytes(context, users, single) + (double)users * users * sizeof(double);
}
