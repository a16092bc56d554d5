/* What tuning turns: the options of a scorer and its parts, each with the values worth trying. */
#ifndef RECS_LIB_EVALUATE_KNOBS_H
#define RECS_LIB_EVALUATE_KNOBS_H

#include "lib/base/options.h"
#include "lib/base/random.h"
#include <recs/recommend.h>

enum { RECS__MOST_KNOBS = 256, RECS__KNOB_VALUE = 32 };

typedef enum recs__scale {
  RECS__SCALE_FIXED, /* not worth trying */
  RECS__SCALE_LINEAR,
  RECS__SCALE_LOG,
  RECS__SCALE_CLOCK,  /* log, in milliseconds: only where times are a clock */
  RECS__SCALE_NAMES   /* one of the names in `choices` */
} recs__scale;

typedef struct recs__knob {
  const char *part; /* NULL: the scorer's own option */
  const char *name;
  recs__scale scale;
  int whole; /* whole numbers only */
  double low;
  double high;
  const char *choices; /* joined by '|' */
  int usual;           /* which of them, counted from 1, is the default and needs no trial; 0: none */
} recs__knob;

typedef struct recs__knobs {
  recs__knob list[RECS__MOST_KNOBS];
  uint32_t count;
  uint32_t weights; /* parts of a hybrid whose weights are searched too; 0: none */
  const char *parts[16];
} recs__knobs;

/* The knobs of a fitted scorer that `given` (settings in text; NULL: none) does not set. `clock`: times are a clock. The names
 * are borrowed: static, or the scorer's. */
void recs__knobs_find(recs__knobs *out, const recs_scorer *scorer, const char *given, int clock);

/* How many numbers in [0, 1] say where all knobs stand; NaN leaves one as it is. */
uint32_t recs__knobs_dimensions(const recs__knobs *knobs);

/* Draws: with a parent, near it. */
void recs__knobs_draw(double *out, const recs__knobs *knobs, const double *parent, recs__random *random);

/* The settings in text, appended to `given`; the caller frees it. NULL: no memory. */
char *recs__knobs_text(const recs__knobs *knobs, const double *at, const char *given, const recs_context *context);

#endif
