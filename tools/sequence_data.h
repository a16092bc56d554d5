/* Sequences: what each user of a log did, or a file of one sequence a line. */
#ifndef RECS_TOOLS_SEQUENCE_DATA_H
#define RECS_TOOLS_SEQUENCE_DATA_H

#include "catalogue.h"

typedef struct sequence_flags {
  event_columns columns;
  catalogue_flags items;
  const char *elements;
  const char *of;
  const char *types;
} sequence_flags;

#define SEQUENCE_FLAGS(s)                                                                                                             \
  {"elements", FLAG_TEXT, &(s).elements, "WHAT", "event (default): each is an element; session or time: those of one are one"},      \
  {"of", FLAG_TEXT, &(s).of, "WHAT", "user (default) or session: whose events make a sequence"},                                      \
  {"types", FLAG_TEXT, &(s).types, "TYPES", "only events of these types, joined by commas; default: all"},                            \
  CATALOGUE_FLAGS((s).items),                                                                                                         \
  EVENT_FLAGS((s).columns)

typedef struct sequence_data {
  recs_context *context;
  recs_ids *items;
  recs_sequence_store *store;
  recs_profiles *profiles; /* of the items; NULL: none */
  const char *title;
  double seconds; /* spent reading */
} sequence_data;

void sequence_flags_init(sequence_flags *given);

/* Reads a log (CSV, TSV or JSON Lines), else one sequence a line. Returns an exit code; the data are to be closed in any case. */
int open_sequences(sequence_data *out, const general *settings, const char *path, sequence_flags *given);
void close_sequences(sequence_data *data);

/* The name of an item: its title, or else its id. */
const char *sequence_item(const sequence_data *data, uint32_t row);

#endif
