/* Settings in text: "key=value" pairs separated by ';' or newlines; "part.key=value" is meant for a part of a hybrid. */
#ifndef RECS_LIB_RECOMMEND_SETTINGS_H
#define RECS_LIB_RECOMMEND_SETTINGS_H

#include "lib/base/memory.h"
#include "lib/base/options.h"

/* The pairs, each cut in two in a copy of the text. Values stay where they are for as long as the settings are open. */
typedef struct recs__settings {
  char *text;
  size_t size;
} recs__settings;

int32_t recs__settings_open(recs__settings *out, const recs_context *context, const char *text);
void recs__settings_close(recs__settings *settings, const recs_context *context);

/* Sets the options that the pairs name. With parts, pairs for these are passed over; without, they are unknown options. */
int32_t recs__settings_apply(const recs__settings *settings, void *options, const recs_schema *schema, int has_parts);

/* The settings of one part, in the same form, to be freed by the caller. */
int32_t recs__settings_of_part(char **out, const recs_context *context, const recs__settings *settings, const char *part);

/* Refuses a pair for a part that is not among these. */
int32_t recs__settings_check_parts(const recs__settings *settings, const char *const *parts, size_t count);

#endif
