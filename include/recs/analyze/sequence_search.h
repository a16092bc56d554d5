/* Part of librecs (MIT). Sequences by any measure: two, one against many, and the most similar of very many. Included by
 * recs/analyze.h. */
#ifndef RECS_ANALYZE_SEQUENCE_SEARCH_H
#define RECS_ANALYZE_SEQUENCE_SEARCH_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup sequence_search Sequences by any measure
 * With m the longer of the two lengths and s their sum. Measures that end in _SIMILARITY are 1 for equal sequences (two empty ones
 * among them) and 0 where nothing is alike.
 * @{
 */

/** Measures of two sequences a and b. */
enum {
  RECS_SEQUENCE_RATIO = 1,                  /**< recs_sequence_ratio() with autojunk, as Python's difflib by default. */
  RECS_SEQUENCE_RATIO_PLAIN = 2,            /**< The same without autojunk. */
  RECS_SEQUENCE_LCS = 3,                    /**< The length of the longest common subsequence (Hyyro 2004). */
  RECS_SEQUENCE_LCS_SIMILARITY = 4,         /**< LCS / m. */
  RECS_SEQUENCE_INDEL_SIMILARITY = 5,       /**< 2 LCS / s: only insertions and deletions. */
  RECS_SEQUENCE_LEVENSHTEIN = 6,            /**< Distance: insertions, deletions, replacements (Myers 1999, Hyyro 2003). */
  RECS_SEQUENCE_LEVENSHTEIN_SIMILARITY = 7, /**< 1 - distance / m. */
  RECS_SEQUENCE_OSA = 8,                    /**< Distance: and swaps of neighbours, none of them edited again (optimal string alignment,
                                                 Hyyro 2003). */
  RECS_SEQUENCE_OSA_SIMILARITY = 9,         /**< 1 - distance / m. */
  RECS_SEQUENCE_DAMERAU = 10,               /**< Distance: and swaps of neighbours, which may be edited again (Damerau-Levenshtein;
                                                 Zhao and Sahni 2019). */
  RECS_SEQUENCE_DAMERAU_SIMILARITY = 11,    /**< 1 - distance / m. */
  RECS_SEQUENCE_JARO = 12,                  /**< Jaro 1989: (c / a_count + c / b_count + (c - t) / c) / 3, where c symbols find their like
                                                 within m / 2 - 1 places and t is half the number of those out of order. */
  RECS_SEQUENCE_JARO_WINKLER = 13,          /**< Winkler 1990: where Jaro's j is above 0.7, j + 0.1 p (1 - j), p being the length of the
                                                 common beginning, at most 4. */
  RECS_SEQUENCE_RUN = 14,                   /**< The length of the longest common run: symbols side by side ("substring"). */
  RECS_SEQUENCE_RUN_SIMILARITY = 15         /**< The same / m. */
};

/** The name of a measure ("ratio", "lcs", "jaro_winkler"), static; NULL when there is none of that number. Any thread. @since 0.1 */
RECS_API const char *recs_sequence_measure_name(int32_t measure);

/** The measure of a name, 0 for none; NULL is fine. Any thread. @since 0.1 */
RECS_API int32_t recs_sequence_measure(const char *name);

/** 1 for a distance (small means alike), 0 for the others. Any thread. @since 0.1 */
RECS_API int32_t recs_sequence_is_distance(int32_t measure);

/**
 * Measures two sequences.
 * @param[out] out the value; NaN on failure.
 * @param context its allocator is used; nothing is kept.
 * @param measure RECS_SEQUENCE_*.
 * @param a @p a_count symbols (item rows, or any uint32_t); may be NULL when there are none. At most 2^31 - 1.
 * @param a_count symbols in a.
 * @param b @p b_count symbols.
 * @param b_count symbols in b.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: RATIO: as recs_sequence_ratio(); LCS, LEVENSHTEIN and OSA: O(a_count b_count / 64) (OSA beyond
 * 256 symbols and DAMERAU: O(a_count b_count)); JARO: O(a_count + b_count) expected; RUN: O(a_count + pairs of equal symbols). Memory
 * O(a_count + b_count).
 * @since 0.1
 */
RECS_API int32_t recs_sequence_compare(double *out, recs_context *context, int32_t measure, const uint32_t *a, size_t a_count,
                                       const uint32_t *b, size_t b_count);

/**
 * Measures many sequences, each as a, against one, as b.
 * @param[out] out a value for each sequence; undefined on failure. What is worse than @p cutoff comes as 0, or for distances as
 *   infinity.
 * @param context its allocator and threads are used; nothing is kept.
 * @param measure RECS_SEQUENCE_*.
 * @param cutoff the least value, or of distances the greatest, that is of interest; pairs that cannot reach it may be passed over
 *   quickly. 0, or for distances infinity: all.
 * @param b the sequence that all are measured against.
 * @param b_count symbols in b.
 * @param offsets @p count + 1 numbers, not descending, the first not below 0: sequence i is symbols[offsets[i]] up to, but not with,
 *   symbols[offsets[i + 1]].
 * @param symbols of all sequences.
 * @param count how many sequences.
 * @return #RECS_OK, #RECS_ERROR_INVALID (offsets that descend: which), #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread; up to 4096 sequences start no thread. Complexity: b is prepared once, then as recs_sequence_compare().
 * @since 0.1
 */
RECS_API int32_t recs_sequence_compare_many(double *out, recs_context *context, int32_t measure, double cutoff, const uint32_t *b,
                                            size_t b_count, const int64_t *offsets, const uint32_t *symbols, size_t count);

/** Many sequences, prepared to find the most similar ones. Immutable. */
typedef struct recs_sequence_index recs_sequence_index;

/**
 * Prepares sequences for recs_sequence_index_search().
 * @param[out] out the index; the caller frees it with recs_sequence_index_free(). It keeps a copy of the symbols.
 * @param context allocator; kept alive by the index.
 * @param offsets as for recs_sequence_compare_many(); may be NULL when @p count is 0.
 * @param symbols of all sequences, at most 2^31 - 1.
 * @param count how many sequences: rows 0 to @p count - 1.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(symbols) expected. Memory: 4 bytes a symbol, 5 for each different symbol of each sequence, 8 a
 * sequence.
 * @since 0.1
 */
RECS_API int32_t recs_sequence_index_create(recs_sequence_index **out, recs_context *context, const int64_t *offsets,
                                            const uint32_t *symbols, size_t count);

/**
 * The same of users' histories: what each did, oldest first, as items' rows.
 * @param[out] out the index; its rows are those of the histories.
 * @param histories only read; see recs_histories_build().
 * @return as recs_sequence_index_create().
 * Thread safety, complexity and memory: as recs_sequence_index_create().
 * @since 0.1
 */
RECS_API int32_t recs_sequence_index_of_histories(recs_sequence_index **out, const recs_histories *histories);

/** How many sequences it holds; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_sequence_index_rows(const recs_sequence_index *index);

/**
 * The sequences most similar to one, exactly: none that is not listed has a greater value, and of equal values lower rows come first.
 * Sequences with a value of 0, as those that share no symbol, are not listed.
 * @param[out] rows up to @p k of them, best first.
 * @param[out] values the measure of each, as a, against @p b.
 * @param[out] out_count how many there are; 0 on failure.
 * @param index the sequences.
 * @param measure RECS_SEQUENCE_*, but no distance: take its similarity.
 * @param b the sequence to compare with. One of the index's own is found again, as itself.
 * @param b_count symbols in b.
 * @param k how many are wanted at most; 0 is fine.
 * @param cutoff only values of at least this; 0: any above 0.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED for a distance; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; starts none. Complexity: counts the symbols that each sequence has in common with b through lists by symbol,
 * which bounds every measure, and measures in order of that bound until the k-th best is out of reach: O(sequences + entries in the lists
 * of b's symbols + measured pairs). Memory: 8 bytes a sequence.
 * @since 0.1
 */
RECS_API int32_t recs_sequence_index_search(uint32_t *rows, double *values, size_t *out_count, const recs_sequence_index *index,
                                            int32_t measure, const uint32_t *b, size_t b_count, size_t k, double cutoff);

/** Frees an index; NULL is fine. @since 0.1 */
RECS_API void recs_sequence_index_free(recs_sequence_index *index);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
