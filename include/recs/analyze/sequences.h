/* Part of librecs (MIT). How alike two sequences are. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_SEQUENCES_H
#define RECS_ANALYZE_SEQUENCES_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup sequences Sequences
 * Of two sequences of symbols (item rows, or any uint32_t). Empty sequences are allowed.
 * @{
 */

/**
 * How alike two sequences are: Python's `difflib.SequenceMatcher(None, a, b, autojunk).ratio()` to the last bit
 * (Ratcliff and Obershelp 1988). It is 2 M / (a_count + b_count), where M counts the symbols of the matching blocks:
 * the longest common run, then the same to its left and to its right. Not symmetric: of equally long runs the first in
 * a, then in b, is taken.
 * @param[out] out 0 to 1; 1 for two empty sequences.
 * @param context its allocator is used; nothing is kept.
 * @param a @p a_count symbols; may be NULL when there are none. At most 2^31 - 1, as in all functions of this group.
 * @param a_count symbols in a.
 * @param b @p b_count symbols.
 * @param b_count symbols in b.
 * @param autojunk 1: as Python's default, no run begins at a symbol that fills more than 1/100 of a b of 200 symbols or
 * more; 0: every symbol counts.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(blocks x pairs of equal symbols), memory O(a_count + b_count).
 * @since 0.1
 */
RECS_API int32_t recs_sequence_ratio(double *out, recs_context *context, const uint32_t *a, size_t a_count,
                                     const uint32_t *b, size_t b_count, int32_t autojunk);

/**
 * The length of the longest common subsequence, whose symbols need not stand side by side (bit-parallel, Hyyro 2004).
 * @param[out] out 0 to the shorter length.
 * @param context its allocator is used; nothing is kept.
 * @param a @p a_count symbols; may be NULL when there are none.
 * @param a_count symbols in a.
 * @param b @p b_count symbols.
 * @param b_count symbols in b.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(a_count b_count / 64), memory O(a_count + b_count).
 * @since 0.1
 */
RECS_API int32_t recs_sequence_lcs(uint64_t *out, recs_context *context, const uint32_t *a, size_t a_count,
                                   const uint32_t *b, size_t b_count);

/**
 * The Levenshtein distance: the least number of symbols to insert, delete or replace that turns a into b (bit-parallel,
 * Myers 1999 in the form of Hyyro 2003).
 * @param[out] out 0 to the longer length.
 * @param context its allocator is used; nothing is kept.
 * @param a @p a_count symbols; may be NULL when there are none.
 * @param a_count symbols in a.
 * @param b @p b_count symbols.
 * @param b_count symbols in b.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(a_count b_count / 64), memory O(a_count + b_count).
 * @since 0.1
 */
RECS_API int32_t recs_sequence_levenshtein(uint64_t *out, recs_context *context, const uint32_t *a, size_t a_count,
                                           const uint32_t *b, size_t b_count);

/**
 * The matching blocks behind recs_sequence_ratio(), as difflib's get_matching_blocks(): in order, adjacent ones joined,
 * and at the end the block (a_count, b_count, 0).
 * @param[out] a_starts where each block begins in a; room for min(a_count, b_count) + 1, as in the next two.
 * @param[out] b_starts where each block begins in b.
 * @param[out] lengths the symbols of each block.
 * @param[out] count blocks, the closing one included.
 * @param context its allocator is used; nothing is kept.
 * @param a @p a_count symbols; may be NULL when there are none.
 * @param a_count symbols in a.
 * @param b @p b_count symbols.
 * @param b_count symbols in b.
 * @param autojunk as for recs_sequence_ratio().
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM; the arrays' content is then
 * undefined.
 * Thread safety: any thread. Complexity: as recs_sequence_ratio().
 * @since 0.1
 */
RECS_API int32_t recs_sequence_blocks(size_t *a_starts, size_t *b_starts, size_t *lengths, size_t *count,
                                      recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                                      size_t b_count, int32_t autojunk);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
