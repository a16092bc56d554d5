/* Part of librecs (MIT). Scorers: content, popularity, user-knn, item-knn, hybrid. */
#ifndef RECS_RECOMMEND_H
#define RECS_RECOMMEND_H

#include <recs/similarity.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup recommend Scorers
 * A scorer is fitted on training data, then says how well each item goes with a history. It works in rows, knows no
 * filters, and is read by any number of threads.
 * @{
 */

/** A fitted scorer. Immutable. */
typedef struct recs_scorer recs_scorer;

/** What a scorer may learn from; the scorer keeps alive what it needs. NULL: not there. */
typedef struct recs_training {
  size_t struct_size;              /**< sizeof(recs_training). */
  const recs_matrix *matrix;       /**< Users x items. Required: its columns are the catalogue. */
  const recs_histories *histories; /**< The same users' histories; needed for order, recency and decay. */
  const recs_profiles *items;      /**< Item profiles; needed by content. */
  const recs_profiles *users;      /**< User profiles; content adds what they say. */
} recs_training;

/** A user's history: what the scores are for. */
typedef struct recs_history {
  size_t struct_size;    /**< sizeof(recs_history). */
  const uint32_t *items; /**< Item rows, oldest first; repeats allowed. */
  const float *weights;  /**< Finite; NULL: all 1. */
  const int64_t *times;  /**< NULL: unknown. */
  size_t count;          /**< Items of the history. */
  uint32_t user;         /**< The row of a user of the training data, or #RECS_NO_ROW: kept out of their own
                              neighbours, and their profile is used. */
  uint32_t reserved;     /**< Must be 0. */
} recs_history;

/** How many scorers there are. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_kinds(void);

/** The name of the i-th scorer, such as "item-knn"; static; NULL beyond the last. Any thread. O(1). @since 0.1 */
RECS_API const char *recs_scorer_kind_name(uint32_t index);

/**
 * The options of a scorer.
 * @param name NUL-terminated, such as "item-knn".
 * @return the schema, static; NULL for NULL and for an unknown name (the thread's message then lists the known ones).
 * Thread safety: any thread. Complexity: O(scorers).
 * @since 0.1
 */
RECS_API const recs_schema *recs_scorer_schema(const char *name);

/**
 * Fits a scorer by its name, with settings in text: what commands, tuners and bindings call.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training what it learns from; the scorer keeps alive what it needs of it.
 * @param name one of recs_scorer_kind_name().
 * @param settings "key=value" pairs separated by ';' or newlines, keys and values as in recs_options_set(); a hybrid
 *   passes "part.key=value" to its part of that name. NULL: the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown name or key (the message lists the known ones);
 *   #RECS_ERROR_INVALID for a bad value, or training data that do not fit together; #RECS_ERROR_UNSUPPORTED when the
 *   data lack what the scorer needs; #RECS_ERROR_NUMERIC; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the work is shared by the context's threads, and the result is the same bits for any
 * number of them. Complexity: see the scorer's own function.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_fit(recs_scorer **out, const recs_training *training, const char *name,
                                 const char *settings, recs_progress_fn progress, void *payload);

/** Options of "popularity": the share of users who have the item, or their decayed weights. */
typedef struct recs_popularity_options {
  size_t struct_size; /**< Set by recs_popularity_options_init(). */
  double half_life;   /**< In units of time: an event this much older than the latest one counts half; 0 (default): no
                           decay. */
} recs_popularity_options;

/** Options of "content": cosine between the profile built from the history (and the user's own tags) and the item. */
typedef struct recs_content_options {
  size_t struct_size;     /**< Set by recs_content_options_init(). */
  const char *fields;     /**< Fields and their weights, "tags=1,title=0.5"; NULL (default): all, equal. */
  double history_weight;  /**< Weight of what the user did; default 1. */
  double profile_weight;  /**< Weight of what the user's profile says; default 1. */
  double max_share;       /**< Words in more than this share of the items' texts are left out, (0, 1]; default 1: none. */
  int32_t idf;            /**< 1 (default): rare tags weigh more, by ln((1 + n) / (1 + df)) + 1. */
  uint32_t min_documents; /**< Words in fewer items' texts are left out; default 2. */
} recs_content_options;

/** Options of "item-knn": score(i) = sum over the history of weight(j) sim(i, j), i among the k neighbours of j. */
typedef struct recs_item_knn_options {
  size_t struct_size; /**< Set by recs_item_knn_options_init(). */
  double shrink;      /**< See recs_kernel_options; default 0. */
  uint32_t k;         /**< Neighbours kept an item; default 50. */
  int32_t kernel;     /**< RECS_KERNEL_*, by name as a setting; default COSINE. */
  int32_t normalize;  /**< 1: divide by the sum of |sim| over the history items that reach i; default 0. */
  int32_t reserved;   /**< Must be 0. */
} recs_item_knn_options;

/** Options of "user-knn": score(i) = sum of sim(u, v) weight(v, i) over those of the k users v nearest to the history u
 * who have i. */
typedef struct recs_user_knn_options {
  size_t struct_size; /**< Set by recs_user_knn_options_init(). */
  double shrink;      /**< See recs_kernel_options; default 0. */
  uint32_t k;         /**< Neighbours asked a request; default 50. */
  int32_t kernel;     /**< RECS_KERNEL_*; default COSINE. */
  int32_t normalize;  /**< 1: divide by the sum of |sim| over the neighbours who have i; default 0. */
  int32_t reserved;   /**< Must be 0. */
} recs_user_knn_options;

/** How a hybrid combines its parts. */
enum {
  RECS_HYBRID_SCALED = 1, /**< Each part divided by its largest absolute score for this user over the unseen catalogue,
                               before any filter, then the weighted mean; all-zero stays zero. */
  RECS_HYBRID_RAW = 2,    /**< The weighted mean of the parts as they are. */
  RECS_HYBRID_RRF = 3     /**< Reciprocal-rank fusion (Cormack 2009): sum of w / (rrf_k + rank), over the sum of w. */
};

/** Options of "hybrid" and "hybrid-equal". */
typedef struct recs_hybrid_options {
  size_t struct_size;  /**< Set by recs_hybrid_options_init(). */
  const char *parts;   /**< Up to 16 scorers joined by commas; NULL (default): "content,user-knn,item-knn" (content only
                            with item profiles). */
  const char *weights; /**< One number a part, joined by commas; NULL (default): learned by "hybrid" on an inner split of
                            the training data, equal in "hybrid-equal". */
  double rrf_k;        /**< Default 60. */
  int32_t mode;        /**< RECS_HYBRID_*; default SCALED. */
  int32_t reserved;    /**< Must be 0. */
} recs_hybrid_options;

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_popularity_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_popularity_options_init(recs_popularity_options *options, size_t struct_size);

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
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_item_knn_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_item_knn_options_init(recs_item_knn_options *options, size_t struct_size);

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_user_knn_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_user_knn_options_init(recs_user_knn_options *options, size_t struct_size);

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
 * Fits "popularity": the score of an item is the share of the training users who have it, the same for every history.
 * With a half-life each event counts 2^(-age / half_life), its age taken from the latest event of the data, never from
 * the clock.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; with a half-life also histories with times.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED for a half-life without times; #RECS_ERROR_CANCELLED;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries) to fit, O(items) a request.
 * @since 0.1
 */
RECS_API int32_t recs_popularity_fit(recs_scorer **out, const recs_training *training,
                                     const recs_popularity_options *options, recs_progress_fn progress, void *payload);

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
 * the history.
 * @since 0.1
 */
RECS_API int32_t recs_content_fit(recs_scorer **out, const recs_training *training, const recs_content_options *options,
                                  recs_progress_fn progress, void *payload);

/**
 * Fits "item-knn" (Sarwar et al. 2001; Deshpande and Karypis 2004): keeps the k most similar items of each item, by
 * their users.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(sum over users of their items
 * squared) to fit, and k entries an item in memory; O(history x k) a request.
 * @since 0.1
 */
RECS_API int32_t recs_item_knn_fit(recs_scorer **out, const recs_training *training,
                                   const recs_item_knn_options *options, recs_progress_fn progress, void *payload);

/**
 * Fits "user-knn": keeps the training matrix, and finds the k users nearest to a history when it is asked.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; its user rows are what recs_history::user names.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries) to fit; a request visits the users who have an item of the history.
 * @since 0.1
 */
RECS_API int32_t recs_user_knn_fit(recs_scorer **out, const recs_training *training,
                                   const recs_user_knn_options *options, recs_progress_fn progress, void *payload);

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

/** The scorer's name, such as "item-knn"; static; "" for NULL. Any thread. O(1). @since 0.1 */
RECS_API const char *recs_scorer_name(const recs_scorer *scorer);

/** The size of the catalogue: items are rows 0 to this - 1; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_items(const recs_scorer *scorer);

/** The number of parts of a hybrid; 0 for other scorers and for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_parts(const recs_scorer *scorer);

/** A part of a hybrid, borrowed from it; NULL beyond the last. Any thread. O(1). @since 0.1 */
RECS_API const recs_scorer *recs_scorer_part(const recs_scorer *scorer, uint32_t index);

/**
 * The score of every item of the catalogue for a history.
 * @param[out] out recs_scorer_items() values; NaN where nothing is known of an item. Items of the history are scored
 *   too.
 * @param scorer the scorer.
 * @param history whom the scores are for; it may be empty.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, or an item of the history that is not in the catalogue;
 *   #RECS_ERROR_NUMERIC for a weight that is not finite; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(items), and what the scorer needs.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_score(double *out, const recs_scorer *scorer, const recs_history *history);

/**
 * The best items for a history. Items of the history are not left out: recs_rank_list() does that.
 * @param[out] out_items room for @p n rows; best first, equal ones by row.
 * @param[out] out_scores room for @p n scores.
 * @param[out] out_count how many there are: fewer than @p n when fewer are known of; 0 on failure.
 * @param scorer the scorer.
 * @param history whom the list is for.
 * @param candidates which items may be in it, over recs_scorer_items() rows; NULL: all.
 * @param n at least 1.
 * @return as recs_scorer_score().
 * Thread safety: any thread; no thread is started. Complexity: as recs_scorer_score(), and O(scored items x log n).
 * @since 0.1
 */
RECS_API int32_t recs_scorer_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                                 const recs_history *history, const recs_candidates *candidates, size_t n);

