#include "lib/recommend/ease/ease_solve.h"

#include "lib/recommend/ease/ease_eliminate.h"

typedef struct by_items {
  recs__ease_system *system;
  recs__elimination elimination;
  recs__inverse inverse; /* of the items that are kept */
  double *carried;       /* minus the columns of P of the eliminated: [item * eliminated + e] */
  double *desks;
  size_t desk; /* numbers a thread */
} by_items;

/* The matrix over the items that are kept. */
static int32_t fill_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_items *solve = payload;
  const recs__ease_system *system = solve->system;
  const recs__elimination *gone = &solve->elimination;
  double *row = solve->desks + thread * solve->desk;
  for (size_t i = begin; i < end; i++) {
    uint32_t place = gone->rest[i];
    recs__side_product(row, &system->groups->items, system->first_item, &system->groups->users, system->first_user, place, place);
    row[place] += system->lambda;
    recs__elimination_reduce(row, gone, place);
    for (size_t j = 0; j <= i; j++)
      row[j] = row[gone->rest[j]];
    recs__inverse_put_row(&solve->inverse, i, row);
  }
  return RECS_OK;
}

/* Rows of minus P, of kept items, over all items: out[place * BAND + r]. `room` holds them over the kept ones. */
static void carry_band(double *out, double *room, const by_items *solve, size_t first, uint32_t rows) {
  const recs__elimination *gone = &solve->elimination;
  recs__inverse_rows(room, gone->kept, &solve->inverse, first, rows);
  for (uint32_t j = 0; j < gone->kept; j++) {
    for (uint32_t r = 0; r < RECS__EASE_BAND; r++)
      out[(size_t)gone->rest[j] * RECS__EASE_BAND + r] = r < rows ? room[(size_t)r * gone->kept + j] : 0;
  }
  recs__elimination_carry(out, gone);
}

/* What the eliminated have to do with the kept. */
static int32_t carry_bands(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_items *solve = payload;
  const recs__elimination *gone = &solve->elimination;
  double *out = solve->desks + thread * solve->desk, *room = out + (size_t)RECS__EASE_BAND * gone->items;
  for (size_t band = begin; band < end; band++) {
    size_t first = band * RECS__EASE_BAND;
    uint32_t rows = recs__ease_band_rows(gone->kept, first);
    carry_band(out, room, solve, first, rows);
    for (uint32_t r = 0; r < rows; r++) {
      double *kept = solve->carried + (size_t)gone->rest[first + r] * gone->count;
      for (uint32_t e = 0; e < gone->count; e++)
        kept[e] = out[(size_t)gone->order[e] * RECS__EASE_BAND + r];
    }
  }
  return RECS_OK;
}

static void find_divisors(by_items *solve) {
  const recs__elimination *gone = &solve->elimination;
  for (uint32_t i = 0; i < gone->kept; i++)
    solve->system->divisors[gone->rest[i]] = -recs__inverse_diagonal(&solve->inverse, i);
  for (uint32_t e = 0; e < gone->count; e++)
    solve->system->divisors[gone->order[e]] = -solve->carried[(size_t)gone->order[e] * gone->count + e];
}

static int32_t take_kept(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_items *solve = payload;
  const recs__elimination *gone = &solve->elimination;
  double *row = solve->desks + thread * solve->desk, *room = row + gone->items;
  for (size_t band = begin; band < end; band++) {
    size_t first = band * RECS__EASE_BAND;
    uint32_t rows = recs__ease_band_rows(gone->kept, first);
    recs__inverse_rows(room, gone->kept, &solve->inverse, first, rows);
    for (uint32_t r = 0; r < rows; r++) {
      uint32_t place = gone->rest[first + r];
      for (uint32_t j = 0; j < gone->kept; j++)
        row[gone->rest[j]] = room[(size_t)r * gone->kept + j];
      for (uint32_t e = 0; e < gone->count; e++)
        row[gone->order[e]] = solve->carried[(size_t)place * gone->count + e];
      RECS_TRY(recs__ease_take(solve->system, place, row));
    }
  }
  return RECS_OK;
}

