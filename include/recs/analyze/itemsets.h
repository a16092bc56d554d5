/* Part of librecs (MIT). Frequent itemsets of baskets. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_ITEMSETS_H
#define RECS_ANALYZE_ITEMSETS_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup itemsets Itemsets
 * @{
 */

/** A miner of frequent itemsets over baskets. Immutable. */
typedef struct recs_apriori recs_apriori;
/** Frequent itemsets. Immutable. */
typedef struct recs_itemsets recs_itemsets;

/** Algorithms; all give the same itemsets. */
enum {
  RECS_MINER_AUTO = 0,    /**< What is fastest for the data. */
  RECS_MINER_APRIORI = 1, /**< Level by level with candidate generation (Agrawal and Srikant 1994). */
  RECS_MINER_ECLAT = 2    /**< Depth first over transaction lists or bit sets (Zaki 1997). */
};

/** Which itemsets are wanted. */
enum {
  RECS_ITEMSETS_ALL = 1,    /**< All frequent ones. */
  RECS_ITEMSETS_CLOSED = 2, /**< Those without a superset of equal support. */
  RECS_ITEMSETS_MAXIMAL = 3 /**< Those without a frequent superset. */
};

/** Options of recs_apriori_create(). */
typedef struct recs_apriori_options {
  size_t struct_size;   /**< Set by recs_apriori_options_init(). */
  double min_support;   /**< Share of the non-empty baskets, in (0, 1]; default 0.01: count >= ceil(S N - 1e-9). */
  uint64_t min_count;   /**< When not 0: the absolute count, in place of min_support. */
  uint64_t max_results; /**< Fail with #RECS_ERROR_OVERFLOW beyond this many itemsets; default 100 million. Without effect where top_k
                             or budget_bytes limits them. */
  uint32_t min_size;    /**< Smallest itemset returned; default 1. */
  uint32_t max_size;    /**< Largest itemset returned; 0 (default): any. */
  int32_t kind;         /**< RECS_ITEMSETS_*; default ALL. Closed and maximal are judged before sizes, contains, excludes and top_k. */
  int32_t algorithm;    /**< RECS_MINER_*; default AUTO. */
  uint64_t top_k;       /**< When not 0: only so many, those of the highest support; of equal support the smaller ones, of equal size
                             those whose items come first. Set min_count to 1 when no support is to be guessed. */
  uint64_t budget_bytes; /**< When not 0: bytes that the miner's baskets and what it finds may take. What does not fit is cut, from
                              the least support on; a set counts 8 bytes an item and 48. Not with APRIORI. */
  double budget_seconds; /**< When not 0: the time after which mining ends with what it then has: it goes from high supports to
                              lower ones, and gives the last it finished. Not with APRIORI. */
  double min_value;      /**< When not 0: a basket has an item when the matrix holds at least this; otherwise any value but 0. */
  const uint32_t *contains;         /**< Only itemsets with all of these items (rows). */
  uint64_t contains_count;            /**< How many. */
  const uint32_t *excludes;         /**< Only itemsets with none of these items. */
  uint64_t excludes_count;            /**< How many. */
  const uint32_t *taxonomy_items;   /**< A taxonomy of items: items, or categories, ... */
  const uint32_t *taxonomy_parents; /**< ... and for each a category above it, which is an item as well; any number beyond the
                                         matrix's columns will do. A basket with the item has the category. Itemsets of an item
                                         together with something above it are left out (Srikant and Agrawal 1995). */
  uint64_t taxonomy_count;            /**< How many pairs. */
} recs_apriori_options;

/** Why itemsets are not all that were asked for. */
enum {
  RECS_CUT_NONE = 0,   /**< They are all. */
  RECS_CUT_TOP = 1,    /**< There are more than top_k. */
  RECS_CUT_MEMORY = 2, /**< budget_bytes. */
  RECS_CUT_TIME = 3,   /**< budget_seconds. */
  RECS_CUT_RESULTS = 4 /**< max_results, on the way to lower supports within budget_seconds. */
};

/**
 * Told one itemset; see recs_apriori_stream().
 * @param payload as handed in.
 * @param items its items, ascending; valid during the call.
 * @param item_count how many.
 * @param support in how many baskets all of them are.
 * @return 0 to go on; anything else ends the mining with #RECS_ERROR_CANCELLED.
 */
typedef int32_t (*recs_itemset_fn)(void *payload, const uint32_t *items, size_t item_count, uint64_t support);

/** The schema of recs_apriori_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_apriori_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_apriori_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_apriori_options_init(recs_apriori_options *options, size_t struct_size);

/**
 * Prepares mining: finds the items that are frequent by themselves, and keeps the baskets in their terms.
 * @param[out] out the miner; the caller frees it with recs_apriori_free(). It does not need the matrix any more.
 * @param baskets baskets x items; any value but 0 means "contains". A row without one is no basket.
 * @param options NULL for the defaults.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries), and sorting the items. Memory: about 8 bytes for each entry of a
 * frequent item.
 * @since 0.1
 */
