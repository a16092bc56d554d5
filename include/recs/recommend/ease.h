/* Part of librecs (MIT). The scorer "ease". */
#ifndef RECS_RECOMMEND_EASE_H
#define RECS_RECOMMEND_EASE_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/** How "ease" finds its weights. */
enum {
  RECS_EASE_AUTO = 0,  /**< Exactly where that keeps to memory_mb, else locally. */
  RECS_EASE_EXACT = 1, /**< From the inverse over all items, or over all users where these are fewer. */
  RECS_EASE_LOCAL = 2  /**< Each item's from the inverse over its nearest items alone. */
};

/** The arithmetic of the inverse. Weights are kept in single precision either way. */
enum {
  RECS_EASE_DOUBLE = 0, /**< Scores of a history with weights of 1 are within 1e-6 of those in exact arithmetic. */
  RECS_EASE_SINGLE = 1  /**< Half the time and memory to fit. Weights are off by about 1e-7 times the largest eigenvalue of
                             X'X over lambda: the same lists but for near ties, in what we tried. */
};

/** Options of "ease": score(i) = sum over the history of weight(j) B(j, i). */
typedef struct recs_ease_options {
  size_t struct_size; /**< Set by recs_ease_options_init(). */
  double lambda;      /**< Regularisation: what is added to the diagonal of X'X. 0 (default): three times the mean of that
                           diagonal over the items that somebody has, which for plain events is three times the mean number
                           of users of an item; the model is then the same when all weights are multiplied by a number. */
  double memory_mb;   /**< What method AUTO lets an exact fit take, in MiB; default 4096, which is enough for 21,000 items. */
  uint32_t top_k;     /**< Weights kept of each item's row, those that are largest by amount; 0 (default): all. */
  uint32_t neighbors; /**< Method LOCAL: how many items nearest by cosine the weights that reach an item are fitted with;
                           default 95. */
  int32_t method;     /**< RECS_EASE_AUTO (default), _EXACT or _LOCAL, by name as a setting. */
  int32_t precision;  /**< RECS_EASE_DOUBLE (default) or _SINGLE, by name as a setting. */
} recs_ease_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_ease_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_ease_options_init(recs_ease_options *options, size_t struct_size);

/**
 * Fits "ease" (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): a linear model of each item by all others in
 * closed form. With X the training matrix and P = (X'X + lambda I)^-1, B(j, i) = -P(j, i) / P(i, i), and B(i, i) = 0. Weights may be
 * negative: an item that goes with others only because both go with a third is no reason for them.
 *
 * Items fall into groups that share no user. The weights between groups are 0, and each group is solved by itself: from the
 * inverse over its items, or over its users where these are enough fewer (Woodbury's identity). An item that shares no user with any
 * other, or that nobody has, takes no room, has no weights, and is not scored. Within a group, items that share users with few others are
 * eliminated first, sparsely; the dense inverse is over the rest. Entries of 0 count for nothing; negative entries count with
 * their sign.
 *
 * Method LOCAL fits the weights that reach an item with its nearest items alone, as if there were no others: a small inverse an item
 * instead of one over all. nDCG@10 on events held back, with the defaults:
 *
 *     data               users    items    entries   exact   local
 *     Amazon Toys       19,412   11,924    128,773   .0541   .0553
 *     Online Retail      4,339    3,665    258,418   .0965   .1023
 *     generated, dense  20,000    3,000  1,217,705   .0448   .0428
 *
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread, also within the inverse; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when X'X + lambda I is not positive definite in the precision chosen (lambda is
 *   too small beside X'X) or weights overflow; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the work is shared by the context's threads, and the result is the same bits for any number of
 * them. AVX2 and AVX-512 give the same bits; plain C gives others in the last digits.
 * Complexity, exact: O(sum over users of their items squared) and, for each group, n^3 / 2 multiply-adds, n being its items that were
 * not eliminated (of Amazon Beauty's 12,101, 3,700 are), or its users where that way is taken; at most 9 bytes for each pair of items
 * while it is fitted and 4 to keep, or 8 top_k an item. Local: O(items x neighbors^3) and the users of each item's nearest; 8 bytes x
 * neighbors an item to keep and up to four times that, and a quarter of memory_mb, while it is fitted: 100,000 items of 300,000 users with
 * 3.9 million entries took 41 s of processor time and 1.1 GiB. A request: O(history x group) additions, or O(history x top_k).
 * @since 0.1
 */
RECS_API int32_t recs_ease_fit(recs_scorer **out, const recs_training *training, const recs_ease_options *options,
                               recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
