/* The storage of a dictionary: the bytes of all ids in one arena, each with a NUL behind it; offsets that say where
 * each begins; an open-addressing table of slots that finds the row of an id. The arrays are the same in memory and in
 * a file. */
#ifndef RECS_LIB_DATA_ID_TABLE_H
#define RECS_LIB_DATA_ID_TABLE_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include "lib/data/names.h"
#include <recs/data.h>

enum { RECS__LONGEST_ID = 65536 };

/* A builder and its frozen copies hold one table until the builder changes it: it then takes a copy of its own. */
typedef struct recs__id_table {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  uint32_t count;        /* rows, those of removed ids included */
  uint32_t live;         /* rows that have an id */
  char *bytes;
  int64_t *offsets;  /* count + 1 */
  uint64_t *removed; /* a bit a row */
  uint64_t *slots;   /* one for each live row: the hash's high half above, the row + 1 below; 0: empty */
  size_t slot_count; /* a power of two */
  size_t bytes_room, offsets_room, removed_room;
} recs__id_table;

int32_t recs__id_table_create(recs__id_table **out, recs_context *context);
int32_t recs__id_table_clone(recs__id_table **out, const recs__id_table *table);

static inline int recs__id_table_is_removed(const recs__id_table *table, uint32_t row) {
  return ((table->removed[row >> 6] >> (row & 63)) & 1u) != 0;
}

/* The id of a row that was not removed. */
static inline const char *recs__id_table_name(size_t *length, const recs__id_table *table, uint32_t row) {
  *length = (size_t)(table->offsets[row + 1] - table->offsets[row]) - 1;
  return table->bytes + table->offsets[row];
}

/* The row of an id, or RECS_NO_ROW. */
uint32_t recs__id_table_find(const recs__id_table *table, const char *id, size_t length);
/* The rows of many ids, id i being bytes[offsets[i] .. offsets[i + 1]). */
void recs__id_table_find_many(uint32_t *rows, const recs__id_table *table, const char *bytes, const int64_t *offsets,
                              size_t count);
/* The same for texts that lie anywhere. */
void recs__id_table_find_pieces(uint32_t *rows, const recs__id_table *table, const recs__piece *texts, size_t count);

/* The row of a proper id, which is added when it is new. On failure the table holds the same ids as before. */
int32_t recs__id_table_add(uint32_t *row, recs__id_table *table, const char *id, size_t length);
/* The same for many; `rows` may be NULL. On failure the ids that were new are taken back. */
int32_t recs__id_table_add_many(uint32_t *rows, recs__id_table *table, const char *bytes, const int64_t *offsets,
                                size_t count);
int32_t recs__id_table_add_pieces(uint32_t *rows, recs__id_table *table, const recs__piece *texts, size_t count);

/* Takes the id from a row that has one. Its text is overwritten: it may name a person. */
void recs__id_table_remove(recs__id_table *table, uint32_t row);

int32_t recs__id_table_write(const recs__id_table *table, recs__writer *writer);
/* Maps the arrays and checks them, so that no damaged file leads a look-up astray. */
int32_t recs__id_table_read(recs__id_table **out, recs__reader *reader);

#endif
