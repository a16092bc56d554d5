/* The inner loops' twins, and indexes and graphs in files. */
#include "support/container.h"
#include "support/support.h"

#include "lib/persist/container.h"
#include "lib/similarity/byte_tile.h"
#include "lib/similarity/index.h"
#include "lib/similarity/neighbors.h"

enum { MOST = 70, ROWS = 5, COLUMNS = 3 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static float some(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / (float)(1 << 22) - 2;
}

/* AVX2 and AVX-512 give the same bits, plain C within the stated bound, and the double dot the same bits everywhere. */
START_TEST(tiles_agree) {
  recs_context *contexts[] = {recs_test_threads(1, 0), recs_test_threads(1, RECS_CPU_AVX2),
                              recs_test_threads(1, UINT32_MAX)};
  static const float none[RECS__TILE_QUERIES] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY};
  static float group[MOST * RECS__TILE_ROWS], queries[MOST * RECS__TILE_QUERIES], x[MOST], y[MOST];
  uint32_t state = 7;
  for (size_t i = 0; i < MOST * RECS__TILE_ROWS; i++)
    group[i] = some(&state);
  for (size_t i = 0; i < MOST * RECS__TILE_QUERIES; i++)
    queries[i] = some(&state);
  for (uint32_t dimension = 0; dimension <= MOST; dimension++) {
    float six[3][RECS__TILE_QUERIES * RECS__TILE_ROWS], one[3][RECS__TILE_ROWS];
    uint64_t masks[RECS__TILE_QUERIES];
    double dots[3];
    for (uint32_t c = 0; c < dimension; c++) {
      x[c] = queries[c * RECS__TILE_QUERIES + 2];
      y[c] = group[c * RECS__TILE_ROWS + 5];
    }
    for (int i = 0; i < 3; i++) {
      const recs__tile_kind *tile = recs__tile_for(contexts[i]);
      ck_assert(tile->six(six[i], masks, queries, group, dimension, none));
      for (int q = 0; q < RECS__TILE_QUERIES; q++)
        ck_assert(masks[q] == UINT64_MAX);
      ck_assert(tile->one(one[i], x, group, dimension, -INFINITY) == UINT64_MAX);
      dots[i] = tile->dot(x, y, dimension);
    }
    ck_assert_mem_eq(six[1], six[2], sizeof six[1]);
    ck_assert_mem_eq(one[1], one[2], sizeof one[1]);
    ck_assert_mem_eq(&dots[0], &dots[1], sizeof dots[0]);
    ck_assert_mem_eq(&dots[0], &dots[2], sizeof dots[0]);
    for (int i = 0; i < 3; i++) {
      ck_assert_float_eq_tol(six[i][2 * RECS__TILE_ROWS + 5], (float)dots[0], 4 * (float)(dimension + 1) * 1e-7F);
      ck_assert_mem_eq(&six[i][2 * RECS__TILE_ROWS], one[i], sizeof one[i]);
    }
  }
  for (int i = 0; i < 3; i++)
    recs_context_free(contexts[i]);
}
END_TEST

/* One row passes for one query, wherever it lies; to be equal is not enough. */
START_TEST(the_row_above_its_level_is_found) {
  static const uint32_t cpus[] = {0, RECS_CPU_AVX2, UINT32_MAX};
  static const float queries[RECS__TILE_QUERIES] = {1, 2, 3, 4, 5, 6};
  for (int m = 0; m < 3; m++) {
    recs_context *own = recs_test_threads(1, cpus[m]);
    const recs__tile_kind *tile = recs__tile_for(own);
    for (int lane = 0; lane < RECS__TILE_ROWS; lane++) {
      float group[RECS__TILE_ROWS] = {0}, places[RECS__TILE_QUERIES * RECS__TILE_ROWS];
      float levels[RECS__TILE_QUERIES] = {3, 6, 9, 12, 15, 18};
      uint64_t masks[RECS__TILE_QUERIES] = {0};
      int q = lane % RECS__TILE_QUERIES;
      group[lane] = 3;
      ck_assert(!tile->six(places, masks, queries, group, 1, levels));
      ck_assert(tile->one(places, &queries[q], group, 1, levels[q]) == 0);
      levels[q] -= 1;
      ck_assert(tile->six(places, masks, queries, group, 1, levels));
      for (int i = 0; i < RECS__TILE_QUERIES; i++)
        ck_assert(masks[i] == (i == q ? UINT64_C(1) << lane : 0));
      ck_assert_float_eq(places[q * RECS__TILE_ROWS + lane], levels[q] + 1);
      ck_assert(tile->one(places, &queries[q], group, 1, levels[q]) == UINT64_C(1) << lane);
      ck_assert_float_eq(places[lane], levels[q] + 1);
    }
    recs_context_free(own);
  }
}
END_TEST

