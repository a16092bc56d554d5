/* What every kind of scorer does at the edges, without being told of the kinds: users without a history, items that nobody has,
 * one user, one item, nothing at all, weights of 0, below 0 and NaN, and lists longer than the catalogue. */
#include "support/log.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>

enum { MOST_ITEMS = 9, LONG_LIST = 40, MOST_REASONS = 64 };

/* One event a pair; item rows count within the case's items. */
typedef struct pair {
  uint32_t user, item;
  float weight;
} pair;

/* Training data at an edge. */
typedef struct edge {
  const char *name;
  uint32_t users, items;
  const pair *pairs;
  size_t count;
} edge;

#define PAIRS(list) list, sizeof(list) / sizeof(list)[0]

static const pair usual[] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {1, 1, 1}, {1, 2, 2}, {1, 0, 1}, {2, 2, 1}, {2, 3, 1},
                             {2, 1, 1}, {3, 0, 1}, {3, 3, 3}, {3, 4, 1}, {4, 4, 1}, {4, 3, 1}, {4, 2, 1}};
static const pair liked_and_not[] = {{0, 0, 1}, {0, 1, -1}, {0, 2, 1}, {1, 0, 1}, {1, 1, 1}, {1, 2, -1},
                                     {2, 0, -1}, {2, 1, 1}, {2, 3, 1}, {3, 3, -1}, {3, 0, 1}, {3, 1, -1}};
static const pair disliked[] = {{0, 0, -1}, {0, 1, -1}, {0, 2, -2}, {1, 1, -1}, {1, 0, -1}, {1, 2, -1}};
static const pair worthless[] = {{0, 0, 0}, {0, 1, 0}, {1, 0, 0}, {1, 1, 0}};
static const pair one[] = {{0, 0, 1}};
static const pair one_item[] = {{0, 0, 1}, {1, 0, 1}, {2, 0, 1}};
static const pair one_user[] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 3, 1}};

/* In most, the last user has no history, and nobody has the last item. */
static const edge edges[] = {
    {"the usual", 6, 6, PAIRS(usual)},
    {"some disliked", 5, 5, PAIRS(liked_and_not)},
    {"all disliked", 3, 4, PAIRS(disliked)},
    {"all weights 0", 3, 3, PAIRS(worthless)},
    {"one user, one item", 1, 1, PAIRS(one)},
    {"one item", 3, 1, PAIRS(one_item)},
    {"one user", 1, 5, PAIRS(one_user)},
    {"one event of many", 4, 9, PAIRS(one)},
    {"no events", 3, 4, one, 0},
    {"no users", 0, 3, one, 0},
    {"no items", 2, 0, one, 0},
    {"nothing", 0, 0, one, 0},
};
enum { EDGES = sizeof edges / sizeof edges[0] };

/* An edge as training data, with profiles of all kinds of field. */
typedef struct world {
  recs_test_log log;
  recs_profiles *people, *goods;
  recs_matrix *matrix;
  recs_histories *histories;
  recs_training training;
} world;

static recs_context *context;

static void fill_log(world *self, const edge *given) {
  for (size_t i = 0; i < given->count; i++) {
    int64_t time = 1700000000000 + (int64_t)i * 60000;
    recs_event_columns event = recs_test_columns();
    event.users = &given->pairs[i].user;
    event.items = &given->pairs[i].item;
    event.weights = &given->pairs[i].weight;
    event.times = &time;
    ck_ok(recs_events_append(self->log.events, &event, 1));
  }
}

