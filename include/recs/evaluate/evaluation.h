/* Part of librecs (MIT). Metrics of a model on a split, and comparisons. Included by recs/evaluate.h. */
#ifndef RECS_EVALUATE_EVALUATION_H
#define RECS_EVALUATE_EVALUATION_H

#include <recs/evaluate/split.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup evaluation Evaluation
 * How good a model's answers are. For each user that is asked about, the whole catalogue is ranked by the model's
 * scorer, without the items of the history (unless the split keeps repeats), and compared with T, the set of items that
 * are looked for. The catalogue is what the model was fitted to and what its item profiles say something of; an item
 * looked for outside of it is a miss, and is counted as cold.
 *
 * Items of equal scores stand in no order: the metrics of a ranking are expectations over all orders of each tied
 * group. Items without a score, or with NaN, come last as one group.
 *
 * | name         | of one user                                                                                       |
 * |--------------|---------------------------------------------------------------------------------------------------|
 * | hr@k         | 1 if one of T is among the first k                                                                |
 * | recall@k     | hits among the first k / size of T                                                                |
 * | precision@k  | hits among the first k / k                                                                        |
 * | ndcg@k       | sum of 1 / log2(1 + place) of the hits, over the same sum of the places 1 to min(k, size of T)    |
 * | map@k        | sum over the hits of (hits up to there / place), / min(k, size of T)                              |
 * | mrr@k        | 1 / place of the first hit                                                                        |
 * | auc          | share of pairs (one of T, another item) that are in the right order, ties half; without another   |
 * |              | item half                                                                                         |
 * | novelty@k    | mean over the list of -log2(users who have the item / users), of the training users               |
 * | diversity@k  | 1 - mean similarity of two items of the list                                                      |
 * | coverage@k   | (of all) share of the catalogue that is in a list of k                                            |
 * | gini@k       | (of all) how unevenly the places of the lists fall to the items of the catalogue: 0: alike        |
 *
 * The last four look at the lists as the model delivers them, its fallback included.
 * @{
 */

/** Figures of one model on one split. Immutable. */
typedef struct recs_evaluation recs_evaluation;

/** Metrics of one ranking: places in what recs_ranking_metrics() writes. */
enum {
  RECS_METRIC_HR = 0,        /**< hr@k */
  RECS_METRIC_RECALL = 1,    /**< recall@k */
  RECS_METRIC_PRECISION = 2, /**< precision@k */
  RECS_METRIC_NDCG = 3,      /**< ndcg@k */
  RECS_METRIC_MAP = 4,       /**< map@k */
  RECS_METRIC_MRR = 5,       /**< mrr@k */
  RECS_METRIC_AUC = 6,       /**< auc */
  RECS_RANKING_METRICS = 7   /**< How many there are. */
};

/** Options of recs_evaluate(). */
typedef struct recs_evaluate_options {
  size_t struct_size;     /**< Set by recs_evaluate_options_init(). */
  const char *cutoffs;    /**< The k's, joined by commas: up to 16, ascending, at least 1; default "5,10,20". */
  const char *similarity; /**< What diversity is measured by: NULL (default): the cosine of the items' training users; else the
                               cosine of the tags in that field of the model's profiles. */
  int32_t stage;          /**< RECS_STAGE_*; default TEST. */
  int32_t lists;          /**< 1 (default): also the metrics of the lists; 0: only those of the ranking. */
} recs_evaluate_options;

/** The schema of recs_evaluate_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_evaluate_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_evaluate_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_evaluate_options_init(recs_evaluate_options *options, size_t struct_size);

/**
 * Asks a model for every user of a stage, and judges the answers.
 * @param[out] out the figures; the caller frees them with recs_evaluation_free().
 * @param split what is asked, and what is looked for.
 * @param model fitted to recs_split_training() of the same stage (of another one, or of the whole log, the figures would
 *   be worth nothing; this is not checked).
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a bad option, a model over other dictionaries, or a stage without users;
 *   #RECS_ERROR_NOT_FOUND for a field that is not there; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The users are shared by the context's threads; the figures are the same bits for any number
 * of them. Complexity: users x what a request costs and O(scored items x log |T|); nothing is sorted. Memory: 8 bytes
 * for each figure of each user, and for each thread a board; with lists also up to 24 bytes an event of the training
 * part, 256 MiB for what often taken items have in common, and for each thread 4 bytes an item and k.
 * @since 0.1
 */
RECS_API int32_t recs_evaluate(recs_evaluation **out, const recs_split *split, const recs_model *model,
                               const recs_evaluate_options *options, recs_progress_fn progress, void *payload);

/**
 * The metrics of one ranking that the caller scored, by the same definitions: for models that are not librecs'.
 * @param[out] out_values room for #RECS_RANKING_METRICS values, by RECS_METRIC_*.
 * @param context whose memory is used.
 * @param scores of the candidates: the catalogue without what the user has already. NaN: not known.
 * @param count how many candidates.
 * @param targets T: different places in @p scores; a number of @p count or above is a miss (an item outside the
 *   catalogue).
 * @param target_count how many, at least 1.
 * @param k the cutoff, at least 1; may be above @p count.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument, a k of 0, no targets, or one that is there twice;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(count x log(target_count) + k).
 * @since 0.1
 */
RECS_API int32_t recs_ranking_metrics(double *out_values, const recs_context *context, const double *scores, size_t count,
                                      const uint32_t *targets, size_t target_count, uint32_t k);

/** How many users were asked about; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_evaluation_users(const recs_evaluation *evaluation);

/** The rows of these users, ascending; borrowed; NULL for NULL. Any thread. O(1). @since 0.1 */
RECS_API const uint32_t *recs_evaluation_rows(const recs_evaluation *evaluation);

/** How many items were looked for outside the catalogue, over all users; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_evaluation_cold(const recs_evaluation *evaluation);

/** How many of the users came with an empty history; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_evaluation_new_users(const recs_evaluation *evaluation);

/** How many figures there are: each metric at each k; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_evaluation_metrics(const recs_evaluation *evaluation);

/**
 * One figure.
 * @param[out] name with its k, such as "ndcg@10"; borrowed from the evaluation. May be NULL.
 * @param[out] k 0 for auc. May be NULL.
 * @param[out] value the mean over the users for whom it is defined, NaN when there are none; of coverage and Gini, that
 *   of all lists. May be NULL.
 * @param evaluation the figures.
 * @param index 0 to recs_evaluation_metrics() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_metric(const char **name, uint32_t *k, double *value,
                                        const recs_evaluation *evaluation, uint32_t index);

/**
 * Finds a figure by its name.
 * @param[out] out_index its number; #RECS_NO_ROW on failure.
 * @param evaluation the figures.
 * @param name such as "ndcg@10" or "auc".
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND (the message lists the known ones); #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(figures).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_find(uint32_t *out_index, const recs_evaluation *evaluation, const char *name);

/**
 * A figure of each user.
 * @param[out] values in the order of recs_evaluation_rows(); NaN where it is not defined (the diversity of a list of one
 *   item); borrowed from the evaluation.
 * @param[out] count recs_evaluation_users().
 * @param evaluation the figures.
 * @param index 0 to recs_evaluation_metrics() - 1.
 * @return #RECS_OK; #RECS_ERROR_UNSUPPORTED for coverage and Gini, which no single user has; #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_values(const double **values, size_t *count, const recs_evaluation *evaluation,
                                        uint32_t index);

/**
 * A confidence interval of a mean, from the normal distribution: mean +- z standard deviation / sqrt(users).
 * @param[out] out_low the lower end; NaN with fewer than two users.
 * @param[out] out_high the upper end.
 * @param evaluation the figures.
 * @param index 0 to recs_evaluation_metrics() - 1.
 * @param level in (0, 1), such as 0.95.
 * @return as recs_evaluation_values(); #RECS_ERROR_INVALID for the level.
 * Thread safety: any thread. Complexity: O(users).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_interval(double *out_low, double *out_high, const recs_evaluation *evaluation,
                                          uint32_t index, double level);

/** Options of recs_evaluation_bootstrap() and recs_evaluation_compare(). */
typedef struct recs_resample_options {
  size_t struct_size; /**< Set by recs_resample_options_init(). */
  double level;       /**< Of the intervals, in (0, 1); default 0.95. */
  uint64_t seed;      /**< Default 1. */
  uint32_t resamples; /**< How often the users are drawn, 10 to 1000000; default 1000. */
  uint32_t reserved;  /**< Must be 0. */
} recs_resample_options;

/** The schema of recs_resample_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_resample_schema(void);

/**
 * Sets the defaults; as recs_evaluate_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_resample_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_resample_options_init(recs_resample_options *options, size_t struct_size);

/**
 * A confidence interval of a mean by the bootstrap (Efron 1979): the users are drawn anew, as many and with repeats, and
 * the interval is what the middle of the means lies in. It needs no normal distribution.
 * @param[out] out_low the lower end; NaN when no user has the figure.
 * @param[out] out_high the upper end.
 * @param evaluation the figures.
 * @param index 0 to recs_evaluation_metrics() - 1.
 * @param options NULL for the defaults.
 * @return as recs_evaluation_values(); #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(users x resamples).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_bootstrap(double *out_low, double *out_high, const recs_evaluation *evaluation,
                                           uint32_t index, const recs_resample_options *options);

/** What recs_evaluation_compare() finds. */
typedef struct recs_comparison {
  double difference; /**< The mean of a - b over the users. */
  double low;        /**< The interval of the difference, by the paired bootstrap. */
  double high;       /**< Its upper end. */
  double p_value;    /**< Two-sided, by randomisation (Fisher 1935): how often a difference at least as large comes about when
                          each user's a and b are swapped by a coin. At least 1 / (1 + resamples). */
  uint32_t users;    /**< For whom both are defined. */
  uint32_t wins;     /**< Users for whom a is the larger. */
  uint32_t losses;   /**< Users for whom b is the larger. */
  uint32_t reserved; /**< 0. */
} recs_comparison;

/**
 * Compares two models on the same users, user by user: far sharper than comparing two intervals.
 * @param[out] out what comes out.
 * @param a the figures of one model.
 * @param b those of another, of the same split and stage.
 * @param name the figure, such as "ndcg@10"; both have it.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for a figure that one lacks; #RECS_ERROR_UNSUPPORTED for coverage and Gini;
 *   #RECS_ERROR_INVALID for figures of different users; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(users x resamples).
 * @since 0.1
 */
RECS_API int32_t recs_evaluation_compare(recs_comparison *out, const recs_evaluation *a, const recs_evaluation *b,
                                         const char *name, const recs_resample_options *options);

/** Frees figures; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_evaluation_free(recs_evaluation *evaluation);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
