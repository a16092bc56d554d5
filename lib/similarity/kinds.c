/* The table of kernels. */
#include "lib/similarity/rows.h"
#include "lib/base/cpu.h"
#include "lib/similarity/walk.h"

#include <float.h>
#include <math.h>

/* Of functions that loops over many pairs take in, so that they become vectors. */
#define INLINE static inline __attribute__((always_inline))

INLINE double clamp(double value) {
  double low = value < -1 ? -1 : value;
  return low > 1 ? 1 : low;
}

/* dot / sqrt(product of the squares), 0 when one is all zero. */
INLINE double cosine_of(double dot, double x_squares, double y_squares) {
  double squares = x_squares * y_squares;
  double cosine = clamp(dot / sqrt(squares > 0 ? squares : 1));
  return squares > 0 ? cosine : 0;
}

INLINE double finish_cosine(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                            const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)dimension;
  return cosine_of(overlap->dot, x->squares, y->squares);
}

static void sift_cosine(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                        double dimension) {
  (void)kernel;
  (void)dimension;
  sieve->level = threshold * sqrt(x->squares);
}

static void tax_cosine(double *gain, double *toll, const recs__facts *y, double dimension) {
  (void)toll;
  (void)dimension;
  *gain = y->squares > 0 ? 1 / sqrt(y->squares) : 0;
}

INLINE double finish_dot(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                         const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)x;
  (void)y;
  (void)dimension;
  return overlap->dot;
}

static void sift_dot(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                     double dimension) {
  (void)kernel;
  (void)x;
  (void)dimension;
  sieve->level = threshold;
}

/* common / (common + alpha only-x + beta only-y); alpha = beta = 1 is Jaccard, 1/2 is Dice. */
INLINE double tversky(double alpha, double beta, const recs__facts *x, const recs__facts *y, double common) {
  double whole = common + alpha * (x->count - common) + beta * (y->count - common);
  return common / (common > 0 ? whole : 1);
}

/* c > t (c + a (x - c) + b (y - c)) solved for c, which is the dot of ones. */
static void sift_sets(recs__sieve *sieve, double alpha, double beta, const recs__facts *x, double threshold) {
  double rest = 1 - threshold + threshold * (alpha + beta);
  sieve->slope = rest > 0 ? threshold * beta / rest : 0;
  sieve->level = rest > 0 ? threshold * alpha * x->count / rest : 0;
}

static void tax_sets(double *gain, double *toll, const recs__facts *y, double dimension) {
  (void)gain;
  (void)dimension;
  *toll = y->count;
}

INLINE double finish_jaccard(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                             const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)dimension;
  return tversky(1, 1, x, y, overlap->common);
}

static void sift_jaccard(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                         double dimension) {
  (void)kernel;
  (void)dimension;
  sift_sets(sieve, 1, 1, x, threshold);
}

INLINE double finish_dice(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                          const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)dimension;
  return tversky(0.5, 0.5, x, y, overlap->common);
}

static void sift_dice(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                      double dimension) {
  (void)kernel;
  (void)dimension;
  sift_sets(sieve, 0.5, 0.5, x, threshold);
}

INLINE double finish_tversky(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                             const recs__overlap *overlap, double dimension) {
  (void)dimension;
  return tversky(kernel->options.alpha, kernel->options.beta, x, y, overlap->common);
}

static void sift_tversky(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                         double dimension) {
  (void)dimension;
  sift_sets(sieve, kernel->options.alpha, kernel->options.beta, x, threshold);
}

INLINE double finish_overlap(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                             const recs__overlap *overlap, double dimension) {
  double fewer = x->count < y->count ? x->count : y->count;
  (void)kernel;
  (void)dimension;
  return overlap->common / (overlap->common > 0 ? fewer : 1);
}

/* A correlation from sums over n columns. Spreads that are nothing but rounding of large equal values count as none. */
static double correlation(double n, double x, double y, double xx, double yy, double xy) {
  double x_spread = n * xx - x * x, y_spread = n * yy - y * y;
  if (x_spread <= 8 * DBL_EPSILON * n * xx || y_spread <= 8 * DBL_EPSILON * n * yy)
    return 0;
  return cosine_of(n * xy - x * y, x_spread, y_spread);
}

static double finish_pearson(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                             const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)x;
  (void)y;
  (void)dimension;
  return correlation(overlap->common, overlap->x_sum, overlap->y_sum, overlap->x_squares, overlap->y_squares,
                     overlap->dot);
}

/* A correlation does not change when a number is taken off all values of a row: a whole one near their mean keeps the
 * sums small and whole ratings exact. */
