/* Part of librecs (MIT). k-means, itemsets and rules, sequences. */
#ifndef RECS_ANALYZE_H
#define RECS_ANALYZE_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup kmeans k-means
 * @{
 */

/** A fitted clustering. Immutable. */
typedef struct recs_kmeans recs_kmeans;

/** How the first centres are chosen. */
enum {
  RECS_SEEDING_PLUSPLUS = 1, /**< k-means++ (Arthur and Vassilvitskii 2007), greedy with 2 + ln k tries a centre. */
  RECS_SEEDING_RANDOM = 2    /**< k distinct rows at random. */
};

/** Options of recs_kmeans_fit(). */
typedef struct recs_kmeans_options {
  size_t struct_size;      /**< Set by recs_kmeans_options_init(). */
  const float *centers;    /**< NULL, or clusters x columns start centres: then one start, no seeding. */
  double tolerance;        /**< Stop when the centres' squared shift, summed, is no more than tolerance x the mean
                                variance of the columns; 0: when labels stay. Default 1e-4. */
  uint64_t seed;           /**< Default 1. */
  uint32_t clusters;       /**< k; 1 to the number of rows; default 3. */
  uint32_t starts;         /**< The best of this many starts by inertia; default 10. */
  uint32_t max_iterations; /**< Of one start; default 300. */
  int32_t seeding;         /**< RECS_SEEDING_*; default PLUSPLUS. */
} recs_kmeans_options;

/** The schema of recs_kmeans_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_kmeans_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_kmeans_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_options_init(recs_kmeans_options *options, size_t struct_size);

/**
 * Clusters rows so that the sum of their squared distances to their cluster's mean is small (k-means, Lloyd 1982).
 * Distances are floats, sums and the inertia doubles. A cluster that loses all its rows gets the row farthest from its
 * own centre, several such clusters one each; when there are fewer distinct rows than clusters, some stay empty.
 * Labels, centres and inertia belong together: recs_kmeans_predict() gives the same labels for the same rows. The same
 * bits for any number of threads and any CPU features.
 * @param[out] out the clustering; the caller frees it with recs_kmeans_free().
 * @param context allocator, threads and CPU features; kept alive by the clustering.
 * @param values @p rows x @p columns finite floats, row after row, small enough that squared distances fit a float
 * (about 3e18 / sqrt(columns)). Only read, not kept.
 * @param rows at least one and at least the number of clusters.
 * @param columns at least one.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC with row and column of a value that is NaN, infinite or
 * too large; #RECS_ERROR_OVERFLOW beyond 2^32 - 2 rows; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(starts x iterations x rows x clusters x columns); k-means++ costs as much as
 * about 2 + ln k iterations. Memory beside the values: O(rows x (1 + ln k) + clusters x columns), sums included at most
 * as much as the values.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_fit(recs_kmeans **out, recs_context *context, const float *values, size_t rows,
                                 uint32_t columns, const recs_kmeans_options *options, recs_progress_fn progress,
                                 void *payload);

/** The number of clusters; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_clusters(const recs_kmeans *kmeans);

/** The number of columns; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_columns(const recs_kmeans *kmeans);

/** The centres, clusters x columns; borrowed from the clustering; NULL for NULL. Any thread. @since 0.1 */
RECS_API const float *recs_kmeans_centers(const recs_kmeans *kmeans);

/** The cluster of each fitted row, below recs_kmeans_clusters(); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_kmeans_labels(const recs_kmeans *kmeans);

/** How many of the fitted rows each cluster has; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_kmeans_sizes(const recs_kmeans *kmeans);

/** The sum over the fitted rows of their squared distance to their centre; NaN for NULL. Any thread. @since 0.1 */
RECS_API double recs_kmeans_inertia(const recs_kmeans *kmeans);

/** Iterations of the best start; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_iterations(const recs_kmeans *kmeans);

/**
 * The nearest centre of each row (the first of equally near ones, as far as floats can tell), and how far it is.
 * @param[out] out_labels a cluster for each row; may be NULL when @p rows is 0. Undefined on failure, as the next.
 * @param[out] out_distances the squared distance of each row to that centre; may be NULL.
 * @param kmeans the clustering.
 * @param values @p rows x recs_kmeans_columns() finite floats, bounded as for recs_kmeans_fit().
 * @param rows how many; 0 is fine.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NUMERIC, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows x clusters x columns); up to 1024 rows start no thread.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_predict(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans,
                                     const float *values, size_t rows);

/**
 * The mean silhouette of labelled rows (Rousseeuw 1987): (b - a) / max(a, b) for each row, a being its mean distance to
 * the other rows of its cluster and b that to the rows of the nearest other cluster. A row alone in its cluster counts
 * as 0, and so does one whose a and b are both 0. The same bits for any number of threads and any CPU features.
 * @param[out] out -1 to 1.
 * @param context allocator, threads and CPU features; nothing is kept.
 * @param values @p rows x @p columns finite floats, row after row, bounded as for recs_kmeans_fit().
 * @param rows at least two.
 * @param columns at least one.
 * @param labels the cluster of each row, below @p clusters; at least two clusters must be in use.
 * @param clusters how many labels there may be; empty clusters do not count.
 * @param sample when neither 0 nor @p rows or more: only so many rows, drawn at random, are looked at, and compared
 * with one another.
 * @param seed of the draw.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also when the rows looked at are all in one cluster; #RECS_ERROR_NUMERIC;
 * #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(n^2 x columns) for the n rows looked at; memory O(n x columns + clusters).
 * @since 0.1
 */
RECS_API int32_t recs_silhouette(double *out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                                 const uint32_t *labels, uint32_t clusters, size_t sample, uint64_t seed);

/** Frees a clustering; NULL is fine. @since 0.1 */
RECS_API void recs_kmeans_free(recs_kmeans *kmeans);
/** @} */

/**
 * @defgroup rules Itemsets and rules
 * @{
 */

/** A miner of frequent itemsets over baskets. Immutable. */
typedef struct recs_apriori recs_apriori;
/** Frequent itemsets. Immutable. */
typedef struct recs_itemsets recs_itemsets;
/** Association rules. Immutable. */
typedef struct recs_rules recs_rules;

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
  uint64_t max_results; /**< Fail with #RECS_ERROR_OVERFLOW beyond this many itemsets; default 100 million. */
  uint32_t min_size;    /**< Smallest itemset returned; default 1. */
  uint32_t max_size;    /**< Largest itemset returned; 0 (default): any. */
  int32_t kind;         /**< RECS_ITEMSETS_*; default ALL. Closed and maximal are judged before the sizes. */
  int32_t algorithm;    /**< RECS_MINER_*; default AUTO. */
} recs_apriori_options;

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
 * @param[out] out the itemsets, by size, then by their items; the caller frees them with recs_itemsets_free().
 * @param apriori the miner; may mine again.
 * @param progress NULL, or told how far it is; see #recs_progress_fn.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, or #RECS_ERROR_OVERFLOW when there are more
 *   than max_results.
 * Thread safety: any thread; uses the context's threads, and gives the same itemsets for any number of them. Complexity:
 * grows with the number of frequent itemsets, which may be exponential in the items: choose the support with care. Memory:
 * 4 bytes an item of each itemset and 4 an itemset, and twice that while they are put in order.
 * @since 0.1
 */
