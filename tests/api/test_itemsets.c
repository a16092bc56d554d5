/* Itemsets against brute force over masks, and the two algorithms against each other. */
#include "support/baskets.h"

enum { ITEMS = 9, MOST = 600 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static recs_apriori_options options_of(int32_t kind, int32_t algorithm, uint64_t min_count) {
  recs_apriori_options options;
  ck_ok(recs_apriori_options_init(&options, sizeof options));
  options.kind = kind;
  options.algorithm = algorithm;
  options.min_count = min_count;
  return options;
}

static recs_itemsets *mine(const recs_matrix *matrix, const recs_apriori_options *options) {
  recs_itemsets *itemsets;
  ck_ok(recs_test_mine(&itemsets, matrix, options));
  return itemsets;
}

static uint32_t mask_of(const recs_itemsets *itemsets, uint64_t index, uint64_t *support) {
  const uint32_t *items;
  size_t count;
  uint32_t mask = 0;
  ck_ok(recs_itemsets_get(&items, &count, support, itemsets, index));
  for (size_t i = 0; i < count; i++) {
    ck_assert(i == 0 || items[i - 1] < items[i]);
    mask |= UINT32_C(1) << items[i];
  }
  return mask;
}

/* By size. */
static void check_order(const recs_itemsets *itemsets) {
  size_t last = 1, size;
  for (uint64_t i = 0; i < recs_itemsets_count(itemsets); i++, last = size) {
    ck_ok(recs_itemsets_get(NULL, &size, NULL, itemsets, i));
    ck_assert_uint_le(last, size);
  }
}

static int is_wanted(const uint32_t *supports, uint32_t set, const recs_apriori_options *options) {
  uint32_t size = (uint32_t)__builtin_popcount(set);
  if (supports[set] == 0 || size < options->min_size || (options->max_size != 0 && size > options->max_size))
    return 0;
  for (uint32_t item = 0; item < ITEMS; item++) {
    uint32_t more = set | UINT32_C(1) << item;
    if (more != set && ((options->kind == RECS_ITEMSETS_CLOSED && supports[more] == supports[set]) ||
                        (options->kind == RECS_ITEMSETS_MAXIMAL && supports[more] != 0)))
      return 0;
  }
  return 1;
}

static void check_baskets(const uint32_t *masks, uint32_t count, recs_apriori_options *options) {
  static uint32_t supports[1 << ITEMS];
  unsigned char seen[1 << ITEMS] = {0};
  recs_matrix *matrix;
  recs_itemsets *itemsets;
  uint64_t expected = 0;
  recs_test_brute_force(supports, masks, count, ITEMS, (uint32_t)options->min_count);
  ck_ok(recs_test_baskets(&matrix, context, masks, count, ITEMS));
  itemsets = mine(matrix, options);
  check_order(itemsets);
  for (uint32_t set = 1; set < 1 << ITEMS; set++)
    expected += (uint64_t)is_wanted(supports, set, options);
  ck_assert_uint_eq(recs_itemsets_count(itemsets), expected);
  for (uint64_t i = 0; i < expected; i++) {
    uint64_t support;
    uint32_t set = mask_of(itemsets, i, &support);
    ck_assert(is_wanted(supports, set, options) && seen[set]++ == 0);
    ck_assert_uint_eq(support, supports[set]);
  }
  recs_itemsets_free(itemsets);
  recs_matrix_free(matrix);
}

/* Of every kind, by every algorithm, with and without bounds of the size. */
static void check_kinds(const uint32_t *masks, uint32_t count, uint64_t min_count) {
  for (int32_t kind = RECS_ITEMSETS_ALL; kind <= RECS_ITEMSETS_MAXIMAL; kind++) {
    for (int32_t algorithm = RECS_MINER_APRIORI; algorithm <= RECS_MINER_ECLAT; algorithm++) {
      recs_apriori_options options = options_of(kind, algorithm, min_count);
      check_baskets(masks, count, &options);
      options.min_size = 2;
      options.max_size = 3;
      check_baskets(masks, count, &options);
      options.max_size = 2;
      check_baskets(masks, count, &options);
    }
  }
}

/* Items of unequal shares; every third basket repeats one of a few. */
static uint32_t fill_masks(uint32_t *masks, uint64_t *state) {
  uint32_t count = 1 + recs_test_random(state) % 120, share = 20 + recs_test_random(state) % 70;
  for (uint32_t basket = 0; basket < count; basket++) {
    masks[basket] = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
      masks[basket] |= (uint32_t)(recs_test_random(state) % 100 < share + item * 3) << item;
    if (basket > 6 && basket % 3 == 0)
      masks[basket] = masks[basket % 5];
  }
  return count;
}

START_TEST(random_baskets) {
  uint64_t state = (uint64_t)_i * 77 + 1;
  uint32_t masks[MOST];
  uint32_t count = fill_masks(masks, &state);
  check_kinds(masks, count, 1 + recs_test_random(&state) % (count / 3 + 1));
}
END_TEST

/* A few baskets many times over: they are merged, and count by the bits of their weights. */
START_TEST(repeated_baskets) {
  static const uint32_t copies[] = {1, 2, 3, 64, 65, 130, 7, 255, 1};
  uint64_t state = (uint64_t)_i + 11;
  uint32_t masks[MOST], count = 0;
  for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
    uint32_t mask = recs_test_random(&state) & recs_test_random(&state) & ((1 << ITEMS) - 1);
    for (uint32_t copy = 0; copy < copies[i]; copy++)
      masks[count++] = mask | (UINT32_C(1) << (_i % ITEMS));
  }
  check_kinds(masks, count, 3);
  check_kinds(masks, count, 60);
  check_kinds(masks, count, count);
}
END_TEST

