/* Metrics against enumeration of all orders of tied items; evaluations by hand, across threads, and refused what is
 * wrong. */
#include "support/log.h"
#include "support/shop.h"
#include "support/support.h"

enum { MOST = 6 };

/* The metrics of one order of the candidates. */
static void of_order(double out[RECS_RANKING_METRICS], const uint32_t *order, size_t count, const int *wanted,
                     size_t targets, uint32_t k) {
  double hits = 0, gain = 0, ideal = 0, precision = 0, first = 0, pairs = 0, others = 0;
  for (size_t place = 1; place <= count; place++) {
    int hit = wanted[order[place - 1]];
    if (hit && place <= k) {
      hits += 1;
      gain += 1 / log2(1 + (double)place);
      precision += hits / (double)place;
      first = first == 0 ? 1 / (double)place : first;
    }
    if (!hit)
      others += 1;
    else
      pairs -= others; /* those before it */
  }
  for (size_t place = 1; place <= targets && place <= k; place++)
    ideal += 1 / log2(1 + (double)place);
  for (size_t i = 0; i < count; i++)
    pairs += wanted[i] ? others : 0;
  out[RECS_METRIC_HR] = hits > 0;
  out[RECS_METRIC_RECALL] = hits / (double)targets;
  out[RECS_METRIC_PRECISION] = hits / k;
  out[RECS_METRIC_NDCG] = gain / ideal;
  out[RECS_METRIC_MAP] = precision / (double)(k < targets ? k : targets);
  out[RECS_METRIC_MRR] = first;
  out[RECS_METRIC_AUC] = others > 0 ? pairs / (others * (double)targets) : 0.5 * (double)count / (double)targets;
}

static int may_precede(double a, double b) {
  return isnan(b) || a >= b;
}

/* Adds up the metrics over all orders that the scores allow. */
static double add_orders(double sums[RECS_RANKING_METRICS], uint32_t *order, size_t done, size_t count,
                         const double *scores, const int *wanted, size_t targets, uint32_t k) {
  double orders = 0;
  if (done == count) {
    double values[RECS_RANKING_METRICS];
    of_order(values, order, count, wanted, targets, k);
    for (int m = 0; m < RECS_RANKING_METRICS; m++)
      sums[m] += values[m];
    return 1;
  }
  for (size_t i = done; i < count; i++) {
    uint32_t chosen = order[i];
    int allowed = 1;
    for (size_t j = done; j < count && allowed; j++)
      allowed = may_precede(scores[chosen], scores[order[j]]);
    if (!allowed)
      continue;
    order[i] = order[done];
    order[done] = chosen;
    orders += add_orders(sums, order, done + 1, count, scores, wanted, targets, k);
    order[done] = order[i];
    order[i] = chosen;
  }
  return orders;
}

START_TEST(ties_are_expectations) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  uint64_t state = 7;
  for (int round = 0; round < 300; round++) {
    double scores[MOST], sums[RECS_RANKING_METRICS] = {0}, values[RECS_RANKING_METRICS], orders;
    uint32_t targets[MOST + 1], order[MOST], k;
    int wanted[MOST] = {0};
    size_t count, target_count = 0;
    state = state * 6364136223846793005u + 1442695040888963407u;
    count = 2 + (state >> 33) % (MOST - 1);
    k = 1 + (uint32_t)(state >> 40) % (MOST + 1);
    for (size_t i = 0; i < count; i++) {
      uint64_t digit = (state >> (3 * i)) % 4;
      scores[i] = digit == 3 ? (double)NAN : (double)digit - 1;
      order[i] = (uint32_t)i;
      wanted[i] = (int)((state >> (20 + 2 * i)) % 3 == 0);
      if (wanted[i])
        targets[target_count++] = (uint32_t)i;
    }
    if ((state >> 60) % 2 == 1 || target_count == 0)
      targets[target_count++] = MOST + 3; /* a miss */
    orders = add_orders(sums, order, 0, count, scores, wanted, target_count, k);
    ck_ok(recs_ranking_metrics(values, context, scores, count, targets, target_count, k));
    for (int m = 0; m < RECS_RANKING_METRICS; m++)
      ck_assert_double_eq_tol(values[m], sums[m] / orders, 1e-12);
  }
  recs_context_free(context);
}
END_TEST

