/* The k rows most similar to one: offered with what was summed, finished, kept by score and row. */
#ifndef RECS_LIB_SIMILARITY_SELECTOR_H
#define RECS_LIB_SIMILARITY_SELECTOR_H

#include "lib/similarity/rows.h"
#include "lib/similarity/topk.h"

typedef struct recs__selector {
  const recs__rows *rows;
  const uint32_t *order; /* id i is row order[i]; NULL: row i */
  recs__facts x;
  uint32_t exclude; /* an id, or RECS_NO_ROW */
  int32_t apart;    /* 1: rows that share nothing are offered too */
  double minimum;   /* only scores above */
  uint64_t *heap;   /* room for `room` keys */
  size_t count;
  size_t room;
  float slope; /* the sieve as it stands: offer what has dot * gain - slope * toll > level */
  float level;
  int32_t overflow; /* a similarity was too large for a float */
} recs__selector;

/* Begins a selection for a row with the facts `x`; the other members stay. */
void recs__selector_begin(recs__selector *selector, const recs__facts *x);

void recs__selector_offer(recs__selector *selector, uint32_t id, const recs__overlap *overlap);

/* The same for an id whose similarity is known. */
void recs__selector_rate(recs__selector *selector, uint32_t id, double similarity);

/* Hands out what was kept, best first. */
int32_t recs__selector_take(recs__selector *selector, uint32_t *rows, float *scores, size_t *count);

#endif