START_TEST(values_by_hand) {
  /* milk 0, bread 1, butter 2; the last basket is empty, and the fifth has a bread with value 0 */
  static const int64_t offsets[] = {0, 3, 5, 7, 8, 10, 10};
  static const uint32_t columns[] = {0, 1, 2, 0, 1, 0, 2, 1, 1, 2};
  static const float values[] = {1, 2, 1, 1, -1, 1, 1, 1, 0, 1};
  static const uint32_t pair[] = {2, 0}, lone[] = {1}, twice[] = {1, 1}, unknown[] = {7}, triple[] = {2, 1, 0};
  recs_apriori_options options = options_of(RECS_ITEMSETS_ALL, RECS_MINER_AUTO, 0);
  recs_matrix *matrix;
  recs_itemsets *itemsets;
  uint64_t support;
  options.min_support = 0.4; /* 2 of 5 baskets */
  ck_ok(recs_matrix_create(&matrix, context, 6, 8, offsets, columns, values));
  itemsets = mine(matrix, &options);
  ck_assert_uint_eq(recs_itemsets_baskets(itemsets), 5);
  ck_assert_uint_eq(recs_itemsets_count(itemsets), 5);
  ck_assert_uint_eq(mask_of(itemsets, 3, &support), 3);
  ck_assert_uint_eq(support, 2);
  ck_ok(recs_itemsets_find(&support, itemsets, pair, 2));
  ck_assert_uint_eq(support, 2);
  ck_ok(recs_itemsets_find(&support, itemsets, lone, 1));
  ck_assert_uint_eq(support, 3);
  ck_fails(recs_itemsets_find(&support, itemsets, triple, 3), RECS_ERROR_NOT_FOUND, "3 items");
  ck_assert_uint_eq(support, 0);
  ck_fails(recs_itemsets_find(&support, itemsets, unknown, 1), RECS_ERROR_NOT_FOUND, "none of the itemsets");
  ck_fails(recs_itemsets_find(&support, itemsets, twice, 2), RECS_ERROR_INVALID, "item 1");
  ck_fails(recs_itemsets_find(&support, itemsets, lone, 0), RECS_ERROR_INVALID, "item_count");
  ck_fails(recs_itemsets_find(&support, itemsets, lone, SIZE_MAX), RECS_ERROR_NOT_FOUND, "no itemset");
  ck_fails(recs_itemsets_find(NULL, itemsets, lone, 1), RECS_ERROR_INVALID, "support");
  ck_fails(recs_itemsets_find(&support, NULL, lone, 1), RECS_ERROR_INVALID, "itemsets");
  ck_fails(recs_itemsets_find(&support, itemsets, NULL, 1), RECS_ERROR_INVALID, "items");
  recs_matrix_free(matrix); /* the itemsets need it no more */
  ck_ok(recs_itemsets_find(&support, itemsets, lone, 1));
  recs_itemsets_free(itemsets);
}
END_TEST

