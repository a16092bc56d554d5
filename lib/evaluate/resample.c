#include "lib/evaluate/resample.h"

#include <math.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/base/parallel.h"
#include "lib/base/random.h"
#include "lib/base/sort.h"
#include "lib/evaluate/evaluation.h"

enum { DRAWS_AT_ONCE = 8 };

/* Bounds of a level: a double must tell it, and what is left of it, from 0 and 1. */
#define LEAST_LEVEL 1e-6

static const recs__field resample_fields[] = {
    RECS__F64(recs_resample_options, level, LEAST_LEVEL, 1 - LEAST_LEVEL, 0.95, "The level of the intervals."),
    RECS__U64(recs_resample_options, seed, 0, UINT64_MAX, 1, "Seed."),
    RECS__U32(recs_resample_options, resamples, 10, 1000000, 1000, "How often the users are drawn."),
    RECS__RESERVED(recs_resample_options, reserved),
};

static const recs_schema resample_schema = RECS__SCHEMA("resample", recs_resample_options, resample_fields);

const recs_schema *recs_resample_schema(void) {
  return &resample_schema;
}

int32_t recs_resample_options_init(recs_resample_options *options, size_t struct_size) {
  return recs_options_init(options, &resample_schema, struct_size);
}

/* Bisection on the distribution, which is exact to the last digits and asked for rarely. */
double recs__normal_quantile(double share) {
  double low = -40, high = 40;
  for (int step = 0; step < 100; step++) {
    double middle = (low + high) / 2;
    if (0.5 * erfc(-middle / sqrt(2)) < share)
      low = middle;
    else
      high = middle;
  }
  return (low + high) / 2;
}

/* Means of many draws from the same values. */
typedef struct drawing {
  const double *values;
  size_t count;
  uint64_t seed;
  double *means; /* by draw */
} drawing;

static int32_t draw_means(void *payload, uint32_t thread, size_t begin, size_t end) {
  const drawing *self = payload;
  (void)thread;
  for (size_t draw = begin; draw < end; draw++) {
    recs__random random = recs__random_stream(self->seed, draw);
    double sum = 0;
    for (size_t i = 0; i < self->count; i++)
      sum += self->values[recs__random_below(&random, self->count)];
    self->means[draw] = sum / (double)self->count;
  }
  return RECS_OK;
}

/* A bit of a random number decides each sign. */
static int32_t draw_signs(void *payload, uint32_t thread, size_t begin, size_t end) {
  const drawing *self = payload;
  (void)thread;
  for (size_t draw = begin; draw < end; draw++) {
    recs__random random = recs__random_stream(self->seed, draw);
    uint64_t bits = 0;
    double sum = 0;
    for (size_t i = 0; i < self->count; i++) {
      if (i % 64 == 0)
        bits = recs__random_next(&random);
      sum += (bits & 1) != 0 ? self->values[i] : -self->values[i];
      bits >>= 1;
    }
    self->means[draw] = sum / (double)self->count;
  }
  return RECS_OK;
}

static int compare_reals(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return left < right ? -1 : left > right;
}

