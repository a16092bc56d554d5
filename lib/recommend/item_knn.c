/* Items that the same users have: score(i) = sum over the history of weight(j) sim(j, i), i among the k neighbours of j (Sarwar et al.
 * 2001; Deshpande and Karypis 2004). */
#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"
#include "lib/similarity/kernel.h"
#include "lib/similarity/neighbors_order.h"

#include <math.h>

typedef struct item_knn {
  recs_scorer scorer;
  recs_neighbors *neighbors; /* of the items */
  recs__recency recency;
  int normalize;
} item_knn;

/* The fields, with the defaults in which the two kinds differ. */
#define FIELDS(kernels, names, few, most, apart, back, from, to, fade)                                                      \
  {                                                                                                                         \
    RECS__F64(recs_item_knn_options, shrink, 0.0, 1e9, few,                                                                 \
              "A similarity that rests on c common users is multiplied by c / (c + shrink)."),                              \
    RECS__U32(recs_item_knn_options, k, 1, 65536, most, "Neighbours kept of each item."),                                   \
    RECS__CHOICE(recs_item_knn_options, kernel, kernels, names, RECS_KERNEL_COSINE,                                         \
                 "The similarity of two items by their users."),                                                            \
    RECS__FLAG(recs_item_knn_options, normalize, 0, "Divide by the sum of the similarities that a score is made of."),      \
    RECS__U32(recs_item_knn_options, window, 0, UINT32_MAX, 0,                                                              \
              "Items more than this many steps apart do not count together; 0: all do."),                                   \
    RECS__F64(recs_item_knn_options, distance, 0.0, 16.0, apart,                                                            \
              "Items that are d steps apart in a history count d^-distance together; 0: as much as neighbours."),           \
    RECS__F64(recs_item_knn_options, backward, 0.0, 1.0, back,                                                              \
              "What an item that came before counts, against 1 for one that came after."),                                  \
    RECS__F64(recs_item_knn_options, exponent_from, 0.0, 2.0, from,                                                         \
              "A similarity is divided by the count of the history's item to this power."),                                 \
    RECS__F64(recs_item_knn_options, exponent_to, 0.0, 2.0, to,                                                             \
              "A similarity is divided by the count of the scored item to this power."),                                    \
    RECS__F64(recs_item_knn_options, recency, 0.0, 1.0, fade,                                                               \
              "What is left of an item's weight a step back in the history."),                                              \
    RECS__F64(recs_item_knn_options, half_life, 0.0, HUGE_VAL, 0.0,                                                         \
              "An item this much older than the history's latest weighs half, in units of time; 0: no decay."),             \
  }

static const recs__field fields[] = FIELDS(recs__kernel_choices, RECS__KERNEL_NAMES, 0.0, 50, 0.0, 1.0, 0.5, 0.5, 1.0);
static const recs_schema schema = RECS__SCHEMA("item-knn", recs_item_knn_options, fields);

/* Order goes with the cosine alone. The numbers were chosen on the validation events of two logs of reviews. */
static const recs__choice order_kernels[] = {{"cosine", RECS_KERNEL_COSINE}, {NULL, 0}};
static const recs__field order_fields[] = FIELDS(order_kernels, "cosine", 2.0, 100, 0.5, 0.4, 0.5, 0.3, 0.6);
static const recs_schema order_schema = RECS__SCHEMA("order-knn", recs_item_knn_options, order_fields);

/* The neighbours of one item. */
typedef struct neighborhood {
  const uint32_t *rows;
  const float *scores;
  size_t count;
} neighborhood;

static neighborhood around(const item_knn *self, uint32_t item) {
  int64_t begin = self->neighbors->offsets[item];
  neighborhood found = {self->neighbors->ids + begin, self->neighbors->scores + begin,
                        (size_t)(self->neighbors->offsets[item + 1] - begin)};
  return found;
}

static void destroy(void *object) {
  recs_neighbors_free(((item_knn *)object)->neighbors);
}

