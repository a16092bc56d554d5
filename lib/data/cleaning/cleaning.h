/* What the rules of cleaning share. */
#ifndef RECS_LIB_DATA_CLEANING_CLEANING_H
#define RECS_LIB_DATA_CLEANING_CLEANING_H

#include "lib/data/event_chunk.h"
#include "lib/data/events.h"

#include <string.h>

enum { RECS__CLEAN_RULES = 18, RECS__EXAMPLE_SIZE = 128 };

/* What a rule changed. */
typedef struct recs__clean_changes {
  size_t count;
  size_t first; /* of the events, from 0 */
  char example[RECS__EXAMPLE_SIZE];
} recs__clean_changes;

/* One cleaning. A rule drops an event by writing its own number; what an earlier rule dropped, it leaves alone. A rule that changes
 * values puts a changed copy of a chunk's column in the place of the log's. */
typedef struct recs__cleaning {
  recs_context *context;
  const recs_events *events;
  recs_clean_options options;
  size_t count;
  size_t chunks;
  recs__event_view *views; /* of the chunks, as the rules so far left them */
  void **copies;           /* three a chunk: changed quantities, prices and times; NULL: as in the log */
  uint8_t *dropped;        /* by event: the number of the rule that dropped it, from 1; 0: none did */
  uint8_t rule;            /* the number of the rule at work */
  uint8_t *flags;          /* of the rule at work: by user, item or session */
  double low;              /* of the rule at work: values below are too far from usual, */
  double high;             /* and values above */
  recs__clean_changes changes[RECS__CLEAN_RULES + 1]; /* by rule */
} recs__cleaning;

/* The chunk of an event, and its place in it. */
static inline const recs__event_view *recs__cleaning_view(const recs__cleaning *cleaning, size_t event, size_t *place) {
  *place = event % RECS__CHUNK;
  return &cleaning->views[event / RECS__CHUNK];
}

/* The first event from `i` on that no rule dropped, of a chunk's marks; `count` when there is none. Stretches that are gone are passed
 * quickly. */
static inline size_t recs__cleaning_next(const uint8_t *dropped, size_t i, size_t count) {
  const uint8_t *left;
  if (i < count && dropped[i] == 0)
    return i;
  left = i < count ? memchr(dropped + i, 0, count - i) : NULL;
  return left == NULL ? count : (size_t)(left - dropped);
}

/* Each event of a chunk that is left. */
#define RECS__EACH_LEFT(i, dropped, count) \
  for (size_t i = recs__cleaning_next(dropped, 0, count); i < (count); i = recs__cleaning_next(dropped, i + 1, count))

/* Calls a function for each chunk, from all threads: what it writes is the chunk's alone. */
typedef int32_t (*recs__clean_chunk_fn)(recs__cleaning *cleaning, size_t chunk, void *payload);
int32_t recs__cleaning_each(recs__cleaning *cleaning, recs__clean_chunk_fn visit, void *payload);

/* The values of a column above 0 among the events that are left, in their order. The caller frees them. */
typedef double (*recs__clean_value_fn)(const recs__event_view *view, size_t i);
int32_t recs__cleaning_values(double **out, size_t *out_count, recs__cleaning *cleaning, recs__clean_value_fn value_of);

/* Changes a column (quantities, prices or times) of the events that are left: `change` gets an event and a place for its new value, and says
 * whether it gave one. */
typedef int (*recs__clean_change_fn)(const recs__cleaning *cleaning, const recs__event_view *view, size_t i, void *value,
                                     void *payload);
int32_t recs__cleaning_change(recs__cleaning *cleaning, recs__event_column column, recs__clean_change_fn change, void *payload);

/* Rules that look at more than one event. They drop, change, or set flags or bounds. */
int32_t recs__clean_duplicates(recs__cleaning *cleaning);
int32_t recs__clean_near(recs__cleaning *cleaning);
int32_t recs__clean_returns(recs__cleaning *cleaning);
int32_t recs__fill_times(recs__cleaning *cleaning);
int32_t recs__fill_prices(recs__cleaning *cleaning);
int32_t recs__learn_quantities(recs__cleaning *cleaning);
int32_t recs__learn_prices(recs__cleaning *cleaning);
int32_t recs__clip_quantities(recs__cleaning *cleaning);
int32_t recs__clip_prices(recs__cleaning *cleaning);
int32_t recs__learn_user_rates(recs__cleaning *cleaning);

/* Flags by session: 1 where its id begins with the prefix of cancelled orders. Frees no earlier flags. */
int32_t recs__flag_cancelled(recs__cleaning *cleaning);

/* Examples for reports. */
void recs__show_user(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
void recs__show_item(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
void recs__show_session(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
void recs__show_quantity(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
void recs__show_price(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i);

/* Whether an event is beyond the bounds of the rule at work. */
int recs__has_odd_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
int recs__has_odd_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i);

/* A rule learns from all events that are left (NULL: nothing), then judges each of them (NULL: it dropped or changed them itself). */
typedef struct recs__clean_rule {
  const char *reason; /* in the report */
  int (*is_on)(const recs_clean_options *options);
  int32_t (*learn)(recs__cleaning *cleaning);
  int (*drops)(const recs__cleaning *cleaning, const recs__event_view *view, size_t i);
  void (*show)(char *out, const recs__cleaning *cleaning, const recs__event_view *view,
               size_t i); /* an example for the report */
} recs__clean_rule;

/* A cleaning without options, of which no event is dropped yet. Whatever is returned, recs__cleaning_close() follows. */
int32_t recs__cleaning_open(recs__cleaning *out, const recs_events *events);
void recs__cleaning_close(recs__cleaning *cleaning);

/* Applies a rule under the number that the cleaning has as the rule's at work. */
int32_t recs__cleaning_apply(recs__cleaning *cleaning, recs__clean_rule *rule);

/* Adds how many events a rule dropped, and an example. */
int32_t recs__cleaning_report(recs_report *report, const recs__cleaning *cleaning, const recs__clean_rule *rule, uint8_t number,
                              size_t count);

extern const recs__clean_rule recs__clean_rules[RECS__CLEAN_RULES]; /* in the order in which they are applied */

#endif
