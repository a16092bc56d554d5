#include "lib/analyze/symbols.h"

int32_t recs__sequence_check(const char *name, const uint32_t *sequence, size_t count) {
  if (count > 0 && sequence == NULL)
    return recs__fail_null(name);
  if (count > RECS__SEQUENCE_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%s has %zu symbols, more than %zu", name, count, RECS__SEQUENCE_MAX);
  return RECS_OK;
}

int32_t recs__symbols_init(recs__symbols *symbols, const recs_context *context, const uint32_t *sequence, size_t count,
                           uint32_t *numbers) {
  uint32_t bits = 3;
  while (((size_t)1 << bits) < 2 * count) /* at most half full; 2^32 slots for the longest */
    bits += 1;
  symbols->context = context;
  symbols->shift = 32 - bits;
  symbols->count = 0;
  symbols->slots = recs__alloc_zero(context, (size_t)1 << bits, sizeof *symbols->slots);
  if (symbols->slots == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++) {
    recs__symbol_slot *slot = recs__symbols_slot(symbols, sequence[i]);
    if (slot->number == 0) {
      slot->symbol = sequence[i];
      slot->number = ++symbols->count;
    }
    numbers[i] = slot->number - 1;
  }
  return RECS_OK;
}

void recs__symbols_find(const recs__symbols *symbols, const uint32_t *sequence, size_t count, uint32_t *numbers) {
  for (size_t i = 0; i < count; i++)
    numbers[i] = recs__symbols_number(symbols, sequence[i]);
}

void recs__symbols_free(recs__symbols *symbols) {
  recs__free(symbols->context, symbols->slots);
  symbols->slots = NULL;
}
