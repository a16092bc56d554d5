#include "lib/analyze/sequences/symbols.h"

int32_t recs__sequence_check(const char *name, const uint32_t *sequence, size_t count) {
  if (count > 0 && sequence == NULL)
    return recs__fail_null(name);
  if (count > RECS__SEQUENCE_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%s has %zu symbols, more than %zu", name, count, RECS__SEQUENCE_MAX);
  return RECS_OK;
}

enum { FEWEST_BITS = 3, FIRST_BITS = 9 };

/* Twice the slots. */
static int32_t widen(recs__symbols *symbols) {
  recs__symbols wider = *symbols;
  size_t old = (size_t)1 << (32 - symbols->shift);
  if (symbols->shift == 0)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %u different symbols", symbols->count);
  wider.shift -= 1;
  wider.slots = recs__alloc_zero(symbols->context, 2 * old, sizeof *wider.slots);
  if (wider.slots == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < old; i++) {
    if (symbols->slots[i].number != 0)
      *recs__symbols_slot(&wider, symbols->slots[i].symbol) = symbols->slots[i];
  }
  recs__free(symbols->context, symbols->slots);
  *symbols = wider;
  return RECS_OK;
}

/* The number of a symbol, given to it if it is new. */
static int32_t number_symbol(recs__symbols *symbols, uint32_t symbol, uint32_t *number) {
  recs__symbol_slot *slot = recs__symbols_slot(symbols, symbol);
  if (slot->number != 0) {
    *number = slot->number - 1;
    return RECS_OK;
  }
  *number = symbols->count++;
  *slot = (recs__symbol_slot){symbol, symbols->count};
  return 2 * (uint64_t)symbols->count > UINT64_C(1) << (32 - symbols->shift) ? widen(symbols) : RECS_OK; /* at most half full */
}

int32_t recs__symbols_init(recs__symbols *symbols, const recs_context *context, const uint32_t *sequence, size_t count,
                           uint32_t *numbers) {
  uint32_t bits = FEWEST_BITS;
  int32_t status = RECS_OK;
  while (bits < FIRST_BITS && ((size_t)1 << bits) < 2 * count)
    bits += 1;
  symbols->context = context;
  symbols->shift = 32 - bits;
  symbols->count = 0;
  symbols->slots = recs__alloc_zero(context, (size_t)1 << bits, sizeof *symbols->slots);
  if (symbols->slots == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; status == RECS_OK && i < count; i++)
    status = number_symbol(symbols, sequence[i], &numbers[i]);
  if (status != RECS_OK)
    recs__symbols_free(symbols);
  return status;
}

void recs__symbols_find(const recs__symbols *symbols, const uint32_t *sequence, size_t count, uint32_t *numbers) {
  for (size_t i = 0; i < count; i++)
    numbers[i] = recs__symbols_number(symbols, sequence[i]);
}

void recs__symbols_free(recs__symbols *symbols) {
  recs__free(symbols->context, symbols->slots);
  symbols->slots = NULL;
}
