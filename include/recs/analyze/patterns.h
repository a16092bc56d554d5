/* Part of librecs (MIT). Sequential patterns, and rules of what comes next. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_PATTERNS_H
#define RECS_ANALYZE_PATTERNS_H

#include <recs/analyze/sequence_store.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup patterns Sequential patterns
 * A pattern is a row of elements, as a sequence is: first these items, later those. A sequence contains it when its elements can
 * be found in the sequence, each within one element and all in order, so that the gaps between neighbours and the span of the
 * whole obey the limits. The support of a pattern is the number of sequences that contain it, however often.
 * @{
 */

/** Frequent sequential patterns. Immutable. */
typedef struct recs_patterns recs_patterns;
/** Rules made of patterns: after this, that. Immutable. */
typedef struct recs_pattern_rules recs_pattern_rules;

/** Which patterns are wanted. One contains another as a sequence contains it, gaps and spans aside. */
enum {
  RECS_PATTERNS_ALL = 1,    /**< All frequent ones. */
  RECS_PATTERNS_CLOSED = 2, /**< Those that no longer pattern of the same support contains; both supports obey the limits. */
  RECS_PATTERNS_MAXIMAL = 3 /**< Those that no longer frequent pattern contains. */
};

/** Options of recs_patterns_mine(). Limits on positions and on time may be given together; then both hold. */
typedef struct recs_patterns_options {
  size_t struct_size;    /**< Set by recs_patterns_options_init(). */
  double min_support;    /**< Share of the non-empty sequences, in (0, 1]; default 0.01: count >= ceil(S N - 1e-9). */
  uint64_t min_count;    /**< When not 0: the absolute count, in place of min_support. */
  uint64_t top_k;        /**< Only so many: those of the largest support, and of these the first in order; 0 (default): all. */
  uint64_t max_bytes;    /**< About how many bytes the patterns may take while they are searched, the working memory aside;
                              default 1 GiB; 0: any. Beyond it the least support rises, see recs_patterns_complete(). */
  double max_seconds;    /**< Stop about then with the patterns of a larger least support; 0 (default): never. */
  int64_t min_gap;       /**< Positions from an element to the next at least; default 0, which is as 1. */
  int64_t max_gap;       /**< Positions from an element to the next at most: 1 means right after; -1 (default): any. With 0
                              nothing comes next, and patterns have one element. */
  int64_t window;        /**< Positions from the first element to the last at most; -1 (default): any. */
  int64_t min_gap_time;  /**< The same in units of time (milliseconds for clocks); default 0. */
  int64_t max_gap_time;  /**< Likewise; -1 (default): any. */
  int64_t window_time;   /**< Likewise; -1 (default): any. */
  uint32_t min_length;   /**< Items of the shortest pattern returned; default 1. */
  uint32_t max_length;   /**< Items of the longest pattern returned; 0 (default): any. */
  int32_t kind;          /**< RECS_PATTERNS_*; default ALL. Judged before lengths and items are. */
  int32_t reserved;      /**< Must be 0. */
  const uint32_t *contain; /**< Items that a pattern must have, all of them; NULL (default): none. */
  uint64_t contain_count;  /**< How many. */
  const uint32_t *exclude; /**< Items that a pattern must not have; NULL (default): none. */
  uint64_t exclude_count;  /**< How many. */
} recs_patterns_options;

/** The schema of recs_patterns_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_patterns_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_patterns_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_patterns_options_init(recs_patterns_options *options, size_t struct_size);

/**
 * Mines, by growing prefixes over projections of the store (PrefixSpan: Pei et al. 2001; with gaps and windows over lists of the
 * places where a prefix can end, as cSPADE: Zaki 2000).
 * @param[out] out the patterns, the largest support first, then by their items, a prefix before what goes on from it; the caller
 *   frees them with recs_patterns_free(). They do not need the store any more.
 * @param store the sequences.
 * @param options NULL for the defaults.
 * @param progress NULL, or told how far it is; see #recs_progress_fn.
 * @param payload handed to @p progress.
 * @return #RECS_OK (also when a budget ended the search early: see recs_patterns_complete()); #RECS_ERROR_INVALID;
 *   #RECS_ERROR_UNSUPPORTED for limits on time where times are not known or only an order; #RECS_ERROR_OVERFLOW for a store
 *   of 2^32 items; #RECS_ERROR_NOMEM; #RECS_ERROR_CANCELLED.
 * Thread safety: any thread; uses the context's threads, and gives the same patterns for any number of them. Complexity: for each
 * pattern about the items that follow it in the sequences that contain it (within gap and window, where there are any). Memory: 8
 * bytes an item of the store (with limits or sets: up to 28), for each thread as much again for each item of the longest pattern at
 * worst, and the patterns: 32 bytes each and 8 an item. Closed and maximal patterns are found among all.
 * @since 0.1
 */