START_TEST(a_ranking_by_hand) {
  const double scores[] = {5, 4, 4, 1, (double)NAN};
  const uint32_t one[] = {1}, twice[] = {1, 1};
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  double values[RECS_RANKING_METRICS];
  ck_ok(recs_ranking_metrics(values, context, scores, 5, one, 1, 2)); /* second or third of five */
  ck_assert_double_eq_tol(values[RECS_METRIC_HR], 0.5, 1e-15);
  ck_assert_double_eq_tol(values[RECS_METRIC_PRECISION], 0.25, 1e-15);
  ck_assert_double_eq_tol(values[RECS_METRIC_NDCG], 0.5 / log2(3), 1e-15);
  ck_assert_double_eq_tol(values[RECS_METRIC_MRR], 0.25, 1e-15);
  ck_assert_double_eq_tol(values[RECS_METRIC_AUC], 2.5 / 4, 1e-15);
  ck_fails(recs_ranking_metrics(values, context, scores, 5, twice, 2, 2), RECS_ERROR_INVALID, "target 1 is there twice");
  ck_fails(recs_ranking_metrics(values, context, scores, 5, one, 0, 2), RECS_ERROR_INVALID, "target_count is 0");
  ck_fails(recs_ranking_metrics(values, context, scores, 5, one, 1, 0), RECS_ERROR_INVALID, "k is 0");
  ck_fails(recs_ranking_metrics(values, context, NULL, 5, one, 1, 1), RECS_ERROR_INVALID, "scores");
  recs_context_free(context);
}
END_TEST

enum { USERS = 40, ITEMS = 31 };

/* A shop's last events, asked of a model that was fitted to the others. */
static int32_t evaluate_shop(recs_evaluation **out, recs_context *context, const char *scorer,
                             const recs_evaluate_options *options, int32_t fit) {
  recs_test_shop shop;
  recs_split_options by;
  recs_model_options chosen;
  recs_split *split = NULL;
  recs_model *model = NULL;
  int32_t status = recs_test_shop_open(&shop, context, USERS, ITEMS);
  *out = NULL;
  if (status == RECS_OK)
    status = recs_split_options_init(&by, sizeof by);
  by.fit = fit;
  if (status == RECS_OK)
    status = recs_split_create(&split, shop.log, &by);
  if (status == RECS_OK)
    status = recs_model_options_init(&chosen, sizeof chosen);
  if (status == RECS_OK) {
    chosen.items = shop.goods;
    chosen.scorer = scorer;
    status = recs_model_fit(&model, recs_split_training(split, RECS_STAGE_TEST), &chosen, NULL, NULL);
  }
  if (status == RECS_OK)
    status = recs_evaluate(out, split, model, options, NULL, NULL);
  recs_model_free(model);
  recs_split_free(split);
  recs_test_shop_close(&shop);
  return status;
}

static double figure(const recs_evaluation *evaluation, const char *name) {
  uint32_t index;
  double value;
  ck_ok(recs_evaluation_find(&index, evaluation, name));
  ck_ok(recs_evaluation_metric(NULL, NULL, &value, evaluation, index));
  return value;
}