RECS_API int32_t recs_apriori_itemsets(recs_itemsets **out, const recs_apriori *apriori, recs_progress_fn progress,
                                       void *payload);

/** Frees a miner; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_apriori_free(recs_apriori *apriori);

/** The number of itemsets; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_itemsets_count(const recs_itemsets *itemsets);

/** The number of non-empty baskets, N; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_itemsets_baskets(const recs_itemsets *itemsets);

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
 * Thread safety: any thread. Complexity: O(item_count log itemsets).
 * @since 0.1
 */
RECS_API int32_t recs_itemsets_find(uint64_t *support, const recs_itemsets *itemsets, const uint32_t *items,
                                    size_t item_count);

/** Frees itemsets; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_itemsets_free(recs_itemsets *itemsets);

/** Metrics of a rule A -> C, with s() the share of baskets. */
enum {
  RECS_METRIC_SUPPORT = 1,            /**< s(A and C) */
  RECS_METRIC_CONFIDENCE = 2,         /**< s(A and C) / s(A) */
  RECS_METRIC_LIFT = 3,               /**< confidence / s(C) */
  RECS_METRIC_LEVERAGE = 4,           /**< s(A and C) - s(A) s(C) */
  RECS_METRIC_CONVICTION = 5,         /**< (1 - s(C)) / (1 - confidence); infinite at confidence 1 */
  RECS_METRIC_ZHANG = 6,              /**< Zhang's: leverage / max(s(AC) (1 - s(A)), s(A) (s(C) - s(AC))); 0 when both are 0 */
  RECS_METRIC_ANTECEDENT_SUPPORT = 7, /**< s(A) */
  RECS_METRIC_CONSEQUENT_SUPPORT = 8  /**< s(C) */
};