RECS_API int32_t recs_patterns_mine(recs_patterns **out, const recs_sequence_store *store, const recs_patterns_options *options,
                                    recs_progress_fn progress, void *payload);

/**
 * Receives one pattern: its items, the number of the element of each (from 0 on), how many items, and its support. The arrays are
 * valid during the call. Return 0 to go on, anything else to stop.
 */
typedef int32_t (*recs_pattern_fn)(void *payload, const uint32_t *items, const uint32_t *elements, size_t item_count,
                                   uint64_t support);

/**
 * Mines and hands each pattern out as it is found, without keeping it: for more patterns than fit into memory. On this thread alone.
 * @param store the sequences.
 * @param options NULL for the defaults; kind is ALL, and top_k and max_seconds are 0; max_bytes is not used.
 * @param found called for each pattern in order of items, a prefix before what goes on from it.
 * @param payload handed to @p found.
 * @return as recs_patterns_mine(); #RECS_ERROR_CANCELLED when @p found asked to stop, #RECS_ERROR_UNSUPPORTED for another kind, top_k
 *   or max_seconds.
 * Thread safety: any thread. Complexity: as recs_patterns_mine(), without the memory for the patterns.
 * @since 0.1
 */
RECS_API int32_t recs_patterns_each(const recs_sequence_store *store, const recs_patterns_options *options, recs_pattern_fn found,
                                    void *payload);

/** The number of patterns; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_patterns_count(const recs_patterns *patterns);

/** The number of non-empty sequences, N; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_patterns_sequences(const recs_patterns *patterns);

/**
 * What the result is complete for.
 * @param[out] asked the least count that was asked for; may be NULL.
 * @param[out] complete the least count for which every pattern (of the kind, lengths and items asked for; of these the first top_k) is
 *   there, and below which none is: larger than @p asked when a budget ended the search. May be NULL.
 * @param patterns what was mined.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_patterns_complete(uint64_t *asked, uint64_t *complete, const recs_patterns *patterns);

/**
 * One pattern, borrowed from the patterns.
 * @param[out] items its items, element by element, ascending within one. May be NULL.
 * @param[out] elements the number of the element of each item, from 0 on. May be NULL.
 * @param[out] item_count how many items. May be NULL.
 * @param[out] support in how many sequences it is. May be NULL.
 * @param patterns what was mined.
 * @param index 0 to recs_patterns_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_patterns_get(const uint32_t **items, const uint32_t **elements, size_t *item_count, uint64_t *support,
                                   const recs_patterns *patterns, uint64_t index);

/**
 * Looks a pattern up.
 * @param[out] support in how many sequences it is; 0 on failure.
 * @param patterns what was mined.
 * @param items its items, ascending within an element.
 * @param elements the number of the element of each, from 0 on without a gap; NULL: each item is one.
 * @param item_count at least 1.
 * @return #RECS_OK, #RECS_ERROR_INVALID, or #RECS_ERROR_NOT_FOUND when it is none of these patterns.
 * Thread safety: any thread. Complexity: O(item_count log patterns).
 * @since 0.1
 */
RECS_API int32_t recs_patterns_find(uint64_t *support, const recs_patterns *patterns, const uint32_t *items,
                                    const uint32_t *elements, size_t item_count);