static void weigh_pearson(float *values, const recs_kernel *kernel, const recs__lesson *lesson, const uint32_t *columns,
                          size_t count) {
  double sum = 0;
  float shift;
  (void)kernel;
  (void)lesson;
  (void)columns;
  for (size_t i = 0; i < count; i++)
    sum += (double)values[i];
  shift = count == 0 ? 0 : (float)rint(sum / (double)count);
  for (size_t i = 0; i < count; i++)
    values[i] -= shift;
}

/* The correlation of two rows in two passes; over common columns, or over all of the dimension. */
static double correlate(const recs__row *x, const recs__row *y, double dimension, int all) {
  recs__walk walk = {x, y, 0, 0};
  double n = 0, met = 0, a, b, x_mean = 0, y_mean = 0, xx = 0, yy = 0, xy = 0, x_all = 0, y_all = 0;
  while (recs__walk_next(&walk, &a, &b)) {
    if (!all && (a == 0 || b == 0))
      continue;
    met += 1;
    x_mean += a;
    y_mean += b;
    x_all += a * a;
    y_all += b * b;
  }
  n = all ? dimension : met;
  if (n == 0)
    return 0;
  x_mean /= n;
  y_mean /= n;
  walk = (recs__walk){x, y, 0, 0};
  while (recs__walk_next(&walk, &a, &b)) {
    if (!all && (a == 0 || b == 0))
      continue;
    xx += (a - x_mean) * (a - x_mean);
    yy += (b - y_mean) * (b - y_mean);
    xy += (a - x_mean) * (b - y_mean);
  }
  xx += (n - met) * x_mean * x_mean;
  yy += (n - met) * y_mean * y_mean;
  xy += (n - met) * x_mean * y_mean;
  if (xx <= n * DBL_EPSILON * DBL_EPSILON * x_all || yy <= n * DBL_EPSILON * DBL_EPSILON * y_all)
    return 0; /* all equal, but for the rounding of the mean */
  return cosine_of(xy, xx, yy);
}

static double pair_pearson(const recs__row *x, const recs__row *y, double dimension) {
  return correlate(x, y, dimension, 0);
}

static double pair_pearson_all(const recs__row *x, const recs__row *y, double dimension) {
  return correlate(x, y, dimension, 1);
}

static double finish_pearson_all(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                                 const recs__overlap *overlap, double dimension) {
  (void)kernel;
  return correlation(dimension, x->sum, y->sum, x->squares, y->squares, overlap->dot);
}

/* The spread of a row, sqrt(squares - sum^2 / n). */
static double spread_of(const recs__facts *facts, double dimension) {
  return sqrt(fmax(0, facts->squares - facts->sum * facts->sum / dimension));
}

/* dot - sum(x) sum(y) / n > threshold spread(x) spread(y) */
static void sift_pearson_all(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                             double dimension) {
  (void)kernel;
  sieve->slope = x->sum / dimension;
  sieve->level = threshold * spread_of(x, dimension);
}

static void tax_pearson_all(double *gain, double *toll, const recs__facts *y, double dimension) {
  double spread = spread_of(y, dimension);
  *gain = spread > 0 ? 1 / spread : 0;
  *toll = y->sum * *gain;
}

/* The mean of each column's nonzeros. */
static int32_t learn_means(recs__lesson *lesson, const recs_matrix *matrix) {
  uint32_t *counts = recs__alloc_zero(matrix->object.context, matrix->columns, sizeof *counts);
  if (counts == NULL)
    return recs__fail_nomem();
  for (uint64_t e = 0; e < recs_matrix_entries(matrix); e++) {
    lesson->columns[matrix->indices[e]] += (double)matrix->values[e];
    counts[matrix->indices[e]] += matrix->values[e] != 0;
  }
  for (uint32_t column = 0; column < matrix->columns; column++)
    lesson->columns[column] /= counts[column] > 0 ? counts[column] : 1;
  recs__free(matrix->object.context, counts);
  return RECS_OK;
}

static void weigh_centred(float *values, const recs_kernel *kernel, const recs__lesson *lesson, const uint32_t *columns,
                          size_t count) {
  (void)kernel;
  for (size_t i = 0; i < count; i++)
    values[i] = (float)((double)values[i] - lesson->columns[columns[i]]);
}

static double finish_common_cosine(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                                   const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)x;
  (void)y;
  (void)dimension;
  return cosine_of(overlap->dot, overlap->x_squares, overlap->y_squares);
}

static double finish_euclidean(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                               const recs__overlap *overlap, double dimension) {
  (void)kernel;
  (void)dimension;
  return 1 / (1 + sqrt(fmax(0, x->squares + y->squares - 2 * overlap->dot)));
}

