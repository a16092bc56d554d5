/* Part of librecs (MIT). Profiles: what is known of users and items besides behaviour. Included by recs/data.h. */
#ifndef RECS_DATA_PROFILES_H
#define RECS_DATA_PROFILES_H

#include <recs/data/ids.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup profiles Profiles
 * What is known of users or items besides behaviour: named fields, each of weighted tags, numbers, text or embeddings,
 * over the rows of one dictionary.
 * @{
 */

/** A store of profiles over one dictionary. A builder until frozen; frozen ones are immutable. */
typedef struct recs_profiles recs_profiles;

/** Types of profile fields. */
enum {
  RECS_FIELD_TAGS = 1,     /**< Any number of weighted tags a row. */
  RECS_FIELD_NUMBER = 2,   /**< One double a row; NaN: missing. */
  RECS_FIELD_TEXT = 3,     /**< One text a row. */
  RECS_FIELD_EMBEDDING = 4 /**< One vector of floats a row, of the field's dimension. */
};

/**
 * Makes an empty store over a dictionary.
 * @param[out] out the store, a builder; the caller frees it with recs_profiles_free().
 * @param ids the dictionary of the users or items; kept alive. It may grow while the store is used.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_create(recs_profiles **out, recs_ids *ids);

/**
 * The dictionary that the rows belong to (a snapshot's: frozen with it); borrowed; NULL for NULL. Any thread.
 * @since 0.1
 */
RECS_API const recs_ids *recs_profiles_ids(const recs_profiles *profiles);

/**
 * Finds or adds a field.
 * @param[out] out_field its number, counted from 0 in the order of definition; #RECS_NO_ROW on failure.
 * @param profiles a builder; or a frozen store, when the field is there already.
 * @param name NUL-terminated, 1 to 63 bytes; copied.
 * @param type RECS_FIELD_*.
 * @param dimension 1 to 65536 for embeddings, else 0.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, an improper name, type or dimension, or a known name with another
 *   type or dimension; #RECS_ERROR_STATE when a field would have to be added to a frozen store; #RECS_ERROR_OVERFLOW
 *   beyond 4096 fields; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(name).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_define(uint32_t *out_field, recs_profiles *profiles, const char *name, int32_t type,
                                      uint32_t dimension);

/** The number of fields; 0 for NULL. Any thread while nobody changes the store. O(1). @since 0.1 */
RECS_API uint32_t recs_profiles_field_count(const recs_profiles *profiles);

/**
 * Describes a field.
 * @param[out] name borrowed from the store; may be NULL.
 * @param[out] type RECS_FIELD_*; may be NULL.
 * @param[out] dimension of an embedding, else 0; may be NULL.
 * @param profiles the store.
 * @param field 0 to recs_profiles_field_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread while nobody changes @p profiles. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_field(const char **name, int32_t *type, uint32_t *dimension,
                                     const recs_profiles *profiles, uint32_t field);

/**
 * Adds a tag to a row, or gives it a new weight.
 * @param profiles a builder.
 * @param row of the dictionary; one whose id was removed is a row still.
 * @param field a field of #RECS_FIELD_TAGS.
 * @param tag its bytes, as an id's (see recs_ids_add()); it enters the field's own dictionary.
 * @param length 1 to 65536 bytes.
 * @param weight finite; 1 is usual.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, a row or field beyond the last, a field of another type, an improper
 *   tag or weight; #RECS_ERROR_STATE when frozen; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(length + tags of the row) expected.
 * @since 0.1
 */
RECS_API int32_t recs_profiles_set_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag,
                                       size_t length, float weight);

/**
 * Takes a tag from a row; the field's dictionary keeps it.
 * @param profiles a builder.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_TAGS.
 * @param tag its bytes.
 * @param length how many bytes.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND when the row does not have the tag; #RECS_ERROR_INVALID; #RECS_ERROR_STATE
 *   when frozen.
 * Thread safety: one thread at a time. Complexity: O(length + tags of the row).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_unset_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag,
                                         size_t length);

/**
 * Sets the number of a row.
 * @param profiles a builder.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_NUMBER.
 * @param value any finite number; NaN makes it missing again.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also for an infinity; #RECS_ERROR_STATE when frozen; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(1) amortised.
 * @since 0.1
 */
