/* Part of librecs (MIT). What another policy would have earned, from a log of what was shown. Included by recs/evaluate.h. */
#ifndef RECS_EVALUATE_OFFPOLICY_H
#define RECS_EVALUATE_OFFPOLICY_H

#include <recs/model.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup offpolicy Off-policy estimates
 * A log of what was shown says for each impression which item it was, with which probability the policy of that time
 * showed it (its propensity), and what it earned. Weighed by w = probability under another policy / propensity, it says
 * what that policy would have earned (Horvitz and Thompson 1952), as long as it shows nothing that the old one never
 * showed. Predictions of what users do next, as recs_evaluate() judges them, are a proxy; this estimates the thing itself.
 * @{
 */

/** Estimates of a policy's mean reward an impression. */
typedef struct recs_offpolicy {
  double ips;            /**< Mean of w r: without bias, but a few large weights may carry it. */
  double ips_error;      /**< Its standard error; NaN for fewer than two impressions, as are the other errors. */
  double snips;          /**< Sum of w r / sum of w (Swaminathan and Joachims 2015): a little bias, far less variance. NaN when
                              every weight is 0. */
  double snips_error;    /**< Its standard error: sqrt(sum of (w (r - snips))^2) / sum of w. */
  double clipped;        /**< Mean of min(w, clip) r: too low for rewards above 0, by what was cut off. */
  double clipped_error;  /**< Its standard error. */
  double logged;         /**< Mean of r: what the old policy earned. */
  double effective_size; /**< (sum of w)^2 / sum of w^2: as many impressions of the new policy would be as good. */
  double mean_weight;    /**< Near 1 when propensities and probabilities are right and the policies overlap. */
  double largest_weight; /**< The largest w. */
  uint64_t matched;      /**< Impressions that the other policy could have shown: w > 0. */
  uint64_t cut;          /**< Impressions whose w was clipped. */
} recs_offpolicy;

/**
 * Estimates from arrays.
 * @param[out] out the estimates; on failure all zero.
 * @param rewards of @p count impressions, finite.
 * @param propensities in (0, 1]: the probability with which what was shown was shown.
 * @param probabilities in [0, 1]: with which the other policy would have shown it.
 * @param count how many impressions, at least 1.
 * @param clip above 0: the largest weight of the clipped estimate; infinity: none.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument, no impressions, or a clip that is not above 0;
 *   #RECS_ERROR_NUMERIC for a value out of range (the message names the impression, counted from 1).
 * Thread safety: any thread. Complexity: O(count).
 * @since 0.1
 */
RECS_API int32_t recs_offpolicy_estimate(recs_offpolicy *out, const double *rewards, const double *propensities,
                                         const double *probabilities, size_t count, double clip);

/**
 * The probabilities with which a model's lists show items: 1 for an item among the @p n best for the user, else 0. With
 * lists of one and one impression a request, estimates are of the reward of a request; with longer lists they are of the
 * sum of rewards of a list, as far as an item's reward does not depend on the others.
 * @param[out] out_probabilities room for @p count values.
 * @param model the model; it should not have learned from the impressions.
 * @param users rows of recs_model_users(); #RECS_NO_ROW: somebody without a history.
 * @param items rows of recs_model_items(); #RECS_NO_ROW: an item that the model does not know, and never lists.
 * @param count how many impressions.
 * @param n length of a list, at least 1.
 * @param filter NULL: items that are not in the user's history.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument, an unknown row, @p n of 0 or a bad filter;
 *   #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same for any number of threads. Complexity: a list for each different user, over the
 * threads; 8 bytes an impression, and 12 for each place of a list and thread.
 * @since 0.1
 */
RECS_API int32_t recs_offpolicy_probabilities(double *out_probabilities, const recs_model *model, const uint32_t *users,
                                              const uint32_t *items, size_t count, size_t n, const recs_filter *filter,
                                              recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
