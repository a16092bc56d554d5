/* What a scorer is inside the library: a table of functions and its fitted state. */
#ifndef RECS_LIB_RECOMMEND_SCORER_H
#define RECS_LIB_RECOMMEND_SCORER_H

#include "lib/base/object.h"
#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/base/stream.h"
#include "lib/data/candidates.h"
#include "lib/recommend/board.h"
#include <recs/recommend.h>

/* One share of an item's score. */
typedef struct recs__reason {
  int32_t kind; /* RECS_REASON_* */
  uint32_t row;
  const char *label; /* borrowed from the scorer, or NULL */
  double amount;
} recs__reason;

/* A growing list of reasons. */
typedef struct recs__reasons {
  const recs_context *context;
  recs__reason *list;
  size_t count;
  size_t capacity;
} recs__reasons;

int32_t recs__reasons_add(recs__reasons *reasons, int32_t kind, uint32_t row, const char *label, double amount);

/* A kind of scorer. A new one is one file with such a table, and one line in kinds.c. */
typedef struct recs__scorer_kind {
  const char *name;
  const recs_schema *schema;
  /* `options` is the schema's struct, checked. */
  int32_t (*fit)(recs_scorer **out, const recs_training *training, const void *options, const recs__progress *progress);
  /* Adds the score of each item that something is known of; the board is clean. */
  int32_t (*score)(const recs_scorer *scorer, const recs_history *history, recs__board *board);
  /* Adds the similarity of each other item to `item`; NULL: UNSUPPORTED. */
  int32_t (*similar)(const recs_scorer *scorer, uint32_t item, recs__board *board);
  /* Adds what makes up the score of `item`. */
  int32_t (*reasons)(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *reasons);
  int32_t (*write)(const recs_scorer *scorer, recs__writer *writer);
  /* Fills a scorer that recs__scorer_new() made. */
  int32_t (*read)(recs_scorer **out, recs__reader *reader);
} recs__scorer_kind;

/* Every scorer's struct begins with this. */
struct recs_scorer {
  recs__object object;
  const recs__scorer_kind *kind;
  uint32_t items; /* the catalogue: columns of the training matrix */
};

/* A scorer of `size` zeroed bytes; `destroy` frees its members. */
void *recs__scorer_new(recs_context *context, const recs__scorer_kind *kind, size_t size, uint32_t items,
                       void (*destroy)(void *scorer));
int32_t recs__scorer_write(const recs_scorer *scorer, recs__writer *writer);
/* Reads the kind's name, then the scorer by its table. */
int32_t recs__scorer_read(recs_scorer **out, recs__reader *reader);

/* Checks a history for a catalogue: counts, item rows, finite weights. */
int32_t recs__history_check(const recs_history *history, uint32_t items);

#endif