RECS_API int32_t recs_profiles_set_number(recs_profiles *profiles, uint32_t row, uint32_t field, double value);

/**
 * Sets the text of a row.
 * @param profiles a builder.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_TEXT.
 * @param text its bytes, copied, without NUL; not borrowed from this store. May be NULL when @p length is 0.
 * @param length up to 16777216 bytes; 0 makes the text missing again.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_STATE when frozen; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(length) amortised.
 * @since 0.1
 */
RECS_API int32_t recs_profiles_set_text(recs_profiles *profiles, uint32_t row, uint32_t field, const char *text,
                                        size_t length);

/**
 * Sets the embedding of a row.
 * @param profiles a builder.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_EMBEDDING.
 * @param values @p dimension finite floats, copied; not borrowed from this store.
 * @param dimension the field's.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also for a value that is not finite; #RECS_ERROR_STATE when frozen;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(dimension).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_set_embedding(recs_profiles *profiles, uint32_t row, uint32_t field, const float *values,
                                             uint32_t dimension);

/**
 * Forgets everything about a row, for instance when its user asks for it. What the builder held is overwritten;
 * snapshots that were made before keep it.
 * @param profiles a builder.
 * @param row of the dictionary; fine when there is nothing to forget, or when its id was removed before.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or a row beyond the last; #RECS_ERROR_STATE when frozen.
 * Thread safety: one thread at a time. Complexity: O(fields + what the row has).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_remove(recs_profiles *profiles, uint32_t row);

/** The dictionary of a tag field's tags; borrowed; NULL when the field is none. Any thread. O(1). @since 0.1 */
RECS_API const recs_ids *recs_profiles_tag_ids(const recs_profiles *profiles, uint32_t field);

/**
 * The tags of a row.
 * @param[out] tags rows of the field's tag dictionary, ascending; borrowed until the store changes or is freed. NULL
 *   when there are none.
 * @param[out] weights of each; may be NULL.
 * @param[out] count how many.
 * @param profiles the store.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_TAGS.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread while nobody changes @p profiles. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_tags(const uint32_t **tags, const float **weights, size_t *count,
                                    const recs_profiles *profiles, uint32_t row, uint32_t field);

/**
 * The number of a row.
 * @param[out] out the number; NaN when it is missing, and on failure.
 * @param profiles the store.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_NUMBER.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread while nobody changes @p profiles. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_number(double *out, const recs_profiles *profiles, uint32_t row, uint32_t field);

/**
 * The text of a row.
 * @param[out] text NUL-terminated, borrowed until the store changes or is freed; "" when it is missing, NULL on
 *   failure.
 * @param[out] length its bytes without the NUL; may be NULL.
 * @param profiles the store.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_TEXT.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread while nobody changes @p profiles. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_text(const char **text, size_t *length, const recs_profiles *profiles, uint32_t row,
                                    uint32_t field);

/**
 * The embedding of a row.
 * @param[out] values as many floats as the field's dimension, borrowed until the store changes or is freed; NULL when
 *   missing.
 * @param profiles the store.
 * @param row of the dictionary.
 * @param field a field of #RECS_FIELD_EMBEDDING.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread while nobody changes @p profiles. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_embedding(const float **values, const recs_profiles *profiles, uint32_t row,
                                         uint32_t field);

/**
 * An immutable snapshot, compact in memory; the builder goes on. Its dictionary is frozen with it.
 * @param[out] out the snapshot; the caller frees it. Of a frozen store it is the same handle, held once more.
 * @param profiles the store.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: the builder's thread; any thread for a frozen one. Complexity: O(rows x fields + stored values).
 * @since 0.1
 */
RECS_API int32_t recs_profiles_freeze(recs_profiles **out, const recs_profiles *profiles);

/** Frees a store; NULL is fine. Any thread. O(fields). @since 0.1 */
RECS_API void recs_profiles_free(recs_profiles *profiles);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