/** Options of recs_rules_create(). */
typedef struct recs_rules_options {
  size_t struct_size;      /**< Set by recs_rules_options_init(). */
  double minimum;          /**< The least value of the metric; default 1. */
  uint64_t max_rules;      /**< Keep only this many, the best by metric (ties: support, then items); 0 (default): all. */
  int32_t metric;          /**< RECS_METRIC_*; default LIFT. */
  uint32_t max_antecedent; /**< Items on the left at most; 0 (default): any. */
  uint32_t max_consequent; /**< Items on the right at most; 0 (default): any. */
  uint32_t consequent;     /**< Only rules whose right side is just this item; #RECS_NO_ROW (default): any. */
} recs_rules_options;

/** The schema of recs_rules_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_rules_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_rules_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_options_init(recs_rules_options *options, size_t struct_size);

/**
 * Makes rules of itemsets: every way to split one into two sides that passes the options. Best first by the metric,
 * then by support, then by the items of the left and of the right side.
 * @param[out] out the rules; the caller frees them with recs_rules_free(). They do not need the itemsets any more.
 * @param itemsets all frequent itemsets (not only closed or maximal ones), those of one item among them.
 * @param options NULL for the defaults: a lift of at least 1.
 * @param progress NULL, or told how far it is.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, #RECS_ERROR_UNSUPPORTED for other itemsets,
 *   or #RECS_ERROR_OVERFLOW for an itemset with too many items to be split in every way.
 * Thread safety: any thread. Complexity: O(sum over the itemsets of 2^size), and sorting the rules.
 * @since 0.1
 */
RECS_API int32_t recs_rules_create(recs_rules **out, const recs_itemsets *itemsets, const recs_rules_options *options,
                                   recs_progress_fn progress, void *payload);

/**
 * The rules whose metric lies within bounds, in the same order. Chain calls to filter by several metrics.
 * @param[out] out the rules that pass; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param metric RECS_METRIC_*.
 * @param minimum the least value; may be minus infinity.
 * @param maximum the greatest value; infinity lets rules of infinite conviction pass.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rules).
 * @since 0.1
 */
RECS_API int32_t recs_rules_filter(recs_rules **out, const recs_rules *rules, int32_t metric, double minimum,
                                   double maximum);

/**
 * The same rules, best first by another metric.
 * @param[out] out the rules; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param metric RECS_METRIC_*.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rules log rules).
 * @since 0.1
 */
RECS_API int32_t recs_rules_sort(recs_rules **out, const recs_rules *rules, int32_t metric);

/** The number of rules; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_rules_count(const recs_rules *rules);

/**
 * The two sides of a rule.
 * @param[out] antecedent the items of the left side, ascending; borrowed from the rules. May be NULL.
 * @param[out] antecedent_count how many. May be NULL.
 * @param[out] consequent the items of the right side, ascending; borrowed. May be NULL.
 * @param[out] consequent_count how many. May be NULL.
 * @param rules the rules.
 * @param index 0 to recs_rules_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_get(const uint32_t **antecedent, size_t *antecedent_count, const uint32_t **consequent,
                                size_t *consequent_count, const recs_rules *rules, uint64_t index);

/**
 * One metric of one rule.
 * @param[out] out its value; may be infinite for conviction; NaN on failure.
 * @param rules the rules.
 * @param index 0 to recs_rules_count() - 1.
 * @param metric RECS_METRIC_*.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_metric(double *out, const recs_rules *rules, uint64_t index, int32_t metric);

/** Frees rules; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_rules_free(recs_rules *rules);
/** @} */

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