START_TEST(figures_agree_with_each_other) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_evaluation *evaluation;
  recs_evaluate_options options;
  ck_ok(recs_evaluate_options_init(&options, sizeof options));
  options.cutoffs = "1, 5,1000";
  ck_ok(evaluate_shop(&evaluation, context, "item-knn", &options, RECS_FIT_TRAIN));
  ck_assert_double_eq_tol(figure(evaluation, "hr@1"), figure(evaluation, "ndcg@1"), 1e-12);
  ck_assert_double_eq_tol(figure(evaluation, "hr@5"), 5 * figure(evaluation, "precision@5"), 1e-12);
  ck_assert_double_eq_tol(figure(evaluation, "mrr@5"), figure(evaluation, "map@5"), 1e-12);
  ck_assert_double_eq(figure(evaluation, "recall@1000"), 1 - (double)recs_evaluation_cold(evaluation) / recs_evaluation_users(evaluation));
  ck_assert_double_le(figure(evaluation, "hr@1"), figure(evaluation, "hr@5"));
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name;
    const double *values;
    uint32_t k;
    double value, low, high, sum = 0, defined = 0;
    size_t count;
    ck_ok(recs_evaluation_metric(&name, &k, &value, evaluation, i));
    if (strcmp(name, "diversity@1") == 0) { /* a list of one has no pairs */
      ck_assert(isnan(value));
      continue;
    }
    ck_assert(strncmp(name, "novelty", 7) == 0 || (value >= -1e-9 && value <= 1 + 1e-9));
    if (strncmp(name, "gini", 4) == 0 || strncmp(name, "coverage", 8) == 0) {
      ck_fails(recs_evaluation_values(&values, &count, evaluation, i), RECS_ERROR_UNSUPPORTED, name);
      continue;
    }
    ck_ok(recs_evaluation_values(&values, &count, evaluation, i));
    ck_assert_uint_eq(count, recs_evaluation_users(evaluation));
    for (size_t user = 0; user < count; user++) {
      defined += !isnan(values[user]);
      sum += isnan(values[user]) ? 0 : values[user];
    }
    ck_assert_double_eq_tol(value, sum / defined, 1e-12);
    ck_ok(recs_evaluation_interval(&low, &high, evaluation, i, 0.9));
    ck_assert(low <= value && value <= high);
    ck_ok(recs_evaluation_bootstrap(&low, &high, evaluation, i, NULL));
    ck_assert(low <= value + 1e-12 && value <= high + 1e-12);
  }
  recs_evaluation_free(evaluation);
  recs_context_free(context);
}
END_TEST

START_TEST(threads_change_nothing) {
  recs_evaluation *all[3];
  recs_comparison compared[3];
  for (uint32_t threads = 1; threads <= 3; threads++) {
    recs_context *context = recs_test_threads(threads, UINT32_MAX);
    recs_evaluation *other;
    ck_ok(evaluate_shop(&all[threads - 1], context, "item-knn", NULL, RECS_FIT_TRAIN));
    ck_ok(evaluate_shop(&other, context, "popularity", NULL, RECS_FIT_TRAIN));
    ck_ok(recs_evaluation_compare(&compared[threads - 1], all[threads - 1], other, "ndcg@10", NULL));
    recs_evaluation_free(other);
    recs_context_free(context);
  }
  for (int t = 1; t < 3; t++) {
    ck_assert_mem_eq(&compared[0], &compared[t], sizeof compared[0]);
    for (uint32_t i = 0; i < recs_evaluation_metrics(all[0]); i++) {
      double a, b, low_a, low_b, high;
      ck_ok(recs_evaluation_metric(NULL, NULL, &a, all[0], i));
      ck_ok(recs_evaluation_metric(NULL, NULL, &b, all[t], i));
      ck_assert_mem_eq(&a, &b, sizeof a);
      if (recs_evaluation_bootstrap(&low_a, &high, all[0], i, NULL) == RECS_OK) {
        ck_ok(recs_evaluation_bootstrap(&low_b, &high, all[t], i, NULL));
        ck_assert_mem_eq(&low_a, &low_b, sizeof low_a);
      }
    }
  }
  for (int t = 0; t < 3; t++)
    recs_evaluation_free(all[t]);
}
END_TEST

