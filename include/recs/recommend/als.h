/* Part of librecs (MIT). The scorer "als": implicit-feedback matrix factorisation by alternating least squares. */
#ifndef RECS_RECOMMEND_ALS_H
#define RECS_RECOMMEND_ALS_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/**
 * Options of "als". An entry of weight w of the matrix says p = 1 (w > 0) or p = 0 (w < 0: disliked) with the
 * confidence c = u + alpha |w|; every other cell, and one of weight 0, says p = 0 with the confidence u. The factors x
 * of the users and y of the items make this loss small:
 *
 *     sum over all cells of c (p - x'y)^2 + sum over users of r |x|^2 + sum over items of r |y|^2
 *     r = regularization (n + u (N - n))^exponent
 *
 * with n the entries of the user's row or the item's column, and N its cells. For what the implicit package minimises
 * with its alpha a and a matrix of ones, set alpha = a - 1, unobserved = 1, by_density = 0 and exponent = 0.
 */
typedef struct recs_als_options {
  size_t struct_size;    /**< Set by recs_als_options_init(). */
  double alpha;          /**< Confidence of a weight of 1 beyond that of an empty cell; [0, 1e6]; default 1. */
  double unobserved;     /**< Confidence u of an empty cell; [1e-9, 1e6]; default 16, by density. */
  double regularization; /**< Of the factors; [1e-9, 1e6]; default 0.01. */
  double exponent;       /**< How far it grows with what a row has, [0, 1]; default 1. */
  double tolerance;      /**< Stop after an iteration that takes off less than this share of the loss, [0, 1]; each
                              iteration then finds the loss. Default 0: never. */
  uint64_t seed;         /**< Of the items' first factors, up to 2^53; default 1. */
  uint32_t factors;      /**< 1 to 1024; default 128. No more than there are users, or items, are used. */
  uint32_t iterations;   /**< At most; 1 to 1000; default 10. An iteration solves for all users, then all items. */
  uint32_t block;        /**< In rows of more than 64 entries, at most so many factors (rounded up to a multiple of 16)
                              are solved for at a time, with the others as they are; 16 to 1024; default 128. */
  int32_t by_density;    /**< 1 (default): u is `unobserved` times the share of cells that have an entry: all empty cells
                              together weigh about `unobserved` times as much as there are entries; 0: u is
                              `unobserved` itself. */
  double recency;        /**< When a user is solved for, each step back in the history leaves this share of a weight,
                              [0, 1]; items at one known time are one step. Default 1: as in the fit. */
  double half_life;      /**< Then also, an item this much older than the history's latest weighs half, in units of
                              time; 0 (default): no decay. */
} recs_als_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_als_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_als_options_init(recs_als_options *options, size_t struct_size);

/**
 * Fits "als", a factorisation of implicit feedback (Hu, Koren and Volinsky 2008) by alternating least squares, exact
 * for rows of up to 64 entries and where all factors fit one block, else block by block (Rendle et al. 2021, iALS++).
 * The score of an item is x'y, x being solved for from the history when it is asked: a user who came after the fit, or
 * whose history has grown, needs no new one. Weights of older items may fade then (recency, half_life). Repeats of an item in a history are one entry of the sum of their weights.
 * Items without entries are not scored, nor is anything for a history of no known or no liked item. Similar items are
 * those of the largest cosine of factors. The contribution of an item j of the history to the score of item i is
 * c p y_i' W y_j, W being the inverse of the user's matrix; a disliked item has none of its own.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free(). It keeps the items' factors, not the users'.
 * @param training the matrix.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when weights are so large that the factors overflow;
 *   #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: with d factors, rounded up to a
 * multiple of 16, an iteration is O(entries d min(d, 64)) for rows of up to 64 entries, O(entries d block + d^2 block)
 * for others, and O((users + items) d^2 + d^3). Memory while it fits: (4 d + 8) bytes a user and an item, a transposed
 * copy of the matrix (8 bytes an entry), some 300 d^2 bytes, and for each thread 8 d^2 + 7000 d + 310,000 bytes; in the
 * end 8 items d bytes stay, of which a mapped file holds half. A request is O(n^2 d) for a history of n items, but no
 * more than O(n d^2 + d^3), and O(items d).
 * @since 0.1
 */
RECS_API int32_t recs_als_fit(recs_scorer **out, const recs_training *training, const recs_als_options *options,
                              recs_progress_fn progress, void *payload);

/**
 * The loss that the fit ended with: see recs_als_options.
 * @param[out] out the loss, over all cells, not their mean.
 * @param scorer an "als".
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL and for a scorer of another kind.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_als_loss(double *out, const recs_scorer *scorer);

/**
 * The items' factors, for an index or an analysis of the caller's own: scores are inner products with them.
 * @param[out] out recs_scorer_items() rows of @p out_width floats, borrowed from the scorer; all zero for an item
 *   without entries. The columns are those in which the factors' Gram matrix is diagonal.
 * @param[out] out_width the factors, rounded up to a multiple of 16; what is added is zero.
 * @param scorer an "als".
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL and for a scorer of another kind.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_als_items(const float **out, uint32_t *out_width, const recs_scorer *scorer);

/**
 * The factors of a user with a history: what minimises the loss while the items stay as they are.
 * @param[out] out as many floats as recs_als_items() says; all zero when nothing is known.
 * @param scorer an "als".
 * @param history the history; its user is of no account.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, a scorer of another kind, or an item that is not in the catalogue;
 *   #RECS_ERROR_NUMERIC for a weight that is not finite, or so large that the factors overflow; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: O(n^2 d) for n items and d factors, but no more than
 * O(n d^2 + d^3).
 * @since 0.1
 */
RECS_API int32_t recs_als_user(float *out, const recs_scorer *scorer, const recs_history *history);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
