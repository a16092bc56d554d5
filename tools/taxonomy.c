#include "taxonomy.h"

#include <stdlib.h>
#include <string.h>

void free_taxonomy(taxonomy_pairs *pairs) {
  free(pairs->items);
  free(pairs->parents);
}

static int add_pair(taxonomy_pairs *out, uint32_t item, uint32_t parent) {
  if (out->count == out->room) {
    size_t room = out->room * 2 + 64;
    uint32_t *items = realloc(out->items, room * sizeof *items), *parents;
    if (items == NULL)
      return bad_input("out of memory");
    out->items = items;
    parents = realloc(out->parents, room * sizeof *parents);
    if (parents == NULL)
      return bad_input("out of memory");
    out->parents = parents;
    out->room = room;
  }
  out->items[out->count] = item;
  out->parents[out->count++] = parent;
  return EXIT_DONE;
}

/* A tag is read as the name of a category. */
static int add_tag(taxonomy_pairs *out, const basket_data *baskets, const recs_ids *tags, uint32_t item, uint32_t tag) {
  const char *name;
  size_t length;
  uint32_t parent;
  if (recs_ids_name(&name, &length, tags, tag) != RECS_OK || recs_ids_add(&parent, baskets->items, name, length) != RECS_OK)
    return report_failure(NULL);
  return add_pair(out, item, parent);
}

static int add_field(taxonomy_pairs *out, const basket_data *baskets, const recs_profiles *profiles, uint32_t field) {
  const recs_ids *names = recs_profiles_tag_ids(profiles, field);
  uint32_t rows = recs_ids_count(baskets->items);
  int code = EXIT_DONE;
  for (uint32_t row = 0; row < rows && code == EXIT_DONE; row++) {
    const uint32_t *tags;
    size_t count;
    if (recs_profiles_tags(&tags, NULL, &count, profiles, row, field) != RECS_OK)
      return report_failure(NULL);
    for (size_t i = 0; i < count && code == EXIT_DONE; i++)
      code = add_tag(out, baskets, names, row, tags[i]);
  }
  return code;
}

int read_taxonomy(taxonomy_pairs *out, const basket_data *baskets, const char *path) {
  profile_columns columns;
  recs_profiles *profiles;
  int code;
  profile_columns_init(&columns);
  if (recs_profiles_create(&profiles, baskets->items) != RECS_OK)
    return report_failure(NULL);
  code = read_profiles(profiles, baskets->items, path, &columns);
  for (uint32_t field = 0; code == EXIT_DONE && field < recs_profiles_field_count(profiles); field++) {
    int32_t type;
    if (recs_profiles_field(NULL, &type, NULL, profiles, field) == RECS_OK && type == RECS_FIELD_TAGS)
      code = add_field(out, baskets, profiles, field);
  }
  if (code == EXIT_DONE && out->count == 0)
    code = bad_input("%s: no item has a category", path);
  recs_profiles_free(profiles);
  return code;
}
