/* The score board: rows at once as entry by entry, and the best of what is marked. */
#include "support/support.h"

#include "lib/base/random.h"
#include "lib/recommend/board.h"

enum { ITEMS = 300, ROW = 40, ROWS = 12 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, 0);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Few distinct amounts, so that sums are often equal; zeros of both signs among them. */
static void make_row(uint32_t *items, float *amounts, recs__random *random) {
  for (uint32_t i = 0; i < ROW; i++) {
    items[i] = (uint32_t)recs__random_below(random, ITEMS);
    amounts[i] = (float)recs__random_below(random, 9) / 4 - 1;
    if (amounts[i] == 0 && i % 2 == 0)
      amounts[i] = -0.0F;
  }
}

static void fill(recs__board *board, uint64_t seed, int at_once) {
  recs__random random = recs__random_stream(seed, 0);
  uint32_t items[ROW];
  float amounts[ROW];
  for (int row = 0; row < ROWS; row++) {
    double weight = (double)recs__random_below(&random, 5) - 1.5;
    make_row(items, amounts, &random);
    if (row % 3 == 0)
      recs__board_see(board, items, ROW / 2);
    if (at_once)
      recs__board_add_row(board, items, amounts, ROW, weight);
    for (int i = 0; i < ROW && !at_once; i++)
      recs__board_add(board, items[i], weight * (double)amounts[i]);
  }
}

START_TEST(rows_add_as_entries) {
  recs__board one, other;
  ck_ok(recs__board_init(&one, context, ITEMS));
  ck_ok(recs__board_init(&other, context, ITEMS));
  for (int round = 0; round < 2; round++) { /* the second finds what the first left behind */
    fill(&one, (uint64_t)round, 1);
    fill(&other, (uint64_t)round, 0);
    ck_assert_uint_eq(one.count, other.count);
    ck_assert_mem_eq(one.touched, other.touched, one.count * sizeof *one.touched);
    ck_assert_mem_eq(one.marks, other.marks, ITEMS);
    for (uint32_t item = 0; item < ITEMS; item++) {
      if (recs__board_scored(&one, item))
        ck_assert_mem_eq(&one.scores[item], &other.scores[item], sizeof(double));
    }
    recs__board_clear(&one);
    recs__board_clear(&other);
  }
  recs__board_free(&one);
  recs__board_free(&other);
}
END_TEST

/* How many scored items without the mark come before `item` in a list. */
static size_t before(const recs__board *board, uint32_t item, const recs_candidates *candidates, uint8_t without) {
  size_t count = 0;
  for (uint32_t i = 0; i < ITEMS; i++) {
    int listed = recs__board_scored(board, i) && (board->marks[i] & without) == 0 && recs__candidates_has(candidates, i);
    count += listed && (board->scores[i] > board->scores[item] || (board->scores[i] == board->scores[item] && i < item));
  }
  return count;
}

START_TEST(the_best_of_what_is_marked) {
  static const size_t sizes[] = {1, 2, 10, 100, ITEMS, ITEMS + 5};
  uint32_t denied[ITEMS / 3], items[ITEMS + 5];
  double scores[ITEMS + 5];
  recs_candidates *some;
  for (uint32_t i = 0; i < ITEMS / 3; i++)
    denied[i] = 3 * i;
  ck_ok(recs_candidates_create(&some, context, ITEMS, NULL, 0, denied, ITEMS / 3));
  for (int turn = 0; turn < 24; turn++) {
    const recs_candidates *candidates = turn % 2 == 0 ? NULL : some;
    uint8_t without = turn / 2 % 2 == 0 ? 0 : RECS__SEEN;
    size_t count, all = 0;
    recs__board board;
    ck_ok(recs__board_init(&board, context, ITEMS));
    fill(&board, (uint64_t)turn, 1);
    for (uint32_t i = 0; i < ITEMS; i++)
      all += recs__board_scored(&board, i) && (board.marks[i] & without) == 0 && recs__candidates_has(candidates, i);
    ck_ok(recs__board_top(items, scores, &count, &board, candidates, without, sizes[turn / 4]));
    ck_assert_uint_eq(count, all < sizes[turn / 4] ? all : sizes[turn / 4]);
    for (size_t i = 0; i < count; i++) {
      ck_assert_uint_eq(before(&board, items[i], candidates, without), i);
      ck_assert_double_eq(scores[i], board.scores[items[i]]);
      ck_assert(recs__candidates_has(candidates, items[i]) && (board.marks[items[i]] & without) == 0);
    }
    recs__board_free(&board);
  }
  recs_candidates_free(some);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("board");
  TCase *tests = tcase_create("board");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, rows_add_as_entries);
  tcase_add_test(tests, the_best_of_what_is_marked);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
