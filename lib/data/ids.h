/* Dictionaries as others see them inside the library. */
#ifndef RECS_LIB_DATA_IDS_H
#define RECS_LIB_DATA_IDS_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include "lib/data/names.h"
#include <recs/data.h>

/* A frozen dictionary writes its bytes, offsets and hash slots as they are in memory; reading maps them and builds
 * nothing. */
int32_t recs__ids_write(const recs_ids *ids, recs__writer *writer);
int32_t recs__ids_read(recs_ids **out, recs__reader *reader);

/* The row of an id, or RECS_NO_ROW, without a word about it in the thread's message. */
uint32_t recs__ids_find(const recs_ids *ids, const char *id, size_t length);

/* The rows of many ids, RECS_NO_ROW where there is none, as when a text is empty. */
void recs__ids_find_pieces(uint32_t *rows, const recs_ids *ids, const recs__piece *texts, size_t count);
/* The rows of many proper ids, which are added when they are new. On failure the new ones are taken back. */
int32_t recs__ids_add_pieces(uint32_t *rows, recs_ids *ids, const recs__piece *texts, size_t count);

/* True when both are the same dictionary, or one is a frozen copy of the other: their rows mean the same. */
int recs__ids_same(const recs_ids *a, const recs_ids *b);

/* True when a row, which must be below the count, was removed. */
int recs__ids_removed(const recs_ids *ids, uint32_t row);

#endif
