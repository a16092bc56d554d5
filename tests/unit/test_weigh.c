/* Learned weights: the conditional logit against its own stationarity, gains by hand, segments only where they help. */
#include "support/support.h"

#include "lib/recommend/hybrid/learn.h"
#include "lib/recommend/hybrid/weigh.h"

#include <math.h>

enum { USERS = 400, ROWS = 30, PARTS = 3 };

static recs_context *context;

/* Part 0 tells targets from others, part 1 is noise, part 2 tells them worse. `wrong`: users of longer histories whose part 0 lies. */
static void cast(recs__ballots *ballots, size_t users, int wrong) {
  uint64_t state = 7;
  memset(ballots, 0, sizeof *ballots);
  ballots->context = context;
  ballots->parts = PARTS;
  ballots->count = users;
  ballots->list = recs__alloc_zero(context, users, sizeof *ballots->list);
  for (size_t u = 0; u < users; u++) {
    recs__ballot *one = &ballots->list[u];
    one->count = ROWS;
    one->targets = one->wanted = 1;
    one->length = 1 + (uint32_t)(u % 30);
    one->values = recs__alloc(context, (size_t)ROWS * PARTS, sizeof(float));
    for (uint32_t i = 0; i < ROWS * PARTS; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      one->values[i] = (float)(state >> 40) / 16777216.0f;
    }
    one->values[wrong && one->length > 20 ? 1 : 0] = 0.97f;
    one->values[2] = fmaxf(one->values[2], 0.6f);
  }
}

static double mean_gain(const recs__poll *poll, const double *weights) {
  double *gains = recs__alloc(context, poll->count, sizeof *gains), sum = 0;
  ck_ok(recs__poll_gains(gains, poll, weights));
  for (size_t i = 0; i < poll->count; i++)
    sum += gains[i];
  recs__free(context, gains);
  return sum / (double)poll->count;
}

START_TEST(gains_by_hand) {
  /* Two targets of three wanted; scores by one part: 3, 1 | 3, 2. */
  float values[] = {3, 1, 3, 2};
  recs__ballot one = {values, 4, 2, 3, 5};
  recs__ballots ballots = {context, 1, &one, 1};
  double weight = 1, gain, ideal = 1 + 1 / log2(3) + 0.5;
  recs__poll poll;
  ck_ok(recs__poll_init(&poll, &ballots, 0, UINT64_MAX, 2, 1));
  ck_ok(recs__poll_gains(&gain, &poll, &weight));
  /* The first target shares the front with another: rank 1.5; the second is last: rank 4. */
  ck_assert_double_eq_tol(gain, (1 / log2(2.5) + 1 / log2(5)) / ideal, 1e-12);
  recs__poll_free(&poll);
  ck_ok(recs__poll_init(&poll, &ballots, 6, UINT64_MAX, 2, 1));
  ck_assert_uint_eq(poll.count, 0);
  recs__poll_free(&poll);
}
END_TEST

START_TEST(what_predicts_weighs_most) {
  recs__ballots ballots;
  recs__poll poll;
  double weights[PARTS], gain, alone[PARTS] = {1, 0, 0}, equal[PARTS] = {1, 1, 1};
  cast(&ballots, USERS, 0);
  ck_ok(recs__poll_init(&poll, &ballots, 0, UINT64_MAX, 2, 1));
  ck_ok(recs__weigh(weights, &gain, &poll));
  ck_assert_double_eq_tol(weights[0] + weights[1] + weights[2], 1, 1e-12);
  ck_assert_double_gt(weights[0], weights[2]);
  ck_assert_double_gt(weights[2], weights[1]);
  ck_assert_double_eq_tol(gain, mean_gain(&poll, weights), 1e-12);
  ck_assert_double_ge(gain, mean_gain(&poll, alone));
  ck_assert_double_ge(gain, mean_gain(&poll, equal));
  recs__poll_free(&poll);
  recs__ballots_free(&ballots);
}
END_TEST

START_TEST(weights_are_the_same_for_any_number_of_threads) {
  double first[PARTS], gain;
  for (uint32_t threads = 1; threads <= 4; threads++) {
    recs_context *before = context;
    recs__ballots ballots;
    recs__poll poll;
    double weights[PARTS];
    context = recs_test_threads(threads, UINT32_MAX);
    cast(&ballots, USERS, 0);
    ck_ok(recs__poll_init(&poll, &ballots, 0, UINT64_MAX, 2, 0.5));
    ck_ok(recs__weigh(weights, &gain, &poll));
    if (threads == 1)
      memcpy(first, weights, sizeof first);
    ck_assert_mem_eq(first, weights, sizeof first);
    recs__poll_free(&poll);
    recs__ballots_free(&ballots);
    recs_context_free(context);
    context = before;
  }
}
END_TEST

START_TEST(segments_learn_only_what_differs) {
  static const double powers[] = {1, 0.5};
  recs__ballots ballots;
  recs__mixture mixture;
  cast(&ballots, 6 * USERS, 0);
  recs__mixture_init(&mixture, PARTS, NULL);
  ck_ok(recs__learn(&mixture, &ballots, powers, 2));
  ck_assert_uint_eq(mixture.segments, 1);
  recs__ballots_free(&ballots);
  cast(&ballots, 6 * USERS, 1);
  ck_ok(recs__learn(&mixture, &ballots, powers, 2));
  ck_assert_uint_eq(mixture.segments, 3);
  ck_assert_double_gt(recs__mixture_for(&mixture, 5)[0], recs__mixture_for(&mixture, 5)[1]);
  ck_assert_double_gt(recs__mixture_for(&mixture, 25)[1], recs__mixture_for(&mixture, 25)[0]);
  ck_assert_double_gt(recs__mixture_for(&mixture, 1000)[1], recs__mixture_for(&mixture, 1000)[0]);
  recs__ballots_free(&ballots);
}
END_TEST

START_TEST(parts_of_no_weight_are_dropped) {
  double weights[] = {0, 2, 0, 1};
  uint32_t places[RECS__MOST_PARTS];
  recs__mixture mixture;
  recs__mixture_init(&mixture, 4, weights);
  recs__mixture_drop(&mixture, places);
  ck_assert_uint_eq(mixture.parts, 2);
  ck_assert_uint_eq(places[0], 1);
  ck_assert_uint_eq(places[1], 3);
  ck_assert_double_eq(mixture.weights[0][0], 2);
  ck_assert_double_eq(mixture.weights[0][1], 1);
}
END_TEST

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

int main(void) {
  TCase *all = tcase_create("all");
  Suite *suite = suite_create("weigh");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, gains_by_hand);
  tcase_add_test(all, what_predicts_weighs_most);
  tcase_add_test(all, weights_are_the_same_for_any_number_of_threads);
  tcase_add_test(all, segments_learn_only_what_differs);
  tcase_add_test(all, parts_of_no_weight_are_dropped);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