static double pair_euclidean(const recs__row *x, const recs__row *y, double dimension) {
  recs__walk walk = {x, y, 0, 0};
  double a, b, squares = 0;
  (void)dimension;
  while (recs__walk_next(&walk, &a, &b))
    squares += (a - b) * (a - b);
  return 1 / (1 + sqrt(squares));
}

/* The distance is below 1 / threshold - 1, so dot - squares(y) / 2 > (squares(x) - (1 / threshold - 1)^2) / 2. */
static void sift_euclidean(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold,
                           double dimension) {
  double reach = threshold > 0 ? 1 / threshold - 1 : INFINITY;
  (void)kernel;
  (void)dimension;
  sieve->slope = 0.5;
  sieve->level = (x->squares - reach * reach) / 2;
}

static void tax_euclidean(double *gain, double *toll, const recs__facts *y, double dimension) {
  (void)gain;
  (void)dimension;
  *toll = y->squares;
}

/* ln n - ln(1 + df) for each column, as implicit (nearest_neighbours.py) has it: a term in all rows weighs a little
 * below 0. n: the rows that are compared. Also the mean of the rows' sums. */
static int32_t learn_idf(recs__lesson *lesson, const recs_matrix *matrix) {
  double sum = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      if (matrix->values[e] < 0)
        return recs__fail(RECS_ERROR_NUMERIC, "row %u, column %u is %g: TF-IDF and BM25 weigh no negative values", row,
                          matrix->indices[e], (double)matrix->values[e]);
      lesson->columns[matrix->indices[e]] += matrix->values[e] > 0;
      sum += (double)matrix->values[e];
    }
  }
  for (uint32_t column = 0; column < matrix->columns; column++)
    lesson->columns[column] = log((double)matrix->rows) - log1p(lesson->columns[column]);
  lesson->average = matrix->rows > 0 ? sum / matrix->rows : 0;
  return RECS_OK;
}

static int32_t refuse_negatives(const recs__row *row) {
  for (size_t i = 0; i < row->count; i++) {
    if (row->values[i] < 0)
      return recs__fail(RECS_ERROR_NUMERIC, "column %u is %g: TF-IDF and BM25 weigh no negative values",
                        row->columns[i], (double)row->values[i]);
  }
  return RECS_OK;
}

static void weigh_tfidf(float *values, const recs_kernel *kernel, const recs__lesson *lesson, const uint32_t *columns,
                        size_t count) {
  (void)kernel;
  for (size_t i = 0; i < count; i++)
    values[i] = (float)(sqrt((double)values[i]) * lesson->columns[columns[i]]);
}

/* tf (K1 + 1) / (K1 length + tf) idf, where length = 1 - B + B sum / mean sum. */
static void weigh_bm25(float *values, const recs_kernel *kernel, const recs__lesson *lesson, const uint32_t *columns,
                       size_t count) {
  double k1 = kernel->options.k1, b = kernel->options.b, sum = 0, length;
  for (size_t i = 0; i < count; i++)
    sum += (double)values[i];
  length = 1 - b + (lesson->average > 0 ? b * sum / lesson->average : 0);
  for (size_t i = 0; i < count; i++)
    values[i] = (float)((double)values[i] * (k1 + 1) / (k1 * length + (double)values[i]) * lesson->columns[columns[i]]);
}

/* A finish over many pairs. What it does not use is not read. */
#define EACH(name)                                                                                                     \
  for (size_t i = 0; i < count; i++) {                                                                                 \
    recs__facts y = recs__rows_facts(rows, pairs->ids[i]);                                                             \
    recs__overlap overlap = {pairs->common[i], pairs->dot[i], 0, 0, 0, 0};                                             \
    out[i] = finish_##name(kernel, x, &y, &overlap, rows->columns);                                                    \
  }
#define MANY_OF(name, target, suffix)                                                                                  \
  target static void many_##name##suffix(double *restrict out, const recs_kernel *kernel, const recs__facts *x,        \
                                         const recs__pairs *pairs, size_t count, const recs__rows *rows) {             \
    EACH(name)                                                                                                         \
  }
#ifdef RECS__SIMD_X86
#define MANY(name) MANY_OF(name, , ) MANY_OF(name, RECS__TARGET_AVX2, _avx2) MANY_OF(name, RECS__TARGET_AVX512, _avx512)
#define MANIES(name) {many_##name, many_##name##_avx2, many_##name##_avx512}
#else
#define MANY(name) MANY_OF(name, , )
#define MANIES(name) {many_##name, many_##name, many_##name}
#endif

