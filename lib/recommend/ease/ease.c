/* EASE: a linear model of each item by all others, in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"):
 * B minimises |X - XB|^2 + lambda |B|^2 with a diagonal of 0. */
#include "lib/recommend/ease/ease.h"

#include "lib/recommend/kinds.h"

typedef struct ease {
  recs_scorer scorer;
  recs__ease_dense dense;
  recs_neighbors *sparse; /* not NULL: the weights are these, and `dense` is empty */
} ease;

static const recs__choice methods[] = {
    {"auto", RECS_EASE_AUTO}, {"exact", RECS_EASE_EXACT}, {"local", RECS_EASE_LOCAL}, {NULL, 0}};
static const recs__choice precisions[] = {{"double", RECS_EASE_DOUBLE}, {"single", RECS_EASE_SINGLE}, {NULL, 0}};

static const recs__field fields[] = {
    RECS__F64(recs_ease_options, lambda, 0.0, 1e15, 0.0,
              "Regularisation: what is added to the diagonal of X'X; 0: three times the mean of that diagonal."),
    RECS__F64(recs_ease_options, memory_mb, 0.0, 1e9, 4096.0, "What method auto lets an exact fit take, in MiB."),
    RECS__U32(recs_ease_options, top_k, 0, 65536, 0, "Weights kept of each item's row, the largest ones; 0: all."),
    RECS__U32(recs_ease_options, neighbors, 1, 4096, 95, "Items that method local fits an item's weights with."),
    RECS__CHOICE(recs_ease_options, method, methods, "auto|exact|local", RECS_EASE_AUTO, "How the weights are found."),
    RECS__CHOICE(recs_ease_options, precision, precisions, "double|single", RECS_EASE_DOUBLE, "The arithmetic of the inverse."),
};
static const recs_schema schema = RECS__SCHEMA("ease", recs_ease_options, fields);

static void destroy(void *object) {
  ease *self = object;
  recs__ease_dense_free(&self->dense);
  recs_neighbors_free(self->sparse);
}

/* A model without weights. */
static ease *create(recs_context *context, uint32_t items) {
  ease *self = recs__scorer_new(context, &recs__ease_kind, sizeof *self, items, destroy);
  if (self != NULL)
    self->dense.context = context;
  return self;
}

static double sparse_bytes(const recs__groups *groups, uint32_t top_k) {
  return (double)groups->item_begins[groups->count] * top_k * (sizeof(uint32_t) + sizeof(float));
}

static double dense_bytes(const recs__groups *groups) {
  double bytes = 0;
  for (uint32_t group = 0; group < groups->count; group++)
    bytes += (double)recs__group_items(groups, group) * recs__group_items(groups, group) * sizeof(float);
  return bytes;
}

static int fits_exactly(const recs__groups *groups, const recs_ease_options *options) {
  double bytes = recs__ease_exact_bytes(groups, options);
  bytes += options->top_k == 0 ? dense_bytes(groups) : sparse_bytes(groups, options->top_k);
  return options->method == RECS_EASE_EXACT || (options->method == RECS_EASE_AUTO && bytes <= options->memory_mb * 1024 * 1024);
}

/* Room for top_k weights an item, where it has as many others. */
static int32_t init_sparse(recs__ease_sparse *sparse, recs_context *context, const recs__groups *groups, uint32_t items,
                           uint32_t top_k) {
  uint64_t *slots = recs__alloc_zero(context, items, sizeof *slots);
  int32_t status;
  if (slots == NULL)
    return recs__fail_nomem();
  for (uint32_t group = 0; group < groups->count; group++) {
    uint32_t others = recs__group_items(groups, group) - 1;
    for (uint32_t place = groups->item_begins[group]; place < groups->item_begins[group + 1]; place++)
      slots[groups->members[place]] = others < top_k ? others : top_k;
  }
  status = recs__ease_sparse_init(sparse, context, items, slots);
  recs__free(context, slots);
  return status;
}

static int32_t fit_exactly(ease *self, const recs__groups *groups, const recs_ease_options *options, const recs__progress *progress) {
  recs_context *context = self->scorer.object.context;
  recs__ease_weights weights = {context, groups, NULL, NULL};
  recs__ease_sparse sparse;
  if (options->top_k == 0) {
    RECS_TRY(recs__ease_dense_init(&self->dense, groups, self->scorer.items));
    weights.dense = &self->dense;
    return recs__ease_exact(&weights, options, progress);
  }
  RECS_TRY(init_sparse(&sparse, context, groups, self->scorer.items, options->top_k));
  weights.sparse = &sparse;
  return recs__ease_sparse_finish(&self->sparse, &sparse, recs__ease_exact(&weights, options, progress));
}