static uint32_t next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

/* A group of bytes with its head; the largest bytes there are in every seventh quad. */
static void fill_bytes(uint8_t *group, uint8_t *queries, uint32_t quads, uint32_t *state) {
  int32_t sums[RECS__TILE_ROWS] = {0};
  float inverses[RECS__TILE_ROWS];
  for (size_t i = 0; i < (size_t)quads * RECS__BYTE_QUAD; i++) {
    int value = i / RECS__BYTE_QUAD % 7 == 6 ? 127 : (int)(next(state) % 255) - 127;
    group[RECS__BYTE_HEAD + i] = (uint8_t)(int8_t)value;
    sums[i % RECS__BYTE_QUAD / 4] -= 128 * value;
  }
  for (size_t i = 0; i < (size_t)quads * 4 * RECS__TILE_QUERIES; i++)
    queries[i] = i / (4 * RECS__TILE_QUERIES) % 7 == 6 ? 255 : (uint8_t)(1 + next(state) % 255);
  for (int lane = 0; lane < RECS__TILE_ROWS; lane++)
    inverses[lane] = (float)(next(state) % 100) / 10;
  memcpy(group, sums, sizeof sums);
  memcpy(group + sizeof sums, inverses, sizeof inverses);
}

/* The products are whole numbers: all twins give the same, and say the same of who passes. */
START_TEST(byte_tiles_agree) {
  enum { QUADS = 33 };
  const recs__byte_tile *fast = recs__byte_tile_for(context), *plain = &recs__byte_tile_plain;
  static uint8_t group[RECS__BYTE_HEAD + QUADS * RECS__BYTE_QUAD], queries[QUADS * 4 * RECS__TILE_QUERIES];
  uint32_t state = 5;
  for (uint32_t quads = 0; quads <= QUADS; quads++) {
    int32_t six[2][RECS__TILE_QUERIES * RECS__TILE_ROWS], one[2][RECS__TILE_ROWS];
    uint64_t masks[2][RECS__TILE_QUERIES];
    recs__byte_level levels[RECS__TILE_QUERIES];
    uint8_t alone[QUADS * 4];
    fill_bytes(group, queries, quads, &state);
    for (int q = 0; q < RECS__TILE_QUERIES; q++)
      levels[q] = (recs__byte_level){(float)next(&state) / 4 - 8000, (float)(next(&state) % 5000)};
    for (size_t i = 0; i < 4 * (size_t)quads; i++)
      alone[i] = queries[i / 4 * 4 * RECS__TILE_QUERIES + 4 + i % 4];
    ck_assert_int_eq(plain->six(six[0], masks[0], queries, group, quads, levels), 1);
    ck_assert(plain->one(one[0], alone, group, quads, levels[1]) == masks[0][1]);
    ck_assert_mem_eq(one[0], six[0] + RECS__TILE_ROWS, sizeof one[0]);
    for (int lane = 0; lane < RECS__TILE_ROWS; lane += 9) {
      int64_t sum = 0;
      for (size_t i = 0; i < 4 * (size_t)quads; i++)
        sum += ((int)alone[i] - 128) * (int8_t)group[RECS__BYTE_HEAD + i / 4 * RECS__BYTE_QUAD + (size_t)lane * 4 + i % 4];
      ck_assert_int_eq(one[0][lane], sum);
    }
    if (fast == NULL)
      continue;
    ck_assert_int_eq(fast->six(six[1], masks[1], queries, group, quads, levels), 1);
    ck_assert_mem_eq(masks[1], masks[0], sizeof masks[0]);
    ck_assert_mem_eq(six[1], six[0], sizeof six[0]);
    ck_assert(fast->one(one[1], alone, group, quads, levels[1]) == masks[0][1]);
    ck_assert_mem_eq(one[1], one[0], sizeof one[0]);
    for (int q = 0; q < RECS__TILE_QUERIES; q++)
      levels[q] = (recs__byte_level){INFINITY, 1};
    ck_assert_int_eq(fast->six(six[1], masks[1], queries, group, quads, levels), 0);
    ck_assert_int_eq(plain->six(six[0], masks[0], queries, group, quads, levels), 0);
  }
}
END_TEST