/* Baskets x items over a wide catalogue, for what masks cannot hold. */
static recs_matrix *random_matrix(recs_context *owner, uint32_t rows, uint32_t items, uint32_t per_basket,
                                  uint32_t common, const uint32_t *row_order, const uint32_t *names) {
  int64_t *offsets = malloc(((size_t)rows + 1) * sizeof *offsets);
  uint32_t *columns = malloc((size_t)rows * per_basket * sizeof *columns);
  recs_matrix *matrix;
  uint32_t width = items;
  for (uint32_t item = 0; item < items && names != NULL; item++)
    width = names[item] < width ? width : names[item] + 1;
  for (uint32_t row = 0; row < rows; row++) {
    uint64_t state = (row_order == NULL ? row : row_order[row]) * UINT64_C(0x9E3779B97F4A7C15) + 99;
    offsets[row] = (int64_t)row * per_basket;
    recs_test_random(&state);
    for (uint32_t k = 0; k < per_basket; k++) {
      uint32_t draw = recs_test_random(&state) % items;
      uint32_t item = k == 0 ? draw % common : (uint32_t)((uint64_t)draw * draw / items);
      columns[row * per_basket + k] = names == NULL ? item : names[item];
    }
  }
  offsets[rows] = (int64_t)rows * per_basket;
  ck_ok(recs_matrix_create(&matrix, owner, rows, width, offsets, columns, NULL));
  free(offsets);
  free(columns);
  return matrix;
}

static void assert_same(const recs_itemsets *a, const recs_itemsets *b) {
  ck_assert_uint_eq(recs_itemsets_count(a), recs_itemsets_count(b));
  for (uint64_t i = 0; i < recs_itemsets_count(a); i++) {
    const uint32_t *a_items, *b_items;
    size_t a_count, b_count;
    uint64_t a_support, b_support;
    ck_ok(recs_itemsets_get(&a_items, &a_count, &a_support, a, i));
    ck_ok(recs_itemsets_get(&b_items, &b_count, &b_support, b, i));
    ck_assert_uint_eq(a_count, b_count);
    ck_assert_uint_eq(a_support, b_support);
    ck_assert_mem_eq(a_items, b_items, a_count * sizeof *a_items);
  }
}

/* In any order. */
static void assert_same_sets(const recs_itemsets *a, const recs_itemsets *b) {
  ck_assert_uint_eq(recs_itemsets_count(a), recs_itemsets_count(b));
  for (uint64_t i = 0; i < recs_itemsets_count(a); i++) {
    const uint32_t *items;
    size_t count;
    uint64_t support, other;
    ck_ok(recs_itemsets_get(&items, &count, &support, a, i));
    ck_ok(recs_itemsets_find(&other, b, items, count));
    ck_assert_uint_eq(support, other);
  }
}