/* A quantile of sorted values, between two of them by their distance. */
static double quantile(const double *sorted, size_t count, double share) {
  double place = share * (double)(count - 1);
  size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
  return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

int32_t recs__bootstrap_interval(double *out_low, double *out_high, const recs_context *context, const double *values,
                                 size_t count, const recs_resample_options *options) {
  drawing self = {.values = values, .count = count, .seed = options->seed};
  double tail = (1 - options->level) / 2;
  int32_t status;
  *out_low = *out_high = (double)NAN;
  if (count == 0)
    return RECS_OK;
  self.means = recs__alloc(context, options->resamples, sizeof *self.means);
  if (self.means == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__parallel(context, options->resamples, DRAWS_AT_ONCE, draw_means, &self, NULL));
  recs__sort(self.means, options->resamples, sizeof *self.means, compare_reals);
  *out_low = quantile(self.means, options->resamples, tail);
  *out_high = quantile(self.means, options->resamples, 1 - tail);
cleanup:
  recs__free(context, self.means);
  return status;
}

int32_t recs__sign_p_value(double *out, const recs_context *context, const double *values, size_t count,
                           const recs_resample_options *options) {
  drawing self = {.values = values, .count = count, .seed = options->seed};
  double observed = 0;
  uint32_t as_far = 1; /* what was observed is one of the ways */
  int32_t status;
  *out = 1;
  if (count == 0)
    return RECS_OK;
  self.means = recs__alloc(context, options->resamples, sizeof *self.means);
  if (self.means == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    observed += values[i];
  observed = fabs(observed / (double)count);
  RECS_GO(recs__parallel(context, options->resamples, DRAWS_AT_ONCE, draw_signs, &self, NULL));
  for (uint32_t draw = 0; draw < options->resamples; draw++)
    as_far += fabs(self.means[draw]) >= observed * (1 - 1e-12); /* sums in another order round otherwise */
  *out = as_far / (options->resamples + 1.0);
cleanup:
  recs__free(context, self.means);
  return status;
}

/* The values of the users who have them. */
static size_t keep_defined(double *out, const recs__figure *figure, uint32_t users) {
  size_t count = 0;
  for (uint32_t user = 0; user < users; user++) {
    if (!isnan(figure->values[user]))
      out[count++] = figure->values[user];
  }
  return count;
}

int32_t recs_evaluation_interval(double *out_low, double *out_high, const recs_evaluation *evaluation, uint32_t index,
                                 double level) {
  const recs__figure *figure;
  double squares = 0, spread;
  size_t count = 0;
  recs__enter();
  RECS_NOT_NULL(out_low);
  RECS_NOT_NULL(out_high);
  *out_low = *out_high = (double)NAN;
  RECS_TRY(recs__evaluation_figure(&figure, evaluation, index));
  if (!(level >= LEAST_LEVEL && level <= 1 - LEAST_LEVEL))
    return recs__fail(RECS_ERROR_INVALID, "level is %g, not between 0 and 1", level);
  for (uint32_t user = 0; user < evaluation->users; user++) {
    double apart = figure->values[user] - figure->value;
    squares += isnan(apart) ? 0 : apart * apart;
    count += (size_t)!isnan(apart);
  }
  if (count < 2)
    return RECS_OK;
  spread = recs__normal_quantile(0.5 + level / 2) * sqrt(squares / (double)(count - 1) / (double)count);
  *out_low = figure->value - spread;
  *out_high = figure->value + spread;
  return RECS_OK;
}

int32_t recs_evaluation_bootstrap(double *out_low, double *out_high, const recs_evaluation *evaluation, uint32_t index,
                                  const recs_resample_options *options) {
  recs_resample_options chosen;
  const recs__figure *figure;
  const recs_context *context;
  double *values;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_low);
  RECS_NOT_NULL(out_high);
  *out_low = *out_high = (double)NAN;
  RECS_TRY(recs__evaluation_figure(&figure, evaluation, index));
  RECS_TRY(recs__options_load(&chosen, &resample_schema, options));
  context = evaluation->object.context;
  values = recs__alloc(context, evaluation->users, sizeof *values);
  if (values == NULL)
    return recs__fail_nomem();
  status = recs__bootstrap_interval(out_low, out_high, context, values,
                                    keep_defined(values, figure, evaluation->users), &chosen);
  recs__free(context, values);
  return status;
}

static int32_t check_pair(const recs_evaluation *a, const recs_evaluation *b) {
  if (a->users != b->users)
    return recs__fail(RECS_ERROR_INVALID, "the evaluations are of %u and %u users", a->users, b->users);
  for (uint32_t user = 0; user < a->users; user++) {
    if (a->rows[user] != b->rows[user])
      return recs__fail(RECS_ERROR_INVALID, "the evaluations are of different users");
  }
  return RECS_OK;
}

int32_t recs__differences(double *out, recs_comparison *comparison, const recs_evaluation *a, const recs_evaluation *b,
                          const char *name) {
  const recs__figure *left, *right;
  uint32_t index;
  double sum = 0;
  RECS_TRY(check_pair(a, b));
  RECS_TRY(recs_evaluation_find(&index, a, name));
  RECS_TRY(recs__evaluation_figure(&left, a, index));
  RECS_TRY(recs_evaluation_find(&index, b, name));
  RECS_TRY(recs__evaluation_figure(&right, b, index));
  for (uint32_t user = 0; user < a->users; user++) {
    double difference = left->values[user] - right->values[user];
    if (isnan(difference))
      continue;
    out[comparison->users++] = difference;
    comparison->wins += difference > 0;
    comparison->losses += difference < 0;
    sum += difference;
  }
  comparison->difference = comparison->users > 0 ? sum / comparison->users : (double)NAN;
  return RECS_OK;
}

static const recs_comparison nothing = {.difference = (double)NAN, .low = (double)NAN, .high = (double)NAN, .p_value = 1};

int32_t recs_evaluation_compare(recs_comparison *out, const recs_evaluation *a, const recs_evaluation *b,
                                const char *name, const recs_resample_options *options) {
  recs_resample_options chosen;
  recs_comparison found = nothing;
  const recs_context *context;
  double *differences;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = nothing;
  RECS_NOT_NULL(a);
  RECS_NOT_NULL(b);
  RECS_NOT_NULL(name);
  RECS_TRY(recs__options_load(&chosen, &resample_schema, options));
  context = a->object.context;
  differences = recs__alloc(context, a->users, sizeof *differences);
  if (differences == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__differences(differences, &found, a, b, name));
  RECS_GO(recs__bootstrap_interval(&found.low, &found.high, context, differences, found.users, &chosen));
  RECS_GO(recs__sign_p_value(&found.p_value, context, differences, found.users, &chosen));
  *out = found;
cleanup:
  recs__free(context, differences);
  return status;
}
