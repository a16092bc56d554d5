/* Which rules chance alone would hardly bring, when as many are tried. */
#include "lib/analyze/baskets/rules.h"
#include "lib/base/keyed.h"
#include "lib/base/parallel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { TESTS_A_RANGE = 256 };

typedef struct testing {
  const recs_rules *rules;
  const recs__rule_metric *test;
  double *out;
} testing;

static int32_t test_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const testing *self = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++)
    self->out[i] = recs__rules_value(self->rules, &self->rules->list[i], self->test);
  return RECS_OK;
}

static void in_any_order(const void *payload, recs__keyed *same, size_t count) {
  (void)payload;
  (void)same;
  (void)count;
}

/* The values by rising p, which are not negative, so that their bits rise with them. */
static recs__keyed *rank(const recs_context *context, const double *values, size_t count) {
  recs__keyed *ranks = recs__alloc(context, count, sizeof *ranks);
  for (size_t i = 0; ranks != NULL && i < count; i++) {
    memcpy(&ranks[i].key, &values[i], sizeof ranks[i].key);
    ranks[i].element = &values[i];
  }
  if (ranks != NULL)
    recs__sort_keyed(ranks, count, in_any_order, NULL);
  return ranks;
}

/* Holm's: the smallest counts for all tests, the next for one fewer, and none is smaller than the one before. */
static void step_down(double *out, const double *values, const recs__keyed *ranks, size_t count, double tests) {
  double largest = 0;
  for (size_t r = 0; r < count; r++) {
    size_t place = (size_t)((const double *)ranks[r].element - values);
    largest = fmax(largest, fmin(1, values[place] * (tests - (double)r)));
    out[place] = largest;
  }
}

/* Benjamini and Hochberg's: from the largest on, none is larger than the one before. */
static void step_up(double *out, const double *values, const recs__keyed *ranks, size_t count, double tests) {
  double smallest = 1;
  for (size_t r = count; r-- > 0;) {
    size_t place = (size_t)((const double *)ranks[r].element - values);
    smallest = fmin(smallest, values[place] * tests / (double)(r + 1));
    out[place] = smallest;
  }
}

static int32_t correct(double *out, const recs_context *context, size_t count, int32_t correction, double tests) {
  double *values;
  recs__keyed *ranks;
  int32_t status = RECS_OK;
  for (size_t i = 0; i < count && correction == RECS_CORRECTION_BONFERRONI; i++)
    out[i] = fmin(1, out[i] * tests);
  if (correction != RECS_CORRECTION_HOLM && correction != RECS_CORRECTION_BH)
    return RECS_OK;
  values = recs__copy(context, out, count, sizeof *values);
  ranks = values == NULL ? NULL : rank(context, values, count);
  if (ranks == NULL)
    status = recs__fail_nomem();
  else if (correction == RECS_CORRECTION_HOLM)
    step_down(out, values, ranks, count, tests);
  else
    step_up(out, values, ranks, count, tests);
  recs__free(context, ranks);
  recs__free(context, values);
  return status;
}

static int32_t p_values(double *out, const recs_rules *rules, int32_t test, int32_t correction, uint64_t tests) {
  testing job = {rules, recs__rule_metric_of(test), out};
  if (test != RECS_METRIC_FISHERS_EXACT && test != RECS_METRIC_CHI_SQUARED_P)
    return recs__fail(RECS_ERROR_INVALID, "metric %" PRId32 " is no test: it must be fishers-exact or chi-squared-p", test);
  if (correction < RECS_CORRECTION_NONE || correction > RECS_CORRECTION_BH)
    return recs__fail(RECS_ERROR_INVALID, "no correction has the number %" PRId32, correction);
  if (tests != 0 && tests < rules->count)
    return recs__fail(RECS_ERROR_INVALID, "tests is %" PRIu64 ", but there are %zu rules", tests, rules->count);
  RECS_TRY(recs__parallel(rules->object.context, rules->count, TESTS_A_RANGE, test_range, &job, NULL));
  return correct(out, rules->object.context, rules->count, correction, (double)(tests == 0 ? rules->count : tests));
}

int32_t recs_rules_p_values(double *out, const recs_rules *rules, int32_t test, int32_t correction, uint64_t tests) {
  recs__enter();
  RECS_NOT_NULL(rules);
  RECS_NOT_NULL(out);
  return p_values(out, rules, test, correction, tests);
}

int32_t recs_rules_significant(recs_rules **out, const recs_rules *rules, double level, int32_t test, int32_t correction,
                               uint64_t tests) {
  double *values;
  uint8_t *marks;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  if (!(level > 0 && level <= 1))
    return recs__fail(RECS_ERROR_INVALID, "level is %g: it must be above 0 and at most 1", level);
  values = recs__alloc(rules->object.context, rules->count, sizeof *values);
  marks = recs__alloc(rules->object.context, rules->count, sizeof *marks);
  status = values == NULL || marks == NULL ? recs__fail_nomem() : p_values(values, rules, test, correction, tests);
  for (size_t i = 0; i < rules->count && status == RECS_OK; i++)
    marks[i] = values[i] <= level;
  if (status == RECS_OK)
    status = recs__rules_marked(out, rules, marks);
  recs__free(rules->object.context, values);
  recs__free(rules->object.context, marks);
  return status;
}
