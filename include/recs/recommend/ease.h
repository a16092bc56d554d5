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

/** The arithmetic of the inverse; weights are kept in single precision. */
enum {
  RECS_EASE_DOUBLE = 0, /**< Scores within 1e-6 of those in exact arithmetic. */
  RECS_EASE_SINGLE = 1  /**< Half the time and memory; the error grows with the largest eigenvalue of X'X over lambda. */
};

/** Options of "ease": score(i) = sum over the history of weight(j) B(j, i). */
typedef struct recs_ease_options {
  size_t struct_size; /**< Set by recs_ease_options_init(). */
  double lambda;      /**< Regularisation: added to the diagonal of X'X; default 250. */
  double memory_mb;   /**< What method AUTO lets an exact fit take, in MiB; default 4096. */
  uint32_t top_k;     /**< Weights kept of each item's row, the largest ones; 0 (default): all where they are exact, else those
                           that were found. */
  uint32_t neighbors; /**< Method LOCAL: how many items nearest by cosine an item's weights are fitted with; default 100. */
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

RECS_API int32_t recs_ease_fit(recs_scorer **out, const recs_training *training, const recs_ease_options *options,
                               recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