RECS_API int32_t recs_apriori_create(recs_apriori **out, const recs_matrix *baskets, const recs_apriori_options *options);

/**
 * Mines. The algorithm (Apriori: Agrawal and Srikant 1994; Eclat: Zaki 1997) decides the time, never the answer.
 * @param[out] out the itemsets, by size, those of one size in an order that the data and the algorithm decide; the caller frees
 *   them with recs_itemsets_free().
 * @param apriori the miner; may mine again.
 * @param progress NULL, or told how far it is; see #recs_progress_fn.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, or #RECS_ERROR_OVERFLOW when there are more
 *   than max_results.
 * Thread safety: any thread; uses the context's threads, and gives the same itemsets in the same order for any number of them,
 * unless budget_seconds ends it.
 * Complexity: grows with the number of frequent itemsets, which may be exponential in the items: choose the support with care.
 * Memory: 4 bytes an item of each itemset and 4 an itemset; twice that and 8 bytes an itemset at most while they are written.
 * @since 0.1
 */
RECS_API int32_t recs_apriori_itemsets(recs_itemsets **out, const recs_apriori *apriori, recs_progress_fn progress,
                                       void *payload);

/**
 * Counts the itemsets that recs_apriori_itemsets() would give, without keeping any: sets of one support with the same baskets are
 * counted at once. max_results does not limit the count; top_k and the budgets do what they always do.
 * @param[out] out how many; UINT64_MAX stands for more than that.
 * @param apriori the miner.
 * @param progress NULL, or told how far it is.
 * @param payload handed to @p progress.
 * @return as recs_apriori_itemsets().
 * Thread safety: any thread; uses the context's threads. Complexity: O(itemsets) at most, often far less. Memory: independent of
 * how many there are.
 * @since 0.1
 */
RECS_API int32_t recs_apriori_count(uint64_t *out, const recs_apriori *apriori, recs_progress_fn progress, void *payload);

/**
 * Mines, and hands each itemset to a function as it is found: nothing grows with their number. In no order that means anything, but
 * always the same one. With top_k or budgets they are found first and handed over then, and so are closed and maximal ones of
 * APRIORI or of a taxonomy.
 * @param apriori the miner.
 * @param itemset told each of them, on the calling thread; it may end the mining, and may call anything but what frees the miner.
 * @param payload handed to @p itemset.
 * @return #RECS_OK, #RECS_ERROR_CANCELLED when @p itemset did not return 0, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, or as
 *   recs_apriori_itemsets(). max_results does not matter.
 * Thread safety: any thread; works on the calling one alone. Complexity: O(items of all itemsets). Memory: independent of how many.
 * @since 0.1
 */
RECS_API int32_t recs_apriori_stream(const recs_apriori *apriori, recs_itemset_fn itemset, void *payload);

/** The number of non-empty baskets, N; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_apriori_baskets(const recs_apriori *apriori);

/** Frees a miner; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_apriori_free(recs_apriori *apriori);

/** The number of itemsets; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_itemsets_count(const recs_itemsets *itemsets);

/** The number of non-empty baskets, N; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_itemsets_baskets(const recs_itemsets *itemsets);

/**
 * How they were found, and whether they are all.
 * @param[out] kind RECS_ITEMSETS_*. May be NULL.
 * @param[out] algorithm RECS_MINER_*: what AUTO chose. May be NULL.
 * @param[out] cut RECS_CUT_*. May be NULL.
 * @param[out] complete_from every itemset that was asked for and has at least this support is here. Below it, those of the smaller sizes
 *   may be here too. May be NULL.
 * @param itemsets what was mined.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_itemsets_info(int32_t *kind, int32_t *algorithm, int32_t *cut, uint64_t *complete_from,
                                    const recs_itemsets *itemsets);

/**
 * One itemset.
 * @param[out] items its items, ascending; borrowed from the itemsets. May be NULL.
 * @param[out] item_count how many. May be NULL.
 * @param[out] support in how many baskets all of them are. May be NULL.
 * @param itemsets what was mined.
 * @param index 0 to recs_itemsets_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(size of the largest itemset).
 * @since 0.1
 */
RECS_API int32_t recs_itemsets_get(const uint32_t **items, size_t *item_count, uint64_t *support,
                                   const recs_itemsets *itemsets, uint64_t index);

/**
 * Looks a set of items up.
 * @param[out] support in how many baskets all of them are; 0 on failure.
 * @param itemsets what was mined.
 * @param items the set, in any order, each item once.
 * @param item_count at least 1.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, or #RECS_ERROR_NOT_FOUND when it is none of these itemsets.
 * Thread safety: any thread. Complexity: O(item_count); the first look-up makes an index of all, of 8 to 16 bytes an itemset.
 * @since 0.1
 */
RECS_API int32_t recs_itemsets_find(uint64_t *support, const recs_itemsets *itemsets, const uint32_t *items,
                                    size_t item_count);

/** Frees itemsets; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_itemsets_free(recs_itemsets *itemsets);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