static int32_t build_by_kernel(recs_neighbors **out, const recs_training *training, const recs_item_knn_options *chosen,
                               const recs__progress *progress) {
  recs_kernel *kernel = NULL;
  recs_matrix *items = NULL;
  recs_kernel_options similarity;
  recs__graph_job job = {.progress = *progress};
  int32_t status;
  RECS_TRY(recs_kernel_options_init(&similarity, sizeof similarity));
  RECS_TRY(recs_neighbors_options_init(&job.options, sizeof job.options));
  similarity.shrink = chosen->shrink;
  job.options.k = chosen->k;
  RECS_GO(recs_kernel_create(&kernel, recs__context_of(training->matrix), chosen->kernel, &similarity));
  RECS_GO(recs_matrix_transpose(&items, training->matrix));
  job.kernel = kernel;
  RECS_GO(recs__neighbors_sparse(out, &job, items));
cleanup:
  recs_matrix_free(items);
  recs_kernel_free(kernel);
  return status;
}

static int knows_order(const recs_item_knn_options *chosen) {
  return chosen->distance != 0 || chosen->backward != 1 || chosen->window != 0;
}

static int32_t build_by_order(recs_neighbors **out, const recs_training *training, const recs_item_knn_options *chosen,
                              const recs__progress *progress) {
  recs__order_job job = {.distance = chosen->distance,
                         .backward = chosen->backward,
                         .from = chosen->exponent_from,
                         .to = chosen->exponent_to,
                         .shrink = chosen->shrink,
                         .window = chosen->window,
                         .k = chosen->k,
                         .progress = *progress};
  if (chosen->kernel != RECS_KERNEL_COSINE)
    return recs__fail(RECS_ERROR_INVALID, "distance, backward, window and exponents go with kernel=cosine only");
  if (knows_order(chosen) && training->histories == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "neighbours by distance, backward or window need histories");
  job.sequences = knows_order(chosen) ? recs__sequences_of_histories(training->histories, training->matrix->columns)
                                      : recs__sequences_of_matrix(training->matrix);
  return recs__neighbors_order(out, recs__context_of(training->matrix), &job);
}

static int32_t build(recs_neighbors **out, const recs_training *training, const recs_item_knn_options *chosen,
                     const recs__progress *progress) {
  int plain = !knows_order(chosen) && chosen->exponent_from == 0.5 && chosen->exponent_to == 0.5;
  return (plain ? build_by_kernel : build_by_order)(out, training, chosen, progress);
}

/* Takes the neighbours, whatever happens. */
static int32_t create(recs_scorer **out, recs_neighbors *neighbors, uint32_t items, const recs__recency *recency,
                      int normalize) {
  item_knn *self = recs__scorer_new(recs__context_of(neighbors), &recs__item_knn_kind, sizeof *self, items, destroy);
  if (self == NULL) {
    recs_neighbors_free(neighbors);
    return RECS_ERROR_NOMEM;
  }
  self->neighbors = neighbors;
  self->recency = *recency;
  self->normalize = normalize;
  *out = &self->scorer;
  return RECS_OK;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_item_knn_options *chosen = options;
  recs__recency recency = {chosen->recency, chosen->half_life};
  recs_neighbors *neighbors;
  (void)settings;
  RECS_TRY(build(&neighbors, training, chosen, progress));
  return create(out, neighbors, recs_matrix_columns(training->matrix), &recency, chosen->normalize);
}

static int32_t fit_by_order(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                            const recs__progress *progress) {
  RECS_TRY(fit(out, training, options, settings, progress));
  (*out)->kind = &recs__order_knn_kind;
  return RECS_OK;
}

/* The sum of |sim| of what each item's score is made of, by which it is divided. */
static int32_t normalize(const item_knn *self, const recs__faded *faded, recs__board *board) {
  recs__board *sums;
  RECS_TRY(recs__board_child(&sums, board));
  for (size_t h = 0; h < faded->history.count; h++) {
    neighborhood row = around(self, faded->history.items[h]);
    for (size_t i = 0; i < row.count; i++)
      recs__board_add(sums, row.rows[i], recs__faded_by(faded, h) * fabs((double)row.scores[i]));
  }
  recs__board_divide_by(board, sums);
  return RECS_OK;
}

