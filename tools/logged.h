/* recs evaluate --logged: what a policy would have earned, from a log of what was shown. */
#ifndef RECS_TOOLS_LOGGED_H
#define RECS_TOOLS_LOGGED_H

#include "fitting.h"

typedef struct logged_flags {
  const char *path;        /* NULL: not asked for */
  const char *reward;      /* columns */
  const char *propensity;
  const char *probability; /* NULL: a model's lists are the policy */
  uint64_t n;
  double clip;
} logged_flags;

#define LOGGED_FLAGS(l)                                                                                                      \
  {"logged", FLAG_TEXT, &(l).path, "FILE", "what was shown, with its propensity and reward: estimate what the scorer's lists would earn"}, \
  {"reward", FLAG_TEXT, &(l).reward, "COLUMN", "of that file: what an impression earned; default reward"},                   \
  {"propensity", FLAG_TEXT, &(l).propensity, "COLUMN", "of that file: the probability of what was shown; default propensity"}, \
  {"probability", FLAG_TEXT, &(l).probability, "COLUMN", "of that file: the probability under another policy; then no EVENTS"}, \
  {"n", FLAG_COUNT, &(l).n, "N", "items of a list that is shown; default 1"},                                                \
  {"clip", FLAG_REAL, &(l).clip, "W", "largest weight of the clipped estimate; default 10"}

void logged_flags_init(logged_flags *given);

/* `events` is the log that the scorer is fitted to; NULL with a probability column. Returns an exit code. */
int evaluate_logged(const char *events, fitting_flags *fitting, const logged_flags *given, out_sheet *sheet);

#endif