MANY(cosine)
MANY(dot)
MANY(jaccard)
MANY(dice)
MANY(tversky)
MANY(overlap)

static const recs__kernel_kind pearson_all = {.name = "pearson",
                                              .sums = RECS__SUMS_DOT,
                                              .finish = finish_pearson_all,
                                              .pair = pair_pearson_all,
                                              .apart = 1,
                                              .sift = sift_pearson_all,
                                              .tax = tax_pearson_all};

static const recs__kernel_kind kinds[] = {
    [RECS_KERNEL_COSINE] = {.name = "cosine",
                            .sums = RECS__SUMS_DOT,
                            .finish = finish_cosine,
                            .many = MANIES(cosine),
                            .flat = 1,
                            .sift = sift_cosine,
                            .tax = tax_cosine},
    [RECS_KERNEL_DOT] =
        {.name = "dot", .sums = RECS__SUMS_DOT, .finish = finish_dot, .many = MANIES(dot), .flat = 1, .sift = sift_dot},
    [RECS_KERNEL_JACCARD] = {.name = "jaccard",
                             .sums = RECS__SUMS_COMMON,
                             .finish = finish_jaccard,
                             .many = MANIES(jaccard),
                             .sift = sift_jaccard,
                             .tax = tax_sets},
    [RECS_KERNEL_DICE] = {.name = "dice",
                          .sums = RECS__SUMS_COMMON,
                          .finish = finish_dice,
                          .many = MANIES(dice),
                          .sift = sift_dice,
                          .tax = tax_sets},
    [RECS_KERNEL_TVERSKY] = {.name = "tversky",
                             .sums = RECS__SUMS_COMMON,
                             .finish = finish_tversky,
                             .many = MANIES(tversky),
                             .sift = sift_tversky,
                             .tax = tax_sets},
    [RECS_KERNEL_OVERLAP] =
        {.name = "overlap", .sums = RECS__SUMS_COMMON, .finish = finish_overlap, .many = MANIES(overlap)},
    [RECS_KERNEL_PEARSON] = {.name = "pearson",
                             .sums = RECS__SUMS_ALL,
                             .over_all = &pearson_all,
                             .weigh = weigh_pearson,
                             .finish = finish_pearson,
                             .pair = pair_pearson},
    [RECS_KERNEL_ADJUSTED_COSINE] = {.name = "adjusted-cosine",
                                     .sums = RECS__SUMS_ALL,
                                     .learn = learn_means,
                                     .weigh = weigh_centred,
                                     .finish = finish_common_cosine},
    [RECS_KERNEL_EUCLIDEAN] = {.name = "euclidean",
                               .sums = RECS__SUMS_DOT,
                               .finish = finish_euclidean,
                               .pair = pair_euclidean,
                               .apart = 1,
                               .sift = sift_euclidean,
                               .tax = tax_euclidean},
    [RECS_KERNEL_BM25] = {.name = "bm25",
                          .sums = RECS__SUMS_DOT,
                          .learn = learn_idf,
                          .refuses = refuse_negatives,
                          .weigh = weigh_bm25,
                          .finish = finish_dot,
                          .many = MANIES(dot),
                          .flat = 1,
                          .sift = sift_dot},
    [RECS_KERNEL_TFIDF] = {.name = "tfidf",
                           .sums = RECS__SUMS_DOT,
                           .learn = learn_idf,
                           .refuses = refuse_negatives,
                           .weigh = weigh_tfidf,
                           .finish = finish_cosine,
                           .many = MANIES(cosine),
                           .flat = 1,
                           .sift = sift_cosine,
                           .tax = tax_cosine},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const recs__kernel_kind *recs__kernel_kind_of(int32_t kind, int32_t zeros) {
  if (kind < RECS_KERNEL_COSINE || kind >= KINDS)
    return NULL;
  return zeros != 0 && kinds[kind].over_all != NULL ? kinds[kind].over_all : &kinds[kind];
}

const recs__choice recs__kernel_choices[] = {
    {"cosine", RECS_KERNEL_COSINE},       {"dot", RECS_KERNEL_DOT},
    {"jaccard", RECS_KERNEL_JACCARD},     {"dice", RECS_KERNEL_DICE},
    {"tversky", RECS_KERNEL_TVERSKY},     {"overlap", RECS_KERNEL_OVERLAP},
    {"pearson", RECS_KERNEL_PEARSON},     {"adjusted-cosine", RECS_KERNEL_ADJUSTED_COSINE},
    {"euclidean", RECS_KERNEL_EUCLIDEAN}, {"bm25", RECS_KERNEL_BM25},
    {"tfidf", RECS_KERNEL_TFIDF},         {NULL, 0},
};
