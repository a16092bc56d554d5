/* Ballots side by side, and what weights make of them. */
#include "lib/recommend/hybrid/weigh.h"

#include "lib/base/parallel.h"

#include <math.h>
#include <string.h>

enum { LIST = 10, GRAIN = 64 };

static double discount(double rank) {
  return rank > LIST ? 0 : 1 / log2(1 + rank);
}

static double ideal_of(uint32_t wanted) {
  double sum = 0;
  for (uint32_t rank = 1; rank <= wanted && rank <= LIST; rank++)
    sum += discount(rank);
  return sum;
}

static int is_chosen(const recs__ballot *ballot, size_t place, uint64_t shortest, uint64_t longest, uint32_t fold) {
  return ballot->length >= shortest && ballot->length <= longest && (fold > 1 || place % 2 == fold);
}

static float raised(float value, double power) {
  double size = fabs((double)value);
  return power == 1 ? value : (float)copysign(power == 0.5 ? sqrt(size) : pow(size, power), (double)value);
}

static int32_t poll_room(recs__poll *out) {
  out->begins = recs__alloc_zero(out->context, out->count + 1, sizeof *out->begins);
  out->targets = recs__alloc(out->context, out->count, sizeof *out->targets);
  out->ideals = recs__alloc(out->context, out->count, sizeof *out->ideals);
  out->values = recs__alloc(out->context, out->rows * out->parts, sizeof *out->values);
  if (out->begins != NULL && out->targets != NULL && out->ideals != NULL && out->values != NULL)
    return RECS_OK;
  recs__poll_free(out);
  return recs__fail_nomem();
}

static void add_ballot(recs__poll *out, size_t place, const recs__ballot *ballot, double power) {
  size_t begin = out->begins[place], values = (size_t)ballot->count * out->parts;
  for (size_t i = 0; i < values; i++)
    out->values[begin * out->parts + i] = raised(ballot->values[i], power);
  out->begins[place + 1] = begin + ballot->count;
  out->targets[place] = ballot->targets;
  out->ideals[place] = ideal_of(ballot->wanted);
}

int32_t recs__poll_init(recs__poll *out, const recs__ballots *ballots, uint64_t shortest, uint64_t longest, uint32_t fold,
                         double power) {
  size_t place = 0;
  memset(out, 0, sizeof *out);
  out->context = ballots->context;
  out->parts = ballots->parts;
  for (size_t i = 0; i < ballots->count; i++) {
    if (is_chosen(&ballots->list[i], i, shortest, longest, fold)) {
      out->count += 1;
      out->rows += ballots->list[i].count;
    }
  }
  RECS_TRY(poll_room(out));
  for (size_t i = 0; i < ballots->count; i++) {
    if (is_chosen(&ballots->list[i], i, shortest, longest, fold))
      add_ballot(out, place++, &ballots->list[i], power);
  }
  return RECS_OK;
}

void recs__poll_free(recs__poll *poll) {
  recs__free(poll->context, poll->begins);
  recs__free(poll->context, poll->targets);
  recs__free(poll->context, poll->ideals);
  recs__free(poll->context, poll->values);
  memset(poll, 0, sizeof *poll);
}

typedef struct gaining {
  const recs__poll *poll;
  const double *weights;
  double *gains;
} gaining;

void recs__poll_score(float *scores, const recs__poll *poll, const double *weights, size_t place) {
  const float *values = poll->values + poll->begins[place] * poll->parts;
  size_t rows = poll->begins[place + 1] - poll->begins[place];
  float own[RECS__MOST_PARTS];
  for (uint32_t p = 0; p < poll->parts; p++)
    own[p] = (float)weights[p];
  for (size_t row = 0; row < rows; row++) {
    float sum = 0;
    for (uint32_t p = 0; p < poll->parts; p++)
      sum += own[p] * values[row * poll->parts + p];
    scores[row] = sum;
  }
}

static double gain_of(const recs__poll *poll, const float *scores, size_t place) {
  size_t rows = poll->begins[place + 1] - poll->begins[place];
  double sum = 0;
  for (uint32_t t = 0; t < poll->targets[place]; t++) {
    uint32_t better = 0, equal = 0;
    for (size_t row = 0; row < rows; row++) {
      better += scores[row] > scores[t];
      equal += scores[row] == scores[t];
    }
    sum += discount(1 + better + (equal - 1) * 0.5);
  }
  return sum / poll->ideals[place];
}

static int32_t gain_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const gaining *self = payload;
  float scores[RECS__MOST_ROWS];
  (void)thread;
  for (size_t place = begin; place < end; place++) {
    recs__poll_score(scores, self->poll, self->weights, place);
    self->gains[place] = gain_of(self->poll, scores, place);
  }
  return RECS_OK;
}

int32_t recs__poll_gains(double *gains, const recs__poll *poll, const double *weights) {
  gaining self = {poll, weights, gains};
  return recs__parallel(poll->context, poll->count, GRAIN, gain_range, &self, NULL);
}
