/* Part of librecs (MIT). Scorers made of scorers: "hybrid" and "hybrid-equal". */
#ifndef RECS_RECOMMEND_HYBRID_H
#define RECS_RECOMMEND_HYBRID_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/** How a hybrid combines its parts. */
enum {
  RECS_HYBRID_SCALED = 1, /**< Each part divided by its largest absolute score for this user over the unseen catalogue,
                               before any filter, then the weighted mean; all-zero stays zero. */
  RECS_HYBRID_RAW = 2,    /**< The weighted mean of the parts as they are. */
  RECS_HYBRID_RRF = 3     /**< Reciprocal-rank fusion (Cormack 2009): sum of w / (rrf_k + rank), over the sum of w. */
};

/** What a hybrid holds back of a user's events to learn by. */
enum {
  RECS_HOLD_LAST = 1, /**< The last item: requests will ask what comes next. */
  RECS_HOLD_ANY = 2   /**< Any item: for logs whose order says nothing. */
};

/** Options of "hybrid" and "hybrid-equal". */
typedef struct recs_hybrid_options {
  size_t struct_size;  /**< Set by recs_hybrid_options_init(). */
  const char *parts;   /**< Up to 16 scorers joined by commas. NULL (default): "hybrid" weighs every scorer that the
                            training data allow and keeps those that are of use, or, with too few events to learn
                            from, does as "hybrid-equal", which takes
                            "content,user-knn,item-knn" (content only with item profiles), as "hybrid" does with
                            given weights. */
  const char *weights; /**< One number a part, joined by commas; NULL (default): learned by "hybrid", equal in
                            "hybrid-equal". */
  double rrf_k;        /**< Default 60. */
  int32_t mode;        /**< RECS_HYBRID_*; default SCALED. */
  int32_t hold;        /**< RECS_HOLD_*: what learning holds back where the training brings no validation; default
                            LAST. */
  double power;        /**< Scaled scores are raised to this power, 0 to 1, with their sign: below 1, what a part puts
                            second comes nearer to its first. 0 (default): learned by "hybrid", else 1. */
} recs_hybrid_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_hybrid_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_hybrid_options_init(recs_hybrid_options *options, size_t struct_size);

/**
 * A hybrid of scorers that are fitted already: score = sum of w s over sum of w, where s is a part's score as the mode
 * makes it, and 0 where a part knows nothing of an item.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free(). It keeps the parts alive.
 * @param parts @p count scorers over the same catalogue.
 * @param weights one a part, finite, with a sum above 0; NULL: equal.
 * @param count how many parts, 1 to 16.
 * @param options mode and rrf_k; its parts and weights must be NULL, for they are arguments here. NULL for the
 *   defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, parts of different catalogues, or weights that sum to no more than 0;
 *   #RECS_ERROR_NUMERIC for a weight that is not finite; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(parts).
 * @since 0.1
 */
RECS_API int32_t recs_hybrid_create(recs_scorer **out, const recs_scorer *const *parts, const double *weights,
                                    size_t count, const recs_hybrid_options *options);

/**
 * The weights of a hybrid's parts for histories of some length.
 * @param[out] out room for recs_scorer_parts() weights, which sum to 1.
 * @param scorer a hybrid.
 * @param history_count items of the history: a hybrid may have learned other weights for shorter and longer ones.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL and for a scorer that is no hybrid.
 * Thread safety: any thread. Complexity: O(parts).
 * @since 0.1
 */
RECS_API int32_t recs_hybrid_weights(double *out, const recs_scorer *scorer, size_t history_count);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