/** Frees patterns; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_patterns_free(recs_patterns *patterns);

/** What rules are ordered by. */
enum {
  RECS_PATTERN_RULES_CONFIDENCE = 1, /**< support(X then Y) / support(X) */
  RECS_PATTERN_RULES_LIFT = 2,       /**< confidence / (support(Y) / N) */
  RECS_PATTERN_RULES_SUPPORT = 3     /**< support(X then Y) */
};

/** Options of recs_pattern_rules_create(). */
typedef struct recs_pattern_rules_options {
  size_t struct_size;      /**< Set by recs_pattern_rules_options_init(). */
  double min_confidence;   /**< Least confidence, 0 to 1; default 0.1. */
  double min_lift;         /**< Least lift; default 0. */
  uint64_t top_k;          /**< Only the first so many in order; 0 (default): all. */
  uint32_t max_consequent; /**< Elements of Y at most; default 1, the next step; 0: any. */
  int32_t order;           /**< RECS_PATTERN_RULES_*; default CONFIDENCE. Ties: support, then the order of the patterns. */
} recs_pattern_rules_options;

/** The schema of recs_pattern_rules_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_pattern_rules_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_pattern_rules_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_pattern_rules_options_init(recs_pattern_rules_options *options, size_t struct_size);

/**
 * Makes rules X => Y: the patterns of several elements, each cut between two of them.
 * @param[out] out the rules, best first; the caller frees them with recs_pattern_rules_free(). They keep the patterns alive.
 * @param patterns of kind ALL, of every length and item, without top_k.
 * @param options NULL for the defaults.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, or #RECS_ERROR_UNSUPPORTED for other patterns.
 * Thread safety: any thread. Complexity: O(elements of all patterns x log patterns), and sorting the rules; 40 bytes a rule.
 * @since 0.1
 */
RECS_API int32_t recs_pattern_rules_create(recs_pattern_rules **out, const recs_patterns *patterns,
                                           const recs_pattern_rules_options *options);

/** The number of rules; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_pattern_rules_count(const recs_pattern_rules *rules);

/**
 * The pattern of a rule and where it is cut, borrowed from the patterns.
 * @param[out] items those of X, then those of Y. May be NULL.
 * @param[out] elements the number of the element of each. May be NULL.
 * @param[out] antecedent_count how many items X has. May be NULL.
 * @param[out] item_count how many items in all. May be NULL.
 * @param rules the rules.
 * @param index 0 to recs_pattern_rules_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_pattern_rules_get(const uint32_t **items, const uint32_t **elements, size_t *antecedent_count,
                                        size_t *item_count, const recs_pattern_rules *rules, uint64_t index);

/**
 * The measures of a rule.
 * @param[out] support sequences with X then Y; may be NULL.
 * @param[out] antecedent sequences with X; may be NULL.
 * @param[out] confidence support / antecedent; may be NULL.
 * @param[out] lift confidence / (sequences with Y / N); may be NULL.
 * @param rules the rules.
 * @param index 0 to recs_pattern_rules_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_pattern_rules_measures(uint64_t *support, uint64_t *antecedent, double *confidence, double *lift,
                                             const recs_pattern_rules *rules, uint64_t index);

/**
 * What comes next after a history: the items that begin the Y of rules whose X the history contains, the limits on positions
 * obeyed, with the next event standing right behind the history. Each item by its best rule; best first, ties by item.
 * @param[out] items @p n items; may have been seen before.
 * @param[out] confidences of the rule of each; may be NULL.
 * @param[out] rule_indices the rule of each, for its reason; may be NULL.
 * @param[out] count how many there are, at most @p n.
 * @param rules the rules.
 * @param history items, oldest first, each an element.
 * @param history_count how many; 0 gives none.
 * @param n room in the outputs.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, or #RECS_ERROR_UNSUPPORTED for patterns with limits on time, which a
 *   history does not have.
 * Thread safety: any thread. Complexity: O(rules whose X ends in an item of the history, times the history, and their log).
 * @since 0.1
 */
RECS_API int32_t recs_pattern_rules_next(uint32_t *items, double *confidences, uint64_t *rule_indices, size_t *count,
                                         const recs_pattern_rules *rules, const uint32_t *history, size_t history_count, size_t n);

/** Frees rules; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_pattern_rules_free(recs_pattern_rules *rules);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
