/* Item files: profiles and the names that people know items by. */
#ifndef RECS_TOOLS_CATALOGUE_H
#define RECS_TOOLS_CATALOGUE_H

#include "input.h"

typedef struct catalogue_flags {
  const char *path;
  const char *title;
  profile_columns columns;
} catalogue_flags;

#define CATALOGUE_FLAGS(c)                                                                                              \
  {"items", FLAG_TEXT, &(c).path, "FILE", "item profiles: a row an item, or a row a tag"},                              \
  {"item-id", FLAG_TEXT, &(c).columns.options.id, "COLUMN", "column of the ids in that file; default item"},            \
  {"tags", FLAG_TEXT, &(c).columns.options.tags, "COLUMNS", "columns read as tags; default: all that are not named"},   \
  {"numbers", FLAG_TEXT, &(c).columns.options.numbers, "COLUMNS", "columns read as numbers"},                           \
  {"text", FLAG_TEXT, &(c).columns.options.text, "COLUMNS", "columns read as text"},                                    \
  {"embeddings", FLAG_TEXT, &(c).columns.options.embeddings, "COLUMNS", "columns read as vectors"},                     \
  {"ignore", FLAG_TEXT, &(c).columns.options.ignore, "COLUMNS", "columns left out"},                                    \
  {"keep-first", FLAG_SWITCH, &(c).columns.keep_first, NULL, "of an item's rows, the first one's numbers and texts stay"},\
  {"title", FLAG_TEXT, &(c).title, "COLUMN", "the text column that names items to people"}

/* Reads the item file, if one was asked for, into `*out` (else NULL); items that the dictionary lacks are added. Returns an exit code. */
int open_catalogue(recs_profiles **out, recs_ids *items, catalogue_flags *flags);

/* An item's title, or else its id. `profiles` may be NULL. */
const char *item_name(const recs_ids *items, const recs_profiles *profiles, const char *title, uint32_t row);

#endif
