#include "answers.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint32_t below(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

uint32_t recs_test_answers(const recs_model *model, uint32_t rows, recs_test_answer_fn answer, void *payload) {
  uint32_t items[RECS_TEST_LIST];
  double scores[RECS_TEST_LIST];
  size_t count;
  uint32_t failed = 0;
  for (uint32_t user = 0; user < below(rows, recs_ids_count(recs_model_users(model))); user++) {
    recs_explanation *why = NULL;
    if (recs_model_recommend(items, scores, &count, model, user, RECS_TEST_LIST, NULL) != RECS_OK ||
        (count > 0 && recs_model_explain(&why, model, user, items[0], RECS_TEST_LIST) != RECS_OK))
      failed += 1;
    else
      answer(payload, "user", user, items, scores, count, recs_explanation_text(why));
    recs_explanation_free(why);
  }
  for (uint32_t item = 0; item < below(rows, recs_ids_count(recs_model_items(model))); item++) {
    if (recs_model_similar(items, scores, &count, model, item, NULL, RECS_TEST_LIST, NULL) != RECS_OK)
      failed += 1;
    else
      answer(payload, "item", item, items, scores, count, count > 0 ? recs_model_title(model, items[0]) : "");
  }
  return failed;
}

static void add_to_hash(void *payload, const char *of, uint32_t row, const uint32_t *items, const double *scores,
                        size_t count, const char *text) {
  XXH3_state_t *state = payload;
  XXH3_64bits_update(state, of, strlen(of));
  XXH3_64bits_update(state, &row, sizeof row);
  XXH3_64bits_update(state, items, count * sizeof *items);
  XXH3_64bits_update(state, scores, count * sizeof *scores);
  XXH3_64bits_update(state, text, strlen(text));
}

uint64_t recs_test_answers_hash(const recs_model *model) {
  XXH3_state_t state;
  uint32_t failed;
  XXH3_64bits_reset(&state);
  failed = recs_test_answers(model, UINT32_MAX, add_to_hash, &state);
  XXH3_64bits_update(&state, &failed, sizeof failed);
  return XXH3_64bits_digest(&state);
}

int32_t recs_test_model_copy(recs_model **out, recs_context *context, const recs_model *model) {
  void *saved = NULL;
  size_t length;
  int32_t status = recs_model_save_memory(&saved, &length, model);
  *out = NULL;
  if (status == RECS_OK)
    status = recs_model_load_memory(out, context, saved, length);
  recs_buffer_free(saved);
  return status;
}
