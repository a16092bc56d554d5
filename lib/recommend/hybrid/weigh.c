#include "lib/recommend/hybrid/weigh.h"

#include "lib/base/parallel.h"

#include <math.h>
#include <string.h>

enum { STEPS = 30, DESCENTS = 50, HALVINGS = 8, CLIMBS = 3, GRAIN = 32, FEW = 100 };

static const double penalty = 0.05;    /* of the squared weights, against the sum over all ballots */
static const double settled = 1e-4;    /* a step that lessens the loss by no more than this share is the last */
static const double least_gain = 1e-6; /* what a change of weights must bring to be taken */

/* The loss and its derivatives, of some ballots. */
typedef struct slope {
  double loss;
  double first[RECS__MOST_PARTS];
  double second[RECS__MOST_PARTS][RECS__MOST_PARTS];
} slope;

typedef struct logit {
  const recs__poll *poll;
  const double *weights;
  slope *slopes; /* one a range of ballots, to be added in their order */
} logit;

/* Sums over the items that were not asked for, each counted exp(its score). */
typedef struct others {
  float mass;
  float first[RECS__MOST_PARTS];
  float second[RECS__MOST_PARTS][RECS__MOST_PARTS];
} others;

static void add_other(others *rest, const float *values, float mass, uint32_t parts) {
  rest->mass += mass;
  for (uint32_t p = 0; p < parts; p++) {
    float share = mass * values[p];
    rest->first[p] += share;
    for (uint32_t q = 0; q < parts; q++)
      rest->second[p][q] += share * values[q];
  }
}

/* A target against them: -log of its share of the mass. */
static void add_target(slope *sum, const others *rest, const float *values, float score, uint32_t parts, double part) {
  double own = (double)expf(score), mass = (double)rest->mass + own, means[RECS__MOST_PARTS];
  sum->loss += part * (log(mass) - (double)score);
  for (uint32_t p = 0; p < parts; p++) {
    means[p] = ((double)rest->first[p] + own * (double)values[p]) / mass;
    sum->first[p] += part * (means[p] - (double)values[p]);
  }
  for (uint32_t p = 0; p < parts; p++) {
    for (uint32_t q = 0; q < parts; q++) {
      double square = ((double)rest->second[p][q] + own * (double)values[p] * (double)values[q]) / mass;
      sum->second[p][q] += part * (square - means[p] * means[q]);
    }
  }
}

static void add_ballot(slope *sum, const logit *self, size_t place) {
  const recs__poll *poll = self->poll;
  const float *values = poll->values + poll->begins[place] * poll->parts;
  size_t rows = poll->begins[place + 1] - poll->begins[place];
  uint32_t targets = poll->targets[place];
  float scores[RECS__MOST_ROWS], top;
  others rest = {0};
  recs__poll_score(scores, poll, self->weights, place);
  top = scores[0];
  for (size_t row = 1; row < rows; row++)
    top = scores[row] > top ? scores[row] : top;
  for (size_t row = targets; row < rows; row++)
    add_other(&rest, values + row * poll->parts, expf(scores[row] - top), poll->parts);
  for (uint32_t t = 0; t < targets; t++)
    add_target(sum, &rest, values + t * poll->parts, scores[t] - top, poll->parts, 1.0 / targets);
}

static int32_t add_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const logit *self = payload;
  slope *sum = &self->slopes[begin / GRAIN];
  (void)thread;
  memset(sum, 0, sizeof *sum);
  for (size_t place = begin; place < end; place++)
    add_ballot(sum, self, place);
  return RECS_OK;
}

/* The penalised loss of some weights, with its derivatives. */
static int32_t look(slope *out, logit *self, const double *weights) {
  const recs__poll *poll = self->poll;
  self->weights = weights;
  RECS_TRY(recs__parallel(poll->context, poll->count, GRAIN, add_range, self, NULL));
  memset(out, 0, sizeof *out);
  for (size_t range = 0; range * GRAIN < poll->count; range++) {
    const slope *one = &self->slopes[range];
    out->loss += one->loss;
    for (uint32_t p = 0; p < poll->parts; p++) {
      out->first[p] += one->first[p];
      for (uint32_t q = 0; q < poll->parts; q++)
        out->second[p][q] += one->second[p][q];
    }
  }
  for (uint32_t p = 0; p < poll->parts; p++) {
    out->loss += penalty * weights[p] * weights[p];
    out->first[p] += 2 * penalty * weights[p];
    out->second[p][p] += 2 * penalty;
  }
  return RECS_OK;
}

/* The lowest point of the loss's parabola among nonnegative weights, by coordinate descent. */
static void lowest(double *weights, const slope *here, uint32_t parts) {
  double moved[RECS__MOST_PARTS] = {0};
  for (int d = 0; d < DESCENTS; d++) {
    for (uint32_t p = 0; p < parts; p++) {
      double force = here->first[p];
      for (uint32_t q = 0; q < parts; q++)
        force += here->second[p][q] * moved[q];
      moved[p] = fmax(moved[p] - force / here->second[p][p], -weights[p]);
    }
  }
  for (uint32_t p = 0; p < parts; p++)
    weights[p] = fmax(weights[p] + moved[p], 0);
}

