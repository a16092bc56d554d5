#include "lib/analyze/funnels/type_set.h"

#include <string.h>

/* The first name of a list; `list` becomes what is behind it, and its text NULL at the end. */
static recs__piece take_name(recs__piece *list) {
  const char *bar = list->length == 0 ? NULL : memchr(list->text, '|', list->length);
  recs__piece name = {list->text, bar == NULL ? list->length : (size_t)(bar - list->text)};
  list->length -= bar == NULL ? name.length : name.length + 1;
  list->text = bar == NULL ? NULL : bar + 1;
  return recs__piece_trim(name);
}

static void mark_all(uint32_t marks[RECS__TYPE_BYTES], uint32_t bit) {
  for (int type = 0; type < RECS__TYPE_BYTES; type++)
    marks[type] |= bit;
}

int recs__type_set_mark(uint32_t marks[RECS__TYPE_BYTES], uint32_t bit, const recs_ids *types, recs__piece list,
                        recs__piece *unknown) {
  *unknown = (recs__piece){NULL, 0};
  while (list.text != NULL) {
    recs__piece name = take_name(&list);
    uint32_t row;
    if (name.length == 0)
      return 0;
    if (name.length == 1 && name.text[0] == '*') {
      mark_all(marks, bit);
      continue;
    }
    row = recs__ids_find(types, name.text, name.length);
    if (row < RECS__TYPE_BYTES)
      marks[row] |= bit;
    else
      *unknown = name;
  }
  return 1;
}