/* Three times the mean of X'X's diagonal over the items that somebody has. By events held back of Amazon Beauty and Toys, Online Retail and a
 * generated set, the best lambda lies between a half and five times that mean, which is 35 to 2,000; three times it loses at most 5 % of
 * nDCG@10 on each. */
static double choose_lambda(const recs_matrix *matrix, const recs__groups *groups) {
  double sum = 0;
  uint64_t items = groups->touched;
  for (int64_t e = 0; e < matrix->offsets[matrix->rows]; e++)
    sum += (double)matrix->values[e] * (double)matrix->values[e];
  return items == 0 ? 1 : 3 * sum / (double)items;
}

static int32_t fit_weights(ease *self, const recs_training *training, const recs_ease_options *given,
                           const recs__progress *progress) {
  recs_ease_options chosen = *given, *options = &chosen;
  recs__groups groups;
  int32_t status;
  RECS_TRY(recs__groups_init(&groups, training->matrix));
  if (options->lambda == 0)
    options->lambda = choose_lambda(training->matrix, &groups);
  if (fits_exactly(&groups, options))
    status = fit_exactly(self, &groups, options, progress);
  else
    status = recs__ease_local(&self->sparse, training->matrix, &groups, options, progress);
  recs__groups_free(&groups);
  return status;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  ease *self = create(recs__context_of(training->matrix), recs_matrix_columns(training->matrix));
  (void)settings;
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  return recs__scorer_finish(out, self, fit_weights(self, training, options, progress));
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const ease *self = (const ease *)scorer;
  if (self->sparse == NULL) {
    recs__ease_dense_score(&self->dense, history, board);
    return RECS_OK;
  }
  for (size_t h = 0; h < history->count; h++)
    recs__ease_sparse_add(self->sparse, history->items[h], recs__history_weight(history, h), board);
  return RECS_OK;
}

static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  recs_history alone = {.struct_size = sizeof alone, .items = &item, .count = 1, .user = RECS_NO_ROW};
  return score(scorer, &alone, board);
}

static double weight_of(const ease *self, uint32_t from, uint32_t to) {
  return self->sparse == NULL ? recs__ease_dense_weight(&self->dense, from, to) : recs__ease_sparse_weight(self->sparse, from, to);
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  for (size_t h = 0; h < history->count; h++) {
    double weight = weight_of((const ease *)scorer, history->items[h], item);
    if (weight != 0)
      RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, history->items[h], NULL, recs__history_weight(history, h) * weight));
  }
  return RECS_OK;
}

static int32_t write_weights(const recs_scorer *scorer, recs__writer *writer) {
  const ease *self = (const ease *)scorer;
  RECS_TRY(recs__write_u64(writer, "pruned", self->sparse != NULL));
  if (self->sparse != NULL)
    RECS_SCOPED(writer, "weights", recs__neighbors_write(self->sparse, writer));
  else
    RECS_SCOPED(writer, "weights", recs__ease_dense_write(&self->dense, writer));
  return RECS_OK;
}

static int32_t read_arrays(ease *self, recs__reader *reader) {
  uint64_t pruned;
  RECS_TRY(recs__read_u64(reader, "pruned", 0, 1, &pruned));
  if (!pruned) {
    RECS_SCOPED(reader, "weights", recs__ease_dense_read(&self->dense, reader, self->scorer.items));
    return RECS_OK;
  }
  RECS_SCOPED(reader, "weights", recs__neighbors_read(&self->sparse, reader));
  if (recs_neighbors_rows(self->sparse) != self->scorer.items)
    return recs__fail(RECS_ERROR_FORMAT, "the weights are not those of the catalogue");
  return RECS_OK;
}

static int32_t read_weights(recs_scorer **out, recs__reader *reader, uint32_t items) {
  ease *self = create(reader->context, items);
  return self == NULL ? RECS_ERROR_NOMEM : recs__scorer_finish(out, self, read_arrays(self, reader));
}

const recs__scorer_kind recs__ease_kind = {
    .name = "ease",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_weights,
    .read = read_weights,
};
