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
/* Makes one of reasons that are the same thing, drops those that come to nothing, and puts the largest amounts first. */
void recs__reasons_settle(recs__reasons *reasons);
void recs__reasons_free(recs__reasons *reasons);

typedef struct recs__vectors recs__vectors;

/* A kind of scorer. A new one is one file with such a table, and one line in kinds.c. */
typedef struct recs__scorer_kind {
  const char *name;
  const recs_schema *schema;
  int has_parts; /* 1: settings "part.key=value" are its parts' */
  /* `training` and `options` (the schema's struct) are checked; `settings` has what is meant for parts. */
  int32_t (*fit)(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                 const recs__progress *progress);
  /* Adds the score of each item that something is known of; the board knows what is seen, and nothing else. */
  int32_t (*score)(const recs_scorer *scorer, const recs_history *history, recs__board *board);
  /* Adds the similarity of each other item to `item`; NULL: UNSUPPORTED. */
  int32_t (*similar)(const recs_scorer *scorer, uint32_t item, recs__board *board);
  /* Adds what makes up the score of `item`. */
  int32_t (*reasons)(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *reasons);
  int32_t (*write)(const recs_scorer *scorer, recs__writer *writer);
  /* A scorer from what write() wrote, of a catalogue of `items`; all that it reads is checked. */
  int32_t (*read)(recs_scorer **out, recs__reader *reader, uint32_t items);
  /* Scorers whose score of an item is the inner product of two vectors have these two, and recs__score_by_vectors() for
   * `score` (by_vectors.h): their lists are then made many at once. NULL: no vectors. */
  /* The items' vectors, a row an item; one that is all zero belongs to an item that nothing is known of. NULL: this
   * scorer of the kind has none. */
  const recs__vectors *(*vectors)(const recs_scorer *scorer);
  /* The vectors of some checked histories, row after row; known[i] is set to 1 where something is known. The vector of
   * a history depends on that history alone. */
  int32_t (*queries)(float *out, uint8_t *known, const recs_scorer *scorer, const recs_history *histories, size_t count);
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
/* Hands a scorer out when `status` is RECS_OK, else releases it; gives the status back. */
int32_t recs__scorer_finish(recs_scorer **out, void *scorer, int32_t status);

int32_t recs__scorer_write(const recs_scorer *scorer, recs__writer *writer);
/* Reads the kind's name, then the scorer by its table. */
int32_t recs__scorer_read(recs_scorer **out, recs__reader *reader);


/* The table entry of that name; RECS_ERROR_NOT_FOUND lists the known ones. */
int32_t recs__scorer_kind_find(const recs__scorer_kind **out, const char *name, size_t length);

/* recs_scorer_fit() for a stretch of a longer call, with a training that was checked. `options` (NULL: the defaults) are of the
 * kind's struct, and the settings are laid over them. */
int32_t recs__scorer_fit(recs_scorer **out, const recs_training *training, const recs__scorer_kind *kind,
                         const void *options, const char *settings, const recs__progress *progress);

/* Checks what a fit is given: the matrix is there, and the rest belongs to it. */
int32_t recs__training_load(recs_training *out, const recs_training *training);

/* Checks a history for a catalogue and gives it the shape of this release: counts, item rows, finite weights. */
int32_t recs__history_load(recs_history *out, const recs_history *history, uint32_t items);

static inline double recs__history_weight(const recs_history *history, size_t place) {
  return history->weights == NULL ? 1.0 : (double)history->weights[place];
}

/* Scores a checked history on a clean board. The board is then to be read, and cleared by who gave it, also after a failure. */
int32_t recs__scorer_score_on(recs__board *board, const recs_scorer *scorer, const recs_history *history);

/* The similarity of other items to `item` on a clean board, the item itself marked as seen; RECS_ERROR_UNSUPPORTED. */
int32_t recs__scorer_similar_on(recs__board *board, const recs_scorer *scorer, uint32_t item);

/* Whether it, or a part of it, knows similar items. */
int recs__scorer_knows_similar(const recs_scorer *scorer);

/* Adds what makes up the score of `item`, which sums to it. */
int32_t recs__scorer_reasons(recs__reasons *reasons, const recs_scorer *scorer, const recs_history *history,
                             uint32_t item);

#endif
