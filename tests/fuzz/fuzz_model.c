/* Any bytes as a model file. The checksums are made right first, so that what lies behind them is reached; a model that
 * loads must answer without harm.
 *
 * With libFuzzer: CC=clang meson setup build-fuzz -Dtests=true -Db_sanitize=address,undefined -Db_lundef=false, add
 * -fsanitize=fuzzer to a link of this file with tests/support and librecs, and start from tests/golden. Without it,
 * driver.c mutates the same files. */
#include <stdlib.h>
#include <string.h>

#include "support/answers.h"
#include "support/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static recs_context *context;
  unsigned char *bytes = malloc(size + 1);
  recs_model *model;
  if (context == NULL && recs_context_create(&context, NULL) != RECS_OK)
    abort();
  if (bytes == NULL)
    abort();
  memcpy(bytes, data, size);
  recs_test_repair(bytes, size);
  if (recs_model_load_memory(&model, context, bytes, size) == RECS_OK) {
    void *saved = NULL;
    size_t saved_size;
    recs_test_answers_hash(model);
    if (recs_model_save_memory(&saved, &saved_size, model) != RECS_OK)
      abort();
    recs_buffer_free(saved);
  }
  recs_model_free(model);
  free(bytes);
  return 0;
}