/* The last item has no profile. */
static void describe(world *self, const edge *given) {
  uint32_t tags, price, text, vector, liked;
  ck_ok(recs_profiles_create(&self->goods, self->log.items));
  ck_ok(recs_profiles_create(&self->people, self->log.users));
  ck_ok(recs_profiles_define(&tags, self->goods, "tag", RECS_FIELD_TAGS, 0));
  ck_ok(recs_profiles_define(&price, self->goods, "price", RECS_FIELD_NUMBER, 0));
  ck_ok(recs_profiles_define(&text, self->goods, "text", RECS_FIELD_TEXT, 0));
  ck_ok(recs_profiles_define(&vector, self->goods, "vector", RECS_FIELD_EMBEDDING, 2));
  ck_ok(recs_profiles_define(&liked, self->people, "tag", RECS_FIELD_TAGS, 0));
  for (uint32_t item = 0; item + 1 < given->items; item++) {
    float place[2] = {1, (float)item};
    const char *words = item % 2 == 0 ? "small red cup" : "red plate";
    ck_ok(recs_profiles_set_tag(self->goods, item, tags, item % 2 == 0 ? "cup" : "plate", item % 2 == 0 ? 3 : 5, 1));
    ck_ok(recs_profiles_set_number(self->goods, item, price, (double)item));
    ck_ok(recs_profiles_set_text(self->goods, item, text, words, strlen(words)));
    ck_ok(recs_profiles_set_embedding(self->goods, item, vector, place, 2));
  }
  if (given->users > 0)
    ck_ok(recs_profiles_set_tag(self->people, 0, liked, "cup", 3, 1));
}

static void open_world(world *self, const edge *given) {
  recs_matrix_options options;
  memset(self, 0, sizeof *self);
  ck_ok(recs_test_log_create(&self->log, context, given->users, given->items, 0));
  fill_log(self, given);
  describe(self, given);
  ck_ok(recs_matrix_options_init(&options, sizeof options));
  options.repeat = RECS_REPEAT_SUM;
  ck_ok(recs_matrix_build(&self->matrix, self->log.events, &options));
  ck_ok(recs_histories_build(&self->histories, self->log.events, 0, &options));
  self->training = (recs_training){.struct_size = sizeof self->training,
                                   .matrix = self->matrix,
                                   .histories = self->histories,
                                   .items = self->goods,
                                   .users = self->people};
}

static void close_world(world *self) {
  recs_histories_free(self->histories);
  recs_matrix_free(self->matrix);
  recs_profiles_free(self->goods);
  recs_profiles_free(self->people);
  recs_test_log_free(&self->log);
}

/* A list is of distinct items, best first, equal ones by row, with finite scores. */
static void ck_list(const char *what, const uint32_t *items, const double *scores, size_t count, uint32_t catalogue) {
  ck_assert_msg(count <= catalogue, "%s: %zu items of %u", what, count, catalogue);
  for (size_t i = 0; i < count; i++) {
    ck_assert_msg(items[i] < catalogue && isfinite(scores[i]), "%s: item %u, score %g", what, items[i], scores[i]);
    ck_assert_msg(i == 0 || scores[i - 1] > scores[i] || (scores[i - 1] == scores[i] && items[i - 1] < items[i]),
                  "%s: place %zu is out of order", what, i);
  }
}

/* What the reasons of the best item come to is its score. */
static void ck_reasons(const char *what, const recs_scorer *scorer, const recs_history *history, uint32_t item,
                       double score) {
  int32_t kinds[MOST_REASONS];
  uint32_t rows[MOST_REASONS];
  const char *labels[MOST_REASONS];
  double amounts[MOST_REASONS], sum = 0;
  size_t count;
  ck_ok(recs_scorer_contributions(kinds, rows, labels, amounts, &count, scorer, history, item, MOST_REASONS));
  ck_assert_uint_le(count, MOST_REASONS);
  for (size_t i = 0; i < count; i++)
    sum += amounts[i];
  ck_assert_msg(fabs(sum - score) <= 1e-5 * fmax(1, fabs(score)), "%s: reasons of item %u come to %g, its score is %g",
                what, item, sum, score);
}

