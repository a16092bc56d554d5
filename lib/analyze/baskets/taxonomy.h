/* What stands above what: for each item all categories above it. */
#ifndef RECS_LIB_ANALYZE_BASKETS_TAXONOMY_H
#define RECS_LIB_ANALYZE_BASKETS_TAXONOMY_H

#include "lib/base/context.h"

typedef struct recs__taxonomy {
  const recs_context *context;
  uint32_t rows;         /* those beyond have nothing above or below them */
  size_t *offsets;       /* rows + 1 */
  uint32_t *above;       /* for each row */
  unsigned char *linked; /* whether a row has anything above or below it */
} recs__taxonomy;

/* From pairs of an item and a parent; RECS_ERROR_INVALID when an item comes to stand above itself. Free in any case. */
int32_t recs__taxonomy_init(recs__taxonomy *self, const recs_context *context, const uint32_t *items,
                            const uint32_t *parents, size_t count);
void recs__taxonomy_free(recs__taxonomy *self);

/* Whether one stands above the other. NULL is an empty taxonomy. */
int recs__taxonomy_related(const recs__taxonomy *self, uint32_t a, uint32_t b);

static inline int recs__taxonomy_links(const recs__taxonomy *self, uint32_t row) {
  return self != NULL && row < self->rows && self->linked[row];
}

#endif
