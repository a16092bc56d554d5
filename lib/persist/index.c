#include "lib/persist/index.h"

#include <string.h>

const recs__section *recs__index_find(const recs__index *index, const char *name, uint32_t *place) {
  const recs__section *section;
  uint32_t low = 0;
  uint32_t high = index->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (strcmp(index->sections[index->order[middle]].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *place = low;
  if (low == index->count)
    return NULL;
  section = &index->sections[index->order[low]];
  return strcmp(section->name, name) == 0 ? section : NULL;
}

void recs__index_insert(recs__index *index, uint32_t place) {
  memmove(index->order + place + 1, index->order + place, (index->count - place) * sizeof *index->order);
  index->order[place] = index->count;
  index->count += 1;
}