static void assert_algorithms_agree(const recs_matrix *matrix, uint64_t min_count, uint64_t at_least) {
  for (int32_t kind = RECS_ITEMSETS_ALL; kind <= RECS_ITEMSETS_MAXIMAL; kind++) {
    recs_apriori_options options = options_of(kind, RECS_MINER_APRIORI, min_count);
    recs_itemsets *levels = mine(matrix, &options), *depths;
    options.algorithm = RECS_MINER_ECLAT;
    depths = mine(matrix, &options);
    ck_assert_uint_ge(recs_itemsets_count(levels), at_least);
    assert_same_sets(levels, depths);
    recs_itemsets_free(levels);
    recs_itemsets_free(depths);
  }
}

/* So few items of a wide catalogue go with a common one that rows of bits would waste memory: lists are taken. */
START_TEST(sparse_baskets) {
  static uint32_t thrice[6000];
  recs_matrix *matrix = random_matrix(context, 4000, 600, 5, 2, NULL, NULL);
  assert_algorithms_agree(matrix, 4, 300);
  recs_matrix_free(matrix);
  for (uint32_t row = 0; row < 6000; row++)
    thrice[row] = row - row % 3; /* merged, with a weight of 3 */
  matrix = random_matrix(context, 6000, 600, 5, 2, thrice, NULL);
  assert_algorithms_agree(matrix, 9, 300);
  recs_matrix_free(matrix);
}
END_TEST

/* Long rows of bits that shorten as the search goes down. */
START_TEST(dense_baskets) {
  recs_matrix *matrix = random_matrix(context, 1500, 60, 14, 5, NULL, NULL);
  assert_algorithms_agree(matrix, 30, 300);
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(same_for_any_threads_and_processor) {
  static const struct {
    uint32_t threads, cpu;
  } cases[] = {{1, UINT32_MAX}, {2, RECS_CPU_NONE}, {8, RECS_CPU_AVX2}, {3, UINT32_MAX}};
  for (int32_t kind = RECS_ITEMSETS_ALL; kind <= RECS_ITEMSETS_MAXIMAL; kind++) {
    recs_apriori_options options = options_of(kind, RECS_MINER_AUTO, 10);
    recs_itemsets *first = NULL;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
      recs_context *own = recs_test_threads(cases[c].threads, cases[c].cpu);
      recs_matrix *matrix = random_matrix(own, 1500, 120, 12, 9, NULL, NULL);
      recs_itemsets *itemsets = mine(matrix, &options);
      if (first == NULL)
        first = recs_itemsets_count(itemsets) > 300 ? itemsets : NULL;
      else
        assert_same(first, itemsets);
      ck_assert_ptr_nonnull(first);
      if (itemsets != first)
        recs_itemsets_free(itemsets);
      recs_matrix_free(matrix);
      recs_context_free(own);
    }
    recs_itemsets_free(first);
  }
}
END_TEST

/* Other names for the items, other places for the baskets: the same sets under their new names. */
START_TEST(order_of_baskets_and_items_is_nothing) {
  enum { ROWS = 3000, NAMES = 80 };
  static uint32_t order[ROWS], names[NAMES];
  recs_apriori_options options = options_of(_i + 1, RECS_MINER_AUTO, 25);
  recs_matrix *matrix = random_matrix(context, ROWS, NAMES, 10, 7, NULL, NULL), *turned;
  recs_itemsets *plain, *other;
  for (uint32_t row = 0; row < ROWS; row++)
    order[row] = (row * 1009 + 13) % ROWS; /* 1009 and 27 are coprime to the counts: each comes once */
  for (uint32_t item = 0; item < NAMES; item++)
    names[item] = (item * 27 + 5) % NAMES * 50000; /* so wide that few fit into a key of sorting */
  turned = random_matrix(context, ROWS, NAMES, 10, 7, order, names);
  plain = mine(matrix, &options);
  other = mine(turned, &options);
  ck_assert_uint_gt(recs_itemsets_count(plain), 100);
  ck_assert_uint_eq(recs_itemsets_count(plain), recs_itemsets_count(other));
  for (uint64_t i = 0; i < recs_itemsets_count(plain); i++) {
    uint32_t renamed[NAMES];
    const uint32_t *items;
    size_t count;
    uint64_t support, found;
    ck_ok(recs_itemsets_get(&items, &count, &support, plain, i));
    for (size_t k = 0; k < count; k++)
      renamed[k] = names[items[k]];
    ck_ok(recs_itemsets_find(&found, other, renamed, count));
    ck_assert_uint_eq(found, support);
  }
  recs_itemsets_free(plain);
  recs_itemsets_free(other);
  recs_matrix_free(matrix);
  recs_matrix_free(turned);
}
END_TEST

