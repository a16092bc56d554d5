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
  uint32_t user;         /**< The row of a user of the training data: kept out of their own neighbours, and their profile is used; or #RECS_NO_ROW. */
  uint32_t reserved;     /**< Must be 0. */
} recs_history;

/** How many scorers there are. @since 0.1 */
RECS_API uint32_t recs_scorer_kinds(void);
/** The name of the i-th scorer, such as "item-knn"; NULL beyond the last. @since 0.1 */
RECS_API const char *recs_scorer_kind_name(uint32_t index);
/** The schema of a scorer's options; NULL for an unknown name. @since 0.1 */
RECS_API const recs_schema *recs_scorer_schema(const char *name);
/** Fits the scorer of that name. @p settings: "key=value" pairs separated by ';' or newlines, keys from its schema; a
 * hybrid passes "part.key=value" to its part; NULL: the defaults. An unknown name or key is #RECS_ERROR_NOT_FOUND, and the
 * message lists the known ones. @since 0.1 */
RECS_API int32_t recs_scorer_fit(recs_scorer **out, const recs_training *training, const char *name, const char *settings, recs_progress_fn progress, void *payload);

/** Options of "popularity": the share of users who have the item, or their decayed weights. */
typedef struct recs_popularity_options {
  size_t struct_size; /**< Set by recs_popularity_options_init(). */
  double half_life;   /**< In units of time: an event this much older than the latest one counts half; 0 (default): no decay. */
} recs_popularity_options;

/** Options of "content": cosine between the profile built from the history (and the user's own tags) and the item. */
typedef struct recs_content_options {
  size_t struct_size;     /**< Set by recs_content_options_init(). */
  const char *fields;     /**< Fields and their weights, "tags=1,title=0.5"; NULL (default): all, equal. */
  double history_weight;  /**< Weight of what the user did; default 1. */
  double profile_weight;  /**< Weight of what the user's profile says; default 1. */
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

/** Options of "user-knn": score(i) = sum over the k users nearest to the history who have i of sim(u, v) weight(v, i). */
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
  RECS_HYBRID_SCALED = 1, /**< Each part divided by its largest absolute score for this user over the unseen catalogue, then the weighted mean. */
  RECS_HYBRID_RAW = 2,    /**< The weighted mean of the parts as they are. */
  RECS_HYBRID_RRF = 3     /**< Reciprocal-rank fusion (Cormack 2009): sum of w / (rrf_k + rank), over the sum of w. */
};

/** Options of "hybrid" and "hybrid-equal". */
typedef struct recs_hybrid_options {
  size_t struct_size;  /**< Set by recs_hybrid_options_init(). */
  const char *parts;   /**< Scorers joined by commas; default "content,user-knn,item-knn" (content only with item profiles). */
  const char *weights; /**< One number a part, joined by commas; NULL (default): equal. */
  double rrf_k;        /**< Default 60. */
  int32_t mode;        /**< RECS_HYBRID_*; default SCALED. */
  int32_t reserved;    /**< Must be 0. */
} recs_hybrid_options;

/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_popularity_options_init(recs_popularity_options *options, size_t struct_size);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_content_options_init(recs_content_options *options, size_t struct_size);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_item_knn_options_init(recs_item_knn_options *options, size_t struct_size);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_user_knn_options_init(recs_user_knn_options *options, size_t struct_size);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_hybrid_options_init(recs_hybrid_options *options, size_t struct_size);
/** Fits "popularity". @since 0.1 */
RECS_API int32_t recs_popularity_fit(recs_scorer **out, const recs_training *training, const recs_popularity_options *options, recs_progress_fn progress, void *payload);
/** Fits "content". @since 0.1 */
RECS_API int32_t recs_content_fit(recs_scorer **out, const recs_training *training, const recs_content_options *options, recs_progress_fn progress, void *payload);
/** Fits "item-knn". @since 0.1 */
RECS_API int32_t recs_item_knn_fit(recs_scorer **out, const recs_training *training, const recs_item_knn_options *options, recs_progress_fn progress, void *payload);
/** Fits "user-knn". @since 0.1 */
RECS_API int32_t recs_user_knn_fit(recs_scorer **out, const recs_training *training, const recs_user_knn_options *options, recs_progress_fn progress, void *payload);
/** A hybrid of scorers that are already fitted over the same catalogue; it keeps them alive. @p weights: one a part, finite, not
 * all zero; NULL: equal. @since 0.1 */
RECS_API int32_t recs_hybrid_create(recs_scorer **out, const recs_scorer *const *parts, const double *weights, size_t count, const recs_hybrid_options *options);

/** The scorer's name, such as "item-knn"; "" for NULL. @since 0.1 */
RECS_API const char *recs_scorer_name(const recs_scorer *scorer);
/** The size of the catalogue; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_scorer_items(const recs_scorer *scorer);
/** The number of parts of a hybrid; 0 for others. @since 0.1 */
RECS_API uint32_t recs_scorer_parts(const recs_scorer *scorer);
/** A part of a hybrid, borrowed; NULL beyond the last. @since 0.1 */
RECS_API const recs_scorer *recs_scorer_part(const recs_scorer *scorer, uint32_t index);
/** The score of every item of the catalogue for a history: @p out has recs_scorer_items() values; NaN: nothing is known.
 * @since 0.1 */
RECS_API int32_t recs_scorer_score(double *out, const recs_scorer *scorer, const recs_history *history);
/** The @p n best items among the candidates (NULL: all), best first, equal ones by row; items that nothing is known of are left
 * out. The arrays have room for n. @since 0.1 */
RECS_API int32_t recs_scorer_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer, const recs_history *history, const recs_candidates *candidates, size_t n);
/** The @p n items most similar to one item, best first; #RECS_ERROR_UNSUPPORTED where a scorer knows no such thing. @since 0.1 */
RECS_API int32_t recs_scorer_similar(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer, uint32_t item, const recs_candidates *candidates, size_t n);

/** What a share of a score is owed to. */
enum {
  RECS_REASON_ITEM = 1,       /**< An item of the history; the row is the item's. */
  RECS_REASON_TAG = 2,        /**< A tag that the profile and the item share; the row is in the tag field's dictionary. */
  RECS_REASON_WORD = 3,       /**< A word that the profile and the item share; the row is in the text field's vocabulary. */
  RECS_REASON_NUMBER = 4,     /**< A number or embedding field in which both are close; the row is the field. */
  RECS_REASON_POPULARITY = 5  /**< Many users have it; the row is #RECS_NO_ROW. */
};

/** Contributions to the score of one item, largest absolute amount first; they sum to the score (to rounding). Room for
 * @p capacity; @p out_count tells how many there are in all. @p out_labels: names of tags and words, borrowed from the scorer, NULL for
 * other kinds; may be NULL. @since 0.1 */
RECS_API int32_t recs_scorer_contributions(int32_t *out_kinds, uint32_t *out_rows, const char **out_labels, double *out_amounts, size_t *out_count, const recs_scorer *scorer, const recs_history *history, uint32_t item, size_t capacity);
/** Frees a scorer; NULL is fine. @since 0.1 */
RECS_API void recs_scorer_free(recs_scorer *scorer);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