/**
 * The items most similar to one item, which is not among them.
 * @param[out] out_items room for @p n rows; best first, equal ones by row.
 * @param[out] out_scores room for @p n similarities.
 * @param[out] out_count how many there are; 0 on failure.
 * @param scorer the scorer; a hybrid asks those of its parts that know similar items, by their weights; where these are
 *   all 0, alike.
 * @param item 0 to recs_scorer_items() - 1.
 * @param candidates which items may be in the list; NULL: all.
 * @param n at least 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED where a scorer knows no such thing; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: as a request for a history of one item.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_similar(uint32_t *out_items, double *out_scores, size_t *out_count,
                                     const recs_scorer *scorer, uint32_t item, const recs_candidates *candidates,
                                     size_t n);

/** What a share of a score is owed to. */
enum {
  RECS_REASON_ITEM = 1,       /**< An item of the history; the row is the item's. */
  RECS_REASON_TAG = 2,        /**< A tag that the profile and the item share; the row is in the tag field's
                                   dictionary. */
  RECS_REASON_WORD = 3,       /**< A word that the profile and the item share; the row is in the text field's
                                   vocabulary. */
  RECS_REASON_NUMBER = 4,     /**< A number or embedding field in which both are close; the row is the field. */
  RECS_REASON_POPULARITY = 5  /**< Many users have it; the row is #RECS_NO_ROW. */
};

/**
 * What the score of one item is made of: amounts that sum to the score, to rounding, largest absolute one first. Each
 * thing is named once.
 * @param[out] out_kinds room for @p capacity RECS_REASON_*; may be NULL when that is 0, as the next ones may.
 * @param[out] out_rows what each is owed to; see RECS_REASON_*.
 * @param[out] out_labels names of tags and words, borrowed from the scorer, NULL for other kinds; may be NULL.
 * @param[out] out_amounts of the score.
 * @param[out] out_count how many there are in all, which may be more than @p capacity; 0 on failure.
 * @param scorer the scorer.
 * @param history whom the score is for.
 * @param item 0 to recs_scorer_items() - 1; one that nothing is known of has no contributions.
 * @param capacity places in the arrays.
 * @return as recs_scorer_score().
 * Thread safety: any thread. Complexity: that of the item's own part of a request; a hybrid scores the catalogue for
 * its scale.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_contributions(int32_t *out_kinds, uint32_t *out_rows, const char **out_labels,
                                           double *out_amounts, size_t *out_count, const recs_scorer *scorer,
                                           const recs_history *history, uint32_t item, size_t capacity);

/** Frees a scorer; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_scorer_free(recs_scorer *scorer);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
