#include "lib/analyze/sequences/profile.h"

#include <string.h>

static uint32_t words_for(size_t count) {
  if (count > RECS__PROFILE_MOST)
    return 0;
  return count <= RECS__WORD ? 1 : count <= 2 * RECS__WORD ? 2 : RECS__PROFILE_WORDS;
}

int32_t recs__profile_init(recs__profile *out, const recs_context *context, const uint32_t *sequence, size_t count) {
  memset(out, 0, sizeof *out);
  out->context = out->symbols.context = context;
  out->sequence = sequence;
  out->count = (uint32_t)count;
  out->words = words_for(count);
  out->numbers = recs__alloc(context, count, sizeof *out->numbers);
  if (out->numbers == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__symbols_init(&out->symbols, context, sequence, count, out->numbers));
  if (out->words == 0)
    return RECS_OK;
  out->masks = recs__alloc_zero(context, (size_t)out->symbols.count + 1, out->words * sizeof *out->masks);
  if (out->masks == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    out->masks[out->numbers[i] * out->words + i / RECS__WORD] |= UINT64_C(1) << i % RECS__WORD;
  return RECS_OK;
}

int32_t recs__profile_tabulate(recs__profile *profile, size_t symbols) {
  profile->table = recs__alloc(profile->context, symbols, sizeof *profile->table);
  if (profile->table == NULL)
    return recs__fail_nomem();
  for (size_t s = 0; s < symbols; s++)
    profile->table[s] = (uint16_t)profile->symbols.count;
  for (size_t j = 0; j < profile->count; j++) {
    if (profile->sequence[j] < symbols)
      profile->table[profile->sequence[j]] = (uint16_t)profile->numbers[j];
  }
  return RECS_OK;
}

void recs__profile_free(recs__profile *profile) {
  recs__free(profile->context, profile->table);
  recs__free(profile->context, profile->numbers);
  recs__free(profile->context, profile->masks);
  recs__symbols_free(&profile->symbols);
}
