/* What the rules of cleaning share. */
#ifndef RECS_LIB_DATA_CLEANING_H
#define RECS_LIB_DATA_CLEANING_H

#include "lib/data/event_chunk.h"
#include "lib/data/events.h"

/* One cleaning. A rule drops an event by writing its own number; what an earlier rule dropped, it leaves alone. */
typedef struct recs__cleaning {
  recs_context *context;
  const recs_events *events;
  recs_clean_options options;
  size_t count;
  size_t chunks;
  recs__event_view *views; /* of the chunks */
  uint8_t *dropped;        /* by event: the number of the rule that dropped it, from 1; 0: none did */
  uint8_t rule;            /* the number of the rule at work */
  uint8_t *flags;          /* of the rule at work: by user, item or session */
  double low;              /* of the rule at work: values below are too far from usual, */
  double high;             /* and values above */
} recs__cleaning;

/* The chunk of an event, and its place in it. */
static inline const recs__event_view *recs__cleaning_view(const recs__cleaning *cleaning, size_t event, size_t *place) {
  *place = event % RECS__CHUNK;
  return &cleaning->views[event / RECS__CHUNK];
}

/* Rules that look at more than one event. The first two drop; the others set flags, or low and high. */
int32_t recs__clean_duplicates(recs__cleaning *cleaning);
int32_t recs__clean_returns(recs__cleaning *cleaning);
int32_t recs__learn_quantities(recs__cleaning *cleaning);
int32_t recs__learn_prices(recs__cleaning *cleaning);
int32_t recs__learn_user_rates(recs__cleaning *cleaning);

/* Flags by session: 1 where its id begins with the prefix of cancelled orders. Frees no earlier flags. */
int32_t recs__flag_cancelled(recs__cleaning *cleaning);

enum { RECS__CLEAN_RULES = 11, RECS__EXAMPLE_SIZE = 128 };

/* A rule learns from all events that are left (NULL: nothing), then judges each of them (NULL: it dropped them itself).
 */
typedef struct recs__clean_rule {
  const char *reason;               /* in the report */
  size_t option;                    /* the option that asks for it: where it stands in recs_clean_options, */
  int (*is_on)(const void *option); /* and how it asks */
  int32_t (*learn)(recs__cleaning *cleaning);
  int (*drops)(const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
  void (*show)(char *out, const recs__cleaning *cleaning, const recs__event_view *view,
               size_t i); /* an example for the report */
} recs__clean_rule;

extern const recs__clean_rule recs__clean_rules[RECS__CLEAN_RULES]; /* in the order in which they are applied */

#endif
