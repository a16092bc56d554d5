/* The one hot loop of reading tables: where the bytes are that end fields and lines. */
#ifndef RECS_LIB_DATA_TABLES_MARKS_H
#define RECS_LIB_DATA_TABLES_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* The bytes looked for; repeat one when there are fewer than three. */
typedef struct recs__marks {
  char bytes[3];
} recs__marks;

/* Writes the positions in [begin, end) of `text` that hold a mark, ascending, and returns their number. `out` has room for
 * end - begin positions. */
typedef size_t (*recs__find_marks_fn)(uint32_t *out, const char *text, size_t begin, size_t end, recs__marks marks);

/* The fastest of them for these RECS_CPU_* features; all give the same positions. */
recs__find_marks_fn recs__find_marks(uint32_t cpu);

#endif
