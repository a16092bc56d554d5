/* Part of librecs (MIT). Many sequences in one object: what is mined. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_SEQUENCE_STORE_H
#define RECS_ANALYZE_SEQUENCE_STORE_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup sequence_store Stores of sequences
 * What every user did, in order. A sequence is a row of elements, an element a set of items: one item each, or all items of
 * an order or of an instant. The position of an element is its number within its sequence.
 * @{
 */

/** Sequences of elements. Immutable. */
typedef struct recs_sequence_store recs_sequence_store;

/** What forms one element. */
enum {
  RECS_ELEMENT_EVENT = 1,   /**< Each event. */
  RECS_ELEMENT_SESSION = 2, /**< The events of one session, at the time of its first; an event without one stands alone. */
  RECS_ELEMENT_TIME = 3     /**< Events of equal time; an event without a time stands alone. */
};

/**
 * The sequences of a log, one a user (or one a session). A sequence is in order of time, then of arrival; events of unknown time
 * come first. Within an element items are ascending, each once.
 * @param[out] out the store; the caller frees it with recs_sequence_store_free(). Its sequences are the rows of the dictionary of
 *   users (or sessions) now, also those without events, its items those of the dictionary of items.
 * @param events the log; not changed, and not needed any more.
 * @param elements RECS_ELEMENT_*.
 * @param matrix_options what makes a row, and type_weights, where a type that weighs 0 is left out; the rest is not used. NULL: the
 *   defaults, every event of every user.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_OVERFLOW for a sequence of 2^32 events; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events; uses the context's threads. Complexity: O(events log(events of a
 * row) + rows). Memory: 4 bytes an item, 8 more where a time is known, 4 more where elements may have several items; scratch as
 * recs_matrix_build().
 * @since 0.1
 */
RECS_API int32_t recs_sequence_store_build(recs_sequence_store **out, const recs_events *events, int32_t elements,
                                           const recs_matrix_options *matrix_options);

/**
 * Sequences from arrays, which are copied.
 * @param[out] out the store; the caller frees it with recs_sequence_store_free().
 * @param context whose memory it uses; kept alive.
 * @param offsets @p sequence_count + 1 values from 0 on, never falling: sequence s has entries offsets[s] to offsets[s + 1] - 1.
 * @param sequence_count how many; may be 0.
 * @param items offsets[sequence_count] items below #RECS_NO_ROW.
 * @param elements as many numbers that never fall within a sequence: entries of one number form one element, and the items of an
 *   element are sorted and kept once. NULL: each entry is an element.
 * @param times as many, never falling within a sequence and the same within an element; NULL: none is known.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message names the sequence and the entry); #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries), and sorting each element. Memory: as recs_sequence_store_build().
 * @since 0.1
 */
RECS_API int32_t recs_sequence_store_create(recs_sequence_store **out, recs_context *context, const int64_t *offsets,
                                            size_t sequence_count, const uint32_t *items, const uint32_t *elements,
                                            const int64_t *times);

/** The number of sequences, empty ones among them; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_sequence_store_count(const recs_sequence_store *store);

/** The number of sequences that are not empty, N; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_sequence_store_used(const recs_sequence_store *store);

/** The number of items in all sequences together; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_sequence_store_entries(const recs_sequence_store *store);

/**
 * One sequence, borrowed from the store.
 * @param[out] items its items, in order. May be NULL.
 * @param[out] elements the number of the element of each, from 0 on; NULL when each item is an element by itself. May be NULL.
 * @param[out] times of each; NULL when none is known. May be NULL.
 * @param[out] count how many items.
 * @param store the store.
 * @param index 0 to recs_sequence_store_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_sequence_store_get(const uint32_t **items, const uint32_t **elements, const int64_t **times, size_t *count,
                                         const recs_sequence_store *store, uint64_t index);

/** Frees a store; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_sequence_store_free(recs_sequence_store *store);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