/* One Newton step, cut by halves until it does not climb; 0 in `*more` when there is nothing left to win. */
static int32_t step(slope *here, double *weights, logit *self, int *more) {
  uint32_t parts = self->poll->parts;
  double tried[RECS__MOST_PARTS];
  slope there;
  *more = 0;
  memcpy(tried, weights, parts * sizeof *tried);
  lowest(tried, here, parts);
  for (int h = 0; h < HALVINGS; h++) {
    RECS_TRY(look(&there, self, tried));
    if (there.loss < here->loss) {
      *more = there.loss < here->loss * (1 - settled);
      *here = there;
      memcpy(weights, tried, parts * sizeof *tried);
      return RECS_OK;
    }
    for (uint32_t p = 0; p < parts; p++)
      tried[p] = (tried[p] + weights[p]) / 2;
  }
  return RECS_OK;
}

static int32_t most_likely(double *weights, const recs__poll *poll) {
  logit self = {.poll = poll};
  int32_t status;
  slope here;
  int more = 1;
  memset(weights, 0, poll->parts * sizeof *weights);
  self.slopes = recs__alloc(poll->context, poll->count / GRAIN + 1, sizeof *self.slopes);
  if (self.slopes == NULL)
    return recs__fail_nomem();
  RECS_GO(look(&here, &self, weights));
  for (int s = 0; s < STEPS && more; s++)
    RECS_GO(step(&here, weights, &self, &more));
cleanup:
  recs__free(poll->context, self.slopes);
  return status;
}

/* The best weights so far. */
typedef struct summit {
  const recs__poll *poll;
  double *weights;
  double gain;
  double *gains; /* scratch */
} summit;

/* Keeps weights that do better by `more`. */
static int32_t try_weights(summit *self, const double *weights, double more) {
  const recs__poll *poll = self->poll;
  double sum = 0;
  RECS_TRY(recs__poll_gains(self->gains, poll, weights));
  for (size_t place = 0; place < poll->count; place++)
    sum += self->gains[place];
  sum /= (double)poll->count;
  if (sum <= self->gain + more)
    return RECS_OK;
  self->gain = sum;
  memcpy(self->weights, weights, poll->parts * sizeof *weights);
  return RECS_OK;
}

static double total(const double *weights, uint32_t parts) {
  double sum = 0;
  for (uint32_t p = 0; p < parts; p++)
    sum += weights[p];
  return sum;
}

/* Tries other weights for one part. A part that is no loss is left out. */
static int32_t climb_part(summit *self, uint32_t part) {
  static const double factors[] = {0.5, 0.75, 1.33, 2};
  double tried[RECS__MOST_PARTS], here;
  uint32_t parts = self->poll->parts;
  memcpy(tried, self->weights, parts * sizeof *tried);
  here = tried[part];
  if (here > 0 && total(tried, parts) > here) {
    tried[part] = 0;
    RECS_TRY(try_weights(self, tried, -least_gain));
  }
  for (size_t f = 0; f < sizeof factors / sizeof factors[0] && here > 0; f++) {
    tried[part] = here * factors[f];
    RECS_TRY(try_weights(self, tried, least_gain));
  }
  tried[part] = here + 0.05 * total(self->weights, parts);
  return try_weights(self, tried, least_gain);
}

static int32_t climb(summit *self) {
  for (int c = 0; c < CLIMBS; c++) {
    double before = self->gain;
    for (uint32_t p = 0; p < self->poll->parts; p++)
      RECS_TRY(climb_part(self, p));
    if (self->gain <= before + least_gain)
      break;
  }
  return RECS_OK;
}

/* Equal weights, the likeliest, and each part alone. */
static int32_t try_starts(summit *self) {
  double tried[RECS__MOST_PARTS];
  uint32_t parts = self->poll->parts;
  for (uint32_t p = 0; p < parts; p++)
    tried[p] = 1;
  RECS_TRY(try_weights(self, tried, 0));
  RECS_TRY(most_likely(tried, self->poll));
  if (total(tried, parts) > 0)
    RECS_TRY(try_weights(self, tried, 0));
  for (uint32_t alone = 0; alone < parts; alone++) {
    memset(tried, 0, sizeof tried);
    tried[alone] = 1;
    RECS_TRY(try_weights(self, tried, least_gain));
  }
  return RECS_OK;
}

static void normalize(double *weights, uint32_t parts) {
  double sum = total(weights, parts);
  for (uint32_t p = 0; p < parts; p++)
    weights[p] /= sum;
}

int32_t recs__weigh(double *weights, double *gain, const recs__poll *poll) {
  summit self = {poll, weights, -1, recs__alloc(poll->context, poll->count, sizeof(double))};
  int32_t status;
  if (self.gains == NULL)
    return recs__fail_nomem();
  status = try_starts(&self);
  if (status == RECS_OK && poll->count >= FEW) /* a few ballots would be learned by heart */
    status = climb(&self);
  recs__free(poll->context, self.gains);
  *gain = self.gain;
  if (status == RECS_OK)
    normalize(weights, poll->parts);
  return status;
}