/* One basket of 70 items: 2^70 sets, but a single closed and maximal one. */
START_TEST(one_long_basket) {
  static uint32_t columns[70];
  static const int64_t offsets[] = {0, 70};
  recs_apriori_options options = options_of(RECS_ITEMSETS_CLOSED, RECS_MINER_ECLAT, 1);
  recs_matrix *matrix;
  recs_itemsets *itemsets;
  const uint32_t *items;
  size_t count;
  uint64_t support;
  for (uint32_t i = 0; i < 70; i++)
    columns[i] = i;
  ck_ok(recs_matrix_create(&matrix, context, 1, 70, offsets, columns, NULL));
  for (options.kind = RECS_ITEMSETS_CLOSED; options.kind <= RECS_ITEMSETS_MAXIMAL; options.kind++) {
    itemsets = mine(matrix, &options);
    ck_assert_uint_eq(recs_itemsets_count(itemsets), 1);
    ck_ok(recs_itemsets_get(&items, &count, &support, itemsets, 0));
    ck_assert_uint_eq(count, 70);
    ck_assert_uint_eq(support, 1);
    recs_itemsets_free(itemsets);
  }
  options = options_of(RECS_ITEMSETS_ALL, RECS_MINER_AUTO, 1);
  options.max_results = 5000;
  for (options.algorithm = RECS_MINER_AUTO; options.algorithm <= RECS_MINER_ECLAT; options.algorithm++)
    ck_fails(recs_test_mine(&itemsets, matrix, &options), RECS_ERROR_OVERFLOW, "max_results = 5000");
  options.algorithm = RECS_MINER_AUTO;
  options.max_size = 2;
  options.max_results = 70 + 35 * 69;
  itemsets = mine(matrix, &options);
  ck_assert_uint_eq(recs_itemsets_count(itemsets), options.max_results);
  recs_itemsets_free(itemsets);
  options.max_results -= 1;
  ck_fails(recs_test_mine(&itemsets, matrix, &options), RECS_ERROR_OVERFLOW, "max_results = 2484");
  ck_assert_ptr_null(itemsets);
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(nothing_to_find) {
  static const uint32_t masks[] = {0, 0, 3};
  for (uint32_t count = 0; count <= 3; count++) {
    for (int32_t algorithm = RECS_MINER_AUTO; algorithm <= RECS_MINER_ECLAT; algorithm++) {
      recs_apriori_options options = options_of(RECS_ITEMSETS_ALL, algorithm, count == 3 ? UINT64_MAX : 0);
      recs_matrix *matrix;
      recs_itemsets *itemsets;
      const uint32_t *items = masks;
      size_t size = 7;
      uint64_t support = 7;
      ck_ok(recs_test_baskets(&matrix, context, masks, count, 2));
      itemsets = mine(matrix, &options);
      ck_assert_uint_eq(recs_itemsets_count(itemsets), 0);
      ck_assert_uint_eq(recs_itemsets_baskets(itemsets), count == 3);
      ck_fails(recs_itemsets_get(&items, &size, &support, itemsets, 0), RECS_ERROR_INVALID, "itemset 0 of 0");
      ck_assert(items == NULL && size == 0 && support == 0);
      recs_itemsets_free(itemsets);
      recs_matrix_free(matrix);
    }
  }
}
END_TEST

static void refuse(const recs_matrix *matrix, const recs_apriori_options *options, const char *text) {
  recs_apriori *apriori = (recs_apriori *)&apriori;
  ck_fails(recs_apriori_create(&apriori, matrix, options), RECS_ERROR_INVALID, text);
  ck_assert_ptr_null(apriori);
}

START_TEST(refusals) {
  static const uint32_t masks[] = {3, 1};
  static const double supports[] = {0, -0.1, 1.0000001, NAN, INFINITY};
  recs_apriori_options good = options_of(RECS_ITEMSETS_ALL, RECS_MINER_AUTO, 0), bad;
  recs_matrix *matrix;
  recs_apriori *apriori;
  recs_itemsets *itemsets = (recs_itemsets *)&itemsets;
  ck_ok(recs_test_baskets(&matrix, context, masks, 2, 2));
  refuse(NULL, &good, "baskets");
  for (size_t i = 0; i < sizeof supports / sizeof supports[0]; i++) {
    bad = good;
    bad.min_support = supports[i];
    refuse(matrix, &bad, "min_support");
  }
  bad = good, bad.kind = 4;
  refuse(matrix, &bad, "kind is 4");
  bad = good, bad.algorithm = -1;
  refuse(matrix, &bad, "algorithm is -1");
  bad = good, bad.min_size = 0;
  refuse(matrix, &bad, "min_size");
  bad = good, bad.max_results = 0;
  refuse(matrix, &bad, "max_results");
  bad = good, bad.min_size = 3, bad.max_size = 2;
  refuse(matrix, &bad, "below min_size");
  bad = good, bad.struct_size = 3;
  refuse(matrix, &bad, "struct_size");
  ck_fails(recs_apriori_create(NULL, matrix, &good), RECS_ERROR_INVALID, "out");
  ck_fails(recs_apriori_itemsets(&itemsets, NULL, NULL, NULL), RECS_ERROR_INVALID, "apriori");
  ck_assert_ptr_null(itemsets);
  ck_ok(recs_apriori_create(&apriori, matrix, NULL));
  ck_fails(recs_apriori_itemsets(NULL, apriori, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_itemsets_get(NULL, NULL, NULL, NULL, 0), RECS_ERROR_INVALID, "itemsets");
  ck_assert_uint_eq(recs_itemsets_count(NULL), 0);
  ck_assert_uint_eq(recs_itemsets_baskets(NULL), 0);
  recs_apriori_free(apriori);
  recs_apriori_free(NULL);
  recs_itemsets_free(NULL);
  recs_matrix_free(matrix);
}
END_TEST

typedef struct watch {
  double last;
  int calls, stop_at;
} watch;

static int32_t look(void *payload, double fraction) {
  watch *self = payload;
  ck_assert(fraction >= self->last && fraction <= 1);
  self->last = fraction;
  return ++self->calls == self->stop_at;
}

START_TEST(progress_and_cancel) {
  recs_matrix *matrix = random_matrix(context, 3000, 80, 10, 7, NULL, NULL);
  for (int32_t algorithm = RECS_MINER_APRIORI; algorithm <= RECS_MINER_ECLAT; algorithm++) {
    recs_apriori_options options = options_of(RECS_ITEMSETS_ALL, algorithm, 40);
    watch all = {0}, stopped = {.stop_at = 2};
    recs_apriori *apriori;
    recs_itemsets *itemsets;
    ck_ok(recs_apriori_create(&apriori, matrix, &options));
    ck_ok(recs_apriori_itemsets(&itemsets, apriori, look, &all));
    ck_assert_int_gt(all.calls, 2);
    recs_itemsets_free(itemsets);
    ck_fails(recs_apriori_itemsets(&itemsets, apriori, look, &stopped), RECS_ERROR_CANCELLED, "cancelled");
    ck_assert_ptr_null(itemsets);
    ck_assert_int_eq(stopped.calls, 2);
    recs_apriori_free(apriori);
  }
  recs_matrix_free(matrix);
}
END_TEST

static int32_t count_told(void *payload, const uint32_t *items, size_t count, uint64_t support) {
  *(uint64_t *)payload += items[0] < 7 && count > 0 && support > 1;
  return 0;
}

static int32_t mine_once(recs_context *heap, void *payload) {
  static const uint32_t masks[] = {7, 7, 7, 3, 5, 6, 11, 11, 11, 13, 14, 31, 31, 28};
  const recs_apriori_options *options = payload;
  recs_matrix *matrix;
  recs_itemsets *itemsets = NULL;
  int32_t status = recs_test_baskets(&matrix, heap, masks, sizeof masks / sizeof masks[0], 5);
  if (status == RECS_OK)
    status = recs_test_mine(&itemsets, matrix, options);
  if (status == RECS_OK) {
    static const uint32_t pair[] = {1, 0};
    uint64_t support;
    status = recs_itemsets_find(&support, itemsets, pair, 2);
  }
  recs_itemsets_free(itemsets);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory) {
  for (int32_t algorithm = RECS_MINER_APRIORI; algorithm <= RECS_MINER_ECLAT; algorithm++) {
    recs_apriori_options options = options_of(RECS_ITEMSETS_CLOSED, algorithm, 2);
    recs_test_oom(mine_once, &options);
    options.kind = RECS_ITEMSETS_ALL;
    recs_test_oom(mine_once, &options);
  }
}
END_TEST

/* Everything that options can ask of a miner, and every way to have an answer. */
static int32_t ask_everything(recs_context *heap, void *payload) {
  static const uint32_t masks[] = {7, 7, 7, 3, 5, 6, 11, 11, 11, 13, 14, 31, 31, 28}, contained[] = {1, 1}, excluded[] = {4};
  static const uint32_t below[] = {0, 2, 5}, above[] = {5, 5, 6};
  recs_apriori_options options = *(const recs_apriori_options *)payload;
  recs_matrix *matrix;
  recs_apriori *apriori = NULL;
  recs_itemsets *itemsets = NULL;
  uint64_t count, told = 0;
  int32_t status = recs_test_baskets(&matrix, heap, masks, sizeof masks / sizeof masks[0], 5);
  options.contains = contained, options.contains_count = 2;
  options.excludes = excluded, options.excludes_count = 1;
  options.taxonomy_items = below, options.taxonomy_parents = above, options.taxonomy_count = 3;
  if (status == RECS_OK)
    status = recs_apriori_create(&apriori, matrix, &options);
  if (status == RECS_OK)
    status = recs_apriori_itemsets(&itemsets, apriori, NULL, NULL);
  if (status == RECS_OK)
    status = recs_apriori_count(&count, apriori, NULL, NULL);
  if (status == RECS_OK)
    status = recs_apriori_stream(apriori, count_told, &told);
  if (status == RECS_OK)
    ck_assert(count == told && count == recs_itemsets_count(itemsets) && count > 0);
  recs_itemsets_free(itemsets);
  recs_apriori_free(apriori);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory_whatever_is_asked) {
  recs_apriori_options options = options_of(RECS_ITEMSETS_ALL, RECS_MINER_AUTO, 2);
  recs_test_oom(ask_everything, &options);
  options.top_k = 3;
  recs_test_oom(ask_everything, &options);
  options.budget_bytes = 700;
  options.budget_seconds = 60;
  recs_test_oom(ask_everything, &options);
  options = options_of(RECS_ITEMSETS_CLOSED, RECS_MINER_APRIORI, 2);
  options.top_k = 2;
  recs_test_oom(ask_everything, &options);
}
END_TEST

/* The branch of sparse baskets asks for memory of its own. */
static int32_t mine_sparse(recs_context *heap, void *payload) {
  enum { ROWS = 700, NAMES = 90 };
  static int64_t offsets[ROWS + 1];
  static uint32_t columns[ROWS * 3];
  recs_apriori_options options = options_of(RECS_ITEMSETS_MAXIMAL, RECS_MINER_ECLAT, 4);
  recs_itemsets *itemsets = NULL;
  recs_matrix *matrix;
  int32_t status;
  (void)payload;
  for (uint32_t row = 0; row < ROWS; row++) {
    columns[row * 3] = 0;
    columns[row * 3 + 1] = 1 + row % NAMES;
    columns[row * 3 + 2] = 1 + (row * 13 + row / 80) % NAMES;
    offsets[row + 1] = ((int64_t)row + 1) * 3;
  }
  status = recs_matrix_create(&matrix, heap, ROWS, NAMES + 1, offsets, columns, NULL);
  if (status == RECS_OK)
    status = recs_test_mine(&itemsets, matrix, &options);
  recs_itemsets_free(itemsets);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory_among_lists) {
  recs_test_oom(mine_sparse, NULL);
}
END_TEST

/* Two baskets of three items: seven itemsets of support 2, of which a budget has room for four. */
START_TEST(what_is_known_of_itemsets) {
  static const uint32_t masks[] = {7, 7};
  recs_apriori_options options = options_of(RECS_ITEMSETS_ALL, RECS_MINER_AUTO, 1);
  int32_t kind = 7, algorithm = 7, cut = 7;
  uint64_t from = 7, count = 7;
  recs_matrix *matrix;
  recs_apriori *apriori;
  recs_itemsets *itemsets;
  ck_ok(recs_test_baskets(&matrix, context, masks, 2, 3));
  options.top_k = 4;
  ck_ok(recs_apriori_create(&apriori, matrix, &options));
  ck_assert_uint_eq(recs_apriori_baskets(apriori), 2);
  ck_assert_uint_eq(recs_apriori_baskets(NULL), 0);
  ck_ok(recs_apriori_itemsets(&itemsets, apriori, NULL, NULL));
  ck_assert_uint_eq(recs_itemsets_count(itemsets), 4);
  ck_ok(recs_itemsets_info(&kind, &algorithm, &cut, &from, itemsets));
  ck_assert(kind == RECS_ITEMSETS_ALL && algorithm == RECS_MINER_ECLAT && cut == RECS_CUT_TOP && from == 3);
  ck_fails(recs_itemsets_info(&kind, &algorithm, &cut, &from, NULL), RECS_ERROR_INVALID, "itemsets");
  ck_assert(kind == 0 && algorithm == 0 && cut == 0 && from == 0);
  ck_ok(recs_itemsets_info(NULL, NULL, NULL, NULL, itemsets));
  ck_fails(recs_apriori_count(NULL, apriori, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_apriori_count(&count, NULL, NULL, NULL), RECS_ERROR_INVALID, "apriori");
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_apriori_stream(apriori, NULL, NULL), RECS_ERROR_INVALID, "itemset");
  ck_fails(recs_apriori_stream(NULL, count_told, &count), RECS_ERROR_INVALID, "apriori");
  recs_itemsets_free(itemsets);
  recs_apriori_free(apriori);
  options.contains_count = 1;
  refuse(matrix, &options, "contains is NULL");
  options.contains_count = 0, options.taxonomy_count = 1;
  refuse(matrix, &options, "taxonomy_items is NULL");
  recs_matrix_free(matrix);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("itemsets");
  TCase *tests = tcase_create("itemsets");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, random_baskets, 0, 8);
  tcase_add_loop_test(tests, repeated_baskets, 0, 3);
  tcase_add_test(tests, values_by_hand);
  tcase_add_test(tests, sparse_baskets);
  tcase_add_test(tests, dense_baskets);
  tcase_add_test(tests, same_for_any_threads_and_processor);
  tcase_add_loop_test(tests, order_of_baskets_and_items_is_nothing, 0, 3);
  tcase_add_test(tests, one_long_basket);
  tcase_add_test(tests, nothing_to_find);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, out_of_memory);
  tcase_add_test(tests, out_of_memory_whatever_is_asked);
  tcase_add_test(tests, what_is_known_of_itemsets);
  tcase_add_test(tests, out_of_memory_among_lists);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
