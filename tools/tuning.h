/* --tune: settings that do better on the validation part. */
#ifndef RECS_TOOLS_TUNING_H
#define RECS_TOOLS_TUNING_H

#include "fitting.h"

typedef struct tuning_flags {
  uint64_t trials; /* 0: no tuning */
  const char *metric;
} tuning_flags;

#define TUNING_FLAGS(t)                                                                                                    \
  {"tune", FLAG_COUNT, &(t).trials, "N", "try so many other settings on the validation part, and take better ones"},      \
  {"metric", FLAG_TEXT, &(t).metric, "NAME", "what tuning makes large; default ndcg@10"}

/* Tunes, when that is asked for. What it found goes to the sheet, and becomes `options->settings`, borrowed from `*tuning`,
 * which the caller frees. Returns an exit code. */
int tune_model(recs_tuning **tuning, recs_model_options *options, const recs_split *split, const tuning_flags *given,
               uint64_t seed, out_sheet *sheet);

#endif
