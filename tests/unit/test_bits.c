/* The kernels of intersection against counting bit by bit, and against each other. */
#include "lib/analyze/baskets/bits.h"

#include "lib/base/cpu.h"
#include "support/support.h"

enum { ROWS = 7, WORDS = 150, LEVELS = 3 };

static const uint32_t masks[] = {RECS_CPU_NONE, RECS_CPU_AVX2, RECS_CPU_AVX2 | RECS_CPU_AVX512};

static uint64_t seed;

static uint64_t next_word(void) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return seed ^ seed >> 29;
}

static int bit_of(const uint64_t *row, uint32_t bit) {
  return (int)(row[bit / 64] >> (bit % 64) & 1);
}

/* Parts of unequal lengths, the last level last. */
static recs__bit_shape shape_of(uint32_t words, uint32_t parts) {
  recs__bit_shape shape = {.words = words, .parts = parts};
  for (uint32_t part = 0; part < parts; part++) {
    shape.ends[part] = part + 1 == parts ? words : words * (part + 1) / (parts + 1) + 1;
    shape.levels[part] = part * part;
  }
  return shape;
}

static uint32_t weigh(const uint64_t *a, const uint64_t *b, const recs__bit_shape *shape) {
  uint32_t weight = 0;
  for (uint32_t part = 0, bit = 0; part < shape->parts; part++) {
    for (; bit < shape->ends[part] * 64; bit++)
      weight += (uint32_t)(bit_of(a, bit) & bit_of(b, bit)) << shape->levels[part];
  }
  return weight;
}

static void check_intersect(const recs__bit_kernels *kernels, const uint64_t *bits, const recs__bit_shape *shape) {
  static const uint32_t slots[] = {5, 0, 6, 2, 1};
  uint64_t out[ROWS * WORDS];
  uint32_t kept[ROWS], weights[ROWS], expected = 0, count;
  const uint64_t *with = bits + (size_t)3 * shape->words;
  uint32_t minimum =
      weigh(bits, with, shape); /* so that some stay and some go, the bound itself among those that stay */
  count = kernels->intersect(out, kept, weights, bits, slots, 5, with, shape, minimum);
  for (uint32_t i = 0; i < 5; i++) {
    const uint64_t *row = bits + (size_t)slots[i] * shape->words;
    uint32_t weight = weigh(row, with, shape);
    if (weight < minimum)
      continue;
    ck_assert_uint_lt(expected, count);
    ck_assert_uint_eq(kept[expected], i);
    ck_assert_uint_eq(weights[expected], weight);
    for (uint32_t w = 0; w < shape->words; w++)
      ck_assert_uint_eq(out[(size_t)expected * shape->words + w], row[w] & with[w]);
    expected += 1;
  }
  ck_assert_uint_eq(count, expected);
}

static void check_gather(const recs__bit_kernels *kernels, const uint64_t *row, const uint64_t *mask,
                         const recs__bit_shape *shape) {
  uint64_t out[WORDS], expected[WORDS] = {0};
  uint32_t words = 0;
  for (uint32_t part = 0, bit = 0; part < shape->parts; part++) {
    uint32_t place = words * 64;
    for (; bit < shape->ends[part] * 64; bit++) {
      if (bit_of(mask, bit)) {
        expected[place / 64] |= (uint64_t)bit_of(row, bit) << (place % 64);
        place += 1;
      }
    }
    words = (place + 63) / 64;
  }
  memset(out, 0x5a, sizeof out);
  kernels->gather(out, row, mask, shape);
  for (uint32_t w = 0; w < words; w++)
    ck_assert_uint_eq(out[w], expected[w]);
  ck_assert(words == WORDS || out[words] == UINT64_C(0x5a5a5a5a5a5a5a5a)); /* nothing behind is touched */
}

static void check_all(uint32_t cpu) {
  static uint64_t bits[ROWS * WORDS];
  const recs__bit_kernels *kernels = recs__bit_kernels_for(cpu & recs__cpu_detect());
  for (uint32_t words = 1; words <= WORDS; words++) {
    recs__bit_shape shape = shape_of(words, 1 + words % LEVELS < words ? 1 + words % LEVELS : 1);
    seed = words;
    for (size_t w = 0; w < (size_t)ROWS * words; w++)
      bits[w] = next_word() & (w % 3 == 0 ? next_word() : UINT64_MAX);
    for (uint32_t w = 0; w < words && words % 5 == 0; w++)
      bits[3 * (size_t)words + w] = UINT64_MAX;
    check_intersect(kernels, bits, &shape);
    check_gather(kernels, bits, bits + (size_t)3 * words, &shape);
  }
}

START_TEST(kernels_count_right) {
  check_all(masks[_i]);
}
END_TEST

START_TEST(masks_choose_the_kernels) {
  const recs__bit_kernels *plain = recs__bit_kernels_for(RECS_CPU_NONE);
  ck_assert_ptr_eq(recs__bit_kernels_for(RECS_CPU_NEON), plain);
#ifdef RECS__SIMD_X86
  ck_assert_ptr_ne(recs__bit_kernels_for(RECS_CPU_AVX2), plain);
  ck_assert_ptr_ne(recs__bit_kernels_for(RECS_CPU_AVX512), recs__bit_kernels_for(RECS_CPU_AVX2));
#endif
}
END_TEST

START_TEST(rows_within_rows) {
  const uint64_t inner[] = {1, 0, 4}, outer[] = {3, 8, 4}, other[] = {3, 8, 2};
  ck_assert(recs__bits_within(inner, outer, 3));
  ck_assert(recs__bits_within(inner, inner, 3));
  ck_assert(!recs__bits_within(outer, inner, 3));
  ck_assert(!recs__bits_within(inner, other, 3));
  ck_assert(recs__bits_within(inner, other, 2));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("bits");
  TCase *tests = tcase_create("bits");
  tcase_add_loop_test(tests, kernels_count_right, 0, 3);
  tcase_add_test(tests, masks_choose_the_kernels);
  tcase_add_test(tests, rows_within_rows);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
