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
  /* Where a row's place in the sieve, dot * gain, orders rows as their similarity does, ids are noted with it, and only
   * the best of them are finished. Room for `notes_room` keys, at least twice `room`; NULL: every id is finished at
   * once. */
  uint64_t *notes;
  size_t noted;
  size_t notes_room;
  int32_t noting; /* in this selection: 1; -1: so many are alike that there was no room */
} recs__selector;

/* How many notes are worth having for `k` results. */
static inline size_t recs__selector_notes(size_t k) {
  return 4 * k + 64;
}

/* Begins a selection for a row with the facts `x`; the other members stay. */
void recs__selector_begin(recs__selector *selector, const recs__facts *x);

void recs__selector_offer(recs__selector *selector, uint32_t id, const recs__overlap *overlap);

/* Notes an id with its place in the sieve, which is above the level. Raises the level now and then. */
void recs__selector_note(recs__selector *selector, uint32_t id, float place);
/* Leaves only notes that may be among the best, in the first `noted` places, to be offered. */
void recs__selector_thin(recs__selector *selector);
/* Begins again without notes. */
void recs__selector_restart(recs__selector *selector);

/* The same for an id whose similarity is known. */
void recs__selector_rate(recs__selector *selector, uint32_t id, double similarity);

/* Hands out what was kept, best first. */
int32_t recs__selector_take(recs__selector *selector, uint32_t *rows, float *scores, size_t *count);

#endif