/* A list of more than there is, all scores, and the first one's reasons; and a list of no candidates. */
static void ck_asked(const char *what, const recs_scorer *scorer, const recs_history *history) {
  uint32_t items[LONG_LIST], catalogue = recs_scorer_items(scorer);
  double scores[LONG_LIST], all[MOST_ITEMS];
  static const uint32_t nobody[1];
  recs_candidates *none;
  size_t count, scored = 0;
  ck_ok(recs_scorer_score(all, scorer, history));
  for (uint32_t item = 0; item < catalogue; item++) {
    ck_assert_msg(!isinf(all[item]), "%s: item %u scores %g", what, item, all[item]);
    scored += (size_t)!isnan(all[item]);
  }
  ck_ok(recs_scorer_top(items, scores, &count, scorer, history, NULL, LONG_LIST));
  ck_list(what, items, scores, count, catalogue);
  ck_assert_uint_eq(count, scored);
  for (size_t i = 0; i < count; i++)
    ck_assert_msg(fabs(scores[i] - all[items[i]]) <= 1e-6 * fmax(1, fabs(scores[i])), "%s: item %u scores %g in a list, else %g",
                  what, items[i], scores[i], all[items[i]]);
  if (count > 0)
    ck_reasons(what, scorer, history, items[0], scores[0]);
  ck_ok(recs_candidates_create(&none, context, catalogue, nobody, 0, NULL, 0));
  ck_ok(recs_scorer_top(items, scores, &count, scorer, history, none, LONG_LIST));
  ck_assert_uint_eq(count, 0);
  recs_candidates_free(none);
}

/* Histories of known users and of none, of nothing, of one item many times over, and of weights of 0 and below. */
static void ck_histories(const char *what, const recs_scorer *scorer, const world *self) {
  static const float zero[MOST_ITEMS], below[MOST_ITEMS] = {-1, -2, -3, -1, -2, -3, -1, -2, -3};
  uint32_t catalogue = recs_scorer_items(scorer), users = recs_matrix_rows(self->matrix), rows[MOST_ITEMS];
  recs_history history = {.struct_size = sizeof history, .user = RECS_NO_ROW};
  ck_asked(what, scorer, &history);
  history.user = users + 7; /* of a user who is new */
  ck_asked(what, scorer, &history);
  for (uint32_t user = 0; user < users; user++) {
    ck_ok(recs_histories_row(&history.items, &history.weights, &history.times, &history.count, self->histories, user));
    history.user = user;
    ck_asked(what, scorer, &history);
  }
  history = (recs_history){.struct_size = sizeof history, .items = rows, .user = RECS_NO_ROW};
  for (uint32_t item = 0; item < catalogue; item++)
    rows[item] = item;
  history.count = catalogue;
  ck_asked(what, scorer, &history);
  history.weights = zero;
  ck_asked(what, scorer, &history);
  history.weights = below;
  ck_asked(what, scorer, &history);
  history.weights = NULL;
  for (uint32_t item = 0; item < catalogue; item++)
    rows[item] = catalogue - 1; /* nobody has it in most worlds */
  ck_asked(what, scorer, &history);
}

/* What must be refused, in words that name it. */
static void ck_refusals(const recs_scorer *scorer) {
  uint32_t rows[2] = {0, recs_scorer_items(scorer)};
  float weights[2] = {1, NAN};
  double scores[MOST_ITEMS];
  recs_history history = {.struct_size = sizeof history, .items = rows, .count = 2, .user = RECS_NO_ROW};
  ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_INVALID, "item");
  rows[1] = 0;
  history.weights = weights;
  if (recs_scorer_items(scorer) > 0)
    ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_NUMERIC, "weight 2 of the history is nan");
}

static void ck_similar(const char *what, const recs_scorer *scorer) {
  for (uint32_t item = 0; item < recs_scorer_items(scorer); item++) {
    uint32_t items[LONG_LIST];
    double scores[LONG_LIST];
    size_t count;
    int32_t status = recs_scorer_similar(items, scores, &count, scorer, item, NULL, LONG_LIST);
    ck_assert_msg(status == RECS_OK || status == RECS_ERROR_UNSUPPORTED, "%s: %s", what, recs_last_error());
    ck_list(what, items, scores, count, recs_scorer_items(scorer));
    for (size_t i = 0; i < count; i++)
      ck_assert_msg(items[i] != item, "%s: item %u is similar to itself", what, item);
  }
}