static int32_t take_eliminated(void *payload, uint32_t thread, size_t begin, size_t end) {
  by_items *solve = payload;
  const recs__elimination *gone = &solve->elimination;
  double *out = solve->desks + thread * solve->desk;
  for (size_t band = begin; band < end; band++) {
    size_t first = band * RECS__EASE_BAND;
    uint32_t rows = recs__ease_band_rows(gone->count, first);
    for (uint32_t k = 0; k < gone->items; k++) {
      for (uint32_t r = 0; r < rows; r++)
        out[(size_t)r * gone->items + k] = solve->carried[(size_t)k * gone->count + first + r];
    }
    for (uint32_t r = 0; r < rows; r++)
      RECS_TRY(recs__ease_take(solve->system, gone->order[first + r], out + (size_t)r * gone->items));
  }
  return RECS_OK;
}

/* Columns of P that belong to eliminated items. */
static int32_t carry(by_items *solve, const recs__progress *progress) {
  const recs__elimination *gone = &solve->elimination;
  recs__progress part = recs__progress_part(progress, 0.85, 0.9);
  if (gone->count == 0)
    return RECS_OK;
  solve->carried = recs__alloc(solve->system->context, (size_t)gone->items * gone->count, sizeof *solve->carried);
  if (solve->carried == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__ease_run(solve->system, recs__ease_bands(gone->kept), 1, carry_bands, solve, progress, 0.8, 0.85));
  return recs__elimination_close(solve->carried, gone, &part);
}

static int32_t solve_within(by_items *solve, const recs__progress *progress) {
  recs__ease_system *system = solve->system;
  recs__progress middle = recs__progress_part(progress, 0.1, 0.8);
  uint32_t kept = solve->elimination.kept;
  solve->desk = (size_t)RECS__EASE_BAND * (system->items + kept);
  RECS_TRY(recs__ease_room(&solve->desks, system, solve->desk));
  RECS_TRY(recs__elimination_factor(&solve->elimination, system->lambda));
  RECS_TRY(recs__ease_run(system, kept, RECS__EASE_GRAIN, fill_rows, solve, progress, 0, 0.1));
  RECS_TRY(recs__inverse_run(&solve->inverse, &middle));
  RECS_TRY(carry(solve, progress));
  find_divisors(solve);
  RECS_TRY(recs__ease_run(system, recs__ease_bands(kept), 1, take_kept, solve, progress, 0.9, 0.95));
  return recs__ease_run(system, recs__ease_bands(solve->elimination.count), 1, take_eliminated, solve, progress, 0.95, 1);
}

int32_t recs__ease_by_items(recs__ease_system *system, const recs__progress *progress) {
  by_items solve = {.system = system, .inverse = {.context = system->context}};
  int32_t status;
  RECS_TRY(recs__elimination_init(&solve.elimination, system->groups, system->group));
  status = recs__inverse_init(&solve.inverse, system->context, solve.elimination.kept, system->single);
  if (status == RECS_OK)
    status = solve_within(&solve, progress);
  recs__elimination_free(&solve.elimination);
  recs__inverse_free(&solve.inverse);
  recs__free(system->context, solve.carried);
  recs__free(system->context, solve.desks);
  recs__free(system->context, system->divisors);
  return status;
}

/* Of n items, e of them eliminated, at most half: (n - e)^2 / 2 numbers of the inverse and n e beside it. */
double recs__ease_by_items_bytes(const recs_context *context, uint32_t items, int single) {
  double none = recs__inverse_bytes(context, items, single);
  double half = recs__inverse_bytes(context, items - items / 2, single) + (double)items * (items / 2) * sizeof(double);
  return none > half ? none : half;
}