static int32_t write_index(const void *object, recs__writer *writer) {
  return recs__index_write(object, writer);
}

static int32_t read_index(void **out, recs__reader *reader) {
  recs_index *index;
  int32_t status = recs__index_read(&index, reader);
  *out = index;
  return status;
}

static int32_t write_graph(const void *object, recs__writer *writer) {
  return recs__neighbors_write(object, writer);
}

static int32_t read_graph(void **out, recs__reader *reader) {
  recs_neighbors *neighbors;
  int32_t status = recs__neighbors_read(&neighbors, reader);
  *out = neighbors;
  return status;
}

static const recs__kind index_kind = {"index", write_index, read_index};
static const recs__kind graph_kind = {"graph", write_graph, read_graph};

static const int64_t offsets[] = {0, 2, 4, 6, 7, 7};
static const uint32_t columns[] = {0, 1, 0, 1, 1, 2, 2};
static const float values[] = {1, 1, 2, 2, 1, 1, 3};
static const float dense[] = {1, 1, 0, 2, 2, 0, 0, 1, 1, 0, 0, 3, 0, 0, 0};

typedef struct bytes {
  unsigned char *data;
  size_t size;
} bytes;

static bytes save(const recs__kind *kind, const void *object) {
  recs__new_buffer buffer;
  bytes out;
  recs__new_buffer_init(&buffer, context);
  ck_ok(recs__container_write(&buffer.sink, context, kind, object));
  out.size = buffer.size;
  out.data = recs__new_buffer_take(&buffer);
  return out;
}

static int32_t load(void **out, recs_context *own, bytes file, const recs__kind *kind) {
  recs__backing *backing;
  int32_t status = recs__backing_copy(&backing, own, file.data, file.size);
  *out = NULL;
  if (status != RECS_OK)
    return status;
  status = recs__container_read(out, backing, kind);
  recs__release(backing);
  return status;
}

static recs_index *make_index(int32_t kind, int of_dense) {
  recs_kernel_options options;
  recs_kernel *kernel;
  recs_matrix *matrix;
  recs_index *index;
  ck_ok(recs_kernel_options_init(&options, sizeof options));
  options.alpha = 0.1;
  options.k1 = 2;
  options.shrink = kind == RECS_KERNEL_DOT ? 0 : 0.5;
  options.zeros = of_dense;
  if (of_dense)
    options.shrink = 0;
  ck_ok(recs_kernel_create(&kernel, context, kind, &options));
  ck_ok(recs_matrix_create(&matrix, context, ROWS, COLUMNS, offsets, columns, values));
  if (of_dense)
    ck_ok(recs_index_create_dense(&index, kernel, dense, ROWS, COLUMNS));
  else
    ck_ok(recs_index_create(&index, kernel, matrix));
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  return index;
}

static recs_neighbors *make_graph(void) {
  recs_kernel *kernel;
  recs_matrix *matrix;
  recs_neighbors *neighbors;
  ck_ok(recs_kernel_create(&kernel, context, RECS_KERNEL_COSINE, NULL));
  ck_ok(recs_matrix_create(&matrix, context, ROWS, COLUMNS, offsets, columns, values));
  ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, NULL, NULL, NULL));
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  return neighbors;
}

START_TEST(indexes_come_back) {
  static const float query[] = {1, 0, 2};
  for (int i = 0; i < 2 * RECS_KERNEL_TFIDF; i++) {
    recs_index *index = make_index(i / 2 + 1, i % 2), *read;
    bytes file = save(&index_kind, index);
    float before[ROWS], after[ROWS];
    void *object;
    ck_ok(load(&object, context, file, &index_kind));
    read = object;
    ck_assert_uint_eq(recs_index_rows(read), ROWS);
    ck_ok(recs_index_scores_dense(before, index, query, COLUMNS));
    ck_ok(recs_index_scores_dense(after, read, query, COLUMNS));
    ck_assert_mem_eq(before, after, sizeof before);
    recs_index_free(index);
    recs_index_free(read);
    recs__buffer_free(file.data);
  }
}
END_TEST

