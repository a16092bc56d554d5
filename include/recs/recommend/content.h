/* Part of librecs (MIT). The scorer "content". */
#ifndef RECS_RECOMMEND_CONTENT_H
#define RECS_RECOMMEND_CONTENT_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/** How a word of an item's text is weighed. tf: how often the text has it; df: how many of the n texts have it. */
enum {
  RECS_TEXT_TFIDF = 1, /**< tf (ln((1 + n) / (1 + df)) + 1): as recs_features_tfidf(). */
  RECS_TEXT_BM25 = 2   /**< tf (K1 + 1) / (tf + K1 (1 - B + B length / mean length)) ln(1 + (n - df + 0.5) / (df + 0.5)): a word
                            that is repeated gains less and less, and more so in a short text (Robertson and Zaragoza 2009). */
};

/** Options of "content": cosine between the profile built from the history (and the user's own tags) and the item. */
typedef struct recs_content_options {
  size_t struct_size;     /**< Set by recs_content_options_init(). */
  const char *fields;     /**< Fields and their weights, "tags=1,title=0.5"; NULL (default): all, equal. */
  double history_weight;  /**< Weight of what the user did; default 1. */
  double profile_weight;  /**< Weight of what the user's profile says; default 1. */
  double max_share;       /**< Words in more than this share of the items' texts are left out, (0, 1]; default 1: none. */
  int32_t idf;            /**< 1 (default): rare tags weigh more, by ln((1 + n) / (1 + df)) + 1. */
  uint32_t min_documents; /**< Words in fewer items' texts are left out; default 2. */
  int32_t text;           /**< RECS_TEXT_*; default TFIDF. */
  int32_t reserved;       /**< Must be 0. */
  double k1;              /**< BM25: how much repeating a word adds, 0 (nothing) to 1000; default 1.2. */
  double b;               /**< BM25: how much a text's length counts, 0 to 1; default 0.75. */
  double recency;         /**< What is left of an item's weight one step back in the history, 0 to 1; 1 (default): all. */
  double half_life;       /**< In units of time: an item this much older than the history's latest weighs half; 0
                               (default): no such decay. */
} recs_content_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_content_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_content_options_init(recs_content_options *options, size_t struct_size);

/**
 * Fits "content": tags, words, numbers and embeddings of the items' profiles become vectors of length 1; the score of
 * an item is the cosine between its vector and the profile that the history (and what the user's own profile says) adds
 * up to.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix, and item profiles over its columns; user profiles over its rows where there are some.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NOT_FOUND for a field that is not there; #RECS_ERROR_UNSUPPORTED
 *   without item profiles; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(stored values) to fit; a request visits the items that share a feature with
 * the history. Where items have most of the features, as with embeddings alone, lists are made by inner products with all
 * items, many users at once, as recs_index_top_dense_many() does it: O(items features) a list.
 * @since 0.1
 */
RECS_API int32_t recs_content_fit(recs_scorer **out, const recs_training *training, const recs_content_options *options,
                                  recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
