#include "lib/recommend/hybrid/ballots.h"

#include "lib/base/parallel.h"

#include <string.h>

enum { GRAIN = 16 }; /* users a range */

/* Marks of the pool's board. */
enum { TARGET = 1, PUT_FORWARD = 2 };

/* What one thread works with: a board a part, and one for the pool. */
typedef struct desk {
  recs__board boards[RECS__MOST_PARTS + 1];
  double divisors[RECS__MOST_PARTS]; /* which bring the boards' scores to the hybrid's scale */
  uint32_t count;
} desk;

typedef struct casting {
  const recs__hybrid *hybrid;
  const recs__exam *exam;
  recs__ballots *ballots;
  desk *desks;
} casting;

static void desk_free(desk *own) {
  for (uint32_t b = 0; b < own->count; b++)
    recs__board_free(&own->boards[b]);
}

static int32_t desk_init(desk *own, const casting *self) {
  uint32_t wanted = self->hybrid->mixture.parts + 1;
  while (own->count < wanted) {
    RECS_TRY(recs__board_init(&own->boards[own->count], self->exam->context, self->hybrid->scorer.items));
    own->count += 1;
  }
  return RECS_OK;
}

static int32_t fill_pool(recs__board *pool, const recs__board *boards, uint32_t parts) {
  uint32_t items[RECS__POOL];
  double scores[RECS__POOL];
  for (uint32_t p = 0; p < parts; p++) {
    size_t count;
    RECS_TRY(recs__board_top(items, scores, &count, &boards[p], NULL, RECS__SEEN, RECS__POOL));
    for (size_t i = 0; i < count; i++)
      recs__board_mark(pool, items[i], PUT_FORWARD);
  }
  return RECS_OK;
}

static void write_row(float *row, const desk *own, uint32_t parts, uint32_t item) {
  for (uint32_t p = 0; p < parts; p++) {
    const recs__board *board = &own->boards[p];
    row[p] = recs__board_scored(board, item) ? (float)(board->scores[item] / own->divisors[p]) : 0.0f;
  }
}

/* Targets stand first on the pool's list, for they were marked first. */
static int32_t fill_ballot(recs__ballot *out, const recs_context *context, const desk *own, uint32_t parts) {
  const recs__board *pool = &own->boards[parts];
  uint32_t rows = 0;
  for (uint32_t i = 0; i < pool->count; i++)
    rows += (pool->marks[pool->touched[i]] & PUT_FORWARD) != 0;
  out->values = recs__alloc(context, (size_t)rows * parts, sizeof *out->values);
  if (out->values == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < pool->count; i++) {
    uint32_t item = pool->touched[i];
    if ((pool->marks[item] & PUT_FORWARD) == 0)
      continue;
    write_row(out->values + (size_t)out->count++ * parts, own, parts, item);
    out->targets += (pool->marks[item] & TARGET) != 0;
  }
  return RECS_OK;
}

static int32_t hear_user(const casting *self, desk *own, size_t place) {
  const recs__exam *exam = self->exam;
  uint32_t parts = self->hybrid->mixture.parts;
  recs__board *pool = &own->boards[parts];
  recs_history history = recs__exam_history(exam, place);
  recs__ballot *ballot = &self->ballots->list[place];
  for (uint32_t p = 0; p < parts; p++) {
    RECS_TRY(recs__scorer_score_on(&own->boards[p], self->hybrid->parts[p], &history));
    RECS_TRY(recs__hybrid_scale(&own->divisors[p], self->hybrid, &own->boards[p]));
  }
  for (int64_t t = exam->offsets[place]; t < exam->offsets[place + 1]; t++)
    recs__board_mark(pool, exam->targets[t], TARGET);
  ballot->wanted = pool->count;
  ballot->length = (uint32_t)history.count;
  RECS_TRY(fill_pool(pool, own->boards, parts));
  return fill_ballot(ballot, exam->context, own, parts);
}

static int32_t hear_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const casting *self = payload;
  desk *own = &self->desks[thread];
  int32_t status = desk_init(own, self);
  for (size_t place = begin; place < end && status == RECS_OK; place++) {
    status = hear_user(self, own, place);
    for (uint32_t b = 0; b < own->count; b++)
      recs__board_clear(&own->boards[b]);
  }
  return status;
}

/* Of users whose targets are all out of reach, no weights can make anything. */
static void keep_useful(recs__ballots *ballots) {
  size_t kept = 0;
  for (size_t i = 0; i < ballots->count; i++) {
    if (ballots->list[i].targets > 0)
      ballots->list[kept++] = ballots->list[i];
    else
      recs__free(ballots->context, ballots->list[i].values);
  }
  ballots->count = kept;
}

int32_t recs__ballots_cast(recs__ballots *out, const recs__hybrid *hybrid, const recs__exam *exam,
                           const recs__progress *progress) {
  uint32_t threads = recs__parallel_threads(exam->context, exam->count, GRAIN);
  casting self = {hybrid, exam, out, NULL};
  int32_t status = RECS_OK;
  memset(out, 0, sizeof *out);
  out->context = exam->context;
  out->parts = hybrid->mixture.parts;
  out->list = recs__alloc_zero(exam->context, exam->count, sizeof *out->list);
  self.desks = recs__alloc_zero(exam->context, threads, sizeof *self.desks);
  if (out->list == NULL || self.desks == NULL)
    status = recs__fail_nomem();
  else
    out->count = exam->count;
  if (status == RECS_OK)
    status = recs__parallel(exam->context, exam->count, GRAIN, hear_range, &self, progress);
  for (uint32_t t = 0; self.desks != NULL && t < threads; t++)
    desk_free(&self.desks[t]);
  recs__free(exam->context, self.desks);
  if (status == RECS_OK)
    keep_useful(out);
  else
    recs__ballots_free(out);
  return status;
}

void recs__ballots_free(recs__ballots *ballots) {
  for (size_t i = 0; i < ballots->count; i++)
    recs__free(ballots->context, ballots->list[i].values);
  recs__free(ballots->context, ballots->list);
  ballots->list = NULL;
  ballots->count = 0;
}
