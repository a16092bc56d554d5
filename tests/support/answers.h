/* All that a model says, as numbers: to compare two models, and to walk through one that came from damaged bytes. */
#ifndef RECS_TESTS_ANSWERS_H
#define RECS_TESTS_ANSWERS_H

#include <recs/recs.h>

enum { RECS_TEST_LIST = 5 };

/* Called for each list in turn: `of` names what the `row` is, and `text` is the title of the first item listed, or an
 * explanation of it. */
typedef void (*recs_test_answer_fn)(void *payload, const char *of, uint32_t row, const uint32_t *items,
                                    const double *scores, size_t count, const char *text);

/* Asks the model for the first `rows` users' lists with explanations, and for what is similar to the first `rows`
 * items. Requests that fail are skipped; returns how many did. */
uint32_t recs_test_answers(const recs_model *model, uint32_t rows, recs_test_answer_fn answer, void *payload);

/* A hash of all of it, to the bit. */
uint64_t recs_test_answers_hash(const recs_model *model);

/* A copy that went through a file in memory. */
int32_t recs_test_model_copy(recs_model **out, recs_context *context, const recs_model *model);

#endif
