/* Part of librecs (MIT). Preparation of tables of numbers, declared as steps. Included by recs/data.h. */
#ifndef RECS_DATA_PIPELINE_H
#define RECS_DATA_PIPELINE_H

#include <recs/base.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup pipeline Pipelines
 * From a table as it came to one that can be clustered: missing values, outliers, transforms and scaling, declared as a text of
 * steps, learned once, and applied to new data with the same bits.
 *
 * A text is steps joined by ';' or line ends, each `verb[columns]=method:argument:argument`. A step works on what those before
 * it left. Without `[columns]` it works on all columns but those of 0 and 1 that earlier steps made. `[a,b]` names columns,
 * `[share_*]` those that begin so (a '*' may stand anywhere, once), `[*]` is all, `[!a,b]` what a step without brackets works
 * on, without these. A name with a comma, a ';' or a ']' can only be reached by a '*'. All statistics are taken over the values
 * that are there (missing is NaN) and in double.
 *
 * | step | what it does |
 * |---|---|
 * | `select[a,b]`, `drop[a,b]` | keeps only these columns; leaves them out |
 * | `indicate` | for each column with missing values at the fit a column `<name>_missing` of 0 and 1 |
 * | `impute=mean`, `median`, `most-frequent`, `constant:V` | fills missing values; of equally frequent values the smallest |
 * | `impute=knn:K` | fills with the mean of the K (5) nearest rows that have the value (1) |
 * | `impute=refuse`, `impute=keep` | refuses missing values here; lets them through to the result |
 * | `clip=iqr:K` | moves values below q1 - K (q3 - q1) or above q3 + K (q3 - q1) to that bound; K is 1.5 |
 * | `clip=mad:K`, `clip=z:K` | with median +- K 1.4826 MAD (3.5); with mean +- K standard deviations (3) |
 * | `clip=quantile:L:H`, `clip=range:L:H` | with two quantiles (0.01, 0.99), which is winsorising; with two numbers |
 * | `blank=...` | the same bounds; what is outside becomes missing |
 * | `flag=...` | the same bounds; for each column a column `<name>_outlier` of 0 and 1 |
 * | `exclude=...` | the same bounds; later steps learn without the rows that have a value outside. Applying keeps all rows |
 * | `log`, `sqrt` | the sign of x times ln(1 + abs x); times the root of abs x |
 * | `scale=z`, `robust`, `minmax` | (x - mean) / deviation, (x - median) / (q3 - q1), (x - min) / (max - min) (2) |
 * | `scale=rank:N` | its place among N (1000) quantiles, at most as many as rows: 0 to 1 |
 * | `scale=l2` | each row, over the columns of the step, divided by its Euclidean length; a row of zeros stays |
 * | `onehot[a]` | in place of a, for each value of it, ascending, a column `a=value` of 0 and 1 (3) |
 *
 * (1) By Euclidean distance over the columns of the step that both rows have, divided by the share of these; of equally near
 * rows the first; the column's mean where no row shares a column. recs_pipeline_options::reference_rows are kept to look in.
 * (2) The deviation is that of the population. A constant column becomes 0. A divisor of 0 is taken as 1.
 * (3) A value that was not there at the fit, or is missing, has 0 in all of them.
 *
 * Quantiles are linear between the two nearest values. Where the spread that bounds are made of is 0 (most values are the
 * same) they are the smallest and the largest value. Refused by row and column: a missing value that is left in the result,
 * and an infinite one anywhere.
 * @{
 */

/** A table of numbers in the caller's memory. */
typedef struct recs_table {
  size_t struct_size;          /**< sizeof(recs_table). */
  const double *values;        /**< @p rows x @p columns, row after row; NaN: missing. */
  const char *names;           /**< The columns' names in one run; NULL: "x0", "x1", ... at fit, and the order of the fit afterwards. */
  const int64_t *name_offsets; /**< @p columns + 1 positions in @p names, as in recs_ids_add_many(). */
  size_t rows;                 /**< How many. */
  uint32_t columns;            /**< How many. */
  uint32_t reserved;           /**< 0. */
} recs_table;

/** A fitted pipeline. Immutable. */
typedef struct recs_pipeline recs_pipeline;

/** Options of recs_pipeline_fit(). */
typedef struct recs_pipeline_options {
  size_t struct_size;      /**< Set by recs_pipeline_options_init(). */
  const char *steps;       /**< The steps; NULL (default) or "": none, only the checks. */
  uint64_t seed;           /**< Of the sample of reference rows; default 1. */
  uint32_t reference_rows; /**< `impute=knn` keeps this many rows to look for neighbours in, a seeded sample when there are more;
                                default 10000. */
  uint32_t max_categories; /**< `onehot` refuses a column with more values; default 64. */
} recs_pipeline_options;

/** The schema of recs_pipeline_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_pipeline_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_pipeline_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_options_init(recs_pipeline_options *options, size_t struct_size);

/**
 * One of the steps that a text may have, for help.
 * @param[out] form how it is written, such as "clip=iqr:K"; static. NULL beyond the last.
 * @param[out] summary what it does; static. May be NULL.
 * @param index from 0.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND beyond the last.
 * Thread safety: any thread. Complexity: O(steps).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_kind(const char **form, const char **summary, uint32_t index);

/**
 * Learns the steps from a table, one after the other, each from what those before it made of it.
 * @param[out] out the pipeline; the caller frees it with recs_pipeline_free().
 * @param[out] out_excluded may be NULL; else a byte for each row of the table: 1 when `exclude` left it out, else 0.
 * @param context whose memory and threads are used; kept alive.
 * @param table at least one row and one column; names all different and not empty.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a text that cannot be read (the message names the step and its place), an unknown
 *   column, or one that a step cannot learn from, such as one without any value; #RECS_ERROR_NUMERIC for an infinite value, a
 *   missing one that is left (row and column are named), or values too large; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM;
 *   #RECS_ERROR_CANCELLED.
 * Thread safety: any thread. The same bits for any number of threads.
 * Complexity: O(rows x columns) a step; O(rows log rows) a column for `rank`, `onehot` and `most-frequent`; rows with a missing
 * value x reference rows x columns for `knn`. Memory: 8 bytes a value, those that steps add too, and 16 a row and thread.
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_fit(recs_pipeline **out, uint8_t *out_excluded, recs_context *context, const recs_table *table,
                                   const recs_pipeline_options *options, recs_progress_fn progress, void *payload);

/**
 * Prepares a table as was learned. What a row becomes depends on this row alone, and has the same bits wherever and whenever it
 * is computed.
 * @param[out] out rows x recs_pipeline_columns(), row after row; not the table's own memory. Of no use after a failure.
 * @param[out] out_counts may be NULL; else a count for each finding, as recs_pipeline_finding() has it of the fit; 0 after a
 *   failure.
 * @param pipeline the pipeline.
 * @param table the columns of the fit, in any order when they have names; a missing column and one too many are refused by
 *   name. 0 rows are fine.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC for an infinite value, or a missing one that no step fills (row and
 *   column are named); #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows x columns) in one pass for all steps, O(log n) a value for `rank` and `onehot`,
 * and the cost of `knn` as in recs_pipeline_fit(). Memory: 256 rows a thread.
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_apply(double *out, uint64_t *out_counts, const recs_pipeline *pipeline, const recs_table *table);

/** The number of columns that come out; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_pipeline_columns(const recs_pipeline *pipeline);
/** The name of a column that comes out, borrowed; "" beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_pipeline_name(const recs_pipeline *pipeline, uint32_t column);
/** The number of columns that go in; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_pipeline_input_columns(const recs_pipeline *pipeline);
/** The name of a column that goes in, in the order of the fit, borrowed; "" beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_pipeline_input_name(const recs_pipeline *pipeline, uint32_t column);
/** The text of the steps, borrowed; "" for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_pipeline_steps(const recs_pipeline *pipeline);
/** How many findings there are: one for each column of each step; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_pipeline_finding_count(const recs_pipeline *pipeline);

/**
 * What a step found in a column at the fit. The words and their numbers:
 *   - "filled": missing values; both numbers are what they are filled with (NaN for `knn`)
 *   - "clipped", "blanked", "flagged", "excluded": values outside of the bounds @p low and @p high
 *   - "missing", "kept", "refused": missing values (`indicate`, `impute=keep`, `impute=refuse`)
 *   - "scaled": 0; the centre and the divisor. For `rank` values outside of what was learned; the lowest and highest quantile
 *   - "constant": values of a column that was constant and is now 0; the constant, and 1
 *   - "transformed": values below 0
 *   - "encoded": values without a column, missing ones too; the number of columns, twice
 *   - "selected", "dropped": 0
 *
 * Numbers that a step does not have are NaN.
 * @param[out] step which step, from 0. May be NULL.
 * @param[out] column the column's name; borrowed. May be NULL.
 * @param[out] what one of the words above; static. May be NULL.
 * @param[out] count how many values. May be NULL.
 * @param[out] low the first number. May be NULL.
 * @param[out] high the second. May be NULL.
 * @param pipeline the pipeline.
 * @param index 0 to recs_pipeline_finding_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(steps).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_finding(uint32_t *step, const char **column, const char **what, uint64_t *count, double *low,
                                       double *high, const recs_pipeline *pipeline, uint32_t index);

/** Frees a pipeline; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_pipeline_free(recs_pipeline *pipeline);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
