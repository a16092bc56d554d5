/* The k rows most similar to one, of many that are offered with what was summed. Offers wait until there are enough of them
 * to be finished together; what comes out is kept as keys, and cut down to the best k whenever there is no more room. */
#ifndef RECS_LIB_SIMILARITY_SHORTLIST_H
#define RECS_LIB_SIMILARITY_SHORTLIST_H

#include "lib/similarity/keys.h"
#include "lib/similarity/rows.h"

/* So many pairs at most are filled between two calls of recs__shortlist_ready(). */
enum { RECS__CHUNK = 64 };

/* Of so many rows at most the places are looked at together. */
enum { RECS__PLACES = 2048 };

typedef struct recs__shortlist {
  /* Set by the caller. */
  const recs__rows *rows;
  const uint32_t *order; /* id i is row order[i]; NULL: row i */
  uint32_t exclude;      /* an id, or RECS_NO_ROW */
  int32_t apart;         /* 1: rows that share nothing are offered too */
  double minimum;        /* only scores above */
  size_t k;
  uint64_t *keys; /* room for recs__shortlist_room(k) or more */

  /* Its own. */
  recs__facts x;
  size_t count;
  uint64_t floor; /* k keys at least are not below it */
  float slope;    /* the sieve as it stands: offer what has dot * gain - slope * toll > level */
  float level;
  int32_t overflow; /* a similarity was too large for a float */
  size_t waiting;
  recs__pairs pairs;
  int32_t places[RECS__PLACES];
  uint32_t best[RECS__PLACES];
} recs__shortlist;

/* Keys to make room for. */
static inline size_t recs__shortlist_room(size_t k) {
  return 2 * k + RECS__PAIRS + RECS__CHUNK;
}

/* Begins with a row of the facts `x`; what the caller set stays. */
void recs__shortlist_begin(recs__shortlist *list, const recs__facts *x);

/* Whether a row's place, dot * gain, says how it stands among others. */
int recs__shortlist_ranks(const recs__shortlist *list);

/* Raises the level by the places of some rows, as numbers (keys.h): returns it as a number. */
int32_t recs__shortlist_raise(recs__shortlist *list, const int32_t *places, size_t count);

/* Finishes what is waiting. */
void recs__shortlist_settle(recs__shortlist *list);

/* To be called before at most RECS__CHUNK more pairs are filled. */
static inline void recs__shortlist_ready(recs__shortlist *list) {
  if (list->waiting > RECS__PAIRS - RECS__CHUNK)
    recs__shortlist_settle(list);
}

/* Asks for what settling a pair will want. */
static inline void recs__shortlist_fetch(const recs__shortlist *list, uint32_t id) {
  __builtin_prefetch(list->rows->squares + id);
  if (list->order != NULL)
    __builtin_prefetch(list->order + id);
}

/* Offers an id whose similarity is known. */
void recs__shortlist_rate(recs__shortlist *list, uint32_t id, double similarity);

/* Hands out the best, best first. */
int32_t recs__shortlist_take(recs__shortlist *list, uint32_t *rows, float *scores, size_t *count);

#endif