/* Items outside what was learned from and described are misses. */
START_TEST(cold_items_are_counted) {
  const uint32_t users[] = {0, 0, 0, 1, 1, 1}, items[] = {0, 1, 2, 0, 1, 3};
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_event_columns columns = recs_test_columns();
  recs_split_options by;
  recs_model_options options;
  recs_test_log log;
  recs_split *split;
  recs_model *model;
  recs_evaluation *evaluation;
  ck_ok(recs_test_log_create(&log, context, 3, 5, 0));
  columns.users = users;
  columns.items = items;
  ck_ok(recs_events_append(log.events, &columns, 6));
  ck_ok(recs_split_options_init(&by, sizeof by));
  by.fit = RECS_FIT_TRAIN_VALIDATION;
  ck_ok(recs_split_create(&split, log.events, &by));
  ck_ok(recs_model_options_init(&options, sizeof options));
  options.scorer = "popularity";
  ck_ok(recs_model_fit(&model, recs_split_training(split, RECS_STAGE_TEST), &options, NULL, NULL));
  ck_ok(recs_evaluate(&evaluation, split, model, NULL, NULL, NULL));
  ck_assert_uint_eq(recs_evaluation_users(evaluation), 2);
  ck_assert_uint_eq(recs_evaluation_cold(evaluation), 2);
  ck_assert_double_eq(figure(evaluation, "recall@20"), 0);
  ck_assert_double_eq(figure(evaluation, "auc"), 0);
  ck_assert_double_eq(figure(evaluation, "coverage@5"), 0); /* both have all that there is */
  ck_assert(isnan(figure(evaluation, "diversity@5")));
  recs_evaluation_free(evaluation);
  recs_model_free(model);
  recs_split_free(split);
  recs_test_log_free(&log);
  recs_context_free(context);
}
END_TEST

/* A user of whom nothing was known before the test is asked about with an empty history. */
START_TEST(new_users_are_asked_about) {
  const uint32_t users[] = {0, 0, 0, 1, 1, 1}, items[] = {0, 1, 2, 1, 0, 2};
  const int64_t times[] = {1, 2, 11, 12, 13, 14};
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_event_columns columns = recs_test_columns();
  recs_split_options by;
  recs_evaluate_options asked;
  recs_model_options options;
  recs_test_log log;
  recs_split *split;
  recs_model *model;
  recs_evaluation *evaluation;
  ck_ok(recs_test_log_create(&log, context, 2, 3, 0));
  columns.users = users;
  columns.items = items;
  columns.times = times;
  ck_ok(recs_events_append(log.events, &columns, 6));
  ck_ok(recs_split_options_init(&by, sizeof by));
  by.method = RECS_SPLIT_TIME;
  by.time = 10;
  by.fit = RECS_FIT_TRAIN_VALIDATION;
  ck_ok(recs_split_create(&split, log.events, &by));
  ck_ok(recs_model_options_init(&options, sizeof options));
  options.scorer = "popularity";
  ck_ok(recs_model_fit(&model, recs_split_training(split, RECS_STAGE_TEST), &options, NULL, NULL));
  ck_ok(recs_evaluate_options_init(&asked, sizeof asked));
  asked.cutoffs = "1";
  ck_ok(recs_evaluate(&evaluation, split, model, &asked, NULL, NULL));
  ck_assert_uint_eq(recs_evaluation_users(evaluation), 2);
  ck_assert_uint_eq(recs_evaluation_new_users(evaluation), 1);
  ck_assert_uint_eq(recs_evaluation_cold(evaluation), 2);        /* item 2, twice */
  ck_assert_double_eq(figure(evaluation, "hr@1"), 0.5);          /* the new one finds one of the two popular items */
  ck_assert_double_eq_tol(figure(evaluation, "recall@1"), (1.0 / 3) / 2, 1e-15);
  recs_evaluation_free(evaluation);
  recs_model_free(model);
  recs_split_free(split);
  recs_test_log_free(&log);
  recs_context_free(context);
}
END_TEST

