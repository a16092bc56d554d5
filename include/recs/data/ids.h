/* Part of librecs (MIT). Dictionaries: external ids and their rows. Included by recs/data.h. */
#ifndef RECS_DATA_IDS_H
#define RECS_DATA_IDS_H

#include <recs/base.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup ids Dictionaries
 * External string ids and their rows. Append-only: a row is never renumbered, a removed id leaves a tombstone.
 *
 * Memory: the ids' bytes, 9 bytes an id, and 11 to 21 more for the hash table, which doubles when it is three quarters
 * full; a frozen copy shares it all. Measured with ten million ids of 13 bytes on one core of a server: 36 bytes an id
 * in all; 5 million additions a second one by one, 9 million by recs_ids_add_many(); in random order 3 million look-ups
 * a second one by one, 10 million by recs_ids_find_many(). (uthash beside it: 109 bytes, 1.1 and 2.2 million.)
 * @{
 */

/** A dictionary of external ids. A builder (one thread at a time) until frozen; frozen ones are immutable. */
typedef struct recs_ids recs_ids;

/**
 * Makes an empty dictionary.
 * @param[out] out the dictionary, a builder; the caller frees it with recs_ids_free().
 * @param context whose memory it uses; kept alive by the dictionary.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_ids_create(recs_ids **out, recs_context *context);

/**
 * The row of an id; adds it when it is new.
 * @param[out] out_row the row, counted from 0 in the order of first addition; #RECS_NO_ROW on failure.
 * @param ids a builder.
 * @param id its bytes, copied; any bytes but NUL. A removed id that is added again gets a new row.
 * @param length 1 to 65536 bytes.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or an improper id; #RECS_ERROR_STATE when @p ids is frozen;
 *   #RECS_ERROR_OVERFLOW beyond 4294967294 rows; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(length) expected; the first change after recs_ids_freeze() copies
 * the dictionary once while a frozen copy lives: O(bytes + rows).
 * @since 0.1
 */
RECS_API int32_t recs_ids_add(uint32_t *out_row, recs_ids *ids, const char *id, size_t length);

/**
 * Adds many ids: all or none.
 * @param[out] out_rows @p count rows, in the order given; may be NULL. Not meaningful on failure.
 * @param ids a builder.
 * @param bytes the ids in one run; may be NULL when @p count is 0.
 * @param offsets @p count + 1 positions in @p bytes, from any value on, never falling: id i is bytes[offsets[i] ..
 *   offsets[i + 1]) (the layout of Arrow's strings).
 * @param count how many ids; repeats are fine.
 * @return as recs_ids_add(); the message names the id that is improper.
 * Thread safety: one thread at a time. Complexity: as one recs_ids_add() each, about twice as fast for large
 * dictionaries.
 * @since 0.1
 */
RECS_API int32_t recs_ids_add_many(uint32_t *out_rows, recs_ids *ids, const char *bytes, const int64_t *offsets,
                                   size_t count);

/**
 * The row of a known id.
 * @param[out] out_row the row; #RECS_NO_ROW when the id is unknown or was removed.
 * @param ids the dictionary.
 * @param id its bytes.
 * @param length how many bytes; an id that could not be added is unknown.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND; #RECS_ERROR_INVALID for a NULL argument.
 * Thread safety: any thread while nobody changes @p ids. Complexity: O(length) expected.
 * @since 0.1
 */
RECS_API int32_t recs_ids_find(uint32_t *out_row, const recs_ids *ids, const char *id, size_t length);

/**
 * The rows of many ids at once; an unknown one is no error.
 * @param[out] out_rows @p count rows; #RECS_NO_ROW for each id that is unknown or was removed.
 * @param ids the dictionary.
 * @param bytes the ids in one run; may be NULL when @p count is 0.
 * @param offsets @p count + 1 positions, as in recs_ids_add_many().
 * @param count how many ids.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument or offsets that fall.
 * Thread safety: any thread while nobody changes @p ids. Complexity: as one recs_ids_find() each, several times as fast
 * for large dictionaries, because the memory of many ids is asked for at once.
 * @since 0.1
 */
RECS_API int32_t recs_ids_find_many(uint32_t *out_rows, const recs_ids *ids, const char *bytes, const int64_t *offsets,
                                    size_t count);

/**
 * Takes the id from a row; the row stays, without a name, and is never given again. The id's text is overwritten;
 * frozen copies that were made before keep it.
 * @param ids a builder.
 * @param row 0 to recs_ids_count() - 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or a row beyond the last; #RECS_ERROR_NOT_FOUND when it was removed
 *   before; #RECS_ERROR_STATE when @p ids is frozen; #RECS_ERROR_NOMEM when it must be copied for the sake of a frozen
 *   copy.
 * Thread safety: one thread at a time. Complexity: O(length) expected; see recs_ids_add() for the copy.
 * @since 0.1
 */
RECS_API int32_t recs_ids_remove(recs_ids *ids, uint32_t row);

/**
 * The number of rows, those of removed ids included; 0 for NULL. Any thread while nobody changes it. O(1).
 * @since 0.1
 */
RECS_API uint32_t recs_ids_count(const recs_ids *ids);

/** The number of rows that have a name; 0 for NULL. Any thread while nobody changes it. O(1). @since 0.1 */
RECS_API uint32_t recs_ids_live(const recs_ids *ids);

/**
 * The id of a row.
 * @param[out] out the id, NUL-terminated, borrowed: from a builder until it changes or is freed, from a frozen
 *   dictionary for as long as that lives. NULL on failure.
 * @param[out] out_length its bytes without the NUL; may be NULL.
 * @param ids the dictionary.
 * @param row 0 to recs_ids_count() - 1.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND when the id was removed; #RECS_ERROR_INVALID for NULL or a row beyond the
 *   last.
 * Thread safety: any thread while nobody changes @p ids. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_ids_name(const char **out, size_t *out_length, const recs_ids *ids, uint32_t row);

/**
 * An immutable copy; the builder goes on. Rows of the two mean the same, so that what was built over one goes with the
 * other.
 * @param[out] out the copy; the caller frees it. Of a frozen dictionary it is the same handle, held once more.
 * @param ids the dictionary; names borrowed from it stay where they are.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: the builder's thread; any thread for a frozen one. Complexity: O(1); both share one storage until the
 * builder next adds or removes an id.
 * @since 0.1
 */
RECS_API int32_t recs_ids_freeze(recs_ids **out, const recs_ids *ids);

/**
 * Frees a dictionary; NULL is fine. What was made over it keeps what it needs. Any thread. O(1), or O(rows).
 * @since 0.1
 */
RECS_API void recs_ids_free(recs_ids *ids);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