/* Data that a kind can do nothing with are refused, with a reason; whatever is fitted answers. */
START_TEST(every_kind) {
  const char *kind = recs_scorer_kind_name((uint32_t)_i % recs_scorer_kinds());
  const edge *given = &edges[(uint32_t)_i / recs_scorer_kinds()];
  char what[128];
  recs_scorer *scorer;
  world self;
  int32_t status;
  snprintf(what, sizeof what, "%s of %s", kind, given->name);
  open_world(&self, given);
  status = recs_scorer_fit(&scorer, &self.training, kind, NULL, NULL, NULL);
  if (status == RECS_OK) {
    ck_assert_uint_eq(recs_scorer_items(scorer), given->items);
    ck_histories(what, scorer, &self);
    ck_similar(what, scorer);
    ck_refusals(scorer);
  } else {
    ck_assert_msg(status == RECS_ERROR_UNSUPPORTED || status == RECS_ERROR_NUMERIC || status == RECS_ERROR_INVALID,
                  "%s: status %d, %s", what, status, recs_last_error());
    ck_assert_ptr_null(scorer);
    ck_assert_msg(given != &edges[0], "%s: %s", what, recs_last_error());
  }
  recs_scorer_free(scorer);
  close_world(&self);
}
END_TEST

/* Lists of more items than there are, for every user; with `expected`, the same as another model's. */
static void ck_lists(const char *what, const recs_model *model, const recs_model *expected) {
  recs_filter filter = {.struct_size = sizeof filter, .include_seen = 1};
  for (uint32_t user = 0; user < recs_ids_count(recs_model_users(model)); user++) {
    uint32_t items[LONG_LIST], others[LONG_LIST], catalogue = recs_ids_count(recs_model_items(model));
    double scores[LONG_LIST], other_scores[LONG_LIST];
    size_t count, other_count;
    ck_ok(recs_model_recommend(items, scores, &count, model, user, LONG_LIST, NULL));
    ck_assert_uint_le(count, catalogue);
    ck_ok(recs_model_recommend(items, scores, &count, model, user, LONG_LIST, &filter));
    ck_assert_uint_le(count, catalogue);
    if (expected == NULL)
      continue;
    ck_ok(recs_model_recommend(others, other_scores, &other_count, expected, user, LONG_LIST, &filter));
    ck_assert_msg(count == other_count && memcmp(items, others, count * sizeof *items) == 0 &&
                      memcmp(scores, other_scores, count * sizeof *scores) == 0,
                  "%s: user %u has another list from the file", what, user);
  }
}

/* The same worlds as models, served, and read back as from a file. */
START_TEST(every_model) {
  const char *kind = recs_scorer_kind_name((uint32_t)_i % recs_scorer_kinds());
  const edge *given = &edges[(uint32_t)_i / recs_scorer_kinds()];
  char what[128];
  recs_model_options options;
  recs_matrix_options weights;
  recs_model *model, *loaded;
  void *bytes;
  size_t size;
  world self;
  snprintf(what, sizeof what, "%s of %s", kind, given->name);
  open_world(&self, given);
  ck_ok(recs_matrix_options_init(&weights, sizeof weights));
  ck_ok(recs_model_options_init(&options, sizeof options));
  weights.repeat = RECS_REPEAT_SUM;
  options.matrix = &weights;
  options.items = self.goods;
  options.users = self.people;
  options.scorer = kind;
  if (recs_model_fit(&model, self.log.events, &options, NULL, NULL) == RECS_OK) {
    ck_lists(what, model, NULL);
    ck_ok(recs_model_save_memory(&bytes, &size, model));
    ck_ok(recs_model_load_memory(&loaded, context, bytes, size));
    ck_lists(what, loaded, model);
    recs_model_free(loaded);
    recs_buffer_free(bytes);
  } else {
    ck_assert_msg(given != &edges[0], "%s: %s", what, recs_last_error());
  }
  recs_model_free(model);
  close_world(&self);
}
END_TEST

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

int main(void) {
  Suite *suite = suite_create("scorer_edges");
  TCase *tests = tcase_create("scorer_edges");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, every_kind, 0, (int)(EDGES * recs_scorer_kinds()));
  tcase_add_loop_test(tests, every_model, 0, (int)(EDGES * recs_scorer_kinds()));
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