START_TEST(a_model_compares_with_itself) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_evaluation *a, *b;
  recs_comparison same, other, back;
  ck_ok(evaluate_shop(&a, context, "item-knn", NULL, RECS_FIT_TRAIN));
  ck_ok(evaluate_shop(&b, context, "popularity", NULL, RECS_FIT_TRAIN));
  ck_ok(recs_evaluation_compare(&same, a, a, "hr@5", NULL));
  ck_assert_double_eq(same.difference, 0);
  ck_assert_double_eq(same.p_value, 1);
  ck_assert_uint_eq(same.users, recs_evaluation_users(a));
  ck_ok(recs_evaluation_compare(&other, a, b, "ndcg@10", NULL));
  ck_ok(recs_evaluation_compare(&back, b, a, "ndcg@10", NULL));
  ck_assert_double_eq_tol(other.difference, figure(a, "ndcg@10") - figure(b, "ndcg@10"), 1e-12);
  ck_assert_double_eq_tol(other.difference, -back.difference, 1e-15);
  ck_assert_double_eq_tol(other.p_value, back.p_value, 1e-12);
  ck_assert(other.low <= other.difference && other.difference <= other.high);
  ck_assert_uint_eq(other.wins, back.losses);
  ck_fails(recs_evaluation_compare(&other, a, b, "coverage@5", NULL), RECS_ERROR_UNSUPPORTED, "coverage@5");
  ck_fails(recs_evaluation_compare(&other, a, b, "ndcg@11", NULL), RECS_ERROR_NOT_FOUND, "known: hr@5");
  recs_evaluation_free(b);
  recs_evaluation_free(a);
  recs_context_free(context);
}
END_TEST

static recs_evaluate_options options_with(const char *cutoffs, const char *similarity) {
  recs_evaluate_options options;
  ck_ok(recs_evaluate_options_init(&options, sizeof options));
  options.cutoffs = cutoffs;
  options.similarity = similarity;
  return options;
}

START_TEST(bad_options_are_refused) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_evaluation *evaluation, *none;
  recs_evaluate_options options = options_with("5,3", NULL);
  double low, high;
  ck_fails(evaluate_shop(&evaluation, context, "popularity", &options, 1), RECS_ERROR_INVALID, "3 comes after 5");
  options = options_with("0", NULL);
  ck_fails(evaluate_shop(&evaluation, context, "popularity", &options, 1), RECS_ERROR_INVALID, "cutoffs has \"0\"");
  options = options_with("5", "nowhere");
  ck_fails(evaluate_shop(&evaluation, context, "popularity", &options, 1), RECS_ERROR_NOT_FOUND, "nowhere");
  options = options_with("5", "title");
  ck_fails(evaluate_shop(&evaluation, context, "popularity", &options, 1), RECS_ERROR_INVALID, "title");
  ck_assert_ptr_null(evaluation);
  options = options_with("5", "colour");
  ck_ok(evaluate_shop(&evaluation, context, "popularity", &options, 1));
  ck_fails(recs_evaluation_interval(&low, &high, evaluation, 0, 1), RECS_ERROR_INVALID, "level is 1");
  ck_fails(recs_evaluation_interval(&low, &high, evaluation, 99, 0.9), RECS_ERROR_INVALID, "figure 99");
  ck_fails(recs_evaluate(&none, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "split");
  recs_evaluation_free(evaluation);
  recs_context_free(context);
}
END_TEST

static int32_t evaluate_in_short_memory(recs_context *heap, void *payload) {
  recs_evaluation *evaluation, *other = NULL;
  recs_comparison compared;
  double low, high;
  int32_t status = evaluate_shop(&evaluation, heap, "popularity", payload, RECS_FIT_TRAIN);
  if (status == RECS_OK)
    status = evaluate_shop(&other, heap, "popularity", payload, RECS_FIT_TRAIN);
  if (status == RECS_OK)
    status = recs_evaluation_bootstrap(&low, &high, evaluation, 0, NULL);
  if (status == RECS_OK)
    status = recs_evaluation_compare(&compared, evaluation, evaluation, "auc", NULL);
  recs_evaluation_free(other);
  recs_evaluation_free(evaluation);
  return status;
}

START_TEST(memory_may_run_out) {
  recs_test_oom(evaluate_in_short_memory, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("evaluate");
  TCase *cases = tcase_create("figures");
  tcase_add_test(cases, ties_are_expectations);
  tcase_add_test(cases, a_ranking_by_hand);
  tcase_add_test(cases, figures_agree_with_each_other);
  tcase_add_test(cases, threads_change_nothing);
  tcase_add_test(cases, cold_items_are_counted);
  tcase_add_test(cases, new_users_are_asked_about);
  tcase_add_test(cases, a_model_compares_with_itself);
  tcase_add_test(cases, bad_options_are_refused);
  tcase_add_test(cases, memory_may_run_out);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
