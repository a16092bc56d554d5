#include "lib/data/features/quantile.h"

#include "lib/base/parallel.h"

#include <math.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, VALUES_A_RANGE = 1 << 17 };

/* How many values have each next digit of their key, among those that agree with what is known of it. */
typedef struct counting {
  const double *values;
  uint64_t prefix;
  int known; /* bits of the key that prefix holds */
  int bits;  /* of the next digit */
  size_t (*sizes)[DIGITS]; /* by thread */
  size_t *numbers;         /* by thread: how many are no NaN */
  uint64_t *above;         /* by thread: the smallest key beyond the prefix, once it is whole */
} counting;

static int32_t count_digits(void *payload, uint32_t thread, size_t begin, size_t end) {
  const counting *self = payload;
  size_t *sizes = self->sizes[thread];
  int shift = 64 - self->known - self->bits;
  for (size_t i = begin; i < end; i++) {
    uint64_t key = recs__number_key(self->values[i]);
    if (!isnan(self->values[i]) && (self->known == 0 || key >> (64 - self->known) == self->prefix))
      sizes[(key >> shift) & ((UINT64_C(1) << self->bits) - 1)] += 1;
  }
  return RECS_OK;
}

static int32_t count_numbers(void *payload, uint32_t thread, size_t begin, size_t end) {
  const counting *self = payload;
  size_t count = 0;
  for (size_t i = begin; i < end; i++)
    count += isnan(self->values[i]) ? 0 : 1;
  self->numbers[thread] += count;
  return RECS_OK;
}

static int32_t find_above(void *payload, uint32_t thread, size_t begin, size_t end) {
  const counting *self = payload;
  uint64_t above = self->above[thread];
  for (size_t i = begin; i < end; i++) {
    uint64_t key = recs__number_key(self->values[i]);
    if (key > self->prefix && key < above && !isnan(self->values[i]))
      above = key;
  }
  self->above[thread] = above;
  return RECS_OK;
}

/* One pass over all values, by the context's threads or (NULL) by this one. */
static int32_t pass(counting *self, const recs_context *context, size_t count, recs__task_fn task) {
  return context == NULL ? task(self, 0, 0, count) : recs__parallel(context, count, VALUES_A_RANGE, task, self, NULL);
}

/* The rank-th smallest, from 0, is found digit by digit of its key from the top; `*equal` becomes how many are the same, and what is
 * left of the rank its place among them. */
static int32_t select_rank(counting *self, const recs_context *context, uint32_t threads, size_t count, size_t *rank,
                           size_t *equal) {
  while (self->known < 64) {
    size_t digit = 0;
    self->bits = 64 - self->known < DIGIT_BITS ? 64 - self->known : DIGIT_BITS;
    memset(self->sizes, 0, threads * sizeof *self->sizes);
    RECS_TRY(pass(self, context, count, count_digits));
    for (uint32_t thread = 1; thread < threads; thread++) {
      for (size_t i = 0; i < DIGITS; i++)
        self->sizes[0][i] += self->sizes[thread][i];
    }
    while (*rank >= self->sizes[0][digit])
      *rank -= self->sizes[0][digit++];
    self->prefix = self->prefix << self->bits | digit;
    self->known += self->bits;
    *equal = self->sizes[0][digit];
  }
  return RECS_OK;
}

static int32_t quantile(double *out, counting *self, const recs_context *context, uint32_t threads, size_t count, double q) {
  size_t numbers = 0, rank, equal = 0;
  uint64_t above = UINT64_MAX;
  double place, part;
  *out = NAN;
  RECS_TRY(pass(self, context, count, count_numbers));
  for (uint32_t thread = 0; thread < threads; thread++)
    numbers += self->numbers[thread];
  if (numbers == 0)
    return RECS_OK;
  place = q * (double)(numbers - 1);
  part = place - floor(place);
  rank = (size_t)place;
  RECS_TRY(select_rank(self, context, threads, count, &rank, &equal));
  *out = recs__key_number(self->prefix);
  if (part == 0 || rank + 1 < equal)
    return RECS_OK;
  RECS_TRY(pass(self, context, count, find_above));
  for (uint32_t thread = 0; thread < threads; thread++)
    above = self->above[thread] < above ? self->above[thread] : above;
  *out = recs__number_between(*out, recs__key_number(above), part);
  return RECS_OK;
}

double recs__quantile(const double *values, size_t count, double q) {
  size_t sizes[1][DIGITS], numbers = 0;
  uint64_t above = UINT64_MAX;
  counting self = {.values = values, .sizes = sizes, .numbers = &numbers, .above = &above};
  double out;
  quantile(&out, &self, NULL, 1, count, q);
  return out;
}

int32_t recs__quantile_parallel(double *out, const recs_context *context, const double *values, size_t count, double q) {
  uint32_t threads = recs__parallel_threads(context, count, VALUES_A_RANGE);
  counting self = {.values = values};
  int32_t status;
  self.sizes = recs__alloc(context, threads, sizeof *self.sizes);
  self.numbers = recs__alloc_zero(context, threads, sizeof *self.numbers);
  self.above = recs__alloc(context, threads, sizeof *self.above);
  if (self.sizes == NULL || self.numbers == NULL || self.above == NULL) {
    status = recs__fail_nomem();
  } else {
    memset(self.above, 0xff, threads * sizeof *self.above);
    status = quantile(out, &self, context, threads, count, q);
  }
  recs__free(context, self.sizes);
  recs__free(context, self.numbers);
  recs__free(context, self.above);
  return status;
}

double recs__quantile_sorted(const uint64_t *keys, size_t count, double q) {
  double place, below;
  if (count == 0)
    return NAN;
  place = q * (double)(count - 1);
  below = recs__key_number(keys[(size_t)place]);
  if (place - floor(place) == 0)
    return below;
  return recs__number_between(below, recs__key_number(keys[(size_t)place + 1]), place - floor(place));
}