START_TEST(graphs_come_back) {
  recs_neighbors *neighbors = make_graph(), *read;
  bytes file = save(&graph_kind, neighbors);
  void *object;
  ck_ok(load(&object, context, file, &graph_kind));
  read = object;
  ck_assert_uint_eq(read->rows, ROWS);
  ck_assert_mem_eq(read->offsets, neighbors->offsets, (ROWS + 1) * sizeof *read->offsets);
  ck_assert_mem_eq(read->ids, neighbors->ids, (size_t)read->offsets[ROWS] * sizeof *read->ids);
  ck_assert_mem_eq(read->scores, neighbors->scores, (size_t)read->offsets[ROWS] * sizeof *read->scores);
  recs_neighbors_free(neighbors);
  recs_neighbors_free(read);
  recs__buffer_free(file.data);
}
END_TEST

static double no_kernel(void *payload, const uint32_t *x, const float *x_value, size_t x_count, const uint32_t *y,
                        const float *y_value, size_t y_count) {
  (void)payload;
  (void)x;
  (void)x_value;
  (void)y;
  (void)y_value;
  return (double)(x_count + y_count);
}

START_TEST(custom_indexes_stay) {
  recs__new_buffer buffer;
  recs_kernel *kernel;
  recs_matrix *matrix;
  recs_index *index;
  ck_ok(recs_kernel_create_custom(&kernel, context, no_kernel, NULL));
  ck_ok(recs_matrix_create(&matrix, context, ROWS, COLUMNS, offsets, columns, values));
  ck_ok(recs_index_create(&index, kernel, matrix));
  recs__new_buffer_init(&buffer, context);
  ck_fails(recs__container_write(&buffer.sink, context, &index_kind, index), RECS_ERROR_UNSUPPORTED, "custom");
  recs__buffer_free(recs__new_buffer_take(&buffer));
  recs_index_free(index);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
}
END_TEST

/* Every byte set to several values, with right checksums: refused, or read and safe to use. */
static void try_damage(bytes file, const recs__kind *kind, void (*use)(void *object)) {
  static const unsigned char masks[] = {1, 0x80, 0xff};
  unsigned char *copy = malloc(file.size);
  for (size_t i = 0; i < 3 * file.size; i++) {
    void *object;
    memcpy(copy, file.data, file.size);
    copy[i / 3] ^= masks[i % 3];
    recs_test_repair(copy, file.size);
    if (load(&object, context, (bytes){copy, file.size}, kind) == RECS_OK)
      use(object);
    else
      ck_assert(object == NULL && recs_last_error()[0] != 0);
  }
  free(copy);
}

static void use_index(void *object) {
  static const float query[] = {1, 2, 3};
  recs_index *index = object;
  uint32_t count = recs_index_rows(index);
  float *scores = malloc((count + 1) * sizeof *scores);
  recs_index_scores_dense(scores, index, query, COLUMNS);
  free(scores);
  recs_index_free(index);
}

static void use_graph(void *object) {
  recs_neighbors *neighbors = object;
  for (uint32_t row = 0; row < recs_neighbors_rows(neighbors); row++) {
    const uint32_t *ids;
    const float *scores;
    size_t count;
    ck_ok(recs_neighbors_row(&ids, &scores, &count, neighbors, row));
    for (size_t i = 0; i < count; i++)
      ck_assert(ids[i] < recs_neighbors_rows(neighbors) && isfinite(scores[i]));
  }
  recs_neighbors_free(neighbors);
}

START_TEST(crafted_files_are_refused_or_harmless) {
  static const int32_t kinds[] = {RECS_KERNEL_COSINE, RECS_KERNEL_JACCARD, RECS_KERNEL_BM25};
  recs_neighbors *neighbors = make_graph();
  bytes file = save(&graph_kind, neighbors);
  try_damage(file, &graph_kind, use_graph);
  recs__buffer_free(file.data);
  recs_neighbors_free(neighbors);
  for (int i = 0; i < 4; i++) {
    recs_index *index = make_index(kinds[i % 3], i == 3);
    file = save(&index_kind, index);
    try_damage(file, &index_kind, use_index);
    recs__buffer_free(file.data);
    recs_index_free(index);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("similarity");
  TCase *tcase = tcase_create("similarity");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, tiles_agree);
  tcase_add_test(tcase, the_row_above_its_level_is_found);
  tcase_add_test(tcase, byte_tiles_agree);
  tcase_add_test(tcase, indexes_come_back);
  tcase_add_test(tcase, graphs_come_back);
  tcase_add_test(tcase, custom_indexes_stay);
  tcase_add_test(tcase, crafted_files_are_refused_or_harmless);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
