/* Categories above items, from a file. */
#ifndef RECS_TOOLS_TAXONOMY_H
#define RECS_TOOLS_TAXONOMY_H

#include "baskets.h"

typedef struct taxonomy_pairs {
  uint32_t *items;
  uint32_t *parents;
  size_t count, room;
} taxonomy_pairs;

/* A table whose column "item" names an item or a category and whose other columns name what is above it: a row an item, or a row a pair.
 * Categories become items of the baskets' dictionary. Returns an exit code; free the pairs in any case. */
int read_taxonomy(taxonomy_pairs *out, const basket_data *baskets, const char *path);
void free_taxonomy(taxonomy_pairs *pairs);

#endif