/* Rows lie anywhere in the graph: those to come are asked for while one is added. */
enum { AHEAD = 4 };
static void fetch_row(const item_knn *self, uint32_t item) {
  enum { LINE = 16 }; /* entries */
  neighborhood row = around(self, item);
  for (size_t i = 0; i < row.count; i += LINE) {
    __builtin_prefetch(row.rows + i);
    __builtin_prefetch(row.scores + i);
  }
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const item_knn *self = (const item_knn *)scorer;
  recs__faded faded;
  int32_t status = RECS_OK;
  RECS_TRY(recs__faded_init(&faded, scorer->object.context, &self->recency, history));
  for (size_t h = 0; h < history->count; h++) {
    neighborhood row = around(self, history->items[h]);
    if (h + AHEAD < history->count)
      fetch_row(self, history->items[h + AHEAD]);
    recs__board_add_row(board, row.rows, row.scores, row.count, recs__history_weight(&faded.history, h));
  }
  if (self->normalize)
    status = normalize(self, &faded, board);
  recs__faded_free(&faded, scorer->object.context);
  return status;
}

static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  neighborhood row = around((const item_knn *)scorer, item);
  recs__board_add_row(board, row.rows, row.scores, row.count, 1);
  return RECS_OK;
}

/* The similarity of `item` to one of the history, 0 when it is not among that one's neighbours. */
static double reach(const item_knn *self, uint32_t from, uint32_t item) {
  neighborhood row = around(self, from);
  for (size_t i = 0; i < row.count; i++) {
    if (row.rows[i] == item)
      return (double)row.scores[i];
  }
  return 0;
}

/* What each item of the history adds to the score of `item`. */
static int32_t share_out(const item_knn *self, const recs__faded *faded, uint32_t item, recs__reasons *out) {
  const recs_history *history = &faded->history;
  double divisor = 0;
  for (size_t h = 0; h < history->count && self->normalize; h++)
    divisor += recs__faded_by(faded, h) * fabs(reach(self, history->items[h], item));
  if (divisor == 0)
    divisor = 1;
  for (size_t h = 0; h < history->count; h++) {
    double similarity = reach(self, history->items[h], item);
    if (similarity != 0)
      RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, history->items[h], NULL,
                                 recs__history_weight(history, h) * similarity / divisor));
  }
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const item_knn *self = (const item_knn *)scorer;
  recs__faded faded;
  int32_t status;
  RECS_TRY(recs__faded_init(&faded, scorer->object.context, &self->recency, history));
  status = share_out(self, &faded, item, out);
  recs__faded_free(&faded, scorer->object.context);
  return status;
}

static int32_t write_neighbors(const recs_scorer *scorer, recs__writer *writer) {
  const item_knn *self = (const item_knn *)scorer;
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_u64(writer, "normalize", (uint64_t)self->normalize));
  RECS_SCOPED(writer, "neighbors", recs__neighbors_write(self->neighbors, writer));
  return RECS_OK;
}

static int32_t read_neighbors(recs_scorer **out, recs__reader *reader, uint32_t items) {
  recs_neighbors *neighbors;
  recs__recency recency;
  uint64_t normalize_flag;
  RECS_TRY(recs__recency_read(&recency, reader));
  RECS_TRY(recs__read_u64(reader, "normalize", 0, 1, &normalize_flag));
  RECS_SCOPED(reader, "neighbors", recs__neighbors_read(&neighbors, reader));
  if (recs_neighbors_rows(neighbors) != items) {
    recs_neighbors_free(neighbors);
    return recs__fail(RECS_ERROR_FORMAT, "the neighbours are not those of the catalogue");
  }
  return create(out, neighbors, items, &recency, (int)normalize_flag);
}

const recs__scorer_kind recs__item_knn_kind = {
    .name = "item-knn",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_neighbors,
    .read = read_neighbors,
};

const recs__scorer_kind recs__order_knn_kind = {
    .name = "order-knn",
    .schema = &order_schema,
    .fit = fit_by_order,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_neighbors,
    .read = read_neighbors,
};
