/* What commands that ask a model share: opening it, finding rows, filters from files. */
#ifndef RECS_TOOLS_SERVED_H
#define RECS_TOOLS_SERVED_H

#include "command.h"

typedef struct served_model {
  recs_context *context;
  recs_model *model;
} served_model;

/* Maps a model file. Returns an exit code. */
int open_model(served_model *model, const general *settings, const char *path);
void close_model(served_model *model);

/* The row of an id; a message and EXIT_BAD_INPUT when it is unknown. `kind` is "user" or "item". */
int find_row(uint32_t *row, const recs_ids *ids, const char *kind, const char *id, size_t length);

typedef struct filter_flags {
  const char *allow;
  const char *deny;
  int include_seen;
} filter_flags;

#define FILTER_FLAGS(f)                                                                     \
  {"include-seen", FLAG_SWITCH, &(f).include_seen, NULL, "items of the history may come back"}, \
  {"allow", FLAG_TEXT, &(f).allow, "FILE", "only these items: one id a line"},              \
  {"deny", FLAG_TEXT, &(f).deny, "FILE", "never these items: one id a line"}

/* Fills `filter`; its arrays are freed with close_filter(). Ids that the model does not know are passed over. */
int open_filter(recs_filter *filter, const filter_flags *flags, const recs_ids *items);
void close_filter(recs_filter *filter);

/* The rows of the ids in a file, one a line; ids that are unknown are passed over. `*rows` is freed by the caller, also after a failure. */
int rows_of_file(uint32_t **rows, size_t *count, const recs_ids *items, const char *path);

/* The rows of ids joined by commas. `*rows` is freed by the caller. */
int find_rows(uint32_t **rows, size_t *count, const recs_ids *ids, const char *kind, const char *joined);

#endif
